"""gpen weights list: what there is, in a table; all that is known of some."""

import argparse

from rich.console import Console
from rich.table import Table

from gpen_train.cli.inspect import section
from gpen_train.pretrained.places import cache, kept_at, located, record_named, shown
from gpen_train.pretrained.record import Record
from gpen_train.pretrained.table import GROUPS

WIDE = 110  # columns from which licences have room


def run(options: argparse.Namespace) -> int:
    """Print the table, or what is known of the files named; returns 0."""
    if options.names:
        print("\n\n".join(card(record_named(name)) for name in options.names))
        return 0
    console = Console(highlight=False)
    for title, records in GROUPS.items():
        console.print(table(title, records, with_licence=console.width >= WIDE))
    print("gpen weights list NAME tells all of one; gpen weights fetch NAME fetches it.")
    return 0


def table(title: str, records: tuple[Record, ...], with_licence: bool) -> Table:
    """A row a file."""
    found = Table(title=title, title_justify="left", box=None, pad_edge=False, expand=with_licence)
    found.add_column("name", no_wrap=True, min_width=22)
    found.add_column("serves", min_width=25)
    found.add_column("size", justify="right", no_wrap=True, min_width=7)
    found.add_column("commercial", no_wrap=True)
    found.add_column("", no_wrap=True, min_width=7)
    if with_licence:
        found.add_column("licence", ratio=1, overflow="fold")
    for record in records:
        row = [record.name, record.serves, record.size, record.commercial, status(record)]
        found.add_row(*row, *([record.licence] if with_licence else []))
    found.add_row("")
    return found


def status(record: Record) -> str:
    """Whether it is here, else how it comes: by gpen weights fetch, by hand, or with a package."""
    if located(record):
        return "here"
    if record.install:
        return "package"
    return "fetch" if record.address else "by hand"


def card(record: Record) -> str:
    """Everything that is known."""
    path = located(record)
    place = path or (kept_at(record) if record.install else cache() / record.file)
    digits = record.sha256 + (
        "" if len(record.sha256) == 64 else " ..: the digits that the file's name gives"
    )
    rows = {
        "file": ", ".join([record.file, *record.also]),
        "serves": record.serves,
        "size": record.size if record.num_bytes else "unknown: the publisher gives none",
        "licence": record.licence,
        "commercial": record.commercial,
        "address": record.address
        or (f"{record.page} (to get it by hand)" if record.page else "none: the package brings it"),
        "SHA-256": digits if record.sha256 else "the publisher gives none",
        **({"package": record.install} if record.install else {}),
        "place": f"{shown(place) if place else 'none before the package is installed'}"
        f"{'' if path else ' (not here yet)'}",
    }
    return f"{record.name}\n{section('', {f'  {name}': value for name, value in rows.items()})}"
