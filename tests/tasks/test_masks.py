"""Masks: measures as the settings say, the same shapes at every resolution, settings that rebuild them."""

import json

import cv2
import numpy as np
import pytest

from gpen_train.tasks.masks import KINDS, Masks


def draw(masks: Masks, resolution: int, seed: int) -> np.ndarray:
    return masks(resolution, np.random.default_rng(seed))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(4))
def test_shapes_are_the_same_at_every_resolution(kind, seed):
    masks = Masks({kind: 1})
    large, small = draw(masks, 1024, seed), draw(masks, 256, seed)
    assert large.dtype == small.dtype == bool
    reduced = large.reshape(256, 4, 256, 4).mean(axis=(1, 3)) > 0.5
    assert (reduced & small).sum() / (reduced | small).sum() > 0.9


@pytest.mark.parametrize("kind", KINDS)
def test_every_hole_has_pixels_even_where_a_stroke_is_thinner_than_one(kind):
    masks = Masks({kind: 1})
    assert all(draw(masks, 16, seed).any() for seed in range(100))


@pytest.mark.parametrize(("width", "resolution"), [(12, 1024), (40, 1024), (80, 1024), (80, 256), (40, 128)])
def test_a_stroke_is_as_wide_as_drawn(width, resolution):
    """The area of one straight segment, and of the half disks at its ends."""
    masks = Masks(strokes=1, vertices=2, width=width, step=300)
    areas = [draw(masks, resolution, seed).sum() * (1024 / resolution) ** 2 for seed in range(40)]
    assert np.median(areas) == pytest.approx(300 * width + np.pi / 4 * width**2, rel=0.1)


def test_strokes_turn_by_a_fifth_of_the_circle(monkeypatch):
    walks = []
    monkeypatch.setattr(cv2, "polylines", lambda canvas, points, *_: walks.append(points[0]))
    masks = Masks(vertices=20, step=25)  # steps so short that few walks meet a border
    for seed in range(60):
        draw(masks, 1024, seed)
    turns = []
    for walk in walks:
        if walk.min() > 30 and walk.max() < 994:
            steps = np.diff(walk, axis=0)
            angles = np.arctan2(steps[:, 1], steps[:, 0])
            turns.append((np.diff(angles) + np.pi) % (2 * np.pi) - np.pi)
    turns = np.concatenate(turns)
    assert len(turns) > 500
    assert np.abs(turns).mean() == pytest.approx(2 * np.pi / 5, abs=0.05)
    assert (turns > 0).mean() == pytest.approx(0.5, abs=0.1)
    assert np.abs(turns).min() > np.pi * 4 / 15 - 0.1


def test_strokes_that_leave_come_back_as_from_a_mirror():
    masks = Masks(strokes=1, vertices=28, width=12, step=1000)
    covers = [draw(masks, 256, seed).mean() for seed in range(20)]
    assert min(covers) > 0.05  # nothing is lost outside


def test_a_box_has_the_sides_drawn_and_lies_inside():
    masks = Masks({"box": 1}, boxes=1, side=[100, 300])
    for seed in range(50):
        hole = draw(masks, 1024, seed)
        rows, columns = hole.any(axis=1).nonzero()[0], hole.any(axis=0).nonzero()[0]
        height, width = np.ptp(rows) + 1, np.ptp(columns) + 1
        assert hole.sum() == height * width
        assert 100 <= min(height, width) <= max(height, width) <= 300


def test_irregular_patches_cover_the_share_drawn():
    for cover in (0.05, 0.2, 0.5):
        masks = Masks({"irregular": 1}, cover=cover)
        for seed in range(5):
            assert draw(masks, 256, seed).mean() == pytest.approx(cover, abs=1e-4)
            assert draw(masks, 700, seed).mean() == pytest.approx(cover, abs=0.01)


def test_kinds_come_in_their_shares():
    masks = Masks({"box": 3, "irregular": 1}, boxes=1, cover=0.5)  # a box covers less than a fifth
    shares = [draw(masks, 32, seed).mean() < 0.3 for seed in range(400)]
    assert np.mean(shares) == pytest.approx(0.75, abs=0.06)


def test_settings_are_plain_and_rebuild_the_masks():
    masks = Masks({"box": 1, "irregular": 2}, side=(100, 200), grain=64)
    assert json.loads(json.dumps(masks.settings)) == masks.settings
    for seed in range(5):
        np.testing.assert_array_equal(draw(masks, 64, seed), draw(Masks(**masks.settings), 64, seed))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"kinds": {"blob": 1}}, "kinds holds 'blob'.*brush, box, irregular"),
        ({"strokes": [0, 3]}, "strokes is"),
        ({"vertices": [8, 9.5]}, "whole numbers"),
        ({"side": [80, 2000]}, "side is .* <= 1024"),
        ({"cover": [0.4, 0.2]}, "cover is"),
    ],
)
def test_wrong_settings_are_refused(settings, message):
    with pytest.raises(ValueError, match=message):
        Masks(**settings)
