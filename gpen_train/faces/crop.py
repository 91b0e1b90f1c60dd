"""A square of a photograph as an image of its own: one filtered resampling, and borders that fade away."""

import math

import cv2
import numpy as np
from PIL import Image

from gpen_train.faces.square import Square

BORDER = 0.1  # sides: a square that comes nearer to the photograph's edge than ..
NEAR = 4.0  # .. this many pixels is padded
PAD = 0.3  # sides that the fading takes at least
MOST_SHARE, MOST_SIDE = 8, 1 << 14  # of the photo's shorter side, and pixels, that a square may have
BLUR = 0.02  # sides, sigma of the blur


def cut_out(
    photo: np.ndarray,
    square: Square,
    resolution: int,
    inside: bool = True,  # False: what lies in the photo stays sharp up to its edge
) -> np.ndarray:
    """The square of a photo uint8 [H, W, 3], upright -> uint8 [resolution, resolution, 3].

    Where the square leaves the photo, the photo is mirrored, and fades into a blur and then into one colour.
    Raises ValueError for a square that is no face's in this photo: one beside it, or far larger.
    """
    check_place(square, *photo.shape[:2])
    face = resample(photo, square, resolution)
    height, width = photo.shape[:2]
    if not leaves(square, width, height):
        return face
    outside = outsideness(square, width, height, resolution)
    return fade(face, outside if inside else np.where(outside > 0, outside, -1))


def resample(photo: np.ndarray, square: Square, resolution: int) -> np.ndarray:
    """Turn and shift at the photo's own scale or finer (bicubic), then shrink by a whole number (Lanczos).

    Nothing is ever sampled more coarsely than it is filtered for. Beyond its edges the photo is mirrored.
    """
    finer = max(1, math.ceil(square.side / resolution))
    turned = cv2.warpAffine(
        photo,
        square.transform(finer * resolution),
        (finer * resolution, finer * resolution),
        flags=cv2.INTER_CUBIC,
        borderMode=cv2.BORDER_REFLECT_101,
    )
    if finer == 1:
        return turned
    return np.array(Image.fromarray(turned).resize((resolution, resolution), Image.Resampling.LANCZOS))


def check_place(square: Square, height: int, width: int) -> None:
    """Raise ValueError where the square lies beside a photo of that size, or is far larger.

    To mirror the photo out to there would take minutes, or all memory.
    """
    lowest, highest = square.corners.min(0), square.corners.max(0)
    is_beside = np.any(highest < 0) or np.any(lowest > (width, height))
    if is_beside or square.side > min(MOST_SHARE * min(height, width), MOST_SIDE):
        x, y = square.centre
        raise ValueError(
            f"a face of {square.side:.0f} px around ({x:.0f}, {y:.0f}) is none of a photo of {width} x "
            f"{height} px; expected landmarks in pixels of the upright photo"
        )


def leaves(square: Square, width: int, height: int) -> bool:
    """Whether the square leaves a photo of that size, or comes within NEAR pixels of its edge."""
    lowest, highest = square.corners.min(0), square.corners.max(0)
    return bool(np.any(lowest < NEAR) or np.any(highest > np.array([width, height]) - NEAR))


def outsideness(square: Square, width: int, height: int, resolution: int) -> np.ndarray:
    """How far out of the photo each pixel of the crop lies -> float32 [R, R].

    0 on the photo's edge, 1 where the padding would end, negative inside. The padding of each edge is as wide
    as the square needs, with BORDER more, and PAD at least.
    """
    lowest, highest = square.corners.min(0), square.corners.max(0)
    edges = np.array([width - 1, height - 1])
    border = max(round(BORDER * square.side), 3)
    before = np.maximum(np.ceil(border - lowest), round(PAD * square.side))  # [2] left, top
    after = np.maximum(np.ceil(highest - edges + border), round(PAD * square.side))  # right, bottom
    back = cv2.invertAffineTransform(square.transform(resolution))  # from the crop to the photo
    y, x = np.mgrid[0:resolution, 0:resolution]
    place = np.stack([x, y], axis=-1) @ back[:, :2].T + back[:, 2]  # [R, R, 2]
    return np.maximum(-place / before, (place - edges) / after).max(-1).astype(np.float32)


def fade(face: np.ndarray, outside: np.ndarray) -> np.ndarray:
    """Blur uint8 [R, R, 3] by degrees, from a third of the padding inside the photo up to its edge, then turn
    it into its median colour by the end of the padding.

    Source: the recipe of FFHQ's images (arXiv:1812.04948, ffhq-dataset), here on the crop, not on the photo.
    """
    sharp = face.astype(np.float32)
    blurred = cv2.GaussianBlur(sharp, (0, 0), BLUR * len(face), borderType=cv2.BORDER_REFLECT_101)
    sharp += (blurred - sharp) * np.clip(3 * outside + 1, 0, 1)[:, :, None]
    sharp += (np.median(sharp, axis=(0, 1)) - sharp) * np.clip(outside, 0, 1)[:, :, None]
    return np.clip(np.rint(sharp), 0, 255).astype(np.uint8)
