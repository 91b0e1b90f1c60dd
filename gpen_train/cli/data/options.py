"""Options that several commands of `gpen data` share."""

import argparse

from gpen_train.parallel import num_cores


def add_workers(parser: argparse.ArgumentParser) -> None:
    """Add --workers."""
    parser.add_argument(
        "--workers",
        type=int,
        default=num_cores(),
        metavar="N",
        help="processes that share the work (default: one a core); 0 works in this one",
    )


def add_resolution(parser: argparse.ArgumentParser, default: int, what: str) -> None:
    """Add --resolution, of ``what``."""
    parser.add_argument(
        "--resolution",
        type=int,
        default=default,
        metavar="R",
        help=f"pixels a side {what} (default: {default})",
    )


def check_least(**values: tuple[float, float]) -> None:
    """Raise ValueError where the value of an option is below its least: ``check_least(num=(0, 1))``."""
    for name, (value, least) in values.items():
        if value < least:
            raise ValueError(f"--{name.replace('_', '-')} is {value}; expected {least} or more")
