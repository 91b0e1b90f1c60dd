"""What old prints show: fading, paper, scratches."""

import numpy as np
import pytest

from gpen_train.degradations.fading import Fading, fade
from gpen_train.degradations.paper import SURFACES, Paper, clouds
from gpen_train.degradations.scratches import BARE, DIRT, Scratches, stroke
from gpen_train.degradations.stage import Frame

GREYS = np.arange(256, dtype=np.uint8)[None, :, None].repeat(3, axis=2)  # [1, 256, 3]


def draw(stage, seed: int, scale: float = 1.0) -> dict:
    return stage.draw(np.random.default_rng(seed), Frame(scale, (512, 512)))


def test_fading_equals_its_formula():
    expected = 30 + (210 - 30) * (np.arange(256) / 255) ** 0.8
    np.testing.assert_allclose(fade(GREYS, 0.8, 30, 210, 0)[0], expected[:, None].repeat(3, 1), atol=0.51)


def test_a_tone_is_warm_and_keeps_the_red():
    toned, plain = (fade(GREYS, 1.0, 40, 220, tone)[0].astype(int) for tone in (1, 0))
    np.testing.assert_array_equal(toned[:, 0], plain[:, 0])
    assert (toned[:, 0] >= toned[:, 1]).all()
    assert (toned[:, 1] >= toned[:, 2]).all()


def test_a_share_of_the_faded_is_toned():
    tones = [draw(Fading(toned=0.4), seed)["tone"] for seed in range(500)]
    assert np.mean([tone > 0 for tone in tones]) == pytest.approx(0.4, abs=0.06)


@pytest.mark.parametrize("kind", SURFACES)
@pytest.mark.parametrize("size", [(64, 64), (300, 200)])
def test_surfaces_cover_the_image_evenly(kind, size):
    surface = SURFACES[kind](*size, 3.0, 7)
    assert surface.shape == size
    assert surface.dtype == np.float32
    assert np.isfinite(surface).all()
    if kind != "mottle":  # whose few lumps need not average out
        assert abs(surface.mean()) < 0.2
        assert surface.std() == pytest.approx(1, abs=0.05)


def test_clouds_are_as_large_as_their_grain():
    def length(grain):  # pixels until the correlation has halved
        field = clouds(256, 256, grain, 3)
        products = [(field[:, :-shift] * field[:, shift:]).mean() for shift in range(1, 64)]
        return next(shift for shift, value in enumerate(products, 1) if value < 0.5 * field.var())

    assert length(16.0) == pytest.approx(2 * length(8.0), rel=0.35)
    assert clouds(512, 512, 8.0, 3).std() == pytest.approx(1, abs=0.15)


def test_paper_is_grey_and_as_strong_as_drawn():
    flat = np.full((256, 256, 3), 128, np.uint8)
    for kind in ("fibre", "silk"):
        added = Paper().apply(flat, kind, 4.0, 6.0, 11) - 128.0
        assert added.std() == pytest.approx(6, rel=0.05)
        np.testing.assert_array_equal(added[..., 0], added[..., 2])


@pytest.mark.parametrize("stage", [Paper(), Scratches()])
def test_the_seed_makes_the_shapes(stage):
    image = np.full((128, 128, 3), 128, np.uint8)
    drawn = draw(stage, 3, 0.25)
    once = stage.apply(image, **drawn)
    np.testing.assert_array_equal(stage.apply(image, **drawn), once)
    assert not np.array_equal(stage.apply(image, **(drawn | {"seed": drawn["seed"] ^ 2})), once)
    np.testing.assert_array_equal(image, 128)


def test_strokes_are_as_wide_as_asked():
    for width in (0.5, 1.0, 2.0, 4.0):
        mask = np.zeros((64, 64), np.uint8)
        stroke(mask, np.array([[-5.0, 32.0], [70.0, 32.0]]), np.array([width]), 1.0)
        assert mask[:, 30].sum() / 255 == pytest.approx(width, abs=0.8)


@pytest.mark.parametrize(("dirt", "colour"), [(0.0, BARE), (1.0, DIRT)])
def test_scratches_bare_the_paper_or_are_dirt(dirt, colour):
    stage = Scratches(scratches=12, creases=2, specks=40, opacity=1, width=2, dirt=dirt)
    image = np.full((256, 256, 3), 128, np.uint8)
    change = stage.apply(image, **draw(stage, 1)) - 128.0
    is_bare = dirt == 0
    assert (change >= -1e-3).all() if is_bare else (change <= 1e-3).all()
    touched = np.abs(change).max(axis=2) > 2
    assert 0.01 < touched.mean() < 0.5
    assert np.abs(change).max() <= np.abs(np.array(colour) - 128).max() + 0.5


def test_a_print_without_damage_stays_as_it_is():
    stage = Scratches(scratches=0, creases=0, specks=0)
    image = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    np.testing.assert_array_equal(stage.apply(image, **draw(stage, 0)), image)


def test_lengths_scale_with_the_image():
    for stage, name in ((Paper(grain=[8, 8]), "grain"), (Scratches(width=[2, 2]), "width")):
        assert draw(stage, 0, 0.5)[name] == pytest.approx(draw(stage, 0, 1.0)[name] / 2)
