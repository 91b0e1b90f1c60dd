"""gpen train -m: what Hydra's sweepers choose, by its launchers, each a `gpen train` of its own."""

import argparse
import functools
import re
from collections.abc import Sequence
from pathlib import Path

import hydra
from hydra.core.global_hydra import GlobalHydra
from hydra.core.hydra_config import HydraConfig
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.errors import HydraException
from omegaconf import DictConfig
from omegaconf.errors import OmegaConfBaseException
from rich.console import Console

from gpen_train.cli.launch import num_started
from gpen_train.cli.output import local
from gpen_train.cli.parsers.own import OWN, given
from gpen_train.cli.run.check import check_run
from gpen_train.cli.run.child import train_in
from gpen_train.cli.run.outcomes import outcome_of, outcome_table, ranked, write_outcomes
from gpen_train.cli.settings.compose import compose
from gpen_train.cli.settings.composing import OWN_GROUP, for_hydra
from gpen_train.cli.settings.configs import configs_folder
from gpen_train.cli.settings.grid import combinations
from gpen_train.cli.settings.typed import typed
from gpen_train.quote import first_line

HYDRAS = re.compile(r"[+~]*hydra[./]")  # settings of Hydra: its launcher, its sweeper, what these take
SWEEPER = re.compile(r"[+]*hydra/sweeper=(?!basic$)")  # one whose values are not combinations
FOLDER = "multirun"
OBJECTIVES = ("psnr", "frechet")  # what a sweeper that looks for the best is told, the first that there is


def run(options: argparse.Namespace) -> int:
    """Train all, wait for them, and show the table of the scores; 0 when all are complete.

    Raises ValueError for settings that cannot be, before the first run where all are known, and for a run
    that failed after the others were done.
    """
    if num_started() > 1:
        raise ValueError("-m starts its runs itself; start it once, without torchrun or srun")
    settings = given(options)
    own = [one for one in settings if one.startswith(OWN)]
    ours = [one for one in options.overrides if not HYDRAS.match(one) and not one.startswith("run_dir=")]
    theirs = [one for one in options.overrides if HYDRAS.match(one)]
    varied = [one for one in ours if varies(one)]
    fixed = [one for one in ours if one not in varied]
    config = compose("train", [*own, *fixed])
    if not any(SWEEPER.match(one) for one in theirs):
        for one in combinations(ours):
            check_run(compose("train", [*own, *one.overrides]))
    named = [one.partition("=")[2] for one in options.overrides if one.startswith("run_dir=")]
    root = local(named[-1].strip("'\"") if named else f"{FOLDER}/{config.name}").absolute()
    job = functools.partial(train_job, own=own)
    try:
        with hydra.initialize_config_dir(str(configs_folder()), job_name="gpen", version_base="1.3"):
            overrides = for_hydra(typed("train"), "train", [*own, *ours])
            layout = folders(root, [*fixed, *(one for one in overrides if one not in ours)])
            GlobalHydra.instance().hydra.multirun("train", job, [*overrides, *layout, *theirs])
    except (HydraException, OmegaConfBaseException) as error:
        raise ValueError(f"Hydra cannot start the runs: {first_line(error)}") from error
    found = sorted(path.parent.relative_to(root).as_posix() for path in root.rglob("config.yaml"))
    outcomes = ranked([outcome_of(root, name, {"run": name}) for name in found], None)
    write_outcomes(root, outcomes)
    Console().print(outcome_table(outcomes))
    return 0


def varies(override: str) -> bool:
    """Whether it holds several values, or a range of them."""
    try:
        return OverridesParser.create().parse_override(override).is_sweep_override()
    except HydraException:
        return False  # composing says what is wrong with it


def folders(root: Path, fixed: Sequence[str]) -> list[str]:
    """What makes Hydra give each run a folder in ``root``, named by what varies, and write nothing else."""
    names = ",".join(sorted({f"'{one.partition('=')[0].lstrip('+~')}'" for one in fixed}))
    return [
        f"hydra.sweep.dir='{root}'",
        "hydra.sweep.subdir=${hydra.job.override_dirname}",
        f"hydra.job.config.override_dirname.exclude_keys=[{names}]",
        "hydra.job.config.override_dirname.kv_sep='-'",
        "hydra.job.config.override_dirname.item_sep='_'",
        "hydra.output_subdir=null",
        "hydra/job_logging=none",
        "hydra/hydra_logging=none",
    ]


def train_job(config: DictConfig, own: list[str]) -> float | None:
    """One run, where a launcher has brought it; its score at the end. ValueError where it fails."""
    job = HydraConfig.get()
    folder = Path(job.runtime.output_dir)
    overrides = [one for one in job.overrides.task if not one.startswith(f"{OWN_GROUP}=")]
    code = train_in(folder, [*own, *overrides])
    if code:
        raise ValueError(f"the run in {folder} ended with {code}; the same command goes on from there")
    scores = outcome_of(folder.parent, folder.name, {}).scores
    return next((scores[name] for name in OBJECTIVES if name in scores), None)
