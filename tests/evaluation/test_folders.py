"""Folders that belong together: matched by name, and every fault named before the work starts."""

import re

import numpy as np
import pytest
from PIL import Image

from gpen_train.evaluation.folders import FolderPairs, ImageFolder
from gpen_train.images import read_image, write_image

LABELS = ["a.png", "deep/b.jpg", "c"]


@pytest.fixture
def fill(tmp_path):
    """``fill("folder", "a.png", ..)`` writes random images of 16 px, and returns the folder."""

    def write(folder, *names, side=16):
        rng = np.random.default_rng(len(names))
        for name in names:
            write_image(tmp_path / folder / name, rng.integers(0, 256, (side, side, 3), dtype=np.uint8))
        return tmp_path / folder

    return write


def test_names_match_whatever_the_suffix_and_with_gfpgans_number(fill):
    root = fill("restored", "a.jpg", "deep/b_00.png", "c.webp")
    folder = ImageFolder(root, LABELS)
    assert folder.files == ["a.jpg", "deep/b_00.png", "c.webp"]
    assert len(folder) == 3
    assert (folder[1] == read_image(root / "deep/b_00.png")).all()
    assert folder.check(16) == (16, 16)


def test_another_number_of_files(fill):
    root = fill("restored", "a.png", "deep/b.png")
    with pytest.raises(ValueError, match=r"restored holds 2 images and the data 3; .* \(c is missing\)$"):
        ImageFolder(root, LABELS)
    more = fill("more", *LABELS[:2], "c.png", "d.png")
    with pytest.raises(ValueError, match="holds 4 images and the data 3"):
        ImageFolder(more, LABELS)
    assert len(ImageFolder(more, LABELS, others_too=True)) == 3


def test_names_that_do_not_match(fill):
    root = fill("restored", "a.png", "b.png", "c.png")
    message = r"holds no image named deep/b \(1 name does not match; there is a\.png\); expected the names"
    with pytest.raises(ValueError, match=message):
        ImageFolder(root, LABELS)
    twins = fill("twins", "a.png", "a.jpg")
    with pytest.raises(ValueError, match=r"a\.\w+ and a\.\w+; expected one image of each name"):
        ImageFolder(twins)


def test_a_wrong_size_and_a_grey_file_are_found_in_the_headers(fill):
    root = fill("restored", "a.png", "b.png")
    (root / "c.png").write_bytes((root / "a.png").read_bytes()[:100])  # the header alone
    assert ImageFolder(root).check() == (16, 16)
    write_image(root / "b.png", np.zeros((16, 20, 3), np.uint8))
    with pytest.raises(ValueError, match=re.escape("b.png is 20 x 16 pixels; expected 16 x 16: resize it")):
        ImageFolder(root).check(16)
    Image.fromarray(np.zeros((16, 16), np.uint8)).save(root / "b.png")
    with pytest.raises(ValueError, match=r"b\.png is grey \(mode L\); expected colour"):
        ImageFolder(root).check(16)
    assert ImageFolder(root).check(16, colour=False) == (16, 16)
    (root / "b.png").write_bytes(b"text")
    with pytest.raises(ValueError, match=r"b\.png is no readable image"):
        ImageFolder(root).check()


def test_missing_and_empty_folders(tmp_path):
    with pytest.raises(FileNotFoundError, match="nowhere does not exist; expected a folder of images"):
        ImageFolder(tmp_path / "nowhere")
    (tmp_path / "empty").mkdir()
    with pytest.raises(ValueError, match="empty holds no image; expected"):
        ImageFolder(tmp_path / "empty")


def test_pairs_of_folders(fill):
    clean, degraded = fill("clean", "a.png", "b.png"), fill("degraded", "a.png", "b.png", side=8)
    pairs = FolderPairs(clean, degraded)
    assert (len(pairs), pairs.resolution, pairs.name, pairs.label(1)) == (2, 16, "clean", "b.png")
    given, wanted = pairs[1]
    assert given.shape == (8, 8, 3)
    assert (wanted == read_image(clean / "b.png")).all()
    assert FolderPairs(clean, None)[0][0] is None
    before = pairs.fingerprint()
    assert FolderPairs(clean, degraded).fingerprint() == before
    write_image(degraded / "a.png", np.ones((8, 8, 3), np.uint8))
    assert pairs.fingerprint() != before
    oblong = fill("oblong", "a.png")
    write_image(oblong / "a.png", np.zeros((16, 20, 3), np.uint8))
    with pytest.raises(ValueError, match="holds images of 20 x 16 pixels; expected squares"):
        FolderPairs(oblong, None)
