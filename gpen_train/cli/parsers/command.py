"""What all parsers share: how a command is added, how a wrong word is answered, and numbers."""

import argparse
import re
from typing import NoReturn

from gpen_train.near import nearest


class Parser(argparse.ArgumentParser):
    """Of gpen and of its commands: a word that is none of those that can be is told the nearest."""

    def error(self, message: str) -> NoReturn:
        wrong = re.fullmatch(r"argument (.+?): invalid choice: '(.*)' \(choose from (.*)\)", message, re.S)
        if wrong:
            valid = [name.strip("'") for name in wrong[3].split(", ")]
            message = f"{wrong[1]} is {wrong[2]!r}; {nearest(wrong[2], valid)}"
        super().error(message)


def add_command(
    subparsers: argparse._SubParsersAction,
    name: str,  # `export`, or `data.check` for one among those of gpen data
    summary: str,  # its line in the list of commands
    example: str,  # printed below the options, as it is
    description: str | None = None,  # printed above the options
) -> argparse.ArgumentParser:
    """Add a command, which ``run`` of gpen_train.cli.NAME carries out; returns its parser."""
    parser = subparsers.add_parser(
        name.rpartition(".")[-1],
        help=summary,
        description=description,
        epilog=example,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(module=f"gpen_train.cli.{name}", parser=parser)
    return parser


def add_number(parser: argparse.ArgumentParser, option: str, default: float, metavar: str, what: str) -> None:
    """Add an option for a number, whole where its default is."""
    parser.add_argument(
        option, type=type(default), default=default, metavar=metavar, help=f"{what} (default: {default})"
    )
