"""gpen data shard: images in, tar shards with a manifest and checksums out."""

import argparse
import sys
from pathlib import Path

from gpen_train.cli.command import add_command, add_number, check_least
from gpen_train.cli.data.options import add_workers
from gpen_train.cli.data.source import DRAWN, KINDS, open_source
from gpen_train.cli.output import writable_folder
from gpen_train.curation.shards.packing import ENCODERS, KEEP, Packing
from gpen_train.curation.shards.write import write_shards
from gpen_train.sources.source import Source
from gpen_train.words import plural

EXAMPLE = """examples:
  gpen data shard data/ffhq shards/ffhq-512 --resolution 512
  gpen data shard data/ffhq.zip shards/ffhq-512 --resolution 512 --format webp --shard-size 2000
  gpen data shard photos/ shards/photos
  gpen train data=shards data.root=shards/ffhq-512

Writes OUT/NAME-000000.tar, ... as WebDataset reads them, beside each a list of its images with checksums, and
at last OUT/manifest.json: gpen data verify OUT compares. Images are dealt to the shards by a hash of their
content, so each shard is a fair sample. What is held out of SOURCE is held out of the shards too, and every
image is degraded alike.

Without --resolution the files are packed as they are. The same command again goes on where it was stopped.
Images that cannot be decoded are listed, and the exit code is 1 then.
"""


def add_parser(commands: argparse._SubParsersAction) -> None:
    """Add `shard` to the commands of `gpen data`."""
    parser = add_command(commands, "shard", run, "pack images into tar shards", EXAMPLE)
    parser.add_argument("source", metavar="SOURCE", help=KINDS)
    parser.add_argument("output", metavar="OUT", type=Path, help="folder of the shards")
    parser.add_argument("--resolution", type=int, metavar="R", help="crop and resize to R pixels a side")
    parser.add_argument(
        "--format",
        choices=(KEEP, *ENCODERS),
        help=f"of the packed images (default: png with --resolution, else {KEEP}: the files as they are)",
    )
    add_number(parser, "--shard-size", 1000, "N", "images a shard")
    add_number(parser, "--num", 1000, "N", "drawn faces")
    add_number(parser, "--seed", 0, "S", "of drawn faces")
    add_workers(parser)


def run(options: argparse.Namespace) -> int:
    """Pack what is not packed yet; returns 0 where every image was, else 1."""
    check_least(shard_size=(options.shard_size, 1), workers=(options.workers, 0))
    check_least(resolution=(options.resolution or 16, 16))
    kind = options.format or ("png" if options.resolution else KEEP)
    if options.resolution and kind == KEEP:
        raise ValueError(
            "--format keep packs the files as they are; leave out --resolution, or give another format"
        )
    packing = Packing(open_images(options), kind, resize=options.resolution is not None)
    shards = write_shards(packing, writable_folder(options.output), options.shard_size, options.workers)
    left_out = {label: reason for shard in shards for label, reason in shard.left_out.items()}
    for label, reason in left_out.items():
        print(f"gpen: left out {options.source}/{label}: {reason}", file=sys.stderr)
    num_images, size = sum(len(shard.labels) for shard in shards), sum(shard.size for shard in shards)
    packed = f"{plural(num_images, 'image')} in {plural(len(shards), 'shard')}"
    print(f"{packed} in {options.output}, {size / 1e6:.1f} MB")
    return 1 if left_out or getattr(packing.source, "left_out", None) else 0


def open_images(options: argparse.Namespace) -> Source:
    """The source; without a resolution, images of any size count."""
    if options.source == DRAWN and not options.resolution:
        raise ValueError("drawn faces have no files to pack; give --resolution")
    return open_source(options.source, options.resolution or 1, options.num, options.seed)
