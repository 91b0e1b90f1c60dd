"""Label maps: numbers are colours, mirrors swap sides, and what is no label map is refused."""

import io

import numpy as np
import pytest
from PIL import Image

from gpen_train.conventions.labels import (
    CLASSES,
    COLOURS,
    NUMBERS,
    UnreadableLabelsError,
    decode_labels,
    mirror_labels,
    read_label_map,
    resize_labels,
    to_colours,
    to_labels,
)


@pytest.fixture
def labels():
    """Each class in a column of its own, uint8 [24, 38]."""
    return np.repeat(np.arange(19, dtype=np.uint8), 2)[None].repeat(24, axis=0)


def png(image: Image.Image, kind: str = "PNG") -> bytes:
    file = io.BytesIO()
    image.save(file, kind)
    return file.getvalue()


def with_palette(labels: np.ndarray, colours: np.ndarray) -> Image.Image:
    image = Image.fromarray(labels, "L").convert("P")
    image.putdata(labels.ravel().tolist())
    image.putpalette(colours.astype(np.uint8).ravel().tolist())
    return image


def test_nineteen_classes_in_nineteen_colours():
    assert len(CLASSES) == len({tuple(colour) for colour in COLOURS.tolist()}) == 19
    assert (NUMBERS["background"], NUMBERS["hair"], NUMBERS["cloth"]) == (0, 13, 18)  # as in g_mask.py
    greys = [name for name, colour in CLASSES.items() if len(set(colour)) == 1]
    assert greys == ["background"]  # or a map of numbers, on three channels, could be one of colours


def test_colours_and_numbers_invert_each_other(labels):
    colours = to_colours(labels)
    for number in range(19):
        np.testing.assert_array_equal(colours[0, 2 * number], list(CLASSES.values())[number])
    np.testing.assert_array_equal(to_labels(colours), labels)


@pytest.mark.parametrize(
    "image",
    [
        lambda labels: Image.fromarray(labels),
        lambda labels: Image.fromarray(np.repeat(labels[..., None], 3, axis=2)),
        lambda labels: Image.fromarray(to_colours(labels)),
        lambda labels: Image.fromarray(to_colours(labels)).convert("RGBA"),
        lambda labels: Image.fromarray(labels.astype(np.uint16)),
        lambda labels: with_palette(labels, COLOURS),
        lambda labels: with_palette(labels, np.arange(57).reshape(19, 3) + 100),
        lambda labels: Image.fromarray(to_colours(labels)).convert("P", palette=Image.Palette.ADAPTIVE),
    ],
    ids=["numbers", "numbers-on-rgb", "colours", "alpha", "16-bit", "palette", "any-palette", "reordered"],
)
def test_every_way_to_write_a_map_is_read_alike(labels, image):
    np.testing.assert_array_equal(decode_labels(png(image(labels)), "map.png"), labels)


def test_a_mirror_swaps_left_and_right_classes_alone(labels):
    found = to_labels(mirror_labels(to_colours(labels)))
    names = list(CLASSES)
    for number, name in enumerate(names):
        seen = names[found[0, -1 - 2 * number]]
        swapped = {"l": "r", "r": "l"}[name[0]] + name[1:] if name[2:] in ("eye", "brow", "ear") else name
        assert seen == swapped
    np.testing.assert_array_equal(to_labels(mirror_labels(mirror_labels(to_colours(labels)))), labels)


@pytest.mark.parametrize("side", [8, 24, 48])
def test_resizing_takes_the_middle_and_mixes_no_classes(side):
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 19, (24, 40), dtype=np.uint8)
    found = resize_labels(labels, side)
    centres = np.floor((np.arange(side) + 0.5) * 24 / side).astype(int)
    np.testing.assert_array_equal(found, labels[:, 8:32][centres][:, centres])
    np.testing.assert_array_equal(to_labels(resize_labels(to_colours(labels), side)), found)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            lambda labels: png(Image.fromarray(labels + 200)),
            r"the label 218 is of none of the 19 classes, 0 to 18",
        ),
        (
            lambda labels: png(Image.fromarray(to_colours(labels) ^ 1)),
            r"the colour \(1, 1, 1\) at row 0, column 0",
        ),
        (lambda labels: png(Image.fromarray(to_colours(labels)), "JPEG"), r"JPEG mixes colours: save as PNG"),
        (lambda labels: png(Image.fromarray(labels))[:60], "truncated"),
        (lambda labels: png(Image.fromarray(labels.astype(np.float32)), "TIFF"), "it holds 32-bit floats"),
    ],
    ids=["number", "colour", "jpeg", "cut", "floats"],
)
def test_what_is_no_label_map_is_refused_in_one_line(tmp_path, labels, content, message):
    path = tmp_path / "map.png"
    path.write_bytes(content(labels))
    with pytest.raises(UnreadableLabelsError, match=message) as raised:
        read_label_map(path)
    assert str(raised.value).startswith(f"{path} is no label map: ")
    assert "\n" not in str(raised.value)
