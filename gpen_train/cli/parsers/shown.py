"""Options that show the settings in place of using them."""

import argparse
from collections.abc import Sequence
from typing import Any


class Shows(argparse.Action):
    """The command is carried out by a module of gpen_train.cli.shown; ``about`` is the option's own value."""

    def __init__(self, option_strings: Sequence[str], dest: str, const: str, **more: Any) -> None:
        super().__init__(option_strings, "about", const=None, **more)
        self.by = const

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        options: argparse.Namespace,
        value: Any,
        option: str | None = None,
    ) -> None:
        options.module, options.about = f"gpen_train.cli.shown.{self.by}", value


def add_shown(parser: argparse.ArgumentParser, settings: str) -> None:
    """Add --print, --explain, --list and --schema, of configs/SETTINGS.yaml."""
    parser.set_defaults(settings=settings)
    one = parser.add_argument_group("to look at the settings, and do nothing").add_mutually_exclusive_group()
    one.add_argument(
        "--print",
        action=Shows,
        const="composed",
        nargs=0,
        help="all of them as these options make them, and where each value comes from: a file for --config",
    )
    one.add_argument(
        "--explain",
        action=Shows,
        const="explained",
        metavar="NAME",
        help="what a setting or a group does, its type, bounds and choices, as losses.content",
    )
    one.add_argument(
        "--list",
        action=Shows,
        const="listed",
        nargs="?",
        metavar="GROUP",
        help="the choices of a group, as experiments, a line each; without one the groups",
    )
    one.add_argument(
        "--schema", action=Shows, const="schema", nargs=0, help="a JSON schema of the settings, for editors"
    )
