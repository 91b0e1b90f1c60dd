"""Kill a small `gpen train` again and again, resume it each time, and compare its end with an unharmed run's.

    python scripts/kill_and_resume.py --kills 50
    python scripts/kill_and_resume.py --kills 50 model=tiny_prior task=prior losses=prior keep_best=frechet

Overrides are those of `gpen train`. Every SIGKILL comes at a random moment: at the start, within a step,
while a checkpoint is written. With --aimed the kills come right before chosen changes to the run's folder
instead, once each, the changes at the run's end too:

    python scripts/kill_and_resume.py --aimed

The two last checkpoints must agree in every bit of every tensor and in every number, metrics.csv and the
sample grids in every byte; both folders must hold the same files and links. The exit code is 0 where they do.
"""

import argparse
import os
import random
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import torch
from kill_aims import Aim, aims_of, die_at

import gpen_train.cli.train  # noqa: F401  what takes seconds is imported once, before the forks
from gpen_train.checkpoints.safe_load import safe_load
from gpen_train.cli.main import main as gpen
from gpen_train.cli.run.folder import FOLDER_VARIABLE

TINY = (
    *("model=tiny_v2", "data=drawn", "data.num_images=12", "data.num_held_out=4"),
    *("data.batch_size=4", "data.num_workers=2", "trainer=cpu"),
    *("log_every=4", "report_every=20", "save_every=4", "keep=2", "keep_best=psnr"),
    *("losses.path_length.weight=2", "augment.groups=bgc", "augment.speed=500"),
)

STEP = 0.3  # seconds: a step and its checkpoint, about


def start(arguments: list[str], log: Path, aim: Aim | None = None) -> int:
    """`gpen` in a child process with a process group of its own, killed at its ``aim`` -> its id."""
    process = os.fork()
    if process:
        return process
    os.setsid()
    os.environ.pop(FOLDER_VARIABLE, None)
    with log.open("ab") as file:
        for stream in (sys.stdout, sys.stderr):
            os.dup2(file.fileno(), stream.fileno())
    code = 1
    try:
        if aim:
            die_at(aim)
        code = gpen(arguments)
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        os._exit(code)


def run(
    arguments: list[str], log: Path, seconds: float = 0, begins: Callable[[], bool] | None = None
) -> None:
    """Run `gpen` to its end, or kill it so many seconds after something ``begins``."""
    process, end = start(arguments, log), None
    while end is None or time.monotonic() < end:
        if end is None and begins and begins():
            end = time.monotonic() + seconds
        finished, status = os.waitpid(process, os.WNOHANG)
        if finished and status:
            sys.exit(f"gpen train has failed; its last words:\n{log.read_text()[-2000:]}")
        if finished:
            return
        time.sleep(0.002)
    os.killpg(process, signal.SIGKILL)
    os.waitpid(process, 0)


def images_seen(folder: Path) -> int:
    """Of the newest checkpoint in a run's folder."""
    found = (folder / "checkpoints").glob("[0-9]*.ckpt")
    return max((int(path.stem) for path in found), default=0)


def kill_again_and_again(
    arguments: list[str], folder: Path, log: Path, images: int, kills: int, seed: int
) -> None:
    """Kill and resume: one time in four while `gpen` starts, else around a step some way on."""
    rng, began = random.Random(seed), time.monotonic()
    run(arguments, log, 0, (folder / "metrics.csv").exists)
    starting = time.monotonic() - began
    for kill in range(1, kills + 1):
        seen = images_seen(folder)
        if rng.random() < 0.25:
            run(arguments, log, rng.uniform(0, starting), lambda: True)
        else:
            wanted = seen + rng.uniform(0, 2 * (images - seen) / (kills - kill + 2))  # enough for all kills
            run(arguments, log, rng.uniform(0, STEP), lambda wanted=wanted: images_seen(folder) > wanted)
        torn = "".join(f", while {path.name} was written" for path in folder.rglob(".*.part"))
        print(f"kill {kill} after {images_seen(folder)} of {images} images{torn}", flush=True)
    run(arguments, log)


def kill_at_aims(arguments: list[str], folder: Path, log: Path, images: int) -> int:
    """Kill once before each change to the folder, and resume -> the number of kills."""
    for aim in aims_of(images):
        process = start(arguments, log, aim)
        status = os.waitpid(process, 0)[1]
        with suppress(ProcessLookupError):
            os.killpg(process, signal.SIGKILL)
        if not os.WIFSIGNALED(status):
            sys.exit(f"the run has ended with {status}, not before {aim.what}; its log is {log}")
        print(f"kill before {aim.what}, after {images_seen(folder)} of {images} images", flush=True)
    run(arguments, log)
    return len(aims_of(images))


def leaves(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Every tensor and plain value of nested dicts and lists, by name."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in pairs:
        if isinstance(inner, dict | list | tuple):
            yield from leaves(inner, f"{name}{key}.")
        else:
            yield f"{name}{key}", inner


def differences(first: Path, second: Path) -> list[str]:
    """What two runs' folders do not agree in."""
    ours, theirs = (dict(leaves(safe_load(run / "checkpoints" / "last.ckpt"))) for run in (first, second))
    num_tensors = sum(map(torch.is_tensor, ours.values()))
    print(f"{len(ours)} values in the last checkpoint, {num_tensors} of them tensors")
    found = sorted(ours.keys() ^ theirs.keys())
    for name in ours.keys() & theirs.keys():
        mine, yours = ours[name], theirs[name]
        same = torch.equal(mine, yours) if torch.is_tensor(mine) else mine == yours
        found += [] if same else [name]
    files = {path.relative_to(first) for path in (first / "metrics.csv", *(first / "samples").iterdir())}
    found += [str(name) for name in files if (first / name).read_bytes() != (second / name).read_bytes()]
    return found + sorted(names_and_links(first) ^ names_and_links(second))


def names_and_links(folder: Path) -> set[str]:
    """What lies in a folder, however deep, and where its links lead."""
    paths = [(path, f" -> {path.readlink()}" if path.is_symlink() else "") for path in folder.rglob("*")]
    return {f"{path.relative_to(folder)}{target}" for path, target in paths}


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--aimed", action="store_true", help="kill before chosen changes to the folder")
    parser.add_argument(
        "--images", type=int, default=None, help="of the whole run; default: 24 a kill, aimed: 60"
    )
    parser.add_argument("--seed", type=int, default=0, help="of the moments")
    parser.add_argument(
        "--folder", type=Path, default=None, help="for the two runs; default: a temporary one"
    )
    parser.add_argument("overrides", nargs="*")
    options = parser.parse_args()
    folder = options.folder or Path(tempfile.mkdtemp(prefix="kill_and_resume_"))
    folder.mkdir(parents=True, exist_ok=True)
    images = options.images or (60 if options.aimed else 24 * options.kills)
    log = folder / "log.txt"
    common = ["train", *TINY, *options.overrides, f"images={images}", "resume=true"]

    began, killed = time.monotonic(), folder / "killed"
    run([*common, f"run_dir={folder / 'unharmed'}"], log)
    print(f"unharmed, {images} images take {time.monotonic() - began:.0f} s", flush=True)
    arguments, kills = [*common, f"run_dir={killed}"], options.kills
    if options.aimed:
        kills = kill_at_aims(arguments, killed, log, images)
    else:
        kill_again_and_again(arguments, killed, log, images, kills, options.seed)
    different = differences(folder / "unharmed", killed)
    print(f"{kills} kills, {time.monotonic() - began:.0f} s in all: ", end="")
    print(f"DIFFERENT in {', '.join(different[:5])}" if different else "the same in every bit")
    return bool(different)


if __name__ == "__main__":
    sys.exit(main())
