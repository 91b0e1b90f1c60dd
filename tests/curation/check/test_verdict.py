"""When training would suffer, and the picture of it."""

import numpy as np
import pytest

from gpen_train.curation.check.histogram import draw_histograms
from gpen_train.curation.check.limits import Limits
from gpen_train.curation.check.verdict import summary

LIMITS = Limits(min_size=32, max_share=0.1)


def record(number: int, **others) -> dict:
    rng = np.random.default_rng(number)
    return {
        "label": f"{number:03d}.png",
        "width": 64,
        "height": 64,
        "mode": "RGB",
        "format": "PNG",
        "sha256": f"{number:064x}",
        "hash": rng.bytes(32).hex(),
        "sharpness": 0.5,
        "brightness": 120.0,
        **others,
    }


def records(*special: dict, num: int = 20) -> list[dict]:
    """``num`` sound records, the first of them changed."""
    return [record(number, **(special[number] if number < len(special) else {})) for number in range(num)]


def test_sound_images_are_fit():
    found = summary(records(), LIMITS)
    assert (found["num_images"], found["num_usable"], found["num_faulty"], found["reasons"]) == (
        20,
        20,
        0,
        [],
    )
    assert found["sizes"] == {"64 x 64": 20}


@pytest.mark.parametrize(
    ("fault", "special", "labels"),
    [
        ("too_small", [{"height": 31}], ["000.png"]),
        ("too_blurry", [{}, {"sharpness": 0.01}], ["001.png"]),
        ("duplicate", [{"sha256": "f"}, {"sha256": "f"}, {"sha256": "f"}], ["001.png", "002.png"]),
        ("near_duplicate", [{"hash": "0" * 64}, {"hash": "0" * 60 + "ffff"}], ["001.png"]),
    ],
)
def test_finds_each_fault(fault, special, labels):
    found = summary(records(*special), LIMITS)
    assert found["faults"][fault] == labels
    assert sum(map(len, found["faults"].values())) == len(labels) == found["num_faulty"]


def test_unreadable_images_count_and_are_left_out_of_everything_else():
    broken = {"label": "b.png", "bytes": 0, "changed": 0, "unreadable": "empty"}
    found = summary([*records(), broken], LIMITS)
    assert found["faults"]["unreadable"] == ["b.png"]
    assert (found["num_usable"], found["num_faulty"]) == (20, 1)
    assert draw_histograms([broken], LIMITS).shape == (520, 960, 3)


def test_training_suffers_from_more_faults_than_are_let_pass():
    two, three = [{"sharpness": 0.0}] * 2, [{"sharpness": 0.0}] * 3
    assert summary(records(*two), LIMITS)["reasons"] == []
    (reason,) = summary(records(*three), LIMITS)["reasons"]
    assert "15 %" in reason
    assert "3 are too blurry" in reason


def test_two_images_are_needed():
    assert any("2 are needed" in reason for reason in summary(records(num=1), LIMITS)["reasons"])


def test_an_image_with_two_faults_counts_once():
    assert summary(records({"height": 8, "sharpness": 0.0}), LIMITS)["num_faulty"] == 1


@pytest.mark.parametrize("num", [1, 20])
def test_the_picture_shows_bars_and_limits(num):
    picture = draw_histograms(records(num=num), LIMITS)
    assert picture.dtype == np.uint8
    bars = (picture == (0x4A, 0x7A, 0xB5)).all(-1)
    limits = (picture == (0xC0, 0x39, 0x2B)).all(-1)
    for rows in (slice(0, 260), slice(260, 520)):
        assert bars[rows, :480].any()
        assert bars[rows, 480:].any()
        assert limits[rows, :480].any()
