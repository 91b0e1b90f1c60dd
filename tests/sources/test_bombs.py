"""Files that declare, or unpack to, far more than they are: told at once, and little of them is unpacked."""

import re
import struct
import time
import zipfile
import zlib

import numpy as np
import pytest
import torch
from plugins.intact import picture

from gpen_train import image_limits
from gpen_train.evaluation.statistics_file import read_statistics
from gpen_train.feature_nets.weights import read_state
from gpen_train.images import read_image
from gpen_train.photos.read import read_photo
from gpen_train.sources.folder import FolderSource
from gpen_train.sources.hugging_face import HuggingFaceImages
from gpen_train.sources.zip import ZipSource

PIECE = 1 << 24  # bytes


def write_bomb(path, name, num_pieces, start=b"", declared=None):
    """A zip of one deflated entry: ``start``, and then pieces of zeros, in a few milliseconds each."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(start) + packer.flush(zlib.Z_FULL_FLUSH)
    piece = packer.compress(bytes(PIECE)) + packer.flush(zlib.Z_FULL_FLUSH)
    packed += piece * num_pieces + packer.flush()
    size = len(start) + num_pieces * PIECE if declared is None else declared
    common = struct.pack("<4H3I2H", 0, 8, 0, 0, 0, len(packed), size, len(name), 0)
    local = b"PK\x03\x04" + struct.pack("<H", 20) + common + name.encode()
    entry = b"PK\x01\x02" + struct.pack("<2H", 20, 20) + common + struct.pack("<3H2I", 0, 0, 0, 0, 0)
    directory = entry + name.encode()
    end = b"PK\x05\x06" + struct.pack("<4H2IH", 0, 0, 1, 1, len(directory), len(local + packed), 0)
    path.write_bytes(local + packed + directory + end)


@pytest.fixture
def quickly():
    start = time.process_time()
    yield
    assert time.process_time() - start < 5


@pytest.mark.parametrize("num_pieces", [5, 64])
def test_an_image_in_a_zip_that_unpacks_to_far_more(num_pieces, tmp_path, quickly):
    write_bomb(tmp_path / "a.zip", "a.png", num_pieces)
    with pytest.raises(ValueError, match=r"a\.zip.*more than an image's do|a\.zip.*more than 512 MB"):
        ZipSource(tmp_path / "a.zip", 16)


def test_an_entry_that_unpacks_to_more_than_it_says(tmp_path, quickly):
    content = picture(".png")(tmp_path).read_bytes()
    write_bomb(tmp_path / "a.zip", "a.png", 64, content, declared=len(content))
    assert ZipSource(tmp_path / "a.zip", 16)[0].shape == (16, 16, 3)


def test_files_of_a_zip_that_share_bytes(tmp_path, quickly):
    write_bomb(tmp_path / "a.zip", "a.png", 4)
    content = bytearray((tmp_path / "a.zip").read_bytes())
    end = content.rindex(b"PK\x05\x06")
    entry = content[content.rindex(b"PK\x01\x02") : end]
    tail = struct.pack("<4H2IH", 0, 0, 50, 50, 50 * len(entry), end - len(entry), 0)
    (tmp_path / "a.zip").write_bytes(content[: end - len(entry)] + entry * 50 + b"PK\x05\x06" + tail)
    with pytest.raises(ValueError, match=r"a\.zip.*share bytes"):
        ZipSource(tmp_path / "a.zip", 16)


@pytest.mark.parametrize("declared", [None, 4096])
def test_statistics_that_unpack_to_far_more(declared, tmp_path, quickly):
    write_bomb(tmp_path / "a.npz", "mu.npy", 64, declared=declared)
    with pytest.raises(ValueError, match=r"a\.npz is no readable \.npz"):
        read_statistics(tmp_path / "a.npz")


def test_weights_that_unpack_to_far_more(tmp_path, quickly):
    torch.save({"a": torch.zeros(1 << 22)}, tmp_path / "stored.pth")
    with zipfile.ZipFile(tmp_path / "stored.pth") as stored:
        contents = {name: stored.read(name) for name in stored.namelist()}
    with zipfile.ZipFile(tmp_path / "a.pth", "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in contents.items():
            packed.writestr(name, content)
    for read in (read_state, read_statistics):
        with pytest.raises(ValueError, match=r"a\.pth.*expected entries that are not packed"):
            read(tmp_path / "a.pth")


@pytest.mark.parametrize(
    "content",
    [
        {"mean": torch.zeros(1).expand(1 << 31), "cov": torch.eye(2)},
        {"mean": torch.zeros(4), "cov": torch.zeros(1).expand(1 << 20, 1 << 20)},
        {"mean": torch.zeros(1 << 14), "cov": torch.zeros(1).expand(1 << 14, 1 << 14)},
    ],
)
def test_statistics_that_stand_for_far_more(content, tmp_path, quickly):
    torch.save(content, tmp_path / "a.pth")
    with pytest.raises(ValueError, match=r"a\.pth holds mean"):
        read_statistics(tmp_path / "a.pth")


def test_statistics_of_lists_of_lists(tmp_path, quickly):
    nested = [0.0] * 10
    for _ in range(9):
        nested = [nested] * 10
    torch.save({"mean": nested, "cov": nested}, tmp_path / "a.pth")
    with pytest.raises(ValueError, match=r"a\.pth holds mean"):
        read_statistics(tmp_path / "a.pth")


def test_a_damaged_directory_of_an_npz_names_the_file(tmp_path):
    np.savez(tmp_path / "a.npz", mu=np.zeros(8), sigma=np.eye(8))
    content = bytearray((tmp_path / "a.npz").read_bytes())
    content[content.rindex(b"PK\x05\x06") + 16 : -2] = b"\xff\xff\xff\x7f"  # where the directory would be
    (tmp_path / "a.npz").write_bytes(content)
    with pytest.raises(ValueError, match=r"a\.npz is no readable \.npz"):
        read_statistics(tmp_path / "a.npz")


def test_a_file_larger_than_any_image(tmp_path):
    path = picture(".png")(tmp_path)
    with path.open("r+b") as file:
        file.truncate(1 << 40)  # takes no room on the disk
    for read in (read_image, read_photo):
        with pytest.raises(ValueError, match=re.escape(f"{path} is no readable image: it takes more")):
            read(path)
    with pytest.raises(ValueError, match=image_limits.TOO_LARGE):
        FolderSource(tmp_path, 16)


@pytest.mark.parametrize("kind", ["arrow", "parquet"])
def test_columns_that_unpack_to_far_more(kind, tmp_path):
    """Batches of 100 MB of zeros each."""
    pyarrow = pytest.importorskip("pyarrow")
    table = pyarrow.table({"image": pyarrow.array([bytes(100_000_000)], pyarrow.binary())})
    path = tmp_path / f"a.{kind}"
    if kind == "arrow":
        options = pyarrow.ipc.IpcWriteOptions(compression="zstd")
        with (
            pyarrow.OSFile(str(path), "wb") as file,
            pyarrow.ipc.new_stream(file, table.schema, options=options) as writer,
        ):
            for _ in range(20):
                writer.write_table(table)
    else:
        parquet = pytest.importorskip("pyarrow.parquet")
        with parquet.ParquetWriter(path, table.schema, compression="zstd", write_statistics=False) as writer:
            writer.write_table(table)
    with pytest.raises(ValueError, match=rf"a\.{kind} (cannot be read|is damaged)") as refusal:
        HuggingFaceImages(path, 16)
    assert "\n" not in str(refusal.value)
