"""gpen compare: by how much one system is better than another, with intervals."""

import argparse
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table

from gpen_train.cli.evaluation.distinct import distinct
from gpen_train.evaluation.report.compare import Difference, check_comparable, differences, pairs
from gpen_train.evaluation.report.model import read_report
from gpen_train.evaluation.report.table import heading, name_lines, num_digits, number
from gpen_train.words import percent, plural

FILE_WIDTH = 120  # characters, where the output is no terminal
MOST_OF_NAME = 12  # characters in a line


def run(options: argparse.Namespace) -> int:
    """Print a table for each two systems; returns 0."""
    first, second = read_report(options.first), read_report(options.second)
    try:
        check_comparable(first, second, options.ignore)
    except ValueError as error:
        raise ValueError(f"{options.first} and {options.second}: {error}") from error
    found = list(pairs(first, second))
    if not found:
        raise ValueError(
            f"{options.first} and {options.second} hold the same systems; expected two that differ"
        )
    console = Console() if sys.stdout.isatty() else Console(width=FILE_WIDTH)
    folders = [
        str(Path(path).parent if Path(path).is_file() else path) for path in (options.first, options.second)
    ]
    for one, other in found:
        before, after = distinct(folders) if one.name == other.name else (one.name, other.name)
        title = f"{after} less {before}, {plural(len(first.images), 'image')}"
        console.print(difference_table(differences(first, one, second, other), before, after, title))
    return 0


def difference_table(found: list[Difference], first: str, second: str, title: str) -> Table:
    """A row a metric. What is of a whole set, as FID is, has no interval."""
    table = Table(title=title)
    names = ("\n".join(name_lines(name, MOST_OF_NAME)) for name in (first, second))
    table.add_column("", no_wrap=True)
    for column in (*names, "difference"):
        table.add_column(column, justify="right", no_wrap=True)
    for column in ("95 % interval", "better in", "so it is"):
        table.add_column(column, justify="right")
    for row in found:
        digits = num_digits([row.first, row.second])
        low, high = (signed(edge, digits + 1) for edge in (row.estimate.low, row.estimate.high))
        is_set = row.metric.scope == "set"
        table.add_row(
            heading(row.metric),
            *(number(value, digits) for value in (row.first, row.second)),
            signed(row.estimate.mean, digits + 1),
            "" if is_set else f"{low} to {high}",
            "" if is_set else percent(row.share_better),
            row.verdict,
        )
    return table


def signed(value: float, digits: int) -> str:
    """With + where it is more than 0."""
    return f"{'+' if value > 0 else ''}{number(value, digits)}"
