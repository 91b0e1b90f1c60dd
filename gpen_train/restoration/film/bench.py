"""The frames of a film restored: faces found, followed, put through the network and put back."""

from collections import deque
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import islice
from typing import NamedTuple

import numpy as np
from av.video.frame import VideoFrame

from gpen_train.faces.detectors.detect import detect
from gpen_train.faces.face import Face
from gpen_train.parallel import in_parallel
from gpen_train.photos.photo import Photo
from gpen_train.restoration.film.codecs import Encoding
from gpen_train.restoration.film.convert import as_it_was, to_frame, to_levels, to_photo
from gpen_train.restoration.film.facts import Facts
from gpen_train.restoration.film.track import Look, Seen, look_at, tracked
from gpen_train.restoration.found import choose
from gpen_train.restoration.network import Network
from gpen_train.restoration.pictures import Method, Parts, cut_faces, put_together, take_apart


class Restored(NamedTuple):
    """A frame to encode, and how many of its faces are restored."""

    frame: VideoFrame
    num_faces: int


class FilmBench(NamedTuple):
    """What restores the frames of one film."""

    network: Network
    method: Method
    facts: Facts
    encoding: Encoding
    num_workers: int = 0  # processes that find faces; 0: this one

    @property
    def is_aligned(self) -> bool:
        """Whether the film itself is one aligned face."""
        return self.method.settings.faces == "aligned"

    def restore(self, frames: Iterable[VideoFrame], lead: int = 0) -> Iterator[Restored]:
        """The frames with their faces restored, in order, after ``lead`` of them, which are looked at alone.

        Few are held at any time: those that wait for a worker, for the faces after them, and for a batch.
        """
        followed = ((frame, []) for frame in frames) if self.is_aligned else tracked(self._seen(frames))
        wanted = islice(followed, lead, None)
        while some := list(islice(wanted, self.network.batch_size)):
            yield from self._restored(some)

    def _seen(self, frames: Iterable[VideoFrame]) -> Iterator[Seen[VideoFrame]]:
        waiting: deque[VideoFrame] = deque()

        def pictures() -> Iterator[np.ndarray]:
            for frame in frames:
                waiting.append(frame)
                yield to_levels(frame, self.facts, bits=8)

        find = partial(find_faces, detector=self.method.settings.detector)
        for look in in_parallel(find, pictures(), self.num_workers):
            frame = waiting.popleft()
            yield Seen(frame, float((frame.pts or 0) * self.facts.time_base), look)

    def _restored(self, some: list[tuple[VideoFrame, list[Face]]]) -> Iterator[Restored]:
        """Some frames, whose faces go through the network together."""
        photos = [to_photo(frame, self.facts) for frame, _ in some]
        parts = [self._parts(photo, faces) for photo, (_, faces) in zip(photos, some, strict=True)]
        restored = iter(self.network([face for part in parts for face in part.inputs]))
        for (frame, _), photo, part in zip(some, photos, parts, strict=True):
            faces = list(islice(restored, len(part.inputs)))
            if not faces and self.method.settings.upscale == 1 and self.facts.can_pass:
                made = as_it_was(frame, self.facts, self.encoding.pixel_format)
            else:
                levels = put_together(photo, part, faces, self.method).pixels
                made = to_frame(levels, self.facts, self.encoding.pixel_format)
            made.pts = frame.pts
            yield Restored(made, len(faces))

    def _parts(self, photo: Photo, faces: list[Face]) -> Parts:
        if self.is_aligned:
            return take_apart(photo, self.method)
        return cut_faces(photo, choose(faces, self.method.settings), self.method)


def find_faces(picture: np.ndarray, detector: str) -> Look:
    """What is seen in a frame, uint8 [H, W, 3]."""
    return look_at(picture, detect(detector, picture))
