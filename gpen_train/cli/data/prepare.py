"""gpen data prepare: photographs in, faces aligned as FFHQ's out."""

import argparse
import hashlib
import sys
from typing import Any

from gpen_train.cli.checks import check_least
from gpen_train.cli.launch import share_of
from gpen_train.cli.output import say_unfinished, writable_folder
from gpen_train.cli.weights.provide import provide_detector
from gpen_train.curation.align import KIND, Aligner, is_done
from gpen_train.curation.journal import Journal
from gpen_train.curation.naming import check_stems
from gpen_train.faces.detectors.table import check_detector
from gpen_train.faces.landmarks import read_landmarks
from gpen_train.places.place import fetched
from gpen_train.sources.folder import find_images
from gpen_train.words import noun, plural


def run(options: argparse.Namespace) -> int:
    """Align what is not aligned yet; returns 0 where every photo could be used, else 1."""
    check_least(resolution=(options.resolution, 16), workers=(options.workers, 0))
    share = share_of(options.part)
    min_side = options.resolution / 2 if options.min_side is None else options.min_side
    if not options.landmarks:
        provide_detector(options.detector, options.fetch_weights)
        check_detector(options.detector)
    options.landmarks = fetched(options.landmarks) if options.landmarks else None
    landmarks = read_landmarks(options.landmarks) if options.landmarks else None
    labels = find_images(options.folder)
    check_stems(labels)
    if options.output.resolve().is_relative_to(options.folder.resolve()):
        raise ValueError(f"{options.output} lies in {options.folder}; choose a folder outside of it")
    output = writable_folder(options.output)
    aligner = Aligner(
        options.folder, output, options.resolution, min_side, options.faces, options.detector, landmarks
    )
    own = share.of(labels)
    with Journal(output / "manifest.json", _settings(options, min_side), KIND, share) as journal:
        missing = [
            label
            for label in own
            if not is_done(journal.records.get(label, {}), options.folder / label, output)
        ]
        journal.carry_out(aligner, missing, options.workers, "aligning faces")
        if journal.end_share(labels):
            journal.finish({}, labels)
        else:
            say_unfinished(share, journal.path)
        return _report([journal.records[label] for label in own], options)


def _settings(options: argparse.Namespace, min_side: float) -> dict[str, Any]:
    """What the faces depend on beside the photos."""
    given = options.landmarks
    return {
        "format": 1,
        "made_by": "gpen data prepare",
        "template": "ffhq",
        "resolution": options.resolution,
        "faces": options.faces,
        "min_side": min_side,
        "detector": None if given else options.detector,
        "landmarks": hashlib.sha256(given.read_bytes()).hexdigest() if given else None,
    }


def _report(records: list[dict], options: argparse.Namespace) -> int:
    """Say what came of the photos; the exit code."""
    problems = [record["problem"] for record in records if "problem" in record]
    whole = [record for record in records if "problem" not in record]
    for problem in problems:
        print(f"gpen: {problem}", file=sys.stderr)
    num_faces = sum(len(record["faces"]) for record in whole)
    print(f"{plural(num_faces, 'face')} of {plural(len(whole), 'photo')} in {options.output}")
    padded = sum(face["padded"] for record in whole for face in record["faces"])
    faceless = sum(not record["faces"] and not record["too_small"] for record in whole)
    too_small, others = (sum(record[why] for record in whole) for why in ("too_small", "left_out"))
    reached = noun(padded, "reached beyond its photo and was", "reached beyond their photo and were")
    rivals = noun(others, "not the largest of its photo", "not the largest of their photo")
    for number, thing, remark in (
        (padded, "face", f"{reached} padded"),
        (faceless, "photo", "without a face"),
        (too_small, "face", "left out: smaller than --min-side"),
        (others, "face", f"left out: {rivals} (--faces all keeps all)"),
    ):
        if number:
            print(f"  {plural(number, thing)} {remark}")
    if not num_faces:
        told = why_none(len(problems), faceless, too_small, options)
        print(f"gpen: {options.folder} gave no face: {told}", file=sys.stderr)
    return 1 if problems or not num_faces else 0


def why_none(num_problems: int, faceless: int, too_small: int, options: argparse.Namespace) -> str:
    """Why no face came of all the photos, and what to try for each reason."""
    another = "check the landmarks" if options.landmarks else "give other photos, or --landmarks"
    reasons = (
        (num_problems, "photo", "cannot be used, as said above: repair or remove"),
        (faceless, "photo", f"without a face: {another}"),
        (too_small, "face", "smaller than --min-side: give a lower one, or a lower --resolution"),
    )
    return "; ".join(f"{plural(number, what)} {why}" for number, what, why in reasons if number)
