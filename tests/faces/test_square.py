"""FFHQ's square, against the formula written out and against what is known of FFHQ's images."""

import cv2
import numpy as np
import pytest

from gpen_train.faces.square import ffhq_square
from gpen_train.losses.components import BOXES

FIVE = np.array([[100.0, 120], [180, 110], [145, 160], [115, 200], [185, 190]])


def sixty_eight(five: np.ndarray) -> np.ndarray:
    """68 points with the same anchors: each eye a ring around its centre; the rest anywhere."""
    points = np.random.default_rng(0).uniform(0, 300, (68, 2))
    ring = np.array([[-6, 0], [-3, -3], [3, -3], [6, 0], [3, 3], [-3, 3.0]])
    points[36:42], points[42:48] = five[0] + ring, five[1] + ring
    points[48], points[54] = five[3], five[4]
    return points


def corners_by_definition(points: np.ndarray) -> np.ndarray:
    """The published formula with complex numbers, where a quarter turn is a factor of i."""
    eye0, eye1, _, mouth0, mouth1 = points[:, 0] + 1j * points[:, 1]
    x = eye1 - eye0
    y = (eye0 + eye1) / 2 - (mouth0 + mouth1) / 2
    centre = (eye0 + eye1) / 2 - 0.1 * y
    side = max(4.0 * abs(x), 3.6 * abs(y))
    axis = x + 1j * y
    axis = axis / abs(axis) * side / 2
    corners = [centre + axis * turn for turn in (-1 - 1j, 1 - 1j, 1 + 1j, -1 + 1j)]
    return np.array([[corner.real, corner.imag] for corner in corners])


def test_equals_its_definition():
    np.testing.assert_allclose(ffhq_square(FIVE).corners, corners_by_definition(FIVE))


def test_five_and_68_points_give_the_same_square():
    np.testing.assert_allclose(ffhq_square(sixty_eight(FIVE)).corners, ffhq_square(FIVE).corners)


def test_the_template_of_aligned_faces_stays_where_it_is():
    """A face that lies as FFHQ's do on average is cut out as a whole: the square is the image, within 2 %."""
    left, right, mouth = (
        np.array([BOXES[name].x, BOXES[name].y]) for name in ("left_eye", "right_eye", "mouth")
    )
    half = np.array([35, 0])  # of the mouth: its corners' mean alone counts
    square = ffhq_square(np.stack([left, right, (left + right) / 2, mouth - half, mouth + half]))
    frame = np.array([[0, 0], [512, 0], [512, 512], [0, 512]])
    np.testing.assert_allclose(square.corners, frame, atol=0.02 * 512)


def test_follows_the_face_as_it_turns_grows_and_moves():
    angle, scale, shift = 0.7, 2.5, np.array([40.0, -15])
    turn = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    moved = ffhq_square(FIVE @ turn.T + shift)
    np.testing.assert_allclose(moved.corners, ffhq_square(FIVE).corners @ turn.T + shift)


@pytest.mark.parametrize("resolution", [64, 512])
def test_the_transform_takes_corners_to_corners_and_keeps_angles(resolution):
    square = ffhq_square(FIVE)
    transform = square.transform(resolution)
    low, high = -0.5, resolution - 0.5
    there = cv2.transform(square.corners[None], transform)[0]
    np.testing.assert_allclose(there, [[low, low], [high, low], [high, high], [low, high]], atol=1e-9)
    assert np.linalg.det(transform[:, :2]) == pytest.approx((resolution / square.side) ** 2)


@pytest.mark.parametrize(
    ("points", "message"),
    [
        (np.zeros((5, 2)), "lie in one point"),
        (np.full((5, 2), np.nan), "lie in one point"),
        (np.zeros((6, 2)), r"\[6, 2\]; expected \[5, 2\] or \[68, 2\]"),
    ],
)
def test_refuses_what_is_no_face(points, message):
    with pytest.raises(ValueError, match=message):
        ffhq_square(points)
