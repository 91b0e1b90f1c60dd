"""Which folder a run lives in, and whether what is there is this run."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from omegaconf import MISSING, DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from gpen_train.cli.launch import num_started, started_rank
from gpen_train.cli.output import local, writable_folder
from gpen_train.cli.run.lock import FolderLock
from gpen_train.cli.settings.renamed import with_new_names
from gpen_train.cli.settings.schema import TrainSettings
from gpen_train.cli.settings.yaml_file import read_yaml
from gpen_train.dotted import dotted
from gpen_train.evaluation.metrics_log import METRICS_FILE
from gpen_train.files import atomic_file, remove_leftovers
from gpen_train.quote import quoted, reason_of

SETTINGS_FILE = "config.yaml"
# What may differ when a run goes on: where and how it computes, and how far.
MAY_CHANGE = (
    *("run_dir", "resume", "images", "compute", "trainer", "logger", "estimate", "estimate_memory"),
    *("weights", "profile", "log_every", "report_every", "save_every", "keep", "keep_best"),
)
MAY_CHANGE_IN_DATA = ("num_workers", "cache")
# Processes that Lightning starts beside the first run the same command; this tells them the folder.
FOLDER_VARIABLE = "GPEN_RUN_DIR"


def find_run_folder(config: DictConfig, folder: Path | None = None) -> Path:
    """The folder of this run, which need not exist yet; ``folder`` where run_dir is a URL.

    Of several processes the first alone looks at what is there: the others may come when it has begun.
    A run that took no step is none. Raises ValueError where the folder holds a run and ``resume`` is false,
    or a run with other settings, and where several processes are not told which folder it is.
    """
    if is_started_by_another():
        return Path(os.environ[FOLDER_VARIABLE])
    if num_started() > 1 and not config.run_dir:
        raise ValueError(
            f"{num_started()} processes are started and run_dir is not set; give it, so that all mean one run"
        )
    if folder is None:
        folder = local(config.run_dir) if config.run_dir else _default_folder(config)
    if started_rank() == 0 and (folder / SETTINGS_FILE).exists() and _has_begun(folder):
        _check_is_same_run(folder, config)
    return folder


def is_started_by_another() -> bool:
    """Whether a process of the run has made its folder and started this one."""
    return FOLDER_VARIABLE in os.environ


def make_run_folder(folder: Path, config: DictConfig, lock: FolderLock) -> None:
    """Make the folder, know it to be writable, lock it, tidy it up, and write its config.yaml.

    Raises OSError where it cannot be written, and where another process goes on with this run.
    """
    if is_started_by_another():
        return
    writable_folder(folder)
    lock.take()
    if started_rank() == 0:
        remove_leftovers(folder)
        with atomic_file(folder / SETTINGS_FILE) as file:
            file.write(OmegaConf.to_yaml(config).encode())
    os.environ[FOLDER_VARIABLE] = str(folder.absolute())


@contextmanager
def nothing_left_behind(folder: Path, lock: FolderLock, has_begun: Callable[[], bool]) -> Iterator[None]:
    """Where the block raises and ``has_begun()`` is false, what was made of the folder since is removed.

    A folder that another process holds is left alone.
    """
    before = set(folder.iterdir()) if folder.is_dir() else set()
    made = [place for place in (folder, *folder.parents) if not place.exists()]
    try:
        yield
    except BaseException:
        if lock.is_held and not has_begun():
            for path in set(folder.iterdir()) - before if folder.is_dir() else ():
                shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
            for place in made:
                if place.is_dir() and not any(place.iterdir()):
                    place.rmdir()
            os.environ.pop(FOLDER_VARIABLE, None)
        raise


def _has_begun(folder: Path) -> bool:
    """Whether there is something of a run to lose: a checkpoint, or a row of metrics after the start."""
    metrics = folder / METRICS_FILE
    rows = metrics.read_bytes().splitlines()[1:] if metrics.exists() else []
    has_steps = any(not row.startswith(b"0,") for row in rows)  # the first row may be of no step
    return has_steps or any((folder / "checkpoints").glob("*.ckpt"))


def _default_folder(config: DictConfig) -> Path:
    """The first of runs/NAME, runs/NAME-2 .. that is free; to resume, the last with the same settings."""
    folder, number, same = Path("runs") / config.name, 1, None
    while (folder / SETTINGS_FILE).exists():
        if not differences(folder, config):
            same = folder
        number += 1
        folder = Path("runs") / f"{config.name}-{number}"
    return same if config.resume and same else folder


def _check_is_same_run(folder: Path, config: DictConfig) -> None:
    place = config.run_dir or folder
    if not config.resume:
        raise ValueError(f"{place} holds a run; add resume=true to go on with it, or choose another run_dir")
    different = differences(folder, config)
    if different:
        name, theirs, ours = different[0]
        more = f" (and {len(different) - 1} more settings differ)" if len(different) > 1 else ""
        raise ValueError(
            f"{place} holds another run: {quoted(name)} is {quoted(theirs)} there and {quoted(ours)} "
            f"here{more}; give the same settings to go on with it, or choose another run_dir"
        )


def differences(folder: Path, config: DictConfig) -> list[tuple[str, Any, Any]]:
    """(name, there, here) of every setting that must not differ and does.

    A setting that came after the run is taken to have its default there.
    """
    there = _defaults() | saved_settings(folder)
    here = dotted(_comparable(config))
    names = sorted(there.keys() | here.keys())
    return [(name, there.get(name), here.get(name)) for name in names if there.get(name) != here.get(name)]


def saved_settings(folder: Path) -> dict[str, Any]:
    """Those of the run there that must not differ; ValueError, in one line, where their file is damaged."""
    path = folder / SETTINGS_FILE
    try:
        return with_new_names(dotted(_comparable(read_yaml(path))))
    except (ValueError, OmegaConfBaseException, AttributeError, TypeError) as error:  # as values of others
        raise ValueError(
            f"{path} is damaged ({reason_of(error)}); copy it anew, or train into another folder"
        ) from error


def _defaults() -> dict[str, Any]:
    """Those of the settings that have one whatever is chosen."""
    settings: dict = OmegaConf.to_container(OmegaConf.structured(TrainSettings))  # type: ignore[assignment]
    own = {name: value for name, value in settings.items() if name not in MAY_CHANGE}
    return {name: value for name, value in dotted(own).items() if value != MISSING}


def _comparable(config: Any) -> dict:
    settings = OmegaConf.to_container(config, resolve=True)
    for name in MAY_CHANGE:
        settings.pop(name, None)
    for name in MAY_CHANGE_IN_DATA:
        settings.get("data", {}).pop(name, None)
    return settings
