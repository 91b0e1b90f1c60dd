"""What `gpen weights` takes."""

import argparse
from pathlib import Path

from gpen_train.cli.parsers.command import add_command
from gpen_train.pretrained.table import TABLE

LIST = """examples:
  gpen weights list                     # all, and which are here
  gpen weights list gpen-bfr-512 vgg19  # all that is known of some: licence, address, checksum, place

Commercial use is what the publisher's licence says: unclear where it speaks of the code around the weights
alone. A file that is not here is fetched by gpen weights fetch, or comes with the package that is named.
"""
FETCH = """examples:
  gpen weights fetch alexnet inception     # what LPIPS and FID need
  gpen weights fetch gpen-bfr-512 --folder weights
  GPEN_WEIGHTS_URL=https://mirror.example.org/weights gpen weights fetch vgg19

What was broken off goes on where it was. Checksums are compared; a file whose checksum differs is kept aside
and named, and not used. Nothing in a file is executed. Proxies and certificates are the environment's
(https_proxy, SSL_CERT_FILE). GPEN_WEIGHTS_URL is a folder with the same file names, asked in the publishers'
place.
"""
VERIFY = """examples:
  gpen weights verify          # all that are here
  gpen weights verify vgg19

Reads the files and compares them with the publishers' checksums; of those without one the SHA-256 is shown,
to compare with another machine's. The exit code is 1 where one differs.
"""
WHERE = """examples:
  gpen weights where                                         # the folders that are searched, in order
  gpen train init_from=$(gpen weights where gpen-bfr-512)    # the file itself

The exit code is 1 where a file is not here.
"""
NAME = "a name that gpen weights list shows, or a file's"


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Add `gpen weights` and its own subcommands."""
    parser = subparsers.add_parser(
        "weights",
        help="list, fetch and verify pretrained files: judges, detectors, models",
        description="Pretrained files of others: judges of metrics and losses, detectors, released models.",
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    listed = add_command(commands, "weights.list", "what each serves, its size and licence", LIST)
    fetched = add_command(commands, "weights.fetch", "fetch some, with their checksums", FETCH)
    verified = add_command(commands, "weights.verify", "compare those here with their checksums", VERIFY)
    where = add_command(commands, "weights.where", "the folders that are searched, or a file's path", WHERE)
    for command in (listed, fetched, verified, where):
        needs_one = command is fetched
        names = command.add_argument(
            "names",
            nargs="+" if needs_one else "*",
            metavar="NAME",
            help=NAME if needs_one else f"{NAME}; without one: all",
        )
        vars(names)["words"] = {name: record.serves for name, record in TABLE.items()}  # for completion
    fetched.add_argument(
        "--folder", type=Path, metavar="DIR", help="where to (default: the cache, see gpen weights where)"
    )
