"""Antialiased marks on 8-bit masks: polygons, lines and batches of strands, in frame coordinates.

A strand thinner than a pixel is drawn one pixel wide and paler by its width, so that it fades with
distance as a real hair does and neither vanishes nor becomes bold.
"""

import cv2
import numpy as np

from gpen_train.drawn.fields import AREA, array, resized

SHIFT = 4  # OpenCV's fixed point: sixteenths of a pixel
WIDE_BLUR = 3.0  # pixels: the deviation that a wide blur is reduced to
FINE = 200  # pixels a side from which the finest marks are worth their time
BUNDLE = 5  # strands drawn in one call: the calls are what takes the time


def to_fixed(points: np.ndarray, size: int) -> np.ndarray:
    """Frame coordinates [..., 2] -> OpenCV's fixed-point pixel coordinates, int32 [..., 2]."""
    return np.rint((points * size - 0.5) * (1 << SHIFT)).astype(np.int32)


def blank(size: int, value: int = 0) -> np.ndarray:
    """An 8-bit mask [size, size]."""
    return np.full((size, size), value, np.uint8) if value else np.zeros((size, size), np.uint8)


def fill(mask: np.ndarray, polygons: np.ndarray, value: int = 255) -> np.ndarray:
    """Fill one polygon [K, 2] or several [N, K, 2], each by itself; draws into ``mask`` and returns it."""
    for polygon in to_fixed(polygons, mask.shape[0]).reshape(-1, *polygons.shape[-2:]):
        cv2.fillPoly(mask, [polygon], value, cv2.LINE_AA, SHIFT)
    return mask


def pen(width: float, size: int) -> tuple[int, float]:
    """A line's width in frame units -> whole pixels and the opacity that makes up for the rounding."""
    wanted = width * size
    pixels = max(1, round(wanted))
    return pixels, min(1.0, wanted / pixels)


def line(
    mask: np.ndarray, curves: np.ndarray, width: float, strength: float = 1.0, closed: bool = False
) -> np.ndarray:
    """Draw one curve [K, 2] or several [N, K, 2]; ``strength`` is their opacity in [0, 1]."""
    pixels, opacity = pen(width, mask.shape[0])
    fixed = list(to_fixed(curves, mask.shape[0]).reshape(-1, *curves.shape[-2:]))
    cv2.polylines(mask, fixed, closed, round(255 * strength * opacity), pixels, cv2.LINE_AA, SHIFT)
    return mask


def patch(polygons: np.ndarray, size: int, blur: float = 0.0) -> np.ndarray:
    """Polygons [K, 2] or [N, K, 2] filled and softened by ``blur`` -> float32 [size, size] in [0, 1]."""
    return soften(to_alpha(fill(blank(size), polygons)), blur)


def stroke(
    curves: np.ndarray, size: int, width: float, strength: float = 1.0, blur: float = 0.0
) -> np.ndarray:
    """Curves [K, 2] or [N, K, 2] drawn and softened by ``blur`` -> float32 [size, size] in [0, 1]."""
    return soften(to_alpha(line(blank(size), curves, width, strength)), blur)


def strands(mask: np.ndarray, curves: np.ndarray, width: float, values: np.ndarray) -> np.ndarray:
    """Draw curves [N, P, 2] one over the other in 8-bit values [N]; a bundle takes the value of its first."""
    pixels, _ = pen(width, mask.shape[0])
    fixed = list(to_fixed(curves, mask.shape[0]))
    for first, value in enumerate(values[::BUNDLE].tolist()):
        bundle = fixed[first * BUNDLE : (first + 1) * BUNDLE]
        cv2.polylines(mask, bundle, False, value, pixels, cv2.LINE_AA, SHIFT)
    return mask


def cover(mask: np.ndarray, curves: np.ndarray, width: float, opacity: float) -> np.ndarray:
    """Draw curves [N, P, 2] all in the same opacity: they hide each other and do not add up."""
    size, (pixels, _) = mask.shape[0], pen(width, mask.shape[0])
    cv2.polylines(mask, list(to_fixed(curves, size)), False, round(255 * opacity), pixels, cv2.LINE_AA, SHIFT)
    return mask


def thinned(size: int, full: int, detail: int = 1400) -> tuple[int, float]:
    """How many of ``full`` strands a picture of ``size`` px gets, and how much wider each is for it.

    All are drawn from ``detail`` px up. Below, many strands in one pixel would hide each other where they
    should add up; few wide ones cover as much.
    """
    count = int(full * np.clip(size / detail, 0.08, 1.0))
    return count, full / count


def tufts(
    size: int, curves: np.ndarray, width: float, strength: np.ndarray, num_layers: int = 2
) -> np.ndarray:
    """How much of each pixel the curves [N, P, 2] cover -> float32 [size, size]; crossings add up."""
    pixels, opacity = pen(width, size)
    values = np.rint(255 * opacity * strength).astype(np.int32)
    clear = np.ones((size, size), np.float32)
    for layer in range(num_layers):
        mask = strands(blank(size), curves[layer::num_layers], pixels / size, values[layer::num_layers])
        clear *= 1 - to_alpha(mask)
    return 1 - clear


def to_alpha(mask: np.ndarray) -> np.ndarray:
    """An 8-bit mask as float32 in [0, 1]."""
    return mask * np.float32(1 / 255)


def soften(mask: np.ndarray, radius: float) -> np.ndarray:
    """Gaussian blur; ``radius`` is the deviation in frame units."""
    size = mask.shape[0]
    sigma = radius * size
    if sigma < 0.3:
        return mask
    if sigma < 2 * WIDE_BLUR:
        return cv2.GaussianBlur(mask, (0, 0), sigma)
    small = max(16, round(size * WIDE_BLUR / sigma))  # a wide blur leaves nothing that a small picture lacks
    reduced = resized(mask, small, AREA)
    blurred = cv2.GaussianBlur(reduced, (0, 0), radius * small)
    return resized(blurred, size)


def lowered(mask: np.ndarray, distance: float) -> np.ndarray:
    """The mask moved down by ``distance`` in frame units, at least by a pixel; for shadows."""
    rows = max(1, round(distance * mask.shape[0]))
    return np.concatenate([np.repeat(mask[:1], rows, axis=0), mask[:-rows]])


def paint(image: np.ndarray, colour: np.ndarray, alpha: np.ndarray) -> None:
    """Lay ``colour`` ([3] or [H, W, 3]) over ``image`` [H, W, 3] in place, ``alpha`` [H, W] in [0, 1]."""
    part = window(alpha)
    colour = array(colour)
    blend(image[part], colour[part] if colour.ndim == 3 else colour, alpha[part])


def blend(image: np.ndarray, colour: np.ndarray, alpha: np.ndarray) -> None:
    """As ``paint``, but over all of ``image``; ``colour`` is float32 already. For parts cut out before."""
    image += alpha[..., None] * (colour - image)


def darken(image: np.ndarray, amount: np.ndarray) -> None:
    """Take the share ``amount`` [H, W] of the light from ``image`` [H, W, 3], in place."""
    image *= (1 - amount)[..., None]


def window(alpha: np.ndarray) -> tuple[slice, slice]:
    """The rows and columns between which ``alpha`` [H, W] is not zero; empty where it is zero throughout."""
    left, top, width, height = cv2.boundingRect((alpha > 0).view(np.uint8))
    return slice(top, top + height), slice(left, left + width)
