"""The one image convention: reading and writing files, resizing, uint8 arrays to float tensors and back.

On the CPU and between processes an image is a uint8 RGB array [H, W, 3]; on the device it is a float32
RGB tensor [3, H, W] in [-1, 1]. This file alone converts between the two.
"""

import io
import logging
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import BinaryIO

import cv2
import numpy as np
import torch
from PIL import Image, ImageOps
from torch import Tensor
from torch.nn import functional as F

from gpen_train.files import atomic_file
from gpen_train.image_files import FORMATS, READ_FORMATS
from gpen_train.image_limits import (
    MOST_PIXELS,
    UnreadableImageError,
    check_pixels,
    image_bytes,
    in_strips,
)
from gpen_train.quote import reason_of
from gpen_train.shapes import check_shape

if find_spec("pillow_heif"):
    import pillow_heif

    pillow_heif.register_heif_opener()

MAY_MOVE = ("GIF", "WEBP", "PNG", "AVIF", "HEIF")  # the second image in a phone's JPEG is no second frame
PNG_LEVEL = 1  # of zlib: a quarter of the time of its usual 6, for a sixth more bytes
log = logging.getLogger(__name__)


def read_image(path: str | Path, min_side: int | None = None) -> np.ndarray:
    """Read the file at ``path`` -> uint8 RGB [H, W, 3], turned upright as its EXIF orientation says.

    Grey is repeated on three channels, CMYK converted, transparency composited on white, 16-bit values keep
    their high byte, colour profiles are ignored. With ``min_side`` pixels, a JPEG more than twice that size
    is decoded at 1/2, 1/4 or 1/8 of its size (by the scaled inverse DCT, several times faster), its shorter
    side never below 2 * min_side. Of an animation the first frame is read, which is said once a format.

    Raises UnreadableImageError (a ValueError) for a truncated, empty or foreign file, OSError for a
    missing one.
    """
    return decode_image(image_bytes(path), path, min_side)


def decode_image(content: bytes, name: str | Path, min_side: int | None = None) -> np.ndarray:
    """As ``read_image``, for the bytes of a file; ``name`` stands for it in messages."""
    with open_image(io.BytesIO(content), name) as image:
        try:
            if min_side is not None:
                image.draft(None, (2 * min_side, 2 * min_side))
            tell_animation(image)
            image.load()
            ImageOps.exif_transpose(image, in_place=True)
            return in_strips(image, _to_rgb)
        except Exception as error:  # damaged files make decoders raise nearly anything
            raise UnreadableImageError(name, reason_of(error)) from error


def decode_size(content: bytes, name: str | Path) -> tuple[int, int]:
    """Height and width in pixels, as stored, from the header: the first bytes of a file.

    Raises as ``read_image`` does; too few bytes are as bad as a damaged header.
    """
    with open_image(io.BytesIO(content), name) as image:
        return image.height, image.width


def open_image(file: BinaryIO, name: str | Path) -> Image.Image:
    """Open by content, whatever the suffix says, and read no further than the header.

    Raises UnreadableImageError for what is no image, or one that declares too many pixels.
    """
    if not file.read(1):
        raise UnreadableImageError(name, "the file is empty (0 bytes)")
    file.seek(0)
    try:
        image = Image.open(file, formats=READ_FORMATS)
    except Image.DecompressionBombError as error:
        raise UnreadableImageError(name, reason_of(error)) from error
    except Exception as error:
        raise UnreadableImageError(name, "its content is in no image format we read") from error
    check_pixels(image, name, MOST_PIXELS)
    return image


def write_image(path: str | Path, image: np.ndarray, quality: int = 95) -> None:
    """Write uint8 RGB [H, W, 3] in the format of the suffix; ``quality`` (1 to 100) is for JPEG and WebP.

    Atomic: whoever looks at ``path`` sees the old file or the whole new one. A missing folder is made.
    Raises ValueError for an unknown suffix or another kind of array, OSError where it cannot be written.
    """
    path = Path(path)
    if path.suffix.lower() not in FORMATS:
        raise ValueError(
            f"cannot write {path}: its suffix is {path.suffix!r}; choose one of: {', '.join(FORMATS)}"
        )
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3:
        raise ValueError(
            f"cannot write {path}: found {image.dtype} {list(image.shape)}; expected uint8 [H, W, 3]"
        )
    with atomic_file(path) as file:
        Image.fromarray(image).save(
            file, format=FORMATS[path.suffix.lower()], quality=quality, compress_level=PNG_LEVEL
        )


def resize_area(image: np.ndarray, resolution: int) -> np.ndarray:
    """Crop uint8 [H, W, 3] to its central square and resize it -> uint8 [resolution, resolution, 3].

    Downwards each pixel is the mean of the area it covers (for integer factors: the block mean); upwards
    bicubic.
    """
    square = central_square(image)
    side = len(square)
    if side == resolution:
        return np.ascontiguousarray(square)
    filter_ = cv2.INTER_AREA if side > resolution else cv2.INTER_CUBIC
    return cv2.resize(square, (resolution, resolution), interpolation=filter_)


def central_square(image: np.ndarray) -> np.ndarray:
    """The largest square in the middle of [H, W, ..]: a view of [S, S, ..]."""
    height, width = image.shape[:2]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    return image[top : top + side, left : left + side]


def to_float(images: Tensor) -> Tensor:
    """uint8 [B, H, W, 3] -> float32 [B, 3, H, W] in [-1, 1], same device, channels_last memory."""
    check_shape("images", images, None, None, None, 3)
    return images.permute(0, 3, 1, 2).to(torch.float32).div_(127.5).sub_(1)


def to_uint8(images: Tensor) -> Tensor:
    """Float [B, 3, H, W] in [-1, 1] -> uint8 [B, H, W, 3], rounded and clamped; inverts ``to_float``."""
    check_shape("images", images, None, 3, None, None)
    levels = images.detach().to(torch.float32).add(1).mul_(127.5).round_().clamp_(0, 255)
    return levels.to(torch.uint8).permute(0, 2, 3, 1).contiguous()


def resample(images: Tensor, resolution: int) -> Tensor:
    """[B, C, H, W] -> [B, C, resolution, resolution], bicubic and antialiased."""
    if images.shape[-2:] == (resolution, resolution):
        return images
    return F.interpolate(images, (resolution, resolution), mode="bicubic", antialias=True)


def grid(columns: list[Tensor]) -> np.ndarray:
    """Set float tensors [N, 3, H, W] side by side -> uint8 [N * R, len(columns) * R, 3]: a row an image.

    Smaller ones are resampled (bilinear) to the largest size R, so that degraded | restored | clean line up.
    """
    size = max((column.shape[2:] for column in columns), key=lambda shape: shape[0])
    same_size = [
        column.detach().float().cpu()
        if column.shape[2:] == size
        else F.interpolate(column.detach().float().cpu(), size=size, mode="bilinear", align_corners=False)
        for column in columns
    ]
    rows = torch.cat(same_size, dim=3)  # [N, 3, R, columns * R]
    return to_uint8(rows).flatten(0, 1).numpy()  # [N * R, columns * R, 3]


def tell_animation(image: Image.Image) -> None:
    """Say, once a format, that of an animation the first frame alone is read."""
    if image.format in MAY_MOVE and getattr(image, "is_animated", False):
        _say_first_frame(image.format)


@lru_cache  # once a process: there may be thousands
def _say_first_frame(file_format: str) -> None:
    log.warning("some images are animated: of an animated %s the first frame is read", file_format)


def _to_rgb(image: Image.Image) -> np.ndarray:
    if image.mode == "F":
        raise ValueError("it holds 32-bit floats, expected 8 or 16 bits a channel")
    if image.mode.startswith("I"):  # 16-bit grey; Pillow has narrowed 16-bit colour to its high byte already
        grey = (np.array(image).clip(0, 65535) >> 8).astype(np.uint8)  # [H, W]
        return np.repeat(grey[:, :, None], 3, axis=2)
    if image.has_transparency_data:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return np.array(image.convert("RGB"))
