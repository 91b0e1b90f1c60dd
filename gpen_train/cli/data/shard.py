"""gpen data shard: images in, tar shards with a manifest and checksums out."""

import argparse
import sys

from gpen_train.cli.checks import check_least
from gpen_train.cli.data.source import open_source
from gpen_train.cli.launch import share_of
from gpen_train.cli.output import say_unfinished, writable_folder
from gpen_train.cli.parsers.data.sources import DRAWN
from gpen_train.curation.shards.encoders import KEEP
from gpen_train.curation.shards.packing import Packing
from gpen_train.curation.shards.write import write_shards
from gpen_train.sources.shards.names import MANIFEST
from gpen_train.sources.source import Source
from gpen_train.words import plural


def run(options: argparse.Namespace) -> int:
    """Pack what is not packed yet; returns 0 where every image was, else 1."""
    share = share_of(options.part)
    check_least(shard_size=(options.shard_size, 1), workers=(options.workers, 0))
    check_least(resolution=(options.resolution or 16, 16))
    kind = options.format or ("png" if options.resolution else KEEP)
    if options.resolution and kind == KEEP:
        raise ValueError(
            "--format keep packs the files as they are; leave out --resolution, or give another format"
        )
    packing = Packing(open_images(options), kind, resize=options.resolution is not None)
    output = writable_folder(options.output)
    shards, is_last = write_shards(packing, output, options.shard_size, options.workers, share)
    left_out = {label: reason for shard in shards for label, reason in shard.left_out.items()}
    for label, reason in left_out.items():
        print(f"gpen: left out {options.source}/{label}: {reason}", file=sys.stderr)
    num_images, size = sum(len(shard.labels) for shard in shards), sum(shard.size for shard in shards)
    packed = f"{plural(num_images, 'image')} in {plural(len(shards), 'shard')}"
    print(f"{packed} in {output}, {size / 1e6:.1f} MB")
    if not is_last:
        say_unfinished(share, output / MANIFEST)
    return 1 if left_out or getattr(packing.source, "left_out", None) else 0


def open_images(options: argparse.Namespace) -> Source:
    """The source; without a resolution, images of any size count."""
    if options.source == DRAWN and not options.resolution:
        raise ValueError("drawn faces have no files to pack; give --resolution")
    return open_source(options.source, options.resolution or 1, options.num, options.seed)
