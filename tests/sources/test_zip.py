"""The zip source: the same images as in the folder, and one line for what is none."""

import pickle
import zipfile

import numpy as np
import pytest

from gpen_train.images import UnreadableImageError, write_image
from gpen_train.sources.folder import FolderSource
from gpen_train.sources.ledger import Ledger
from gpen_train.sources.zip import ZipSource


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_the_same_images_at_the_same_places_as_in_the_folder(tmp_path, photos, pack, method):
    write_image(tmp_path / "photos" / "flat.png", np.zeros((64, 64, 3), np.uint8))
    write_image(tmp_path / "photos" / "photo.jpg", np.full((64, 48, 3), 99, np.uint8))
    (tmp_path / "photos" / "._001.png").write_text("what macOS leaves behind")
    folder = FolderSource(tmp_path / "photos", 16)
    zipped = ZipSource(pack(tmp_path / "photos", tmp_path / "some.zip", method), 16)
    assert (len(zipped), zipped.name) == (22, "some")
    for index in range(22):
        np.testing.assert_array_equal(zipped[index], folder[index])
        assert zipped.label(index) == folder.label(index)
        assert zipped.content_key(index) == folder.content_key(index)
        assert zipped.content(index) == folder.content(index)
    assert zipped.fingerprint() == folder.fingerprint()
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(zipped))[3], folder[3])


def test_large_compressed_files_have_the_same_keys(tmp_path, pack):
    noise = np.random.default_rng(0).integers(0, 256, (128, 128, 3), dtype=np.uint8)
    write_image(tmp_path / "photos" / "a.png", noise)
    zipped = ZipSource(pack(tmp_path / "photos", tmp_path / "a.zip", zipfile.ZIP_DEFLATED), 64)
    assert zipped.content_key(0) == FolderSource(tmp_path / "photos", 64).content_key(0)


def test_bad_members_are_left_out_and_named(tmp_path, photos, pack, truncate, caplog):
    photos[1].write_text("no image")
    photos[4].write_bytes(b"")
    truncate(photos[5])
    archive, ledger = pack(tmp_path / "photos", tmp_path / "a.zip"), Ledger()
    source = ZipSource(archive, 16, ledger=ledger)
    assert len(source) == 18
    assert list(ledger.bad) == [f"{archive}/001.png", f"{archive}/004.png"]
    with pytest.raises(UnreadableImageError, match=r"a\.zip/005\.png"):
        source[list(source.index.labels).index("005.png")]


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize("kept", [0, 0.5])
def test_a_zip_that_is_cut_short_afterwards_has_unreadable_images(tmp_path, photos, pack, method, kept):
    archive = pack(tmp_path / "photos", tmp_path / "a.zip", method)
    source = ZipSource(archive, 16)
    archive.write_bytes(archive.read_bytes()[: int(kept * archive.stat().st_size)])
    with pytest.raises(UnreadableImageError, match=r"a\.zip/\S+\.png is no readable"):
        [source[index] for index in range(20)]


@pytest.mark.parametrize(
    ("content", "error", "message"),
    [
        (None, FileNotFoundError, r"a\.zip does not exist; expected a zip"),
        (b"no zip", ValueError, r"a\.zip is no zip that can be read"),
        ("notes.txt", ValueError, r"a\.zip holds no images; expected \.png"),
        (zipfile.ZIP_BZIP2, ValueError, r"a\.zip holds 1 image that is encrypted or packed in a rare way"),
    ],
)
def test_no_zip_of_images_is_one_line(tmp_path, content, error, message):
    path = tmp_path / "a.zip"
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif content is not None:
        rare = content == zipfile.ZIP_BZIP2
        with zipfile.ZipFile(path, "w", content if rare else zipfile.ZIP_STORED) as file:
            file.writestr("a.png" if rare else content, b"")
    with pytest.raises(error, match=message) as raised:
        ZipSource(path, 16)
    assert "\n" not in str(raised.value)
