"""The pyramid loss: its formula, the images that it looks at, and its end."""

import pytest
import torch

from gpen_train.losses.built import BuiltLoss
from gpen_train.losses.pyramid import Pyramid, pyramid
from gpen_train.models import filters
from gpen_train.models.gpen import build_gpen


def test_it_is_the_sum_over_sides_of_the_distance_to_block_means():
    torch.manual_seed(0)
    clean = torch.randn(2, 3, 8, 8).double()
    coarser = [torch.randn(2, 3, side, side).double() for side in (2, 4)]
    wanted = 0.0
    for image in coarser:
        side = image.shape[2]
        block = 8 // side
        for y in range(side):
            for x in range(side):
                mean = clean[:, :, y * block : (y + 1) * block, x * block : (x + 1) * block].mean(dim=(2, 3))
                wanted += (image[:, :, y, x] - mean).abs().sum() / image.numel()
    torch.testing.assert_close(pyramid(coarser, clean), wanted)


def test_the_images_are_the_sums_that_the_generator_builds_on():
    torch.manual_seed(0)
    model = build_gpen(32, encoder_width=4, encoder_depths=(1, 1, 1, 1), style_dim=8, channel_max=8)
    shares = []
    for side in model.generator.resolutions:
        layer = getattr(model.generator, f"b{side}").torgb
        layer.register_forward_hook(lambda module, given, share: shares.append(share))
    degraded = torch.randn(2, 3, 32, 32)
    images = model(degraded, all_sides=True)
    assert [image.shape[2] for image in images] == [4, 8, 16, 32]
    for coarse, share, image in zip(images, shares[1:4], images[1:], strict=False):
        torch.testing.assert_close(image, filters.upsample(coarse) + share)
    assert torch.equal(images[-1], model(degraded))


def test_it_counts_from_its_start_to_its_end():
    loss = BuiltLoss(Pyramid(weight=1.0, start=100, end=200), None)
    assert [loss.is_due(images, 0) for images in (0, 99, 100, 199, 200)] == [False, False, True, True, False]
    with pytest.raises(ValueError, match=r"^losses\.pyramid\.end is 100; give more than its start, 100"):
        Pyramid(start=100, end=100).check()
