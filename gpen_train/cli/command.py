"""What the commands share in how they are given: their parsers, numbers, and checks of these."""

import argparse
from collections.abc import Callable


def add_command(
    subparsers: argparse._SubParsersAction,
    name: str,
    run: Callable[[argparse.Namespace], int],
    summary: str,  # its line in the list of commands
    example: str,  # printed below the options, as it is
    description: str | None = None,  # printed above the options
) -> argparse.ArgumentParser:
    """Add a command, which ``run`` carries out; returns its parser, to add the arguments to."""
    parser = subparsers.add_parser(
        name,
        help=summary,
        description=description,
        epilog=example,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run, parser=parser)
    return parser


def add_number(parser: argparse.ArgumentParser, option: str, default: float, metavar: str, what: str) -> None:
    """Add an option for a number, whole where its default is."""
    parser.add_argument(
        option, type=type(default), default=default, metavar=metavar, help=f"{what} (default: {default})"
    )


def check_least(**values: tuple[float, float]) -> None:
    """Raise ValueError where the value of an option is below its least: ``check_least(num=(0, 1))``."""
    for name, (value, least) in values.items():
        if value < least:
            raise ValueError(f"--{name.replace('_', '-')} is {value}; expected {least} or more")
