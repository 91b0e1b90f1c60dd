"""A network made ready for inference computes what the network of training does."""

import copy

import pytest
import torch

from gpen_train.models.frozen import bands
from gpen_train.models.gpen import build_gpen
from gpen_train.models.inference import frozen
from gpen_train.models.layers import EqualConv2d
from gpen_train.models.prior import build_prior
from tests.models.test_gpen import TINY, TINY_V1

NETWORKS = {
    "concat": lambda: build_gpen(64, **TINY_V1),
    "project": lambda: build_gpen(64, **TINY),
    "project, larger than its input": lambda: build_gpen(128, 64, unfed="noise", **TINY),
    "prior": lambda: build_prior(64, style_dim=16, channel_base=256, channel_max=16),
    "prior, concat": lambda: build_prior(
        64, style_dim=16, channel_base=256, channel_max=16, injection="concat"
    ),
}


@pytest.fixture(params=[2**22, 2**10], ids=["whole", "bands"])
def _bands(request, monkeypatch):
    monkeypatch.setattr(bands, "BAND", request.param)


def made(name, dtype=torch.float32):
    """A network whose biases and strengths count too."""
    torch.manual_seed(0)
    model = NETWORKS[name]().to(dtype)
    for parameter, value in model.named_parameters():
        if parameter.endswith(("bias", "strength")):
            torch.nn.init.normal_(value, std=0.3)
    return model


def output(model, batch, dtype=torch.float32):
    """What ``model`` makes of a fixed input, with a fixed noise."""
    random = torch.Generator().manual_seed(1)
    shape = (batch, 3, 64, 64) if hasattr(model, "encoder") else (batch, 16)
    return model(torch.randn(shape, generator=random).to(dtype), random)


def error(found, expected):
    """The largest difference, relative to the largest value."""
    assert found.shape == expected.shape
    return ((found - expected).abs().max() / expected.abs().max()).item()


@pytest.mark.usefixtures("_bands")
@pytest.mark.parametrize("batch", [1, 3])
@pytest.mark.parametrize("name", NETWORKS)
def test_computes_the_same(name, batch):
    model = made(name)
    assert error(output(model.for_inference(), batch), output(model, batch)) < 1e-5


@pytest.mark.usefixtures("_bands")
@pytest.mark.parametrize("name", ["concat", "project"])
def test_float64_is_exact(name):
    model = made(name, torch.float64)
    ready = model.for_inference()
    assert output(ready, 2, torch.float64).dtype == torch.float64
    assert error(output(ready, 2, torch.float64), output(model, 2, torch.float64)) < 1e-13


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
@pytest.mark.parametrize("name", NETWORKS)
def test_low_precision_is_near(name, dtype):
    model = made(name)
    found = output(model.for_inference(dtype), 1)
    assert found.dtype == torch.float32
    assert error(found, output(model, 1)) < (0.1 if dtype == torch.bfloat16 else 0.02)


@pytest.mark.parametrize("name", ["concat", "project", "prior"])
def test_neither_touches_the_original_nor_follows_it(name):
    model = made(name)
    before = copy.deepcopy(model.state_dict())
    ready = model.for_inference()
    first = output(ready, 1)
    for key, value in model.state_dict().items():
        torch.testing.assert_close(value, before[key], rtol=0, atol=0)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.zero_()
    torch.testing.assert_close(output(ready, 1), first, rtol=0, atol=0)


@pytest.mark.parametrize("name", ["concat", "project"])
def test_keeps_no_graph(name):
    ready = made(name).for_inference()
    assert not any(parameter.requires_grad for parameter in ready.parameters())
    assert not ready(torch.randn(1, 3, 64, 64, requires_grad=True)).requires_grad


def test_what_is_ready_stays_so():
    model = made("concat")
    ready = model.for_inference()
    torch.testing.assert_close(output(ready.for_inference(), 1), output(ready, 1), rtol=0, atol=0)


def test_keeps_average_and_constant_noise():
    model = made("prior")
    model.w_average.normal_()
    model.constant_noise = {"b8.conv1": torch.randn(8, 8), "b64.conv0": torch.randn(64, 64)}
    ready, z = model.for_inference(), torch.randn(2, 16)
    found = ready(z, truncation=0.5, noise=ready.constant_noise)
    assert error(found, model(z, truncation=0.5, noise=model.constant_noise)) < 1e-5


def test_one_w_a_layer():
    model = made("prior")
    w = torch.randn(2, model.generator.num_styles, 16)
    expected = model.generator(w, noise={})
    assert error(model.for_inference().generator(w, noise={}), expected) < 1e-5


@pytest.mark.usefixtures("_bands")
@pytest.mark.parametrize("size", [1, 3])
@pytest.mark.parametrize("down", [False, True])
def test_convolutions_of_every_kind(size, down):
    layer = EqualConv2d(5, 7, size, down, activate=False, bias=False).double()
    x = torch.randn(2, 5, 32, 16).double()
    ready = frozen(torch.nn.Sequential(layer), torch.float32)
    assert error(ready(x), layer(x)) < 1e-14
