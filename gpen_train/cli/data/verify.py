"""gpen data verify: shards against their checksums."""

import argparse
import sys

from gpen_train.cli.checks import check_least
from gpen_train.curation.shards.verify import verify
from gpen_train.progress import with_progress
from gpen_train.words import noun, plural


def run(options: argparse.Namespace) -> int:
    """Verify; returns 0 where every shard is as it was written, else 1."""
    check_least(workers=(options.workers, 0))
    num_shards, checked = verify(options.folder, options.workers)
    num_bad = 0
    for faults in with_progress(checked, "verifying shards", num_shards):
        num_bad += bool(faults)
        for fault in faults:
            print(f"gpen: {fault}", file=sys.stderr)
    num_good = num_shards - num_bad
    are = noun(num_good, "is as it was", "are as they were")
    print(f"{num_good} of {plural(num_shards, 'shard')} in {options.folder} {are} written")
    return 1 if num_bad else 0
