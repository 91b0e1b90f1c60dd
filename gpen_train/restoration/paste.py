"""Restored faces back into their photograph: resampled once, with soft borders, neighbours sharing fairly."""

import math
from typing import NamedTuple

import cv2
import numpy as np
from PIL import Image

from gpen_train.faces.square import Square

BORDER = 0.1  # half sides of the square over which a face fades into the photograph
NEARNESS = 6.0  # how quickly a face's claim on a pixel falls with the distance from its centre


class Patch(NamedTuple):
    """A restored face and its place."""

    face: np.ndarray  # uint8 [R, R, 3]
    square: Square  # in pixels of the photograph that it goes into
    mask: np.ndarray | None = (
        None  # float32 [H, W] of that photograph, 0 to 1: where it may go; None: anywhere
    )


class Region(NamedTuple):
    """A rectangle of pixels."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def slices(self) -> tuple[slice, slice]:
        """Rows and columns."""
        return slice(self.top, self.bottom), slice(self.left, self.right)


def paste(levels: np.ndarray, patches: list[Patch], strength: float = 1.0) -> np.ndarray:
    """Put faces into a photograph uint8 or uint16 [H, W, 3] -> the same type and shape, a new array.

        out = photo + sum_i rint(a_i (face_i - photo))
        a_i = strength * max_j(m_j) * m_i n_i / sum_j m_j n_j

    m_i is the soft mask of a face, 1 but for its square's border; n_i = exp(-6 r^2), r the distance from the
    square's centre in half sides: where squares overlap a pixel goes to the face that it is nearer to, and
    the change from one to the other is as smooth as the masks. Where all masks are 0, ``out`` is the photo.
    """
    height, width = levels.shape[:2]
    out, scale = levels.copy(), 257 if levels.dtype == np.uint16 else 1
    for patch in patches:
        region = around(patch.square, width, height)
        if region is None:
            continue
        share = strength * _share(patch, region, [other for other in patches if other is not patch])
        face = resample_back(patch.face, patch.square, region) * scale
        change = share[..., None] * (face - levels[region.slices])
        pasted = out[region.slices] + np.rint(change)
        out[region.slices] = np.clip(pasted, 0, np.iinfo(levels.dtype).max).astype(levels.dtype)
    return out


def around(square: Square, width: int, height: int) -> Region | None:
    """The pixels of a photograph that a square can touch; None where it lies outside."""
    left, top = np.floor(square.corners.min(0)).astype(int)
    right, bottom = np.ceil(square.corners.max(0)).astype(int) + 1
    region = Region(max(left, 0), max(top, 0), min(right, width), min(bottom, height))
    return region if region.left < region.right and region.top < region.bottom else None


def soft_mask(square: Square, region: Region) -> np.ndarray:
    """float32 [h, w]: 1 inside the square, falling to 0 at its border as 3 t^2 - 2 t^3."""
    x, y = _inside(square, region)
    mask = _ramp(x)
    mask *= _ramp(y)
    return mask


def resample_back(face: np.ndarray, square: Square, region: Region) -> np.ndarray:
    """The face, uint8 [R, R, 3], as the photograph's pixels of ``region`` see it -> float32 [h, w, 3].

    The other way round as ``faces.crop.resample``: turned and shifted at the finer of both scales (bicubic),
    then shrunk by a whole number (Lanczos).
    """
    finer = max(1, math.ceil(len(face) / square.side))
    width, height = region.right - region.left, region.bottom - region.top
    # A pixel (x, y) of the finer grid lies at (x + 0.5) / finer - 0.5 from the region's first.
    grid = np.array([[1 / finer, 0, region.left], [0, 1 / finer, region.top], [0, 0, 1]])
    grid[:2, 2] += 0.5 / finer - 0.5
    matrix = square.transform(len(face)) @ grid
    turned = cv2.warpAffine(
        face.astype(np.float32),
        matrix,
        (width * finer, height * finer),
        flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    if finer > 1:
        channels = [Image.fromarray(channel) for channel in cv2.split(turned)]
        shrunk = [channel.resize((width, height), Image.Resampling.LANCZOS) for channel in channels]
        turned = cv2.merge([np.array(channel) for channel in shrunk])
    return np.clip(turned, 0, 255)


def _share(patch: Patch, region: Region, others: list[Patch]) -> np.ndarray:
    """The face's part of each pixel, float32 [h, w], beside those of the other faces."""
    mask = _mask(patch, region)
    near = [other for other in others if _touch(other.square, region)]
    if not near:
        return mask
    own = mask * _nearness(patch.square, region)
    total, most = own.copy(), mask
    for other in near:
        theirs = _mask(other, region)
        total += theirs * _nearness(other.square, region)
        most = np.maximum(most, theirs)
    return most * own / np.maximum(total, 1e-12)


def _mask(patch: Patch, region: Region) -> np.ndarray:
    mask = soft_mask(patch.square, region)
    return mask if patch.mask is None else mask * patch.mask[region.slices]


def _touch(square: Square, region: Region) -> bool:
    low, high = square.corners.min(0), square.corners.max(0)
    return bool(
        low[0] < region.right and high[0] >= region.left and low[1] < region.bottom and high[1] >= region.top
    )


def _nearness(square: Square, region: Region) -> np.ndarray:
    x, y = _inside(square, region)
    return np.exp(-NEARNESS * (x * x + y * y))


def _inside(square: Square, region: Region) -> tuple[np.ndarray, np.ndarray]:
    """Place of each pixel in the square's own axes, float32 [h, w] each: -1 and 1 at its sides."""
    (xx, xy, x0), (yx, yy, y0) = square.transform(2) - np.array([0, 0, 0.5])
    columns = np.arange(region.left, region.right, dtype=np.float32)
    rows = np.arange(region.top, region.bottom, dtype=np.float32)[:, None]
    return xx * columns + (xy * rows + x0), yx * columns + (yy * rows + y0)


def _ramp(place: np.ndarray) -> np.ndarray:
    """1 in the middle, 0 at -1 and 1 and beyond."""
    t = np.clip((1 - np.abs(place)) / BORDER, 0, 1).astype(np.float32)
    return t * t * (3 - 2 * t)
