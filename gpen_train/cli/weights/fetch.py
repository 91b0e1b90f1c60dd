"""gpen weights fetch: pretrained files from their publishers, or from a mirror."""

import argparse
import os
import sys
from pathlib import Path
from typing import TextIO

from gpen_train.cli.output import writable_folder
from gpen_train.files import sha256_of
from gpen_train.pretrained.fetch import MIRROR, fetch, source_of
from gpen_train.pretrained.places import cache, located, record_named, shown
from gpen_train.pretrained.record import Record


def run(options: argparse.Namespace) -> int:
    """Fetch each; returns 0 where all are here then, else 1. Nothing is fetched where a name is unknown."""
    records = [record_named(name) for name in options.names]
    failed = 0
    for record in records:
        try:
            fetch_one(record, options.folder)
        except (OSError, ValueError) as error:
            failed += 1
            print(f"gpen: {str(error).splitlines()[0]}", file=sys.stderr)
    return 1 if failed else 0


def mirror() -> str | None:
    """The folder that is asked in the publishers' place."""
    return os.environ.get(MIRROR) or None


def fetch_one(record: Record, folder: Path | None = None, out: TextIO | None = None) -> Path:
    """Fetch into the folder, or into the cache, and say so; a file that is here already stays as it is."""
    path = located(record) if folder is None else (folder / record.file)
    if path is not None and path.exists():
        print(f"{record.name} is here: {shown(path)}", file=out)
        return path
    source_of(record, mirror())  # what cannot be fetched says so before a folder is made
    path = fetch(record, writable_folder(folder or cache()), mirror())
    is_checked = bool(record.sha256)
    checked = "checksum compared" if is_checked else f"its publisher gives no checksum: {sha256_of(path)}"
    print(f"{record.name}: {shown(path)}, {path.stat().st_size / 1e6:,.1f} MB, {checked}", file=out)
    return path
