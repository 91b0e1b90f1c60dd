"""The index: what it holds of each image, and that it notices what has changed since the last start."""

import hashlib
import io
import os
import pickle
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gpen_train.images import write_image
from gpen_train.places.place import cache_folder
from gpen_train.sources import folder
from gpen_train.sources import zip as archive
from gpen_train.sources.folder import FolderSource, index_folder
from gpen_train.sources.index.file import IndexFile
from gpen_train.sources.index.headers import HEAD, Header, content_key, read_header
from gpen_train.sources.index.index import Index
from gpen_train.sources.index.texts import Texts
from gpen_train.sources.zip import index_zip

WORDS = ["", "a/ä.png", "b", "\udcff.png"]


@pytest.fixture
def opened(monkeypatch):
    """The names of the files whose headers are read, as they are read."""
    names = []

    def watched(name, size, read):
        names.append(Path(name).name)
        return read_header(name, size, read)

    monkeypatch.setattr(folder, "read_header", watched)
    monkeypatch.setattr(archive, "read_header", watched)
    return names


def test_texts_are_a_sequence_in_two_arrays():
    texts = Texts.of(WORDS)
    assert list(texts) == WORDS
    assert (len(texts), texts[-1], texts[1]) == (4, WORDS[-1], WORDS[1])
    assert list(texts.take([2, 0])) == ["b", ""]
    assert list(pickle.loads(pickle.dumps(texts))) == WORDS
    with pytest.raises(IndexError):
        texts[4]


def test_the_key_is_of_the_size_and_the_first_bytes():
    content = bytes(range(256)) * 100
    wanted = hashlib.sha256(struct.pack("<Q", len(content)) + content[: 16 * 1024]).digest()
    header = read_header("a", len(content), lambda n: content[:n])
    assert header.key == content_key(len(content), content) == wanted
    assert content_key(len(content) + 1, content) != wanted


def test_headers_longer_than_the_first_bytes_are_read_to_their_end(tmp_path):
    """A PNG with a long note before its pixels, a JPEG with a profile, a TIFF with its size last."""
    noise = np.random.default_rng(0).integers(0, 256, (90, 120, 3), dtype=np.uint8)
    for name, options in (("a.jpg", {"icc_profile": bytes(50_000)}), ("a.tiff", {}), ("a.png", {})):
        buffer = io.BytesIO()
        Image.fromarray(noise).save(buffer, format={"jpg": "JPEG"}.get(name[2:], name[2:]), **options)
        content = buffer.getvalue()
        if name == "a.png":
            note = b"tEXtnote\0" + bytes(20_000)
            chunk = struct.pack(">I", len(note) - 4) + note + struct.pack(">I", zlib.crc32(note))
            content = content[:33] + chunk + content[33:]  # after the signature and IHDR
        header = read_header(name, len(content), lambda n, content=content: content[:n])
        assert len(content) > HEAD
        assert (header.height, header.width, header.fault) == (90, 120, ""), name


def test_faults_are_reasons():
    def denied(num_bytes):
        raise PermissionError(13, "Permission denied")

    assert read_header("a", 9, denied) == Header(9, bytes(32), 0, 0, "Permission denied")
    assert "no image format" in read_header("a", 5, lambda n: b"words").fault
    assert "empty" in read_header("a", 0, lambda n: b"").fault


def test_rows_are_sorted_and_survive_a_file(tmp_path):
    headers = [Header(n, bytes([n]) * 32, 10 * n, 20 * n, "bad" * (n == 2)) for n in range(3)]
    index = Index.of(["c", "a", "b"], headers, [(n, n + 1) for n in range(3)])
    assert list(index.labels) == ["a", "b", "c"]
    assert [index.header(row) for row in range(3)] == [headers[1], headers[2], headers[0]]
    assert index.places.tolist() == [[1, 2], [2, 3], [0, 1]]
    index.save(tmp_path / "index.npz", "a stamp")
    again, stamp = Index.load(tmp_path / "index.npz")
    assert stamp == "a stamp"
    assert [again.header(row) for row in range(3)] == [index.header(row) for row in range(3)]
    assert list(again.take([2, 0]).labels) == ["c", "a"]
    assert again.fingerprint() == index.fingerprint() != index.take([0, 2]).fingerprint()


def test_an_image_takes_a_hundred_bytes_and_no_python_object():
    num = 10_000
    headers = [Header(n, bytes(32), 8, 8, "") for n in range(num)]
    index = Index.of([f"{n:08d}.png" for n in range(num)], headers, [(n, n, n) for n in range(num)])
    columns = [c for v in vars(index).values() for c in ((v.blob, v.ends) if isinstance(v, Texts) else (v,))]
    assert all(isinstance(column, np.ndarray) and column.dtype != object for column in columns)
    assert sum(column.nbytes for column in columns) < 110 * num


def test_the_second_start_reads_no_header(tmp_path, photos, opened):
    first = index_folder(tmp_path / "photos")
    assert len(opened) == 20
    second = index_folder(tmp_path / "photos")
    assert len(opened) == 20
    assert second.fingerprint() == first.fingerprint()
    np.testing.assert_array_equal(second.shapes, first.shapes)


def test_only_what_changed_is_read_again(tmp_path, photos, opened):
    root = tmp_path / "photos"
    index_folder(root)
    opened.clear()
    write_image(photos[4], np.zeros((50, 40, 3), np.uint8))  # another size
    os.utime(photos[5], ns=(0, 5))  # another time
    photos[7].unlink()
    write_image(root / "new" / "z.png", np.zeros((30, 20, 3), np.uint8))
    index = index_folder(root)
    assert sorted(opened) == ["004.png", "005.png", "z.png"]
    labels = list(index.labels)
    assert labels == sorted(p.relative_to(root).as_posix() for p in root.rglob("*.png"))
    assert index.shapes[labels.index("004.png")].tolist() == [50, 40]
    assert index.shapes[labels.index("new/z.png")].tolist() == [30, 20]
    opened.clear()
    index_folder(root)
    assert opened == []


def test_what_could_not_be_opened_is_tried_again(tmp_path, photos, opened, monkeypatch):
    (tmp_path / "photos" / "link.png").symlink_to(tmp_path / "nowhere.png")
    assert len(FolderSource(tmp_path / "photos", 16)) == 20
    opened.clear()
    assert any("No such file" in fault for fault in index_folder(tmp_path / "photos").faults)
    assert opened == ["link.png"]


@pytest.mark.parametrize("spoil", ["truncate", "words", "another version"])
def test_a_damaged_index_is_made_anew(tmp_path, photos, opened, kept_indices, spoil):
    whole = index_folder(tmp_path / "photos")
    (path,) = kept_indices.iterdir()
    if spoil == "another version":
        np.savez(path, labels=np.zeros(3))
    else:
        path.write_bytes(path.read_bytes()[:500] if spoil == "truncate" else b"words")
    opened.clear()
    assert index_folder(tmp_path / "photos").fingerprint() == whole.fingerprint()
    assert len(opened) == 20


def test_an_unwritable_cache_is_gone_without(tmp_path, photos, monkeypatch, opened):
    (tmp_path / "file").touch()
    monkeypatch.setenv("GPEN_CACHE", str(tmp_path / "file"))
    for _ in range(2):
        assert len(index_folder(tmp_path / "photos")) == 20
    assert len(opened) == 40


def test_where_indices_are_kept(tmp_path, monkeypatch):
    monkeypatch.setenv("GPEN_CACHE", str(tmp_path / "ours"))
    assert cache_folder() == tmp_path / "ours"
    monkeypatch.delenv("GPEN_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert IndexFile("a").path.parent == tmp_path / "xdg" / "gpen_train" / "index"
    assert IndexFile("a").path != IndexFile("b").path
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cache_folder() == tmp_path / ".cache" / "gpen_train"


def test_a_zip_is_read_again_when_it_changes(tmp_path, photos, pack, opened):
    path = pack(tmp_path / "photos", tmp_path / "photos.zip")
    first = index_zip(path)
    assert len(opened) == 20
    assert index_zip(path).fingerprint() == first.fingerprint()
    assert len(opened) == 20
    photos[3].unlink()
    assert len(index_zip(pack(tmp_path / "photos", path))) == 19
    assert len(opened) == 39
    os.utime(path, ns=(0, 5))
    index_zip(path)
    assert len(opened) == 58
