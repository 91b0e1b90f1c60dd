"""gpen data gallery: the presets of degradation side by side in one picture."""

import argparse
from pathlib import Path

from gpen_train.cli.command import add_command, add_number, check_least
from gpen_train.cli.data.options import add_resolution
from gpen_train.cli.data.presets import build_preset, preset_names
from gpen_train.cli.data.source import DRAWN, KINDS, open_source
from gpen_train.cli.output import writable_folder
from gpen_train.curation.gallery import draw_gallery
from gpen_train.image_files import FORMATS
from gpen_train.images import write_image
from gpen_train.words import plural

EXAMPLE = """examples:
  gpen data gallery degradations.jpg
  gpen data gallery mine.png --preset gpen --preset my_preset.yaml --source data/faces --resolution 512

A card a preset, --num draws side by side on it, with the parameters drawn under each. The draws are of the
first --num images of the source, and depend on (seed, number) alone. Lengths are pixels of the image, angles
radians, noise grey levels.
"""


def add_parser(commands: argparse._SubParsersAction) -> None:
    """Add `gallery` to the commands of `gpen data`."""
    parser = add_command(commands, "gallery", run, "show presets of degradation in one picture", EXAMPLE)
    parser.add_argument("output", metavar="OUT", type=Path, help=f"the picture: {', '.join(FORMATS)}")
    parser.add_argument(
        "--preset",
        action="append",
        metavar="P",
        help="a preset or a .yaml file, may come again (default: all)",
    )
    parser.add_argument("--source", default=DRAWN, metavar="SOURCE", help=f"{KINDS} (default: {DRAWN})")
    add_number(parser, "--num", 2, "N", "draws of each preset")
    add_resolution(parser, 176, "of each image")
    add_number(parser, "--seed", 0, "S", "of the draws and drawn faces")
    add_number(parser, "--quality", 85, "Q", "of a JPEG or WebP")


def run(options: argparse.Namespace) -> int:
    """Draw the picture; returns 0."""
    check_least(seed=(options.seed, 0), num=(options.num, 1), resolution=(options.resolution, 16))
    if options.output.suffix.lower() not in FORMATS:
        raise ValueError(
            f"OUT is {options.output}; expected a name that ends in one of: {', '.join(FORMATS)}"
        )
    writable_folder(options.output.parent)
    chains = {Path(name).stem: build_preset(name) for name in options.preset or preset_names()}
    source = open_source(options.source, options.resolution, options.num, options.seed)
    faces = [source[index] for index in range(min(options.num, len(source)))]
    write_image(options.output, draw_gallery(faces, chains, options.seed), options.quality)
    print(f"{plural(len(chains), 'preset')}, {plural(len(faces), 'draw')} of each in {options.output}")
    return 0
