"""The `gpen` command."""

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module

from gpen_train import __version__
from gpen_train.cli.interrupt import ended_by_ctrl_c
from gpen_train.cli.parsers import (
    bench,
    compare,
    completion,
    data,
    demo,
    ema,
    evaluate,
    export,
    inspect,
    restore,
    sample,
    sweep,
    train,
    weights,
)
from gpen_train.cli.parsers.command import Parser
from gpen_train.cli.parsers.own import given

COMMANDS = (
    *(train, sweep, evaluate, compare, restore, export, ema),
    *(inspect, sample, weights, data, demo, bench, completion),
)
# Their settings are composed before torch is imported, which takes many seconds: a mistake is told at once.
COMPOSED = ("gpen_train.cli.train", "gpen_train.cli.evaluate")
DEBUG_VARIABLE = "GPEN_DEBUG"
if not os.environ.get(DEBUG_VARIABLE):  # before torch is imported: frames of C++ say nothing to a user,
    os.environ.setdefault("TORCH_CPP_LOG_LEVEL", "FATAL")
    os.environ.setdefault("KINETO_LOG_LEVEL", "6")  # nor does what the profiler logs


def build_parser() -> argparse.ArgumentParser:
    """What all commands take; what carries them out is imported when it is known which one is asked for."""
    parser = Parser(
        prog="gpen",
        description="Train, fine-tune, evaluate and export GPEN face-restoration models.",
        epilog=f"gpen COMMAND --help shows an example. {DEBUG_VARIABLE}=1 shows the traceback of an error.",
    )
    parser.add_argument("--version", action="version", version=f"gpen_train {__version__}")
    subparsers = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in COMMANDS:
        command.add_parser(subparsers)
    return parser


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The options of one command; SystemExit, with the usage of this very command, where it takes others."""
    options, unknown = build_parser().parse_known_args(arguments)
    if hasattr(options, "overrides"):  # argparse takes no more of them behind an option
        options.overrides += [word for word in unknown if not word.startswith("-")]
        unknown = [word for word in unknown if word.startswith("-")]
    if unknown:  # argparse would print the usage of gpen itself
        options.parser.error(f"unknown option: {' '.join(unknown)}")
    return options


def carry_out(options: argparse.Namespace) -> int:
    """Run the command; ValueError or OSError, in one line, for bad input."""
    with ended_by_ctrl_c():
        if options.module in COMPOSED:
            import_module("gpen_train.cli.settings.typed").check(options.settings, given(options))
        command = import_module(options.module)
    return command.run(options)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 only when all of its work is done, one line on stderr for bad input."""
    arguments = sys.argv[1:] if arguments is None else arguments
    try:
        return carry_out(parse(arguments))
    except (ValueError, OSError) as error:
        if os.environ.get(DEBUG_VARIABLE):
            raise
        print(f"gpen: {str(error).splitlines()[0]}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("gpen: interrupted", file=sys.stderr)
        return 130
