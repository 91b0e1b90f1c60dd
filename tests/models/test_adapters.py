"""Low-rank adapters: the layers' definition, how they start, and what is left when they are merged."""

import copy
import math

import pytest
import torch
from torch import nn

from gpen_train.models.adapters import adapt, adapters, merged
from gpen_train.models.gpen import build_gpen
from gpen_train.models.layers import EqualConv2d, EqualLinear
from gpen_train.models.modulated import ModulatedConv2d
from gpen_train.models.prior import build_prior

LAYERS = {
    "convolution": (lambda: nn.Conv2d(4, 6, 3, padding=1), [(2, 4, 5, 5)]),
    "linear": (lambda: nn.Linear(5, 3), [(2, 5)]),
    "equalized": (lambda: EqualConv2d(4, 6, 3, down=True), [(2, 4, 6, 6)]),
    "equalized linear": (lambda: EqualLinear(5, 3, activate=True), [(2, 5)]),
    "modulated": (lambda: ModulatedConv2d(4, 6, 3, style_dim=5), [(2, 4, 5, 5), (2, 5), (1, 1, 1, 1)]),
}
SMALL = {
    "gpen_v1": {"encoder": "plain", "mapper": "stylegan2", "mapper_layers": 3, "injection": "concat"},
    "gpen_v2": {"encoder_width": 4, "encoder_depths": (1, 1, 1, 1)},
}


def moved(network):
    """Its adapters, no longer at their start."""
    torch.manual_seed(1)
    for adapter in adapters(network):
        nn.init.normal_(adapter.up, std=0.1)
    return network


@pytest.mark.parametrize("kind", LAYERS)
def test_a_layer_computes_with_the_sum(kind):
    """float64: weight + up @ down / sqrt(rank), the product written as a sum of outer products."""
    torch.manual_seed(0)
    build, shapes = LAYERS[kind]
    layer, inputs = build().double(), [torch.randn(shape, dtype=torch.float64) for shape in shapes]
    plain = copy.deepcopy(layer)
    adapt(layer, 2)
    assert torch.equal(layer(*inputs), plain(*inputs))
    moved(layer)
    adapted = {name: found for name, found in layer.named_modules() if hasattr(found, "parametrizations")}
    assert len(adapted) == (2 if kind == "modulated" else 1)  # the affine layer of its style too
    for name, found in adapted.items():
        up, down = found.parametrizations.weight[0].parameters()
        outer = sum(torch.outer(up[:, i], down[i]) for i in range(2)) / math.sqrt(2)
        with torch.no_grad():
            plain.get_submodule(name).weight += outer.reshape(found.weight.shape)
    torch.testing.assert_close(layer(*inputs), plain(*inputs), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("family", SMALL)
def test_merged_it_is_the_network_without_adapters_to_the_last_bit(family):
    torch.manual_seed(0)
    plain = build_gpen(32, style_dim=16, channel_base=256, channel_max=16, **SMALL[family])
    model, faces = copy.deepcopy(plain), torch.randn(2, 3, 32, 32)
    adapt(model, 4)
    assert torch.equal(model(faces), plain(faces))
    adapted = [layer for layer in model.modules() if hasattr(layer, "parametrizations")]
    assert len(adapted) == sum(
        name.endswith(".weight") and p.ndim > 1 for name, p in plain.named_parameters()
    )
    moved(model)
    before = plain(faces)
    state = merged(model.state_dict())
    assert state.keys() == plain.state_dict().keys()
    plain.load_state_dict(state)
    assert torch.equal(model(faces), plain(faces))
    assert (model(faces) - before).abs().max() > 0.1


@pytest.mark.parametrize("family", SMALL)
def test_made_ready_for_inference_it_computes_with_the_sums(family):
    torch.manual_seed(0)
    model = build_gpen(32, style_dim=16, channel_base=256, channel_max=16, **SMALL[family])
    adapt(model, 4)
    moved(model)
    faces = torch.randn(2, 3, 32, 32)
    ready = model.for_inference()
    assert not list(adapters(ready))
    torch.testing.assert_close(ready(faces), model(faces), rtol=1e-4, atol=1e-5)


def test_adapters_alone_learn_and_only_where_something_did():
    prior = build_prior(32, style_dim=16, mapper_layers=2, channel_base=256, channel_max=16)
    prior.generator.b4.requires_grad_(False)
    adapt(prior.generator, 4)
    learning = {name for name, p in prior.generator.named_parameters() if p.requires_grad}
    assert learning
    assert all(name.endswith((".0.up", ".0.down")) for name in learning)
    assert not any(name.startswith("b4.") for name in learning)
    ranks = {adapter.up.shape: adapter.down.shape[0] for adapter in adapters(prior.generator)}
    assert ranks[torch.Size([16, 4])] == 4
    assert ranks[torch.Size([3, 3])] == 3  # an image has three channels
    assert all(p.requires_grad for p in prior.mapper.parameters())


@pytest.mark.parametrize("rank", [1, 4, 64])
def test_adams_first_step_goes_as_far_as_without_them(rank):
    """Root mean square of the entries, for each rank: that of steps of one learning rate each."""
    torch.manual_seed(0)
    layer = nn.Conv2d(64, 128, 3)
    before = layer.weight.detach().clone()
    adapt(layer, rank)
    optimizer = torch.optim.Adam([p for p in layer.parameters() if p.requires_grad], lr=1e-3)
    layer(torch.randn(2, 64, 8, 8)).square().sum().backward()
    optimizer.step()
    step = (layer.weight.detach() - before).square().mean().sqrt()
    assert float(step) == pytest.approx(1e-3, rel=0.1)


@pytest.mark.parametrize("spoil", ["missing", "rank", "width", "dtype", "scalar"])
def test_what_is_no_adapter_is_left_alone(spoil):
    layer = nn.Sequential(nn.Linear(5, 3))
    adapt(layer, 2)
    state = dict(layer.state_dict())
    up, down = (f"0.parametrizations.weight.0.{name}" for name in ("up", "down"))
    if spoil == "missing":
        del state[up]
    elif spoil == "scalar":
        state["0.parametrizations.weight.original"] = torch.zeros(())
    else:
        changed = {"rank": torch.zeros(3, 1), "width": torch.zeros(2, 2), "dtype": state[up].long()}
        state[down if spoil == "width" else up] = changed[spoil]
    found = merged(state)
    assert found.keys() == state.keys()
    assert all(found[name] is tensor for name, tensor in state.items())
