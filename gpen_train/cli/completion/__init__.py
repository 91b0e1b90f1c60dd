"""gpen completion: a script for a shell, and the words that it asks for."""

import argparse

from gpen_train.cli.completion.scripts import SCRIPTS


def run(options: argparse.Namespace) -> int:
    """Print the script, or the words that fit where the line ends, one a line; returns 0."""
    if options.line is None:
        print(SCRIPTS[options.shell], end="")
        return 0
    from gpen_train.cli.completion.words import words_for  # it needs all parsers, and they name this command

    for word, said in words_for(options.line):
        print(f"{word}\t{said}" if options.shell == "fish" and said else word.replace(" ", "\\ "))
    return 0
