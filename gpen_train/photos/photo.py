"""A photograph: its depth, alpha, colour profile and EXIF beside its pixels."""

from dataclasses import dataclass, replace

import cv2
import numpy as np


@dataclass(frozen=True)
class Photo:
    """The pixels of an upright photograph, and what else its file holds."""

    pixels: np.ndarray  # uint8 or uint16 [H, W, 3] RGB, or [H, W, 1] grey
    alpha: np.ndarray | None = None  # of the same type [H, W]
    exif: bytes = b""  # without orientation and thumbnail
    profile: bytes | None = None  # ICC

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.pixels.shape[1], self.pixels.shape[0]

    @property
    def rgb(self) -> np.ndarray:
        """What a network sees: uint8 [H, W, 3], on white where it is transparent."""
        levels = to_bytes(self.pixels)
        if self.alpha is not None:
            share = to_bytes(self.alpha)[..., None].astype(np.float32) / 255
            levels = np.rint(255 + (levels.astype(np.float32) - 255) * share).astype(np.uint8)
        return np.repeat(levels, 3, axis=2) if levels.shape[2] == 1 else levels

    def coloured(self) -> "Photo":
        """The same with three channels; a profile for grey is dropped, as it fits no more."""
        if self.pixels.shape[2] == 3:
            return self
        return replace(self, pixels=np.repeat(self.pixels, 3, axis=2), profile=None)

    def enlarged(self, factor: int) -> "Photo":
        """The same at ``factor`` times its width and height (Lanczos)."""
        if factor == 1:
            return self
        alpha = None if self.alpha is None else enlarge(self.alpha, factor)
        pixels = enlarge(self.pixels, factor)
        return replace(self, pixels=pixels if pixels.ndim == 3 else pixels[..., None], alpha=alpha)


def to_bytes(levels: np.ndarray) -> np.ndarray:
    """uint16 -> its high byte, as ``images.read_image``; uint8 as it is."""
    return levels if levels.dtype == np.uint8 else (levels >> 8).astype(np.uint8)


def enlarge(levels: np.ndarray, factor: int) -> np.ndarray:
    """[H, W, ..] -> [H * factor, W * factor, ..] of the same type, by Lanczos' filter."""
    height, width = levels.shape[:2]
    return cv2.resize(levels, (width * factor, height * factor), interpolation=cv2.INTER_LANCZOS4)


def stacked(photo: Photo) -> np.ndarray:
    """The pixels with their alpha as last channel [H, W, 1 to 4]."""
    return photo.pixels if photo.alpha is None else np.dstack([photo.pixels, photo.alpha])
