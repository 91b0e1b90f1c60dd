"""What a task needs around its network: a prepared input, and a result that keeps what the input knows.

A treatment is a function: a face, uint8 [S, S, 3], and where it has a hole, bool [S, S], or None -> what the
network gets, and what finishes the network's output, uint8 [R, R, 3] -> uint8 [R, R, 3].
"""

from collections.abc import Callable
from functools import lru_cache, partial
from pathlib import Path

import cv2
import numpy as np

from gpen_train.conventions.labels import resize_labels
from gpen_train.degradations.colour import to_grey
from gpen_train.holes import find_hole, paint_hole
from gpen_train.images import read_image, resize_area

Finish = Callable[[np.ndarray], np.ndarray]
Treatment = Callable[[np.ndarray, np.ndarray | None], tuple[np.ndarray, Finish]]


def unchanged(restored: np.ndarray) -> np.ndarray:
    """The finish that keeps what the network made."""
    return restored


def as_it_is(image: np.ndarray, hole: np.ndarray | None = None) -> tuple[np.ndarray, Finish]:
    """The treatment that does nothing: blind face restoration needs no other."""
    return image, unchanged


def fill_hole(
    image: np.ndarray,
    hole: np.ndarray | None,  # None: it is white already
    resolution: int,  # pixels a side that the network takes
    paste: bool = False,  # the result keeps the known pixels
) -> tuple[np.ndarray, Finish]:
    """The treatment for inpainting."""
    if hole is None:
        hole = find_hole(image)
    else:
        image = paint_hole(image, hole)
    finish = partial(paste_known, image=image, hole=hole) if paste else unchanged
    return resize_around(image, hole, resolution), finish


def colorize(
    image: np.ndarray, hole: np.ndarray | None = None, keep: bool = False
) -> tuple[np.ndarray, Finish]:
    """The treatment for colorization: old colours and tones go first; ``keep`` the luma of the input."""
    grey = to_grey(image)
    return grey, partial(keep_luma, grey=grey) if keep else unchanged


def take_labels(
    image: np.ndarray,
    hole: np.ndarray | None,
    resolution: int,  # pixels a side that the network takes
) -> tuple[np.ndarray, Finish]:
    """The treatment for seg2face: a label map in colours, at the network's size; none of them is mixed."""
    return resize_labels(image, resolution), unchanged


def resize_around(image: np.ndarray, hole: np.ndarray, resolution: int) -> np.ndarray:
    """Resize [S, S, 3]; all that the hole [S, S] touches becomes white, as sharp as in training."""
    if len(image) == resolution:
        return image
    return paint_hole(resize_area(image, resolution), resize_share(hole, resolution) > 0)


def resize_share(hole: np.ndarray, resolution: int) -> np.ndarray:
    """How much of each pixel a hole covers: bool [S, S] -> float32 [resolution, resolution], 0 to 1."""
    filter_ = cv2.INTER_AREA if len(hole) > resolution else cv2.INTER_LINEAR
    return cv2.resize(hole.astype(np.float32), (resolution, resolution), interpolation=filter_)


def paste_known(restored: np.ndarray, image: np.ndarray, hole: np.ndarray) -> np.ndarray:
    """Take ``restored`` in the hole and ``image`` elsewhere: at equal sizes to the bit.

    restored [R, R, 3], image [S, S, 3], hole bool [S, S]  ->  [R, R, 3]. At another size the image is
    resampled after its hole is filled, so that none of the hole's white runs into what is known.
    """
    size = len(restored)
    known = resize_area(np.where(hole[..., None], resize_area(restored, len(image)), image), size)
    if len(image) == size:
        return known
    share = resize_share(hole, size)[..., None]
    return np.rint(known + share * (restored.astype(np.float32) - known)).astype(np.uint8)


def keep_luma(restored: np.ndarray, grey: np.ndarray) -> np.ndarray:
    """Give ``restored`` [R, R, 3] the luma of ``grey`` [S, S, 3], resampled, and leave its Cb and Cr.

    Colours that would leave the range from 0 to 255 are made paler, not clipped: hue and luma stay.
    """
    luma = cv2.cvtColor(resize_area(grey, len(restored)).astype(np.float32), cv2.COLOR_RGB2GRAY)
    levels = restored.astype(np.float32)
    own_luma = cv2.cvtColor(levels, cv2.COLOR_RGB2GRAY)
    channels = [
        channel - own_luma for channel in cv2.split(levels)
    ]  # R - Y, G - Y, B - Y: a mix of Cb and Cr
    share = np.ones_like(luma)
    for colour in channels:
        room = np.where(colour > 0, 255 - luma, luma)
        share = np.minimum(share, room / np.maximum(np.abs(colour), 1))
    return np.rint(cv2.merge([luma + share * colour for colour in channels])).astype(np.uint8)


@lru_cache(maxsize=1)  # one mask may serve a thousand images
def read_mask(path: Path, width: int, height: int) -> np.ndarray:
    """The hole in a mask file -> bool [height, width]: what is more white than black.

    Raises ValueError or OSError where it cannot be read, and ValueError where it has another shape.
    """
    image = read_image(path)
    found = image.shape[:2]
    if found[0] * width != found[1] * height:
        raise ValueError(
            f"{path} is {found[1]} x {found[0]} pixels; expected a mask of the shape of its picture, "
            f"{width} x {height}"
        )
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    return cv2.resize(grey, (width, height), interpolation=cv2.INTER_NEAREST) > 127
