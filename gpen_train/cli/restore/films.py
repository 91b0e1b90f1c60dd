"""gpen restore on films: options of their own, one film after the other, and what is said of them."""

import argparse
import sys
from collections.abc import Callable, Iterator
from functools import partial

from gpen_train.cli.output import writable_folder
from gpen_train.curation.share import Share
from gpen_train.progress import with_progress
from gpen_train.restoration.bulk import Record
from gpen_train.restoration.film.codecs import encoding_for
from gpen_train.restoration.film.names import FilmJob, check_installed, find_films
from gpen_train.restoration.film.stopping import asked_to_stop
from gpen_train.restoration.network import Network
from gpen_train.restoration.pictures import Method
from gpen_train.words import plural

NOT_FOR_FILMS = ("mask", "paste_known", "format", "save_faces")
INTERRUPTED = 130


def restore_films(
    options: argparse.Namespace,
    opened: Callable[[], tuple[Network, Method, Record]],  # loads the model
    share: Share,
) -> int:
    """Restore; returns 0 where every film was, 130 after Ctrl-C, else 1."""
    check_installed()
    for name in NOT_FOR_FILMS:
        if getattr(options, name):
            raise ValueError(f"--{name.replace('_', '-')} is not for films; leave it out")
    jobs = share.of(find_films(options.inputs, options.output))
    for job in jobs:
        writable_folder(job.target.parent)
    network, method, made = opened()
    codes = []
    with asked_to_stop() as stopped:
        for job in jobs:
            try:
                record = _restored(job, network, method, made, options, stopped)
            except (ValueError, OSError) as error:
                said = str(error).splitlines()[0]
                print(
                    f"gpen: {said if job.source.name in said else f'{job.source}: {said}'}", file=sys.stderr
                )
                codes.append(1)
                continue
            if "unfinished" in record:
                return INTERRUPTED
            codes.append(1 if options.require_face and not record["faces"] else 0)
    return max(codes, default=0)


def _restored(
    job: FilmJob,
    network: Network,
    method: Method,
    made: Record,
    options: argparse.Namespace,
    stopped: Callable[[], bool],
) -> Record:
    """Restore one film, and say what came of it."""
    # These need the extra `film`.
    from gpen_train.restoration.film.bench import FilmBench
    from gpen_train.restoration.film.facts import read_facts
    from gpen_train.restoration.film.film import film_made_with, finished, restore_film

    facts = read_facts(job.source)
    encoding = encoding_for(job.target, facts.bits, options.codec, options.crf)
    bench = FilmBench(network, method, facts, encoding, options.workers)
    made = film_made_with(job, bench, made)
    if (record := finished(job, made)) is not None:
        print(f"{job.target} had been done before")
        return record
    if facts.interlaced:
        print(
            f"gpen: {job.source} is interlaced, which stays so in its faces too; deinterlace it first",
            file=sys.stderr,
        )
    record = restore_film(job, bench, made, partial(_shown, f"restoring {job.source.name}"), stopped)
    report(job, record, facts.num_frames)
    return record


def _shown(what: str, frames: Iterator, total: int) -> Iterator:
    return with_progress(frames, what, total, speed_of="frames")


def report(job: FilmJob, record: Record, num_frames: int) -> None:
    """Say what came of a film."""
    if record["damaged"]:
        print(
            f"gpen: {job.source} is damaged: {record['damaged']} of its packets could not be decoded, "
            f"and their frames are left out",
            file=sys.stderr,
        )
    if "unfinished" in record:
        plays = f"{job.unfinished} plays; " if record["frames"] else ""
        print(
            f"gpen: stopped after {record['frames']} of {plural(num_frames, 'frame')}: "
            f"{plays}the same command goes on",
            file=sys.stderr,
        )
        return
    found = f"{plural(record['faces'], 'face')} in {plural(record['frames'], 'frame')}"
    print(f"restored {job.source} into {job.target}: {found}")
