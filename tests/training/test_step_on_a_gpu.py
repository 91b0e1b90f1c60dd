"""A whole step on a GPU that is not there: nothing waits for the device, no tensor is left behind."""

import pytest
import torch

from gpen_train.losses.path_length import PathLength
from gpen_train.losses.r1 import R1
from gpen_train.tasks.pair import Batch
from gpen_train.training.compute import ComputeSettings


@pytest.fixture
def without_backward(monkeypatch):
    """``without_backward(module)``: every gradient is zero; the pass itself cannot be run without the GPU."""

    def gradients(outputs, inputs, **_):
        inputs = inputs if isinstance(inputs, list | tuple) else [inputs]
        return tuple(torch.zeros_like(one, requires_grad=True) for one in inputs)

    def replace(module):
        def backward(loss):
            for parameter in module.parameters():
                parameter.grad = torch.zeros_like(parameter) if parameter.requires_grad else None

        monkeypatch.setattr(torch.autograd, "grad", gradients)
        monkeypatch.setattr(torch.Tensor, "backward", backward)

    return replace


@pytest.mark.parametrize("precision", ["32", "bf16-mixed"])
@pytest.mark.parametrize("family", ["make_module", "make_prior"])
def test_nothing_in_a_step_waits(on_a_gpu, without_backward, request, family, precision):
    """Its verdict and its terms stay on the device until somebody asks."""
    make = request.getfixturevalue(family)
    with on_a_gpu(torch.float32):
        module = make(
            compute=ComputeSettings(precision=precision), path_length=PathLength(2.0), r1=R1(every=1)
        )
        without_backward(module)
        module.configure_optimizers()
        images = torch.zeros(4, 32, 32, 3, dtype=torch.uint8)
        module.training_step(Batch(images, images, {}), 0)
        kept = module.step.means.state_dict()
        verdict = module.step.health._latest
    assert set(kept["sums"]) >= {"d_adversarial", "r1", "adversarial", "path_length"}
    assert {value.device.type for values in kept.values() for value in values.values()} == {"cuda"}
    assert (verdict.device.type, verdict.shape, verdict.dtype) == ("cuda", (), torch.bool)
