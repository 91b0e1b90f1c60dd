"""Files appear whole or not at all."""

import errno
from pathlib import Path

import pytest

from gpen_train.files import atomic_file, atomic_path


def write_file(path, data: bytes) -> None:
    with atomic_file(path) as file:
        file.write(data)


def write_path(path, data: bytes) -> None:
    with atomic_path(path) as temporary:
        temporary.write_bytes(data)


@pytest.mark.parametrize("write", [write_file, write_path])
def test_makes_the_folder_and_leaves_nothing_beside_the_file(tmp_path, write):
    path = tmp_path / "new" / "weights.pth"
    for data in (b"first", b"second"):
        write(path, data)
        assert path.read_bytes() == data
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("writer", [atomic_file, atomic_path])
def test_a_block_that_raises_leaves_the_old_file(tmp_path, writer):
    def write_half(path):
        with writer(path) as target:
            write = target.write if writer is atomic_file else target.write_bytes
            write(b"half of it")
            raise OSError("the disk is full")

    path = tmp_path / "weights.pth"
    path.write_bytes(b"old")
    with pytest.raises(OSError, match="full"):
        write_half(path)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_path_that_was_not_written_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError), atomic_path(tmp_path / "weights.pth"):
        pass
    assert not list(tmp_path.iterdir())


def test_a_read_only_file_system_is_named(tmp_path, monkeypatch):
    """It refuses to remove a file, too, before it looks whether there is one."""

    def refuse(path, *_, **__):
        raise OSError(errno.EROFS, "Read-only file system", str(path))

    for change in ("open", "unlink"):
        monkeypatch.setattr(Path, change, refuse)
    with (
        pytest.raises(OSError, match=r"cannot write .*metrics\.csv: Read-only file system"),
        atomic_file(tmp_path / "metrics.csv"),
    ):
        pass
