"""The page of commands, from their parsers."""

import argparse
from collections.abc import Iterator

from gpen_train.cli.main import build_parser
from site_pages.tables import code, table

HEAD = """# Commands

Made from what `gpen COMMAND --help` prints. Exit code 0: all of the work is done. 1: bad input, or work
that is left, said in one line on stderr (`GPEN_DEBUG=1` shows the traceback). 2: an option that there is
not. 130: interrupted.

"""
WIDTH = 100


def page() -> str:
    """The page, in Markdown."""
    return HEAD + "\n".join(section(name, summary, parser) for name, summary, parser in commands())


def commands(
    parser: argparse.ArgumentParser | None = None, prefix: str = "gpen"
) -> Iterator[tuple[str, str, argparse.ArgumentParser]]:
    """(`gpen data check`, its summary, its parser) of every command that does something."""
    parser = parser or build_parser()
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for choice in action._choices_actions:
                inner, name = action.choices[choice.dest], f"{prefix} {choice.dest}"
                deeper = list(commands(inner, name))
                yield from deeper or [(name, choice.help or "", inner)]


def section(name: str, summary: str, parser: argparse.ArgumentParser) -> str:
    """A command: what it does, its usage, its options, its examples."""
    parser.formatter_class = lambda prog: argparse.RawDescriptionHelpFormatter(prog, width=WIDTH)
    usage = parser.format_usage().removeprefix("usage: ")
    options = table(("option", "does"), rows(parser))
    parts = [f"## {name}\n", f"{sentence(summary)}\n", f"```text\n{usage}```\n", options]
    if parser.description:
        parts.insert(2, f"{parser.description}\n")
    if parser.epilog:
        parts.append(f"```text\n{parser.epilog.strip()}\n```\n")
    return "\n".join(parts)


def rows(parser: argparse.ArgumentParser) -> Iterator[tuple[str, str]]:
    """(option with what it takes, its help) of each but --help."""
    formatter = parser._get_formatter()
    for action in parser._actions:
        if not isinstance(action, argparse._HelpAction) and action.help != argparse.SUPPRESS:
            takes = formatter._format_args(action, formatter._get_default_metavar_for_optional(action))
            if action.option_strings:
                shown = f"{', '.join(action.option_strings)} {takes if action.nargs != 0 else ''}".strip()
            else:
                shown = takes
            yield code(shown), formatter._expand_help(action) if action.help else ""


def sentence(summary: str) -> str:
    """A summary as a sentence."""
    return f"{summary[:1].upper()}{summary[1:].rstrip('.')}."
