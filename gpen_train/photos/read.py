"""A file -> a photograph, upright."""

import io
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageCms

from gpen_train.image_limits import (
    MOST_PIXELS,
    UnreadableImageError,
    check_pixels,
    image_bytes,
    in_strips,
)
from gpen_train.images import open_image, tell_animation
from gpen_train.photos.photo import Photo
from gpen_train.quote import reason_of

ORIENTATION = 0x0112  # EXIF's tag of how a photo is to be turned
OF_STORAGE = (  # TIFF's tags of how its own pixels lie in the file
    *(254, 256, 257, 258, 259, 262, 266, 273, 277, 278, 279, 284, 317, 320, 322, 323, 324, 325),
    *(338, 339, 347, 530, 531, 532, 700, 33723, 34675),
)
UPRIGHT = {  # its value -> rows and columns as they are to be seen
    2: lambda a: a[:, ::-1],
    3: lambda a: a[::-1, ::-1],
    4: lambda a: a[::-1],
    5: lambda a: a.swapaxes(0, 1),
    6: lambda a: np.rot90(a, -1),
    7: lambda a: a[::-1, ::-1].swapaxes(0, 1),
    8: lambda a: np.rot90(a),
}


def read_photo(path: str | Path) -> Photo:
    """The photograph in the file at ``path``, upright.

    CMYK becomes RGB, by its profile where it has one; palettes become colours; of an animation the first
    frame is read. Raises UnreadableImageError (a ValueError) and OSError as ``images.read_image`` does.
    """
    content = image_bytes(path)
    with open_image(io.BytesIO(content), path) as image:
        try:
            tell_animation(image)
            deep = _deep(image)  # before anything else: where EXIF is looked for, pixels may be decoded
            exif = image.getexif()
            turn = UPRIGHT.get(exif.get(ORIENTATION, 1), lambda levels: levels)
            profile = image.info.get("icc_profile")
            if deep:
                check_pixels(image, path, MOST_PIXELS // 2)  # two bytes a channel
                levels = _decoded(content)
            else:
                levels = _levels(image, profile)
            if image.mode == "CMYK":
                profile = None
            image.close()  # or its pixels stay beside their copies
            upright = np.ascontiguousarray(turn(levels))
            del levels
            return _photo(upright, _exif_bytes(exif), profile)
        except UnreadableImageError:
            raise
        except Exception as error:  # damaged files make decoders raise nearly anything
            raise UnreadableImageError(path, reason_of(error)) from error


def _photo(levels: np.ndarray, exif: bytes, profile: bytes | None) -> Photo:
    """Of [H, W] grey, or [H, W, C] of grey and alpha, RGB, or RGB and alpha."""
    levels = levels if levels.ndim == 3 else levels[..., None]
    alpha = np.ascontiguousarray(levels[..., -1]) if levels.shape[2] in (2, 4) else None
    colours = levels[..., : levels.shape[2] - (alpha is not None)]
    return Photo(np.ascontiguousarray(colours), alpha, exif, profile)


def _deep(image: Image.Image) -> bool:
    """Whether the file holds 16 bits a channel in colour, of which Pillow keeps the high byte alone."""
    tiles = [tile[3] for tile in getattr(image, "tile", ())]
    modes = [part if isinstance(part, str) else str(part[0]) for part in tiles if part]
    return image.mode in ("RGB", "RGBA", "LA") and any(";16" in mode for mode in modes)


def _decoded(content: bytes) -> np.ndarray:
    """uint16 [H, W, C] as stored."""
    levels = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_UNCHANGED)
    if levels is None:
        raise ValueError("its 16-bit pixels cannot be decoded")
    if levels.ndim == 3:
        for row in levels:  # [W, C], in place
            row[:, :3] = row[:, 2::-1].copy()
    return levels


def _levels(image: Image.Image, profile: bytes | None) -> np.ndarray:
    """The pixels of what Pillow reads whole; those of CMYK by ``profile``."""
    image.load()
    if image.mode == "F":
        raise ValueError("it holds 32-bit floats, expected 8 or 16 bits a channel")
    return in_strips(image, partial(_converted, profile=profile))


def _converted(image: Image.Image, profile: bytes | None) -> np.ndarray:
    if image.mode.startswith("I"):
        return np.array(image).clip(0, 65535).astype(np.uint16)
    if image.mode == "CMYK":
        return np.array(_from_cmyk(image, profile))
    if image.mode == "1":
        image = image.convert("L")
    if image.mode not in ("L", "LA", "RGB", "RGBA"):
        image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    elif image.mode in ("L", "RGB") and image.has_transparency_data:
        image = image.convert("LA" if image.mode == "L" else "RGBA")
    return np.array(image)


def _from_cmyk(image: Image.Image, profile: bytes | None) -> Image.Image:
    if profile:
        try:
            own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(
                image, own, ImageCms.createProfile("sRGB"), outputMode="RGB"
            )
            return converted if converted is not None else image.convert("RGB")
        except ImageCms.PyCMSError:  # a broken profile is none
            pass
    return image.convert("RGB")


def _exif_bytes(exif: Image.Exif) -> bytes:
    """What survives: all but the orientation, which is applied, the thumbnail, which would be wrong, and what
    TIFF says of how its own pixels are stored."""
    for tag in (ORIENTATION, *OF_STORAGE):
        exif.pop(tag, None)
    return exif.tobytes() if len(exif) else b""
