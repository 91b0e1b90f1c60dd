"""The distance of features against its formula, and its settings."""

import pytest
import torch

from gpen_train.losses.judged.features import Features, feature_distance, unit_distance


def test_it_is_the_mean_over_pixels_of_the_distance_of_directions():
    first, second = torch.randn(2, 3, 4, 5).double(), torch.randn(2, 3, 4, 5).double()
    wanted = torch.zeros(2).double()
    for image in range(2):
        for row in range(4):
            for column in range(5):
                ours, theirs = first[image, :, row, column], second[image, :, row, column]
                wanted[image] += (ours / ours.norm() - theirs / theirs.norm()).square().sum() / 20
    torch.testing.assert_close(unit_distance(first, second), wanted)
    assert unit_distance(first, 3 * first).abs().max() < 1e-12
    torch.testing.assert_close(unit_distance(first, -first), torch.full((2,), 4.0).double())


def test_layers_are_summed_by_their_weights_at_the_side_asked_for():
    seen = []

    def network(images):
        seen.append(images.shape[-1])
        return {"fine": 1 * images, "coarse": images[:, :, ::2, ::2] ** 2}

    restored, clean = (
        torch.rand(2, 3, 16, 16, requires_grad=True),
        torch.rand(2, 3, 16, 16, requires_grad=True),
    )
    found = feature_distance(network, {"fine": 2.0, "coarse": 3.0}, restored, clean)
    wanted = 2 * unit_distance(restored, clean)
    wanted += 3 * unit_distance(restored[:, :, ::2, ::2] ** 2, clean[:, :, ::2, ::2] ** 2)
    torch.testing.assert_close(found, wanted)
    found.sum().backward()
    assert restored.grad.abs().sum() > 0
    assert clean.grad is None
    feature_distance(network, {"fine": 1.0}, restored, clean, side=32)
    assert seen == [16, 16, 32, 32]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"net": "b0"}, "losses.features.net is 'b0'; choose one of: lite0, lite1, lite2"),
        ({"layers": {"stage9": 1.0}}, "losses.features.layers has 'stage9'; choose from: stem"),
        ({"weight": 1.0, "layers": {"stem": 0.0}}, "losses.features.layers gives no layer a weight"),
    ],
)
def test_settings_that_cannot_be_are_refused(settings, message):
    with pytest.raises(ValueError, match=message):
        Features(**settings).check()
