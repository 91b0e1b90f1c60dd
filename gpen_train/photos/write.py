"""A photograph -> a file, with all that its format can hold."""

import struct
import zlib
from pathlib import Path
from typing import Any, BinaryIO

import cv2
import numpy as np
import tifffile
from PIL import Image

from gpen_train.files import atomic_file
from gpen_train.image_files import FORMATS
from gpen_train.images import PNG_LEVEL
from gpen_train.photos.photo import Photo, stacked, to_bytes

TEXTS = (
    0x010E,
    0x010F,
    0x0110,
    0x0131,
    0x0132,
    0x013B,
    0x8298,
)  # what TIFF says of itself: maker, artist, ..


def write_photo(path: str | Path, photo: Photo, quality: int = 95) -> None:
    """Write a photograph in the format of the suffix, with all that the format can hold.

    16 bits go into PNG and TIFF, alpha into PNG, TIFF and WebP; elsewhere they become 8 bits, and white. JPEG
    is written with ``quality`` and its colours at full resolution. Atomic, as ``images.write_image``.
    """
    path = Path(path)
    if path.suffix.lower() not in FORMATS:
        raise ValueError(
            f"cannot write {path}: its suffix is {path.suffix!r}; choose one of: {', '.join(FORMATS)}"
        )
    file_format = FORMATS[path.suffix.lower()]
    with atomic_file(path) as file:
        write = WRITERS.get(file_format, _write_bytes) if photo.pixels.dtype == np.uint16 else _write_bytes
        write(file, photo, file_format, quality)


def _write_bytes(file: BinaryIO, photo: Photo, file_format: str, quality: int) -> None:
    settings: dict[str, Any] = {"exif": photo.exif} if photo.exif and file_format != "BMP" else {}
    settings |= {"icc_profile": photo.profile} if photo.profile else {}
    if file_format in ("JPEG", "WEBP"):
        settings["quality"] = quality
    if file_format == "JPEG":
        settings["subsampling"] = "4:4:4"
    if file_format == "PNG":
        settings["compress_level"] = PNG_LEVEL
    if file_format in ("PNG", "TIFF", "WEBP") or photo.alpha is None:
        levels = to_bytes(stacked(photo))
    else:
        levels = photo.rgb if photo.pixels.shape[2] == 3 else photo.rgb[..., :1]
    image = Image.fromarray(levels[..., 0] if levels.shape[2] == 1 else levels)
    image.save(file, format=file_format, **settings)


def _write_deep_png(file: BinaryIO, photo: Photo, file_format: str, quality: int) -> None:
    """Through OpenCV, as Pillow writes 8 bits a colour; profile and EXIF are chunks before the pixels."""
    levels = _in_colour(stacked(photo))
    order = {1: [0], 3: [2, 1, 0], 4: [2, 1, 0, 3]}[levels.shape[2]]  # OpenCV's: blue, green, red
    written, content = cv2.imencode(".png", np.ascontiguousarray(levels[..., order]))
    if not written:
        raise ValueError(f"OpenCV cannot write a PNG of {list(levels.shape)}")
    png, head = content.tobytes(), 33  # bytes of the signature and the header chunk
    chunks = b""
    if photo.profile:
        chunks += _chunk(b"iCCP", b"ICC Profile\0\0" + zlib.compress(photo.profile))
    if photo.exif:
        chunks += _chunk(b"eXIf", photo.exif.removeprefix(b"Exif\0\0"))
    file.write(png[:head] + chunks + png[head:])


def _in_colour(levels: np.ndarray) -> np.ndarray:
    """Grey with alpha, which hardly any program reads at 16 bits, as colour with alpha."""
    if levels.shape[2] != 2:
        return levels
    return np.concatenate([np.repeat(levels[..., :1], 3, axis=2), levels[..., 1:]], axis=2)


def _chunk(name: bytes, content: bytes) -> bytes:
    """A chunk of PNG (ISO/IEC 15948, 5.3): length, name, content and their CRC."""
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def _write_deep_tiff(file: BinaryIO, photo: Photo, file_format: str, quality: int) -> None:
    levels = _in_colour(stacked(photo))
    texts = Image.Exif()
    texts.load(photo.exif)
    tags = [(tag, "s", 0, str(texts[tag]), True) for tag in TEXTS if tag in texts]
    tifffile.imwrite(
        file,
        levels[..., 0] if levels.shape[2] == 1 else levels,
        photometric="rgb" if levels.shape[2] > 2 else "minisblack",
        planarconfig="contig" if levels.shape[2] > 1 else None,
        extrasamples=["unassalpha"] if photo.alpha is not None else None,
        compression="zlib",
        iccprofile=photo.profile,
        extratags=tags,
        software=False,
        metadata=None,
    )


WRITERS = {"PNG": _write_deep_png, "TIFF": _write_deep_tiff}  # of 16 bits a channel
