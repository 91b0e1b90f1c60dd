"""A film restored, from file to file: in parts, joined with its sound; again where it was stopped."""

import json
from collections.abc import Callable, Iterator
from itertools import islice, takewhile
from typing import Any

from gpen_train.conventions.tasks import SEG2FACE
from gpen_train.faces.detectors.table import check_detector
from gpen_train.fields import COUNT, check_fields
from gpen_train.files import atomic_file, read_json, stamp
from gpen_train.restoration.film.bench import FilmBench, Restored
from gpen_train.restoration.film.join import check_fits, join
from gpen_train.restoration.film.names import FilmJob
from gpen_train.restoration.film.parts import PartsFolder
from gpen_train.restoration.film.read import Frames
from gpen_train.restoration.film.track import LEAD

PART = 250  # frames; a kill loses no more of them, Ctrl-C none
Record = dict[str, Any]  # plain values: what was done with a film
FIELDS = {"frames": COUNT, "damaged": COUNT, "faces": COUNT}  # of it
Shown = Callable[[Iterator[Restored], int], Iterator[Restored]]  # frames and their number -> the frames


def check_film(job: FilmJob, bench: FilmBench) -> None:
    """Raise ValueError where the model, the film and the file to write do not go together."""
    if bench.method.task == SEG2FACE:
        raise ValueError("films are no label maps, and the model is of seg2face; give it images")
    if not bench.is_aligned:
        check_detector(bench.method.settings.detector)
        if bench.method.task == "inpainting":
            raise ValueError(
                "films are restored by models of bfr, sr and colorization, and this one is of inpainting; "
                "with --faces aligned it fills in what is white"
            )
    check_fits(job.source, job.target, bench.encoding, bench.facts)


def restore_film(
    job: FilmJob,
    bench: FilmBench,
    made: Record,  # what the result depends on, as ``film_made_with`` has it
    shown: Shown = lambda frames, total: frames,
    stopped: Callable[[], bool] = lambda: False,
) -> Record:
    """Restore and write a film, going on after the parts of a run that was stopped; returns what was done.

    Where ``stopped`` says so, what is done so far is joined to ``job.unfinished``, and the record has
    "unfinished". Raises ValueError for a film that cannot be restored, OSError where it cannot be written.
    """
    check_film(job, bench)
    folder = PartsFolder(job.target, made)
    begun = folder.num_frames
    lead = min(begun, LEAD)
    frames = Frames(job.source)
    restored = bench.restore(islice(frames, begun - lead, None), lead)
    going = takewhile(lambda _: not stopped(), shown(restored, max(bench.facts.num_frames - begun, 0)))
    while folder.add(islice(going, PART), bench.encoding, bench.facts):
        pass
    parts = folder.parts()
    record = {
        "source": str(job.source),
        "frames": folder.num_frames,
        "damaged": frames.num_lost,
        "faces": sum(part.num_faces for part in parts),
        "made_with": made,
    }
    if stopped():
        if parts:
            join(job.source, parts, job.unfinished, bench.facts, until_pictures_end=True)
        return {**record, "unfinished": True}
    join(job.source, parts, job.target, bench.facts, until_pictures_end=False)
    with atomic_file(job.record) as file:
        file.write(json.dumps({"format": 1, "made_by": "gpen restore", **record}, indent=1).encode())
    job.unfinished.unlink(missing_ok=True)
    folder.remove()
    return record


def film_made_with(job: FilmJob, bench: FilmBench, method: Record) -> Record:
    """What a restored film depends on: another one is restored anew."""
    return {**method, "codec": bench.encoding.codec, "crf": bench.encoding.crf, **stamp(job.source)}


def finished(job: FilmJob, made: Record) -> Record | None:
    """The record of an earlier run that has restored this very film in the same way."""
    if not (job.target.exists() and job.record.exists()):
        return None
    record = read_json(job.record)
    if record.get("made_with") != json.loads(json.dumps(made)):
        return None
    try:
        check_fields(record, FIELDS, others=True)
    except ValueError as error:
        raise ValueError(f"{job.record} is damaged ({error}); remove it to restore the film anew") from error
    return record
