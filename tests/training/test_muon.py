"""Muon against its formulas and against torch's, which takes matrices alone."""

import math

import pytest
import torch
from torch import nn
from torch.optim import AdamW

from gpen_train.models.discriminator import Discriminator
from gpen_train.training.muon import Muon, orthogonal
from gpen_train.training.optimizers import LearningRates, discriminator_optimizer


@pytest.mark.parametrize("shape", [(6, 20), (20, 6), (8, 8), (1, 9)])
def test_all_directions_are_turned_alike(shape):
    """float64: the singular vectors stay, the singular values are about 1, by the quintic as written."""
    torch.manual_seed(0)
    matrix = torch.randn(shape, dtype=torch.float64)
    u, values, v = torch.linalg.svd(matrix, full_matrices=False)
    wanted = values / values.norm()
    for _ in range(5):
        wanted = 3.4445 * wanted - 4.7750 * wanted**3 + 2.0315 * wanted**5
    torch.testing.assert_close(orthogonal(matrix), u @ wanted.diag() @ v, rtol=1e-9, atol=1e-9)
    assert 0.6 < wanted.min() <= wanted.max() < 1.3


def test_a_kernel_moves_as_its_matrix_does():
    """Three steps by the formula, in float64, whatever the layout in memory; vectors move by AdamW's."""
    torch.manual_seed(0)
    layer = nn.Conv2d(4, 6, 3).double().to(memory_format=torch.channels_last)
    weight, average = layer.weight.detach().clone(), 0.0
    bias = nn.Parameter(layer.bias.detach().clone())
    common = {"lr": 0.01, "betas": (0.9, 0.99), "weight_decay": 0.1}
    ours = Muon([{"params": [layer.weight]}, {"params": [layer.bias]}], **common)
    adam = AdamW([bias], **common)
    for _ in range(3):
        layer.weight.grad, bias.grad = torch.randn_like(layer.weight), torch.randn_like(bias)
        layer.bias.grad = bias.grad.clone()
        average = 0.9 * average + 0.1 * layer.weight.grad
        looked = (0.9 * average + 0.1 * layer.weight.grad).reshape(6, 36)
        step = 0.01 * 0.2 * math.sqrt(36) * orthogonal(looked).reshape(weight.shape)
        weight = (1 - 0.01 * 0.1) * weight - step
        ours.step()
        adam.step()
    torch.testing.assert_close(layer.weight.detach(), weight, rtol=1e-12, atol=1e-12)
    torch.testing.assert_close(layer.bias.detach(), bias.detach(), rtol=1e-12, atol=1e-12)


@pytest.mark.skipif(not hasattr(torch.optim, "Muon"), reason="this torch has no Muon")
@pytest.mark.parametrize("beta", [0.0, 0.95])
def test_a_matrix_moves_as_torchs_does(beta):
    """Which computes in bfloat16."""
    torch.manual_seed(0)
    layers = [nn.Linear(16, 24, bias=False) for _ in range(2)]
    layers[1].load_state_dict(layers[0].state_dict())
    start = layers[0].weight.detach().clone()
    optimizers = [
        Muon(layers[0].parameters(), lr=0.01, betas=(beta, 0.99), weight_decay=0.1),
        torch.optim.Muon(
            layers[1].parameters(),
            lr=0.01,
            momentum=beta,
            weight_decay=0.1,
            adjust_lr_fn="match_rms_adamw",
        ),
    ]
    for _ in range(4):
        gradient = torch.randn(24, 16)
        for layer, optimizer in zip(layers, optimizers, strict=True):
            layer.weight.grad = gradient.clone()
            optimizer.step()
    moved, wanted = (layer.weight.detach() - start for layer in layers)
    assert (moved - wanted).norm() < 0.02 * wanted.norm()


def test_its_groups_are_the_halves_of_adamw():
    rates = LearningRates(discriminator=1e-2, name="muon", weight_decay=0.5)
    optimizer = discriminator_optimizer([Discriminator(32, 64, 8)], rates, lazy_every=16)
    assert type(optimizer) is Muon
    found = [
        ({p.ndim > 1 for p in group["params"]}, group["weight_decay"]) for group in optimizer.param_groups
    ]
    assert found == [({True}, 0.5), ({False}, 0.0)]
    assert [group["lr"] for group in optimizer.param_groups] == pytest.approx([1e-2 * 16 / 17] * 2)
