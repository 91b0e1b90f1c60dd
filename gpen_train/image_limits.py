"""How large an image may be to be read, and how a large one is converted without a second one beside it."""

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from gpen_train.image_files import IMAGE_SUFFIXES

MOST_BYTES = 1 << 29  # of an image's file: what is larger was made to fill the memory
MOST_PIXELS = 115 << 20  # of an image: to decode it takes 8 bytes each
STRIP = 1 << 22  # pixels converted at a time
TOO_LARGE = f"it takes more than {MOST_BYTES >> 20} MB"


class UnreadableImageError(ValueError):
    """A file that exists and is no image we can use; ``reason`` says why in a few words."""

    def __init__(self, path: str | Path, reason: str):
        super().__init__(str(path), reason)
        self.path, self.reason = str(path), reason

    def __str__(self) -> str:
        expected = f"expected a whole {', '.join(IMAGE_SUFFIXES)} file"
        return f"{self.path} is no readable image: {self.reason}; {expected}"


def image_bytes(path: str | Path) -> bytes:
    """All of the file at ``path``; UnreadableImageError where there are more than MOST_BYTES."""
    with Path(path).open("rb") as file:
        content = file.read(min(os.fstat(file.fileno()).st_size, MOST_BYTES) + 1)
    if len(content) > MOST_BYTES:
        raise UnreadableImageError(path, TOO_LARGE)
    return content


def check_pixels(image: Image.Image, name: str | Path, most: int) -> None:
    """Raise UnreadableImageError where the image declares more pixels than ``most``."""
    if image.width * image.height > most:
        raise UnreadableImageError(
            name, f"it declares {image.width * image.height} pixels, {most} at most are decoded"
        )


def in_strips(image: Image.Image, convert: Callable[[Image.Image], np.ndarray]) -> np.ndarray:
    """``convert(image)`` -> [H, W] or [H, W, C], a strip at a time: it treats pixels one by one.

    So there is never a second whole image beside the two.
    """
    rows = max(STRIP // image.width, 1)
    if rows >= image.height:
        return convert(image)
    whole = np.empty(0)
    for top in range(0, image.height, rows):
        strip = convert(image.crop((0, top, image.width, min(top + rows, image.height))))
        if not top:
            whole = np.empty((image.height, *strip.shape[1:]), strip.dtype)
        whole[top : top + rows] = strip
    return whole
