"""Warping against what is known: whole-pixel moves, cosines evaluated anywhere, and exact derivatives."""

import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from gpen_train.training.ada.matrices import matrices, product, rotation, scaling, shift
from gpen_train.training.ada.warp import copy_pixels, double, halve, resample, sample

ONE = torch.ones(1)


def picture(size=16):
    torch.manual_seed(0)
    return torch.randn(2, 3, size, size)


def quarter_turns(turns):
    cosine, sine = [(1.0, 0.0), (0.0, 1.0), (-1.0, 0.0), (0.0, -1.0)][turns]
    return matrices([[cosine, -sine, 0], [sine, cosine, 0], [0, 0, 1]], torch.ones(2))


def both(matrix):
    return matrix.expand(2, 3, 3)


def test_nothing_to_do_changes_no_bit():
    images = picture()
    assert torch.equal(copy_pixels(images, both(torch.eye(3))), images)


def test_flips_and_turns_copy_pixels():
    images = picture()
    assert torch.equal(copy_pixels(images, both(scaling(-ONE, ONE))), images.flip(3))
    for turns in range(4):
        turned = copy_pixels(images, quarter_turns(turns))
        assert torch.equal(turned, torch.rot90(images, turns, (2, 3))), turns


@pytest.mark.parametrize(("right", "down"), [(3, 0), (-2, 1), (0, -5), (40, -37)])
def test_shifts_copy_pixels_and_mirror_the_border(right, down):
    images = picture()
    moved = copy_pixels(images, both(shift(2 * right * ONE / 16, 2 * down * ONE / 16)))
    padded = np.pad(images.numpy(), ((0, 0), (0, 0), (48, 48), (48, 48)), mode="symmetric")
    wanted = padded[:, :, 48 + down : 64 + down, 48 + right : 64 + right]
    assert np.array_equal(moved.numpy(), wanted)


def test_a_product_is_one_map_after_the_other():
    images = picture()
    flip, turn, move = both(scaling(-ONE, ONE)), quarter_turns(1), both(shift(4 * ONE / 16, 0 * ONE))
    at_once = copy_pixels(images, product(product(flip, turn), move))
    assert torch.equal(at_once, copy_pixels(copy_pixels(copy_pixels(images, flip), turn), move))
    assert not torch.equal(at_once, copy_pixels(images, product(product(move, turn), flip)))


def waves(x, y):
    """A smooth picture that goes on mirrored beyond its edges at -1 and 1."""
    column, row = (x + 1) / 2 * math.pi, (y + 1) / 2 * math.pi
    return torch.cos(3 * column) * torch.cos(2 * row) + 0.5 * torch.cos(7 * row) + 0.3 * torch.cos(5 * column)


MAPS = {
    "nothing": torch.eye(3)[None],
    "rotation": rotation(0.7 * ONE),
    "enlarged": scaling(0.7 * ONE, 0.7 * ONE),
    "reduced": scaling(1.4 * ONE, 1.4 * ONE),
    "stretched": scaling(1.3 * ONE, ONE / 1.3),
    "shifted": shift(0.3 * ONE, -0.45 * ONE),
    "far away": shift(5.1 * ONE, -3.3 * ONE),
    "all": product(product(rotation(0.7 * ONE), scaling(1.2 * ONE, 0.9 * ONE)), shift(0.3 * ONE, 0.2 * ONE)),
}


@pytest.mark.parametrize("name", MAPS)
def test_resampling_shows_the_picture_at_the_mapped_places(name):
    size = 48
    along = (torch.arange(size) * 2 + 1) / size - 1
    x, y = along.expand(size, size), along[:, None].expand(size, size)
    matrix = MAPS[name][0]
    mapped = matrix[:2] @ torch.stack([x.flatten(), y.flatten(), torch.ones(size * size)])
    wanted = waves(mapped[0], mapped[1]).view(size, size)
    warped = resample(waves(x, y).expand(1, 2, size, size), MAPS[name])
    assert warped.shape == (1, 2, size, size)
    assert (warped - wanted).abs().max() < 0.03
    assert (warped - wanted).square().mean().sqrt() < 0.01


def test_doubling_and_halving_gives_the_picture_back():
    smooth = F.interpolate(picture(20), 32, mode="bicubic")
    margin = F.pad(smooth, (5, 5, 5, 5), mode="replicate")  # what halving uses up, at twice the resolution
    back = halve(double(margin)[:, :, 5:-5, 5:-5])
    assert (back - smooth)[:, :, 4:-4, 4:-4].std() < 0.025 * smooth.std()
    assert double(margin).shape == (2, 3, 84, 84)


def test_a_constant_stays_what_it_is():
    warped = resample(torch.full((1, 1, 32, 32), 0.7), MAPS["all"])
    torch.testing.assert_close(warped, torch.full((1, 1, 32, 32), 0.7))


def test_mirrored_images_are_warped_alike():
    images, matrix = picture(32), both(product(rotation(0.4 * ONE), scaling(1.2 * ONE, 0.8 * ONE)))
    flip = both(scaling(-ONE, ONE))
    mirrored = resample(images.flip(3), product(product(flip, matrix), flip))
    torch.testing.assert_close(mirrored.flip(3), resample(images, matrix), rtol=1e-4, atol=1e-4)


def test_patterns_too_fine_for_a_reduced_image_vanish():
    """Stripes of 2.5 pixels would need 1.6 of the pixels of a result reduced by 1.6: they must not alias."""
    stripes = torch.cos(torch.arange(64) * 2 * math.pi / 2.5).expand(1, 1, 64, 64)
    reduced = resample(stripes, scaling(1.6 * ONE, 1.6 * ONE))
    assert reduced.square().mean().sqrt() < 0.35 * stripes.square().mean().sqrt()
    aliased = sample(
        stripes, F.affine_grid(torch.eye(2, 3)[None] * 1.6, (1, 1, 64, 64), align_corners=False), 0
    )
    assert aliased.square().mean().sqrt() > 0.6 * stripes.square().mean().sqrt()


@pytest.mark.parametrize("operation", [resample, copy_pixels])
def test_second_derivatives(operation):
    images = torch.randn(1, 2, 8, 8, dtype=torch.double, requires_grad=True)
    matrix = product(MAPS["all"], scaling(1.5 * ONE, ONE)).double()

    def squares(images):
        return operation(images, matrix).square()

    assert torch.autograd.gradcheck(squares, images)
    assert torch.autograd.gradgradcheck(squares, images)


def test_sampling_and_its_gradient_are_torchs():
    images = picture().requires_grad_()
    grid = torch.rand(2, 9, 7, 2) * 4 - 2
    ours = sample(images, grid, 0)
    theirs = F.grid_sample(images, grid, padding_mode="reflection", align_corners=False)
    assert torch.equal(ours, theirs)
    weight = torch.randn_like(ours)
    mine, yours = (torch.autograd.grad((y * weight).sum(), images)[0] for y in (ours, theirs))
    assert torch.equal(mine, yours)
