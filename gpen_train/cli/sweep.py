"""gpen sweep: a training for each combination of settings, and a table of what they reached."""

import argparse
import sys
from pathlib import Path

from rich.console import Console

from gpen_train.cli.launch import share_of
from gpen_train.cli.output import writable_folder
from gpen_train.cli.parsers.own import own_file
from gpen_train.cli.run.check import check_run
from gpen_train.cli.run.child import train_in
from gpen_train.cli.run.folder import differences
from gpen_train.cli.run.outcomes import outcome_of, outcome_table, ranked, write_outcomes
from gpen_train.cli.settings.compose import compose
from gpen_train.cli.settings.grid import Combination, combinations
from gpen_train.curation.share import WHOLE
from gpen_train.words import plural


def run(options: argparse.Namespace) -> int:
    """Train what is not complete; 0 when all of its part is, 1 where a run failed, 128 + N on signal N."""
    all_runs = combinations(options.overrides)
    own = own_file(options)
    configs = {one.folder: compose("train", [*own, *one.overrides]) for one in all_runs}
    for config in configs.values():  # all, before the first one begins
        check_run(config)
    share = share_of(options.part) if options.part else WHOLE
    root = writable_folder(options.output)
    failed = []
    for one in share.of(all_runs):
        folder, config = root / one.folder, configs[one.folder]
        if is_complete(root, one, config.images) and not differences(folder, config):
            continue
        print(
            f"{one.folder}: {' '.join(f'{name}={value}' for name, value in one.varied.items())}", flush=True
        )
        code = train_in(folder, [*own, *one.overrides])
        if code > 128:  # a signal is meant for the whole sweep
            return code
        if code:
            failed.append(one.folder)
            print(f"gpen: {one.folder} failed; the others go on", file=sys.stderr)
    outcomes = ranked([outcome_of(root, one.folder, one.varied) for one in all_runs], options.by)
    write_outcomes(root, outcomes)
    Console().print(outcome_table(outcomes))
    if failed:
        print(f"gpen: {plural(len(failed), 'run')} failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


def is_complete(root: Path, one: Combination, images: int) -> bool:
    """Whether a run has seen all of its images, and its model is exported."""
    exported = root / one.folder / "export"
    return outcome_of(root, one.folder, {}).images >= images and exported.is_dir() and any(exported.iterdir())
