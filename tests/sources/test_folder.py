"""The folder source: what it finds, what it leaves out."""

import logging

import numpy as np
import pytest

from gpen_train.images import UnreadableImageError, read_image, write_image
from gpen_train.sources.folder import FolderSource
from gpen_train.sources.ledger import Ledger
from gpen_train.sources.source import Subset


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
    assert list(source.index.labels) == ["a/b/c.webp", "a/z.jpg", "b.PNG", "d.tiff", "e.bmp"]
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
        source[list(source.index.labels).index(spoilt[10].relative_to(tmp_path / "photos").as_posix())]


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
        ("a.png", NotADirectoryError, r"a\.png is a single image; .*: give the one it lies in, /"),
        ("emty", FileNotFoundError, r"emty does not exist; did you mean /.*/empty\?$"),
    ],
)
def test_no_folder_is_one_line(tmp_path, name, error, message):
    (tmp_path / "empty").mkdir()
    (tmp_path / "file.zip").write_bytes(b"PK")
    (tmp_path / "a.png").write_bytes(b"PNG")
    with pytest.raises(error, match=message) as raised:
        FolderSource(tmp_path / name, 16)
    assert "\n" not in str(raised.value)
    assert not str(raised.value).startswith("[Errno")


@pytest.mark.parametrize(("num_wide", "is_told"), [(2, False), (3, True)])
def test_whole_photographs_are_told(tmp_path, caplog, num_wide, is_told):
    """Where most are: a face that is some pixels off the square is none."""
    for number in range(4):
        write_image(tmp_path / f"{number}.png", np.zeros((32, 48 if number < num_wide else 33, 3), np.uint8))
    FolderSource(tmp_path, 16)
    told = (
        f"3 of 4 images in {tmp_path} are not square, as aligned faces are: their middle is taken; gpen data"
    )
    assert [told in record.getMessage() for record in caplog.records] == [True] * is_told


def test_no_smallest_size_is_no_excuse_for_faults(tmp_path, spoilt):
    assert len(FolderSource(tmp_path / "photos", 16, min_size=0)) == 18


def test_a_file_that_disappears_is_unreadable(tmp_path, photos):
    source = FolderSource(tmp_path / "photos", 16)
    photos[1].unlink()
    with pytest.raises(UnreadableImageError, match=r"001\.png .* No such file"):
        source[list(source.index.labels).index("001.png")]


def test_links_to_folders_and_to_nowhere(tmp_path, photos, caplog):
    (tmp_path / "photos" / "again").symlink_to(tmp_path / "photos", target_is_directory=True)
    (tmp_path / "photos" / "one.png").symlink_to(photos[1])
    (tmp_path / "photos" / "none.png").symlink_to(tmp_path / "none.png")
    source = FolderSource(tmp_path / "photos", 16)
    assert len(source) == 21
    assert "none.png: No such file" in caplog.text


def test_fingerprint_tells_folders_apart(tmp_path, photos):
    first = FolderSource(tmp_path / "photos", 16)
    assert first.fingerprint() == FolderSource(tmp_path / "photos", 16).fingerprint()
    assert first.fingerprint() != FolderSource(tmp_path / "photos", 8).fingerprint()
    assert first.fingerprint() != Subset(first, range(19)).fingerprint()
    before = first.fingerprint()
    photos[3].unlink()
    after = FolderSource(tmp_path / "photos", 16).fingerprint()
    assert after != before
    write_image(photos[4], np.zeros((32, 32, 3), np.uint8))  # the same name
    assert FolderSource(tmp_path / "photos", 16).fingerprint() not in (before, after)


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


def test_ledger_sums_up_in_one_line(caplog):
    ledger = Ledger(num_files=9)
    ledger.sum_up()
    assert caplog.text == ""
    ledger.note({"a.png": "empty", "b.png": "truncated"})
    ledger.sum_up()
    assert caplog.records[-1].getMessage() == "skipped 2 of 9 images"
