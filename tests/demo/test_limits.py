"""Uploads: what is taken, and the one sentence for what is not."""

import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from gpen_train.demo.limits import Limits
from gpen_train.demo.upload import read_upload
from gpen_train.images import write_image


def test_a_photograph_is_read_as_gpen_restore_reads_it(tmp_path):
    levels = np.random.default_rng(0).integers(0, 65536, (20, 30), dtype=np.uint16)
    Image.fromarray(levels).save(tmp_path / "deep.tif")
    photo = read_upload(tmp_path / "deep.tif", Limits())
    np.testing.assert_array_equal(photo.pixels[..., 0], levels)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"no picture at all", "its content is in no image format"),
        (b"", "the file is empty"),
        (b"\x89PNG\r\n\x1a\n" + bytes(40), "no picture that can be read"),
    ],
)
def test_a_bad_file_is_told_in_one_sentence_with_its_own_name(content, words, tmp_path):
    path = tmp_path / "holiday.png"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=words) as caught:
        read_upload(path, Limits())
    assert str(caught.value).startswith("holiday.png is no picture that can be read")
    assert str(tmp_path) not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_large_file_is_refused(tmp_path):
    noise = np.random.default_rng(0).integers(0, 256, (700, 700, 3), dtype=np.uint8)
    write_image(tmp_path / "noise.png", noise)
    with pytest.raises(ValueError, match=r"noise.png has 1\.5 MB; expected 1 MB at most"):
        read_upload(tmp_path / "noise.png", Limits(megabytes=1))


def test_a_small_file_of_many_pixels_is_refused_before_it_is_decoded(tmp_path):
    """A header that promises 8000 x 8000 pixels, and nothing behind it that could be decoded."""
    header = struct.pack(">IIBBBBB", 8000, 8000, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", b"")]
    content = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in chunks
    )
    (tmp_path / "bomb.png").write_bytes(content)
    with pytest.raises(ValueError, match="has 8000 x 8000 pixels; expected 24 megapixels at most"):
        read_upload(tmp_path / "bomb.png", Limits())
