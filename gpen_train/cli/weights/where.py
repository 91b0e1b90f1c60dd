"""gpen weights where: the folders that are searched, or where files are."""

import argparse
import sys

from gpen_train.pretrained.places import FOLDER, cache, located, record_named


def run(options: argparse.Namespace) -> int:
    """Print the folders, or the paths of the files named; 0 where all of these are here, else 1."""
    if not options.names:
        print(f"{FOLDER.absolute()}\n{cache()}")
        return 0
    records = [record_named(name) for name in options.names]
    missing = 0
    for record in records:
        if (path := located(record)) is not None:
            print(path.absolute())
        else:
            missing += 1
            how = f"gpen weights fetch {record.name}" if record.is_fetched_here else record.install
            print(f"gpen: {record.name} ({record.file}) is not here; {how}", file=sys.stderr)
    return 1 if missing else 0
