"""What the recipes of quality.py make of the same faces: a picture of those in the middle of the ranking.

    python scripts/bench/quality_sheet.py OUT sheet.jpg --experiment portraits_128 --recipes own with_prior

A row for each of ROWS faces, those around the median of what all recipes together are off by in the judge's
features: degraded, each recipe as it is at its end (seed 0), clean. OUT is quality.py's.
"""

import argparse
from pathlib import Path

import torch
from quality import checkpoints, costs_of, pairs, restored
from quality_judge import Judge

from gpen_train.images import grid, to_float, write_image

ROWS = 3


def main() -> None:
    """Restore with every recipe, rank, and write the picture."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("out", type=Path)
    parser.add_argument("sheet", type=Path)
    parser.add_argument("--experiment", default="quickstart")
    parser.add_argument("--recipes", nargs="+", required=True, metavar="NAME")
    parser.add_argument("--judged-on", choices=("validation", "test"), default="validation")
    options = parser.parse_args()
    degraded, clean = pairs(options.out, options.experiment, options.judged_on)
    made = [restored(last(options.out / f"{name}-0"), degraded) for name in options.recipes]
    judge = Judge(clean)
    off_by = torch.stack([judge.off_by(faces) for faces in made]).mean(dim=0)
    middle = off_by.argsort().tolist()[(len(off_by) - ROWS) // 2 :][:ROWS]
    columns = [to_float(torch.from_numpy(faces[middle])) for faces in (degraded, *made, clean)]
    write_image(options.sheet, grid(columns))
    print(f"{options.sheet}: degraded | {' | '.join(options.recipes)} | clean")


def last(run: Path) -> Path:
    """The file of a run at its end."""
    return checkpoints(run, costs_of(run)[-1].images)[-1][0]


if __name__ == "__main__":
    main()
