"""A file of settings, as an option; and as it travels with the settings: what composes them splits it off."""

import argparse
from pathlib import Path

OWN = "--config="  # FILE


def add_overrides(parser: argparse.ArgumentParser) -> None:
    """Add NAME=VALUE and --config."""
    parser.add_argument("overrides", nargs="*", metavar="NAME=VALUE", help="settings, as below")
    add_config(parser)


def add_config(parser: argparse.ArgumentParser) -> None:
    """Add --config."""
    parser.add_argument(
        "--config",
        type=Path,
        metavar="FILE",
        help="a YAML file of yours with settings, from anywhere; it may choose with `defaults`, as "
        "defaults: [{experiment: bfr_512}]. What NAME=VALUE says is above it",
    )


def given(options: argparse.Namespace) -> list[str]:
    """What composes the settings of these options."""
    return [*own_file(options), *options.overrides]


def own_file(options: argparse.Namespace) -> list[str]:
    """The file alone; none where there is none."""
    return [f"{OWN}{options.config}"] if options.config else []
