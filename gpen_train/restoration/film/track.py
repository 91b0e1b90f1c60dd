"""Faces followed from frame to frame, and given out with smooth landmarks."""

from collections import deque
from collections.abc import Iterable, Iterator
from typing import Generic, NamedTuple, TypeVar

import cv2
import numpy as np

from gpen_train.faces.face import Face
from gpen_train.restoration.film.smooth import REACH, smoothed

GAP = 2  # frames in a row in which a face may be missed
NEAR = 0.5  # sides that a square's centre may move
GROWN = 1.5  # times that its side may grow or shrink
CUT = 40.0  # grey levels by which two frames differ in the mean where the film cuts
THUMBNAIL = (32, 18)  # pixels in which that is measured
LEAD = 2 * REACH + GAP + 2  # frames before a frame that its faces may depend on

Frame = TypeVar("Frame")


class Look(NamedTuple):
    """What was seen in a frame."""

    faces: list[Face]
    thumbnail: np.ndarray  # float32 [18, 32]


class Seen(NamedTuple, Generic[Frame]):
    """A frame, its time in seconds, and what was seen in it."""

    frame: Frame
    time: float
    look: Look


class Sample(NamedTuple):
    """A face of a track, in one frame."""

    number: int
    time: float
    face: Face


class Track:
    """One face through the frames in which it was found; old ones are forgotten."""

    def __init__(self, sample: Sample) -> None:
        self.samples = [sample]

    @property
    def last(self) -> Sample:
        """Where it was seen last."""
        return self.samples[-1]

    def forget(self, before: int) -> None:
        """Drop the samples of frames before that number."""
        self.samples = [sample for sample in self.samples if sample.number >= before]

    def at(self, number: int, time: float) -> Face | None:
        """The face in that frame: found there or filled in; None before its beginning and after its end."""
        if not self.samples or not self.samples[0].number <= number <= self.last.number:
            return None
        numbers = np.array([sample.number for sample in self.samples])
        times = np.array([sample.time for sample in self.samples])
        nearest = self.samples[int(np.abs(numbers - number).argmin())].face
        landmarks = np.array([sample.face.landmarks for sample in self.samples])  # [N, 5, 2]
        points = smoothed(numbers, times, landmarks, number, time)
        shift = points.mean(0) - nearest.landmarks.mean(0)
        return nearest._replace(landmarks=points, box=nearest.box + np.tile(shift, 2))


def look_at(picture: np.ndarray, faces: list[Face]) -> Look:
    """What was seen in a picture, uint8 [H, W, 3]."""
    small = cv2.resize(picture, THUMBNAIL, interpolation=cv2.INTER_AREA)
    return Look(faces, cv2.cvtColor(small, cv2.COLOR_RGB2GRAY).astype(np.float32))


def tracked(frames: Iterable[Seen[Frame]]) -> Iterator[tuple[Frame, list[Face]]]:
    """Give each frame with its faces; it waits for REACH frames, and no more are ever held.

    A face is the one of a frame before whose square lies nearest, within half a side; it may be missed in
    two frames, which are filled in. Where the film cuts, all faces are new ones.
    """
    tracks: list[Track] = []
    waiting: deque[tuple[int, Seen[Frame]]] = deque()
    for number, seen in enumerate(frames):
        is_cut = bool(waiting) and differ(waiting[-1][1].look, seen.look)
        _follow(tracks, number, seen, anew=is_cut)
        waiting.append((number, seen))
        if len(waiting) > REACH:
            yield _ready(*waiting.popleft(), tracks)
    while waiting:
        yield _ready(*waiting.popleft(), tracks)


def differ(before: Look, after: Look) -> bool:
    """Whether the film cuts between two frames."""
    return float(np.abs(before.thumbnail - after.thumbnail).mean()) > CUT


def _follow(tracks: list[Track], number: int, seen: Seen, anew: bool) -> None:
    """Add the faces of a frame to the tracks that they go on, the nearest first, or let them begin others."""
    alive = [] if anew else [track for track in tracks if number - track.last.number <= GAP + 1]
    left = list(seen.look.faces)
    pairs = sorted(
        (
            (_distance(track.last.face, face), row, column)
            for row, track in enumerate(alive)
            for column, face in enumerate(left)
        ),
    )
    rows: set[int] = set()
    columns: set[int] = set()
    for distance, row, column in pairs:
        if distance <= NEAR and row not in rows and column not in columns:
            alive[row].samples.append(Sample(number, seen.time, left[column]))
            rows.add(row)
            columns.add(column)
    tracks.extend(
        Track(Sample(number, seen.time, face)) for column, face in enumerate(left) if column not in columns
    )


def _distance(before: Face, after: Face) -> float:
    """Between the squares' centres, in sides of the larger; infinite where their sizes do not go together."""
    one, other = before.square, after.square
    largest, smallest = max(one.side, other.side), min(one.side, other.side)
    if largest > GROWN * smallest:
        return np.inf
    return float(np.hypot(*(one.centre - other.centre))) / largest


def _ready(number: int, seen: Seen[Frame], tracks: list[Track]) -> tuple[Frame, list[Face]]:
    """A frame with its faces; forgets what no later frame needs."""
    for track in tracks:
        track.forget(number - REACH)
    tracks[:] = [track for track in tracks if track.samples]
    faces = [track.at(number, seen.time) for track in tracks]
    return seen.frame, [face for face in faces if face is not None]
