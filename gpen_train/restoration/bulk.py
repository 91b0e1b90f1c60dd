"""Files restored in bulk: workers read, find faces and write, while the network computes here."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from gpen_train.fields import COUNT, PLAIN, SHA256, SIDES, TEXT, WORD, each, with_fields
from gpen_train.files import STAMP, atomic_path, stamp
from gpen_train.parallel import in_parallel
from gpen_train.photos.photo import Photo
from gpen_train.photos.write import write_photo
from gpen_train.restoration.background import Enlarger
from gpen_train.restoration.face_files import write_faces
from gpen_train.restoration.found import Found
from gpen_train.restoration.jobs import Job
from gpen_train.restoration.network import Network
from gpen_train.restoration.pictures import ALIGNED, Method, Parts, put_together, take_apart
from gpen_train.restoration.tasks import read_input
from gpen_train.restoration.treatments import read_mask

Record = dict[str, Any]  # plain values: what was done with a file

FIELDS = {  # of a record, where there is no "problem"
    **{"source": TEXT, **STAMP, "sha256": SHA256, "size": SIDES, "kind": WORD, "made_with": PLAIN},
    **{"faces": each(with_fields({"landmarks": PLAIN})), "restored": COUNT},
}


class Taken(NamedTuple):
    """A file, taken apart, or why it cannot be."""

    job: Job
    parts: Parts | None
    photo: Photo | None = None  # of an aligned face, which ``parts`` hold anyway; others are read again
    problem: str = ""


class Restored(NamedTuple):
    """A file, and what the network made of its faces."""

    taken: Taken
    faces: list[np.ndarray]


class Bench(NamedTuple):
    """What is done with a file on both sides of the network, in whatever process."""

    method: Method
    masks: Mapping[Path, Path] | None = None  # source -> its mask
    faces_to: Path | None = None  # a folder for each face before and after

    def take(self, job: Job) -> Taken:
        """Read a file, find its faces and cut them out."""
        try:
            photo = read_input(job.source, self.method.task)
            parts = take_apart(photo, self.method, self._hole(job, photo))
            return Taken(job, parts, photo if parts.kind == ALIGNED else None)
        except (ValueError, OSError) as error:
            said = str(error)
            problem = said if str(job.source) in said else f"{job.source}: {said}"
            return Taken(job, None, problem=problem)

    def finish(self, restored: Restored, enlarger: Enlarger | None = None) -> Record:
        """Write the restored file, enlarged by ``enlarger`` where there is one; what was done with it."""
        job, parts, photo, problem = restored.taken
        record: Record = {"label": job.label, "source": str(job.source)}
        if parts is None:
            return {**record, "problem": problem}
        try:
            photo = photo or read_input(job.source, self.method.task)
            self._write(photo, job, parts, restored.faces, enlarger)
            if self.faces_to is not None:
                write_faces(self.faces_to / job.label, parts.degraded, restored.faces)
            content = job.source.read_bytes()
        except (ValueError, OSError) as error:
            return {**record, "problem": str(error)}
        return {
            **record,
            **stamp(job.source),
            "sha256": hashlib.sha256(content).hexdigest(),
            "size": list(photo.size),
            "kind": parts.kind,
            "faces": [described(item) for item in parts.found],
            "restored": len(restored.faces),
        }

    def _write(
        self, photo: Photo, job: Job, parts: Parts, faces: list[np.ndarray], enlarger: Enlarger | None
    ) -> None:
        same_format = job.source.suffix.lower() == job.target.suffix.lower()
        if not faces and self.method.settings.upscale == 1 and same_format:
            with atomic_path(job.target) as path:  # nothing was done: the very file
                path.write_bytes(job.source.read_bytes())
            return
        enlarge = enlarger or Photo.enlarged
        result = put_together(photo, parts, faces, self.method, self._hole(job, photo), enlarge)
        write_photo(job.target, result)

    def _hole(self, job: Job, photo: Photo) -> np.ndarray | None:
        return None if self.masks is None else read_mask(self.masks[job.source], *photo.size)


def restore_files(
    network: Network,
    jobs: Sequence[Job],
    bench: Bench,
    num_workers: int = 0,
    enlarger: Enlarger | None = None,  # of photographs, in place of Lanczos' filter
) -> Iterator[Record]:
    """Restore and write every file, and yield what was done with each, in their order.

    Files are read in ``num_workers`` processes, written in as many, and the network gets full batches across
    them; 0: all of it here. With an ``enlarger`` files are written here. A file that fails has a record with
    its "problem", and does not stop the others.
    """
    taken = in_parallel(bench.take, jobs, num_workers)
    restored = (Restored(owner, faces) for owner, faces in network.stream(map(_inputs, taken)))
    if enlarger is None:
        yield from in_parallel(bench.finish, restored, num_workers)
    else:  # a network as well, which computes here: the workers read
        yield from map(partial(bench.finish, enlarger=enlarger), restored)


def _inputs(taken: Taken) -> tuple[Taken, list[np.ndarray]]:
    """What the network gets of a file; it is not carried along."""
    if taken.parts is None:
        return taken, []
    return taken._replace(parts=taken.parts._replace(inputs=[])), taken.parts.inputs


def made_with(method: Method, weights: str, background: str | None = None) -> Record:
    """What results depend on beside the files: others mean that a file is restored anew."""
    own = {"task": method.task, "weights": weights, **asdict(method.settings)}
    return own if background is None else {**own, "background": background}


def described(item: Found) -> Record:
    """A face in plain values: pixels of the upright photograph."""
    face, left = item
    return {
        "box": np.round(face.box, 2).tolist(),
        "landmarks": np.round(face.landmarks, 2).tolist(),
        "score": round(face.score, 4),
        "side": round(face.square.side, 2),
        "left": left or None,
    }


def is_aligned(record: Record) -> bool:
    """Whether a file was restored as one aligned face."""
    return record.get("kind") == ALIGNED
