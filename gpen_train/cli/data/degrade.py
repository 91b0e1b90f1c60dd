"""gpen data degrade: a frozen benchmark set of degraded and clean images."""

import argparse
import sys
from pathlib import Path

from gpen_train.cli.checks import check_least
from gpen_train.cli.data.presets import build_preset
from gpen_train.cli.data.source import open_source
from gpen_train.cli.launch import share_of
from gpen_train.cli.output import say_unfinished, writable_folder
from gpen_train.cli.parsers.data.degrade import NUM_DRAWN
from gpen_train.curation.benchmark import (
    KIND,
    Freezer,
    compare,
    describe,
    fingerprint,
    is_done,
    read_expected,
    versions,
)
from gpen_train.curation.journal import Journal, Record
from gpen_train.curation.naming import check_stems
from gpen_train.places.place import fetched
from gpen_train.words import plural


def run(options: argparse.Namespace) -> int:
    """Degrade what is not degraded yet; returns 0 where all images are there, and as expected."""
    check_least(seed=(options.seed, 0), resolution=(options.resolution, 16), workers=(options.workers, 0))
    share = share_of(options.part)
    check_least(num=(1 if options.num is None else options.num, 1))
    chain = build_preset(options.preset)
    expected = read_expected(fetched(options.expect)) if options.expect else None
    source = open_source(options.source, options.resolution, options.num or NUM_DRAWN, options.seed)
    num = min(options.num or len(source), len(source))
    labels = [source.label(index) for index in range(num)]
    check_stems(labels)
    output = writable_folder(options.output)
    preset = Path(options.preset).stem
    settings = describe(source, chain, preset, options.seed, num)
    with Journal(output / "manifest.json", settings, KIND, share) as journal:
        missing = [
            index for index in share.of(range(num)) if not is_done(journal.records.get(labels[index]), output)
        ]
        journal.carry_out(Freezer(source, chain, options.seed, output), missing, options.workers, "degrading")
        is_last = journal.end_share(labels)
        done = [journal.records[label] for label in (labels if is_last else share.of(labels))]
        if is_last:
            journal.finish({"fingerprint": fingerprint(done), "versions": versions()}, labels)
    problems = [record["problem"] for record in done if "problem" in record]
    for problem in problems:
        print(f"gpen: {problem}", file=sys.stderr)
    made = f"{preset} with seed {options.seed} at {options.resolution} px"
    print(f"{plural(len(done) - len(problems), 'pair')} in {output}: {made}")
    if not is_last:
        say_unfinished(share, journal.path)
        return 1 if problems else 0
    print(f"fingerprint {fingerprint(done)}")
    return 1 if problems or (expected is not None and not _is_expected(done, expected)) else 0


def _is_expected(records: list[Record], expected: dict) -> bool:
    """Say whether the set is the one expected."""
    differences = compare(records, expected)
    if differences:
        others = plural(len(differences), "image is", "images are")
        print(f"gpen: {others} not as expected, such as {differences[0]}", file=sys.stderr)
    else:
        print("the same pixels as expected")
    return not differences
