"""gpen data degrade: a frozen benchmark set of degraded and clean images."""

import argparse
import sys
from pathlib import Path

from gpen_train.cli.command import add_command, add_number, check_least
from gpen_train.cli.data.options import add_resolution, add_workers
from gpen_train.cli.data.presets import build_preset, preset_names
from gpen_train.cli.data.source import KINDS, open_source
from gpen_train.cli.output import writable_folder
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

EXAMPLE = """examples:
  gpen data degrade data/celeba_test benchmark/ --preset codeformer --seed 0 --resolution 512
  gpen data degrade drawn benchmark/ --preset gpen --seed 1 --num 200 --expect theirs/manifest.json

Writes OUT/degraded/LABEL.png, OUT/clean/LABEL.png and OUT/manifest.json: the preset in full, the seed, the
versions, and for each image every parameter drawn and the SHA-256 of both files and of their pixels. A set
has a fingerprint, which stands for all of its pixels: a paper can name it, and --expect compares with the
manifest of others. The same command again goes on where it was stopped, and refuses to mix two sets in one
folder.
"""
NUM_DRAWN = 100  # drawn faces, where --num is not given


def add_parser(commands: argparse._SubParsersAction) -> None:
    """Add `degrade` to the commands of `gpen data`."""
    parser = add_command(commands, "degrade", run, "make a frozen benchmark set", EXAMPLE)
    parser.add_argument("source", metavar="SOURCE", help=KINDS)
    parser.add_argument("output", metavar="OUT", type=Path, help="folder of the set")
    parser.add_argument(
        "--preset", required=True, metavar="P", help=f"one of {', '.join(preset_names())}, or a .yaml file"
    )
    add_number(parser, "--seed", 0, "S", "0 or more")
    add_resolution(parser, 512, "of the clean images")
    parser.add_argument(
        "--num", type=int, metavar="N", help=f"the first N images (default: all; {NUM_DRAWN} drawn)"
    )
    parser.add_argument("--expect", metavar="FILE", help="manifest.json of a set to be equal to")
    add_workers(parser)


def run(options: argparse.Namespace) -> int:
    """Degrade what is not degraded yet; returns 0 where all images are there, and as expected."""
    check_least(seed=(options.seed, 0), resolution=(options.resolution, 16), workers=(options.workers, 0))
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
    with Journal(output / "manifest.json", settings, KIND) as journal:
        missing = [
            index for index, label in enumerate(labels) if not is_done(journal.records.get(label), output)
        ]
        journal.carry_out(Freezer(source, chain, options.seed, output), missing, options.workers, "degrading")
        done = [journal.records[label] for label in labels]
        journal.finish({"fingerprint": fingerprint(done), "versions": versions()}, labels)
    problems = [record["problem"] for record in done if "problem" in record]
    for problem in problems:
        print(f"gpen: {problem}", file=sys.stderr)
    made = f"{preset} with seed {options.seed} at {options.resolution} px"
    print(f"{plural(num - len(problems), 'pair')} in {output}: {made}")
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
