"""The face's own frame and the camera that takes it to the picture.

Face coordinates: x = 0 on the midline, y as in an upright FFHQ portrait, lengths in frame units. The eyes
are at (±0.125, 0.469), the mouth at (0, 0.698). Frame coordinates run from 0 to 1 over the picture.
"""

from dataclasses import dataclass
from functools import cached_property, lru_cache

import cv2
import numpy as np
from numpy.typing import ArrayLike

from gpen_train.drawn.fields import array, ticks
from gpen_train.drawn.person import Head

EYE_X, EYE_Y = 0.125, 0.469
MOUTH_Y = 0.698
NOSE_Y = 0.588
SKULL_Y = 0.47  # the height that the outline is measured from
TABLE = 2880  # angles of the outline
HALF_WIDTH, HALF_HEIGHT, DEPTH = 0.30, 0.50, 0.24  # of the smooth head that yaw and pitch turn


@lru_cache(maxsize=256)
def spline_basis(num_points: int, num: int, closed: bool) -> np.ndarray:
    """The Catmull-Rom spline as a matrix: ``num`` samples = basis @ points -> [num, num_points] float32."""
    place = np.linspace(0, num_points - (not closed), num, endpoint=not closed)
    span = np.minimum(place.astype(np.int64), num_points - 1 - (not closed))
    t = place - span
    weights = np.stack(
        [-t + 2 * t**2 - t**3, 2 - 5 * t**2 + 3 * t**3, t + 4 * t**2 - 3 * t**3, t**3 - t**2], axis=1
    )  # [num, 4]
    rows = np.arange(num)[:, None]
    columns = span[:, None] + np.arange(4)  # of the points with one more in front
    basis = np.zeros((num, num_points + 2))
    if closed:
        np.add.at(basis, (rows, (columns - 1) % num_points), weights / 2)
        return basis[:, :num_points].astype(np.float32)
    np.add.at(basis, (rows, columns), weights / 2)
    before, inner, after = basis[:, 0], basis[:, 1:-1].copy(), basis[:, -1]
    inner[:, 0] += 2 * before  # the ends go on straight: p[-1] = 2 p[0] - p[1]
    inner[:, 1] -= before
    inner[:, -1] += 2 * after
    inner[:, -2] -= after
    return inner.astype(np.float32)


def smooth_curve(points: ArrayLike, num: int, closed: bool = False) -> np.ndarray:
    """A Catmull-Rom spline through ``points`` [..., K, 2] at ``num`` places -> [..., num, 2] float32."""
    points = array(points)
    return spline_basis(points.shape[-2], num, closed) @ points


def symmetric(right: list[tuple[float, float]], num: int, closed: bool = False) -> np.ndarray:
    """A smooth curve through ``right``, given outwards from the midline, and its mirror image -> [num, 2].

    A point on the midline counts once. An open curve runs from the left end to the right one; a closed
    one goes through ``right`` first.
    """
    left = [(-x, y) for x, y in reversed(right) if x > 0]
    return smooth_curve([*right, *left] if closed else [*left, *right], num, closed)


def mirrored(curve: np.ndarray) -> np.ndarray:
    """The same curve on the other side of the face."""
    return curve * array([-1, 1])


def both(curve: np.ndarray) -> np.ndarray:
    """A curve [..., 2] of the right half and its mirror image, left one first -> [2, ..., 2]."""
    return np.stack([mirrored(curve), curve])


def between(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """The polygon that two curves with common ends enclose."""
    return np.concatenate([first, second[::-1]])


def places_on(curve: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Places on a curve [K, 2] of evenly numbered points; ``share`` [...] runs from 0 to 1 -> [..., 2]."""
    places = np.linspace(0, 1, len(curve))
    return np.stack([np.interp(share, places, curve[:, axis]) for axis in (0, 1)], axis=-1)


def depth(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """How far the smooth head stands out towards the viewer at face coordinates (x, y)."""
    across, down = np.square(x), np.square(y - SKULL_Y)
    dome = DEPTH * np.maximum(1 - across / HALF_WIDTH**2 - down / HALF_HEIGHT**2, 0)
    return dome + 0.05 * np.exp(across / -(0.05**2) - np.square(y - NOSE_Y) / 0.07**2)


class Camera:
    """Turns, tilts, scales and shifts the head: a small parallax by depth, then a similarity."""

    def __init__(self, head: Head) -> None:
        self.turn = array([np.sin(head.yaw), np.sin(head.pitch)])
        self.rest = float(depth(array(EYE_X), array(EYE_Y)))  # the eyes' plane stays in place
        self.pivot = array([0, 0.53])
        cosine, sine = head.scale * np.cos(head.roll), head.scale * np.sin(head.roll)
        self.similarity = array([[cosine, -sine], [sine, cosine]])
        self.origin = array([0.5, 0.53]) + array(head.shift)

    def project(self, points: np.ndarray) -> np.ndarray:
        """Face coordinates [..., 2] -> frame coordinates [..., 2]."""
        points = array(points)
        lift = depth(points[..., 0], points[..., 1]) - self.rest
        turned = points + self.turn * lift[..., None] - self.pivot
        return turned @ self.similarity.T + self.origin

    def project_all(self, curves: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Project curves of equal length in one go."""
        return dict(zip(curves, self.project(np.stack(list(curves.values()))), strict=True))

    def face_grid(self, size: int) -> tuple[np.ndarray, np.ndarray]:
        """Face coordinates of the pixels of a size x size picture -> x, y, each [size, size]."""
        back = np.linalg.inv(self.similarity).astype(np.float32)
        across, down = ticks(size)[None, :] - self.origin[0], ticks(size)[:, None] - self.origin[1]
        flat_x = back[0, 0] * across + back[0, 1] * down + self.pivot[0]
        flat_y = back[1, 0] * across + back[1, 1] * down + self.pivot[1]
        x, y = flat_x, flat_y
        for _ in range(2):  # the parallax has a small slope: the fixed point is reached quickly
            lift = depth(x, y) - self.rest
            x, y = flat_x - self.turn[0] * lift, flat_y - self.turn[1] * lift
        return x, y


@dataclass(frozen=True)
class Outline:
    """The edge of the head as a polygon, and as a radius by angle around the skull's centre."""

    head: Head

    @cached_property
    def polygon(self) -> np.ndarray:
        """[96, 2] face coordinates, clockwise from the top."""
        head = self.head
        cheek, jaw, chin, low = head.cheek_width, head.jaw_width, head.chin_width, head.chin_y
        full = 0.02 * (head.fullness - 0.5)
        right = [
            (0, -0.008),
            (0.108, 0.006),
            (0.193, 0.060),
            (0.244, 0.160),
            (0.259, 0.30),
            (0.258 * cheek, 0.43),
            (0.250 * cheek + full, 0.56),
            (0.230 * jaw + full, 0.665),
            (0.190 * jaw + full, 0.760),
            (0.132 * (0.6 + 0.4 * chin) + full, low - 0.055),
            (0.066 * chin, low - 0.010),
            (0, low),
        ]
        return symmetric(right, 96, closed=True)

    def reach(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Distance from the skull's centre as a share of the outline's: 0 at the centre, 1 on the edge."""
        along = self.polygon - array([0, SKULL_Y])
        angles = np.arctan2(along[:, 0], along[:, 1])
        order = np.argsort(angles)
        table = np.interp(
            np.linspace(-np.pi, np.pi, TABLE + 1),
            angles[order],
            np.hypot(along[:, 0], along[:, 1])[order],
            period=2 * np.pi,
        ).astype(np.float32)
        angle = cv2.phase(array(y - SKULL_Y), array(x))  # [0, 2 pi), the outline's angle
        place = (angle * (TABLE / (2 * np.pi)) + TABLE / 2) % TABLE
        radius = table[np.minimum(place.astype(np.int32), TABLE - 1)]
        return np.hypot(x, y - SKULL_Y) / radius
