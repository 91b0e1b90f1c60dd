"""The folder source: what it finds, what it leaves out, what it holds out."""

import logging

import numpy as np
import pytest

from gpen_train.data.folder import FolderSource
from gpen_train.data.ledger import Ledger
from gpen_train.images import UnreadableImageError, read_image, write_image


@pytest.fixture
def spoilt(photos, truncate):
    """The photos, four of them bad: a text file, an empty one, an image of 8 px and a truncated one."""
    photos[1].write_text("no image")
    photos[4].write_bytes(b"")
    write_image(photos[7], np.zeros((8, 8, 3), np.uint8))
    truncate(photos[10])
    return photos


def test_finds_images_of_all_formats_in_subfolders_sorted(tmp_path):
    image = np.full((40, 30, 3), 9, np.uint8)
    for name in ("b.PNG", "a/z.jpg", "a/b/c.webp", "d.tiff", "e.bmp"):
        write_image(tmp_path / name, image)
    (tmp_path / "notes.txt").write_text("no image, and no file of ours")
    (tmp_path / "._b.png").write_text("what macOS leaves behind")
    source = FolderSource(tmp_path, 16)
    assert source.labels == ["a/b/c.webp", "a/z.jpg", "b.PNG", "d.tiff", "e.bmp"]
    assert [source[index].shape for index in range(5)] == [(16, 16, 3)] * 5
    assert source.name == tmp_path.name


def test_images_are_block_means_at_the_training_resolution(tmp_path, photos):
    source = FolderSource(tmp_path / "photos", 16)
    whole = read_image(tmp_path / "photos" / source.label(5))
    assert np.abs(source[5] - whole.reshape(16, 2, 16, 2, 3).mean(axis=(1, 3))).max() <= 0.5


def test_bad_headers_are_left_out_and_named_once(tmp_path, spoilt, caplog):
    source = FolderSource(tmp_path / "photos", 16)
    assert len(source) == 17
    reasons = {1: "no image format", 4: "empty", 7: "8 x 8 px, expected at least 16"}
    lines = [record.getMessage() for record in caplog.records]
    assert len(lines) == 3
    for number, reason in reasons.items():
        (line,) = [line for line in lines if str(spoilt[number]) in line]
        assert reason in line
    with pytest.raises(UnreadableImageError):
        source[source.labels.index(spoilt[10].relative_to(tmp_path / "photos").as_posix())]


def test_more_than_half_bad_stops(tmp_path, photos):
    for path in photos[:10]:
        path.write_bytes(b"")
    assert len(FolderSource(tmp_path / "photos", 16)) == 10
    photos[10].write_bytes(b"")
    with pytest.raises(ValueError, match=r"11 of 20 image files .*empty.*expected at most half"):
        FolderSource(tmp_path / "photos", 16)


@pytest.mark.parametrize(
    ("name", "error", "message"),
    [
        ("none", FileNotFoundError, "none does not exist; expected a folder of images"),
        ("empty", ValueError, r"empty holds no images; expected \.png"),
        ("file.zip", NotADirectoryError, r"file\.zip is a file; expected a folder"),
    ],
)
def test_no_folder_is_one_line(tmp_path, name, error, message):
    (tmp_path / "empty").mkdir()
    (tmp_path / "file.zip").write_bytes(b"PK")
    with pytest.raises(error, match=message) as raised:
        FolderSource(tmp_path / name, 16)
    assert "\n" not in str(raised.value)
    assert not str(raised.value).startswith("[Errno")


@pytest.mark.parametrize(
    ("num", "asked", "held_out"), [(20, 64, 2), (20, 1, 1), (5, 64, 1), (20, 0, 0), (1, 0, 0)]
)
def test_split_sizes(tmp_path, make_photos, num, asked, held_out):
    make_photos(tmp_path, num)
    train, rest = FolderSource(tmp_path, 16).split(asked)
    assert (len(train), len(rest)) == (num - held_out, held_out)
    assert not set(train.indices) & set(rest.indices)


def test_split_is_by_name_and_outlives_a_move(tmp_path, photos):
    def held_out(root):
        source = FolderSource(root, 16)
        return [source.label(index) for index in source.split(64)[1].indices]

    before = held_out(tmp_path / "photos")
    (tmp_path / "photos").rename(tmp_path / "moved")
    assert held_out(tmp_path / "moved") == before
    assert before != sorted(path.name for path in photos)[:2]


def test_split_passes_over_truncated_files(tmp_path, photos, truncate, caplog):
    source = FolderSource(tmp_path / "photos", 16)
    chosen = source.split(64)[1].indices[0]
    truncate(tmp_path / "photos" / source.label(chosen))
    train, rest = source.split(64)
    assert (len(train), len(rest)) == (17, 2)
    assert chosen not in train.indices + rest.indices
    assert caplog.text.count(source.label(chosen)) == 1


def test_one_image_cannot_be_split(tmp_path, make_photos):
    make_photos(tmp_path, 1)
    with pytest.raises(ValueError, match="holds 1 usable image; expected 2 or more"):
        FolderSource(tmp_path, 16).split(64)


def test_fingerprint_tells_folders_apart(tmp_path, photos):
    first = FolderSource(tmp_path / "photos", 16)
    assert first.fingerprint() == FolderSource(tmp_path / "photos", 16).fingerprint()
    assert first.fingerprint() != FolderSource(tmp_path / "photos", 8).fingerprint()
    train, held_out = first.split(2)
    assert train.fingerprint() != held_out.fingerprint()
    before = first.fingerprint()
    photos[3].unlink()
    assert FolderSource(tmp_path / "photos", 16).fingerprint() != before


def test_ledger_names_each_file_once_and_stops_at_half(caplog):
    caplog.set_level(logging.WARNING)
    ledger = Ledger(num_files=4)
    for _ in range(3):
        ledger.note({"a.png": "empty"})
    ledger.note({"a.png": "empty", "b.png": "truncated"})
    assert [record.getMessage() for record in caplog.records] == [
        "left out a.png: empty",
        "left out b.png: truncated",
    ]
    with pytest.raises(ValueError, match="3 of 4 image files cannot be used"):
        ledger.note({"c.png": "empty"})
