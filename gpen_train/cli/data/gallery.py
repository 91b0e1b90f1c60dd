"""gpen data gallery: the presets of degradation side by side in one picture."""

import argparse
from pathlib import Path

from gpen_train.cli.checks import check_least
from gpen_train.cli.data.presets import build_preset, preset_names
from gpen_train.cli.data.source import open_source
from gpen_train.cli.output import writable_folder
from gpen_train.curation.gallery import draw_gallery
from gpen_train.image_files import FORMATS
from gpen_train.images import write_image
from gpen_train.words import plural


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
