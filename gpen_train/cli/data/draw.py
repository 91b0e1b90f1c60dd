"""gpen data draw: fill a folder with drawn faces."""

import argparse
from pathlib import Path

from gpen_train.cli.output import writable_folder
from gpen_train.drawn import DrawnFaces
from gpen_train.images import write_image
from gpen_train.progress import with_progress

EXAMPLE = """example:
  gpen data draw faces --num 1000 --resolution 256 --seed 0

The same command again draws only what is missing. A face depends on (seed, number) alone: --first 1000
goes on where the example ends, and another --resolution gives the same people with more or less detail."""


def add_parser(commands: argparse._SubParsersAction) -> None:
    """Add `draw` to the commands of `gpen data`."""
    parser = commands.add_parser(
        "draw",
        help="fill a folder with drawn faces",
        description="Draw aligned portraits as PNG files 000000.png, 000001.png, ...; nothing is downloaded.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("output", metavar="OUT", type=Path, help="folder to write to; made if it is missing")
    parser.add_argument("--num", type=int, default=100, metavar="N", help="how many faces (default: 100)")
    parser.add_argument(
        "--resolution", type=int, default=256, metavar="R", help="pixels a side, 32 to 2048 (default: 256)"
    )
    parser.add_argument("--seed", type=int, default=0, metavar="S", help="which people (default: 0)")
    parser.add_argument(
        "--first", type=int, default=0, metavar="I", help="number of the first face (default: 0)"
    )
    parser.add_argument("--force", action="store_true", help="draw again what is there already")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Carry out `gpen data draw`; returns 0 once every face is there."""
    faces = DrawnFaces(options.resolution, options.num, options.seed, options.first)
    writable_folder(options.output)
    paths = [options.output / f"{faces.label(index)}.png" for index in range(len(faces))]
    missing = [index for index, path in enumerate(paths) if options.force or not path.exists()]
    for index in with_progress(missing, "drawing faces", len(missing)):
        write_image(paths[index], faces[index])
    kept = len(paths) - len(missing)
    print(
        f"{len(missing)} faces drawn in {options.output}" + (f", {kept} were there already" if kept else "")
    )
    return 0
