"""The small discriminator for a part of the face."""

import pytest
import torch

from gpen_train.models.component_discriminator import ComponentDiscriminator


@pytest.mark.parametrize("side", [32, 80, 120])
def test_logits_are_a_quarter_of_the_sides(side):
    network = ComponentDiscriminator(width=2)
    patches = torch.randn(2, 3, side, side)
    half, quarter = network.features(patches)
    assert half.shape == (2, 4, side // 2, side // 2)
    assert quarter.shape == (2, 8, side // 4, side // 4)
    assert network(patches).shape == (2, 1, side // 4, side // 4)


def test_a_logit_sees_its_neighbourhood():
    network, patches = ComponentDiscriminator(width=2), torch.randn(1, 3, 64, 64, requires_grad=True)
    network(patches)[0, 0, 8, 8].backward()
    seen = patches.grad.abs().sum(dim=(0, 1)) > 0
    rows = seen.any(dim=1).nonzero().flatten()
    assert rows.min() <= 8 * 4 <= rows.max()
    assert 16 <= rows.max() - rows.min() + 1 <= 40


def test_it_has_gfpgans_size():
    with torch.device("meta"):
        network = ComponentDiscriminator()
    shapes = [tuple(p.shape) for name, p in network.named_parameters() if name.endswith("weight")]
    assert shapes == [
        (64, 3, 3, 3),
        (128, 64, 3, 3),
        (128, 128, 3, 3),
        (256, 128, 3, 3),
        (256, 256, 3, 3),
        (1, 256, 3, 3),
    ]
