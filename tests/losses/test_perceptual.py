"""Perceptual and style losses against their formulas."""

import pytest
import torch
from torch import nn

from gpen_train.losses.judged.perceptual import gram, gram_distance, perceptual_and_style


class Maps(nn.Module):
    """Two feature maps of an image, of different sizes."""

    def __init__(self):
        super().__init__()
        self.scale = nn.Parameter(torch.tensor(2.0))

    def forward(self, images):
        return {"fine": images * self.scale, "coarse": images[:, :2, ::2, ::2] ** 2}


def gram_by_definition(features):
    batch, channels, height, width = features.shape
    result = torch.zeros(batch, channels, channels, dtype=features.dtype)
    for b in range(batch):
        for c in range(channels):
            for d in range(channels):
                result[b, c, d] = (features[b, c] * features[b, d]).sum() / (channels * height * width)
    return result


def test_gram_equals_its_definition():
    features = torch.randn(2, 4, 3, 5).double()
    torch.testing.assert_close(gram(features), gram_by_definition(features))


def test_the_style_forgets_where_things_are():
    features = torch.randn(1, 4, 6, 6)
    shuffled = features.flatten(2)[:, :, torch.randperm(36)].view_as(features)
    assert gram_distance(features, shuffled) < 1e-6
    assert gram_distance(features, 2 * features) > 0.1


def test_gram_keeps_float32_in_mixed_precision():
    features = torch.randn(1, 8, 16, 16)
    with torch.autocast("cpu", torch.bfloat16):
        inside = gram(features)
    assert torch.equal(inside, gram(features))
    assert gram(features.bfloat16()).dtype == torch.float32


def test_terms_equal_their_formulas():
    layers = {"fine": 0.5, "coarse": 3.0}
    restored, clean = torch.randn(2, 3, 8, 8), torch.randn(2, 3, 8, 8)
    ours, theirs = Maps()(restored), Maps()(clean)
    terms = perceptual_and_style(Maps(), layers, restored, clean)
    wanted = sum(weight * (ours[name] - theirs[name]).abs().mean() for name, weight in layers.items())
    torch.testing.assert_close(terms["perceptual"], wanted)
    grams = {name: (gram_by_definition(ours[name]), gram_by_definition(theirs[name])) for name in layers}
    wanted = sum(weight * (grams[name][0] - grams[name][1]).abs().mean() for name, weight in layers.items())
    torch.testing.assert_close(terms["style"], wanted)
    assert [term.item() for term in perceptual_and_style(Maps(), layers, clean, clean).values()] == [0, 0]


@pytest.mark.parametrize("term", ["perceptual", "style"])
def test_only_restored_takes_a_gradient(term):
    restored, clean = (torch.randn(1, 3, 8, 8, requires_grad=True) for _ in range(2))
    perceptual_and_style(Maps(), {"fine": 1.0}, restored, clean)[term].backward()
    assert restored.grad.abs().sum() > 0
    assert clean.grad is None
