"""How long a user waits for the command line: medians of several starts, in turn.

    python scripts/bench/start_up.py                              this checkout
    python scripts/bench/start_up.py --other ../before            beside another checkout, A B A B

The first start of each command is left out: it reads the disk.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).parents[2]
COMMANDS = {
    "gpen --help": ["--help"],
    "gpen --version": ["--version"],
    "gpen train --help": ["train", "--help"],
    "gpen restore --help": ["restore", "--help"],
    "gpen compare, no such file": ["compare", "a", "b"],
    "gpen inspect, a bundle": ["inspect", "{bundle}"],
    "gpen train experiment=quickstart images=8": [
        "train",
        "experiment=quickstart",
        "images=8",
        "run_dir={new}",
    ],
}


def main() -> None:
    """Time all commands and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--other", type=Path, metavar="DIR", help="another checkout to compare with")
    parser.add_argument("--runs", type=int, default=3, metavar="N")
    options = parser.parse_args()
    checkouts = [HERE] if options.other is None else [options.other.resolve(), HERE]
    print("| command | " + " | ".join(checkout.name for checkout in checkouts) + " |")
    print("|---|" + "---|" * len(checkouts))
    with tempfile.TemporaryDirectory() as folder:
        bundle = made_bundle(HERE, Path(folder))
        for name, command in COMMANDS.items():
            times: list[list[float]] = [[] for _ in checkouts]
            for number in range(options.runs + 1):
                for taken, checkout in zip(times, checkouts, strict=True):
                    places = {"bundle": bundle, "new": f"{folder}/{name[-1]}{number}{checkout.name}"}
                    taken.append(timed(checkout, [part.format(**places) for part in command]))
            cells = [f"{statistics.median(taken[1:]):.2f}" for taken in times]
            print(f"| `{name}` | {' | '.join(cells)} |", flush=True)


def timed(checkout: Path, command: list[str]) -> float:
    """Seconds from start to end."""
    begin = time.perf_counter()
    started(checkout, command)
    return time.perf_counter() - begin


def started(checkout: Path, command: list[str]) -> None:
    subprocess.run(
        [sys.executable, "-m", "gpen_train", *command],
        env={**os.environ, "PYTHONPATH": str(checkout)},
        cwd=checkout,
        capture_output=True,
        check=False,
    )


def made_bundle(checkout: Path, folder: Path) -> Path:
    """The bundle of a run of 8 images."""
    started(checkout, ["train", "experiment=quickstart", "images=8", f"run_dir={folder}/first"])
    return next((folder / "first" / "export").glob("*.pth"))


if __name__ == "__main__":
    main()
