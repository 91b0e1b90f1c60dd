"""gpen data check: what is wrong with a folder of images, before training finds out."""

import argparse
from pathlib import Path
from typing import Any

from gpen_train.cli.checks import check_least
from gpen_train.cli.launch import share_of
from gpen_train.cli.output import say_unfinished, writable_folder
from gpen_train.curation.check.facts import KIND, Examiner
from gpen_train.curation.check.histogram import draw_histograms
from gpen_train.curation.check.limits import Limits
from gpen_train.curation.check.verdict import FAULTS, summary
from gpen_train.curation.journal import Journal
from gpen_train.files import is_of
from gpen_train.images import write_image
from gpen_train.sources.folder import find_images
from gpen_train.words import count, noun

NUM_NAMED = 3  # files named of each fault; check.json has all


def run(options: argparse.Namespace) -> int:
    """Examine, write the report, print its gist; returns 1 where training would suffer."""
    check_least(resolution=(options.resolution, 16), workers=(options.workers, 0))
    share = share_of(options.part)
    min_size = options.resolution // 2 if options.min_size is None else options.min_size
    limits = Limits(min_size, options.min_sharpness, options.max_bits, options.max_share)
    labels = find_images(options.folder)
    output = options.output or Path(f"{options.folder.resolve().name}-check")
    if output.resolve().is_relative_to(options.folder.resolve()):
        raise ValueError(
            f"{output} lies in {options.folder}; choose another --output: check.png is an image too"
        )
    writable_folder(output)
    settings = {
        "format": 1,
        "made_by": "gpen data check",
        "folder": str(options.folder.resolve()),
        "resolution": options.resolution,
    }
    with Journal(output / "check.json", settings, KIND, share) as journal:
        new = [
            label
            for label in share.of(labels)
            if not is_of(journal.records.get(label, {}), options.folder / label)
        ]
        journal.carry_out(
            Examiner(options.folder, options.resolution), new, options.workers, f"examining {options.folder}"
        )
        if not journal.end_share(labels):
            say_unfinished(share, journal.path)
            return 0
        records = [journal.records[label] for label in labels]
        found = summary(records, limits)
        write_image(output / "check.png", draw_histograms(records, limits))
        journal.finish(found, labels)
    print(report(found))
    print(f"all of it: {output / 'check.json'}, {output / 'check.png'}")
    return 1 if found["reasons"] else 0


def report(found: dict[str, Any]) -> str:
    """The gist of a summary, for people."""
    rows = {
        "images": f"{count(found['num_images'])}, {count(found['num_usable'])} of them usable",
        "sizes": _most_common(found["sizes"]),
        "modes": _most_common(found["modes"]),
        "formats": _most_common(found["formats"]),
        "not square": f"{count(found['num_not_square'])}; training takes their central square",
    }
    lines = [f"{name:<12}{value}" for name, value in rows.items()]
    for fault, labels in found["faults"].items():
        named = ", ".join(labels[:NUM_NAMED]) + (", ..." if len(labels) > NUM_NAMED else "")
        lines.append(
            f"{count(len(labels)):>6} {noun(len(labels), *FAULTS[fault])}" + (f": {named}" if labels else "")
        )
    verdict = [f"training would suffer: {reason}" for reason in found["reasons"]]
    return "\n".join(lines + (verdict or ["fit for training"]))


def _most_common(counts: dict[str, int]) -> str:
    named = [f"{name} ({count})" for name, count in list(counts.items())[:NUM_NAMED]]
    return ", ".join(named) + (f" and {len(counts) - NUM_NAMED} more" if len(counts) > NUM_NAMED else "")
