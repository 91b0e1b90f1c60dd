"""Faces followed through a film: less shaking, no lag, gaps filled, cuts respected, few frames held."""

import numpy as np
import pytest

from gpen_train.faces.face import face_of
from gpen_train.restoration.film.track import GAP, LEAD, REACH, Look, Seen, tracked

FACE = np.array([[-20.0, -15], [20, -15], [0, 5], [-14, 25], [14, 25]])
BESIDE = np.array([90.0, 0])
DARK, BRIGHT = np.zeros((18, 32), np.float32), np.full((18, 32), 200, np.float32)


def path(number: int) -> np.ndarray:
    """The centre of a face that walks about, with a turn now and then."""
    return np.array([150 + 60 * np.sin(number / 9), 120 + 25 * np.cos(number / 6)])


def film(faces_at, frames: int, thumbnail_at=lambda number: DARK):
    """``faces_at(number)`` -> centres; the frames of a film in which these are seen, at 25 frames/s."""
    for number in range(frames):
        faces = [face_of(FACE + centre) for centre in faces_at(number)]
        yield Seen(number, number / 25, Look(faces, thumbnail_at(number)))


def jitter(landmarks: np.ndarray) -> float:
    """Root mean square of the second difference, in pixels."""
    return float(np.sqrt(np.mean(np.diff(landmarks, 2, axis=0) ** 2)))


def test_the_face_shakes_half_as_much_at_most_and_does_not_lag():
    rng = np.random.default_rng(0)
    noisy = [FACE + path(number) + rng.normal(0, 0.8, (5, 2)) for number in range(250)]
    frames = (Seen(number, number / 25, Look([face_of(points)], DARK)) for number, points in enumerate(noisy))
    found = np.array([faces[0].landmarks for _, faces in tracked(frames)])
    true = np.array([FACE + path(number) for number in range(250)])
    assert found.shape == true.shape
    assert jitter(found - true) < 0.25 * jitter(np.array(noisy) - true)
    assert jitter(found) < 0.5 * jitter(np.array(noisy))
    assert np.abs(found - true).mean() < 0.75 * np.abs(np.array(noisy) - true).mean()
    before, after = (np.abs(found[10:-10] - true[10 + lag : 240 + lag]).mean() for lag in (-1, 1))
    here = np.abs(found[10:-10] - true[10:240]).mean()
    assert here < 0.5 * min(before, after)


@pytest.mark.parametrize(("missed", "filled"), [(1, True), (GAP, True), (GAP + 1, False)])
def test_a_face_that_is_missed_in_few_frames_is_filled_in(missed, filled):
    gap = range(20, 20 + missed)
    found = dict(tracked(film(lambda number: [] if number in gap else [path(number)], 40)))
    for number in gap:
        if filled:
            np.testing.assert_allclose(found[number][0].landmarks, FACE + path(number), atol=0.3)
        else:
            assert found[number] == []
    assert all(len(found[number]) == 1 for number in range(40) if number not in gap)


def test_a_face_begins_and_ends_where_it_is_seen():
    found = dict(tracked(film(lambda number: [path(number)] if 10 <= number < 30 else [], 50)))
    assert [number for number, faces in found.items() if faces] == list(range(10, 30))


def test_faces_beside_each_other_keep_their_tracks():
    def places(number):
        faces = [np.array([100.0 + number, 100]), np.array([260.0 - number, 130])]
        return faces[:: 1 if number % 2 else -1]  # detectors promise no order

    for number, faces in tracked(film(places, 60)):
        centres = sorted((face.landmarks.mean(0) - FACE.mean(0)).tolist() for face in faces)
        expected = sorted(place.tolist() for place in places(number))
        np.testing.assert_allclose(centres, expected, atol=1e-6)


@pytest.mark.parametrize(
    ("step", "thumbnail_at"),
    [
        (np.array([300.0, 0]), lambda number: DARK),  # the face is elsewhere
        (np.array([30.0, 0]), lambda number: DARK if number < 20 else BRIGHT),  # the film looks other
    ],
)
def test_a_cut_does_not_draw_faces_to_each_other(step, thumbnail_at):
    def place(number):
        return np.array([100.0, 100]) + (step if number >= 20 else 0)

    for number, faces in tracked(film(lambda number: [place(number)], 40, thumbnail_at)):
        np.testing.assert_allclose(faces[0].landmarks, FACE + place(number), atol=1e-9)


def test_a_face_of_another_size_is_another():
    def looks():
        for number in range(30):
            face = face_of(FACE * (1 if number < 15 else 2) + 150.0)
            yield Seen(number, number / 25, Look([face], DARK))

    sides = [faces[0].square.side for _, faces in tracked(looks())]
    np.testing.assert_allclose(sides[15:], 2 * sides[0], rtol=1e-9)


def test_a_thousand_frames_are_never_held():
    given = []

    def counted():
        for seen in film(lambda number: [path(number)], 1000):
            given.append(seen.frame)
            yield seen

    ahead = [len(given) - 1 - number for number, _ in tracked(counted())]
    assert len(ahead) == 1000
    assert max(ahead) == REACH


def test_faces_are_the_same_from_a_later_start():
    rng = np.random.default_rng(0)
    noise = rng.normal(0, 1, (120, 2))

    def places(number):
        seen = [path(number) + noise[number]] if number % 7 else []
        return [*seen, path(number) + BESIDE] if number % 11 > 2 else seen

    whole = dict(tracked(film(places, 120)))
    for start in range(LEAD, 110):
        later = list(tracked(seen for seen in film(places, 120) if seen.frame >= start - LEAD))[LEAD:]
        for number, faces in later[:12]:
            assert len(faces) == len(whole[number])
            for one, other in zip(faces, whole[number], strict=True):
                np.testing.assert_array_equal(one.landmarks, other.landmarks)
