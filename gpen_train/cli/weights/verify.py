"""gpen weights verify: the files that are here against their publishers' checksums."""

import argparse
import sys
from pathlib import Path

from gpen_train.pretrained.fetch import verdict
from gpen_train.pretrained.places import located, record_named, shown
from gpen_train.pretrained.record import Record
from gpen_train.pretrained.table import TABLE
from gpen_train.words import plural


def run(options: argparse.Namespace) -> int:
    """Print a line a file; returns 0 where none differs and all that are named are here, else 1."""
    records = [record_named(name) for name in options.names] or list(TABLE.values())
    found = [(record, located(record)) for record in records]
    here = [(record, path) for record, path in found if path is not None and path.is_file()]
    missing = [record.name for record, path in found if path is None]
    wrong = [path for record, path in here if not _is_right(record, path)]
    if options.names and missing:
        print(f"gpen: not here: {', '.join(missing)}; gpen weights fetch NAME", file=sys.stderr)
    elif not here:
        print("no file of weights is here; gpen weights list names all")
    if wrong:
        print(
            f"gpen: {plural(len(wrong), 'file differs', 'files differ')}: remove "
            f"{', '.join(map(shown, wrong))} and fetch again",
            file=sys.stderr,
        )
    return 1 if wrong or (options.names and missing) else 0


def _is_right(record: Record, path: Path) -> bool:
    found = verdict(record, path)
    if not found.is_right:
        said = f"differs, {found.expected[:16]} is expected" if found.expected else "is a web page"
    elif found.expected:
        said = "is the publisher's" + ("" if len(found.expected) == 64 else f", as far as {found.expected}")
    else:
        said = "the publisher gives no checksum"
    print(f"{record.name}: {shown(path)}\n  {found.sha256}  {said}", flush=True)
    return found.is_right
