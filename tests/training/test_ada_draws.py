"""What is drawn for geometry and colours: its distributions, and colours against the paper's vectors."""

import math

import pytest
import torch

from gpen_train.training.ada.chance import Chance
from gpen_train.training.ada.colour import along_and_across, draw_colours, hue, recolour
from gpen_train.training.ada.geometry import blit, flip, general
from gpen_train.training.ada.warp import copy_pixels

NUM = 20_000


def chance(p, num=NUM, seed=0):
    return Chance(num, torch.tensor(p), torch.Generator().manual_seed(seed))


def test_chance_has_the_distributions_it_says():
    draws = chance(0.3)
    assert draws.happens().float().mean().item() == pytest.approx(0.3, abs=0.02)
    uniform = draws.uniform(-2, 4)
    assert uniform.min() >= -2
    assert uniform.max() < 4
    assert uniform.mean().item() == pytest.approx(1, abs=0.05)
    assert draws.whole(4).bincount().tolist() == pytest.approx([NUM / 4] * 4, rel=0.05)
    assert draws.normal(0.2).std().item() == pytest.approx(0.2, rel=0.05)
    octaves = draws.factor(0.5).log2()
    assert octaves.mean().item() == pytest.approx(0, abs=0.02)
    assert octaves.std().item() == pytest.approx(0.5, rel=0.05)


def test_never_and_always():
    assert not chance(0.0).happens().any()
    assert chance(1.0).happens().all()


def test_without_chance_nothing_moves_and_no_colour_changes():
    identity = torch.eye(3).expand(8, 3, 3)
    assert torch.equal(flip(chance(0.0, 8)), identity)
    assert torch.equal(blit(chance(0.0, 8), 32), identity)
    moves, resampled = general(chance(0.0, 8))
    assert torch.equal(moves, identity)
    colours, recoloured = draw_colours(chance(0.0, 8))
    torch.testing.assert_close(colours, torch.eye(4).expand(8, 4, 4))
    assert not resampled.any()
    assert not recoloured.any()


def test_half_of_the_chosen_are_mirrored():
    mirrored = flip(chance(0.4))[:, 0, 0] < 0
    assert mirrored.float().mean().item() == pytest.approx(0.2, abs=0.02)


def test_blits_take_pixels_to_pixels():
    maps = blit(chance(1.0, 64), 32)
    linear = maps[:, :2, :2]
    assert set(linear.flatten().tolist()) == {-1.0, 0.0, 1.0}
    assert linear.det().abs().eq(1).all()
    pixels = maps[:, :2, 2] * 32 / 2
    assert torch.equal(pixels, pixels.round())
    assert pixels.abs().max() == 4  # an eighth of the side
    images = torch.arange(64 * 32 * 32.0).view(64, 1, 32, 32)
    copied = copy_pixels(images, maps)
    assert torch.equal(copied, copied.round())


def test_geometry_is_as_likely_and_as_strong_as_the_paper_says():
    maps, moved = general(chance(0.2))
    share = 1 - (1 - 0.2) ** 4  # scale, one rotation or the other, stretch, shift
    assert moved.float().mean().item() == pytest.approx(share, abs=0.015)
    still = torch.eye(3).expand(NUM, 3, 3)
    assert torch.equal(maps[~moved], still[~moved])
    maps, moved = general(chance(1.0))
    assert moved.all()
    assert maps[:, :2, :2].det().log2().std().item() == pytest.approx(2 * 0.2, rel=0.05)  # both axes
    shifts = maps[:, :2, :2].inverse() @ maps[:, :2, 2:]  # the shift comes last: a quarter of [-1, 1]
    assert shifts.std().item() == pytest.approx(0.25, rel=0.05)


def test_what_is_drawn_does_not_depend_on_p():
    _, few = general(chance(0.05, 500))
    _, more = general(chance(0.1, 500))
    assert more[few].all()
    sure, _ = draw_colours(chance(1.0, 500))
    some, changed = draw_colours(chance(0.9, 500))
    same = (sure - some).abs().amax(dim=(1, 2)) < 1e-6
    assert same.float().mean().item() == pytest.approx(0.9**5, abs=0.1)
    assert changed[same].all()


AXIS = torch.ones(3, dtype=torch.double) / math.sqrt(3)
ONES, GREY = torch.eye(3, dtype=torch.double), torch.outer(AXIS, AXIS)
CROSS = torch.linalg.cross(AXIS.expand(3, 3), ONES).T  # CROSS @ v is AXIS x v
COLOURS = {
    "saturation": (lambda s: along_and_across(s / s, s), lambda s: GREY + (ONES - GREY) * s),
    "contrast": (lambda s: along_and_across(s, s), lambda s: ONES * s),
    "luma flip": (lambda s: along_and_across(-s / s, s / s), lambda s: ONES - 2 * GREY),
    "hue": (hue, lambda angle: torch.linalg.matrix_exp(CROSS * angle)),
}


@pytest.mark.parametrize("name", COLOURS)
def test_colours_are_the_papers_matrices(name):
    ours, definition = COLOURS[name]
    amounts = torch.tensor([0.3, 1.7, 2.5]).double()
    for found, amount in zip(ours(amounts), amounts, strict=True):
        torch.testing.assert_close(found[:3, :3], definition(amount))
        assert torch.equal(found[3], torch.tensor([0, 0, 0, 1.0]).double())


def test_a_third_of_a_turn_makes_red_green():
    red = torch.tensor([1.0, 0, 0]).view(1, 3, 1, 1)
    turned = recolour(red, hue(torch.tensor([2 * math.pi / 3])))
    torch.testing.assert_close(turned.flatten(), torch.tensor([0.0, 1, 0]), rtol=0, atol=1e-6)


def test_colours_are_composed_in_the_papers_order():
    draws, colours = chance(1.0, 5, seed=3), draw_colours(chance(1.0, 5, seed=3))[0]
    images = torch.rand(5, 3, 2, 2) * 2 - 1
    wanted = images.clone()
    draws.happens()
    wanted = wanted + draws.normal(0.2).view(5, 1, 1, 1)
    draws.happens()
    wanted = wanted * draws.factor(0.5).view(5, 1, 1, 1)
    draws.happens()
    grey = wanted.mean(dim=1, keepdim=True)
    wanted = torch.where(draws.whole(2).view(5, 1, 1, 1) == 1, wanted - 2 * grey, wanted)
    draws.happens()
    wanted = recolour(wanted, hue(draws.uniform(-math.pi, math.pi)))
    draws.happens()
    grey = wanted.mean(dim=1, keepdim=True)
    wanted = grey + (wanted - grey) * draws.factor(1.0).view(5, 1, 1, 1)
    torch.testing.assert_close(recolour(images, colours), wanted, rtol=1e-4, atol=1e-5)
