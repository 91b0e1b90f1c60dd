"""Which words may follow on a command line: read off the parsers and the catalogue of settings."""

import argparse
import os
import shlex
from collections.abc import Iterable, Iterator
from pathlib import Path

from gpen_train.cli.main import build_parser
from gpen_train.cli.settings.catalogue import CHOICES, OF, TYPE, VERSION_KEY, Node, catalogue, find
from gpen_train.cli.settings.configs import choices_of, groups_of, title_of_choice

Word = tuple[str, str]  # and what is said of it


def words_for(line: str) -> list[Word]:
    """The words that the last one of ``line``, which may be empty, can become."""
    *before, current = split(line)
    parser, positionals = build_parser(), 0
    waiting: argparse.Action | None = None  # an option that takes the next word
    for word in before[1:]:
        commands = commands_of(parser)
        if commands and word in commands:
            parser, positionals, waiting = commands[word], 0, None
        elif word.startswith("-"):
            waiting = option_named(parser, word)
        elif waiting and waiting.nargs != "*" and waiting.nargs != "+":
            waiting = None
        elif not waiting:
            positionals += 1
    found = list(candidates(parser, positionals, waiting, before, current))
    return [(word, said) for word, said in found if word.startswith(current)]


def split(line: str) -> list[str]:
    """Words as a shell has them; the last one is empty behind a space."""
    try:
        words = shlex.split(line)
    except ValueError:  # a quote that is open yet
        words = line.replace("'", "").replace('"', "").split()
    return words if words and not line[-1:].isspace() else [*words, ""]


def commands_of(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """The parsers below a parser, by name."""
    found = [action.choices for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    return dict(found[0]) if found else {}


def option_named(parser: argparse.ArgumentParser, word: str) -> argparse.Action | None:
    """The option, where it takes a value that is a word of its own."""
    action = parser._option_string_actions.get(word)
    return action if action and action.nargs != 0 else None


def candidates(
    parser: argparse.ArgumentParser,
    positionals: int,
    waiting: argparse.Action | None,
    before: list[str],
    current: str,
) -> Iterator[Word]:
    """All words that may stand there, those that begin otherwise too."""
    settings = parser.get_default("settings")
    if waiting:
        yield from values_of(waiting, settings, current)
        return
    if current.startswith("-"):
        for name, action in parser._option_string_actions.items():
            if name.startswith("--") and action.help is not argparse.SUPPRESS:
                yield name, (action.help or "").partition(";")[0] % vars_of(action)
        return
    listed = next((a for a in parser._actions if isinstance(a, argparse._SubParsersAction)), None)
    if listed:
        yield from ((choice.dest, choice.help or "") for choice in listed._choices_actions)
        return
    operands = [action for action in parser._actions if not action.option_strings]
    operand = operands[min(positionals, len(operands) - 1)] if operands else None
    if operand and operand.dest == "overrides" and settings:
        yield from settings_for(settings, before, current)
    elif operand:
        yield from values_of(operand, settings, current)


def vars_of(action: argparse.Action) -> dict[str, object]:
    """What argparse puts into a help text."""
    return {"default": action.default, "prog": "gpen"}


def values_of(action: argparse.Action, settings: str | None, current: str) -> Iterable[Word]:
    """What an option or an operand may be: a choice, a group, a setting, or a file."""
    if action.choices:
        return [(str(choice), "") for choice in action.choices]
    if hasattr(action, "words"):  # of which the command itself says what is unknown
        return list(action.words.items())
    if settings and action.dest == "about":
        if "--list" in action.option_strings:
            return [(group, "") for group in groups_of(settings)]
        return [(word.rstrip("="), said) for word, said in names_below(settings, current, {})]
    return paths(current)


def settings_for(settings: str, before: list[str], current: str) -> Iterable[Word]:
    """Names, as ``losses.`` and ``seed=``; behind the = what the value may be."""
    given = dict(word.partition("=")[::2] for word in before if "=" in word)
    name, equals, value = current.partition("=")
    if not equals:
        return names_below(settings, current, given)
    several = value[: value.rfind(",") + 1]  # of a sweep: the last one is completed
    return [(f"{name}={several}{word}", said) for word, said in values_for(settings, name, value, several)]


def names_below(settings: str, current: str, given: dict[str, str]) -> Iterator[Word]:
    """The names of one level, that of ``current``: those of groups end in a dot, or choose a file with =."""
    above = current.rpartition(".")[0]
    node = find(settings, above) if above else catalogue(settings)
    for key, inner in (node or {}).get("properties", {}).items():
        name = f"{above}.{key}" if above else key
        if key in ("defaults", VERSION_KEY) or key.startswith("_") or not fits(inner, name, given):
            continue
        said = str(inner.get("description", ""))
        if not above and choices_of(name):
            yield f"{name}=", said
        yield (f"{name}.", said) if "properties" in inner else (f"{name}=", said)
    if not above:
        others = set((node or {}).get("properties", {}))
        yield from ((f"{group}=", "") for group in groups_of(settings) if group not in others)


def fits(node: Node, name: str, given: dict[str, str]) -> bool:
    """Whether a setting goes with the file that the line chooses for its group."""
    chosen = given.get(name.partition(".")[0])
    return not (chosen and OF in node and chosen not in node[OF])


def values_for(settings: str, name: str, value: str, several: str) -> Iterable[Word]:
    """What a setting may be."""
    if name in groups_of(settings):
        return [(choice, title_of_choice(name, choice)) for choice in choices_of(name)]
    node = find(settings, name)
    if node is None:
        return []
    types = node.get(TYPE) or node.get("type") or []
    words = [str(word) for word in node.get(CHOICES, ())]
    words += ["true", "false"] if "boolean" in types or isinstance(node.get("default"), bool) else []
    words += ["null"] if words and "null" in types else []
    if words or set(types) & {"integer", "number", "boolean", "array", "object"}:
        return [(word, "") for word in words]
    return paths(value[len(several) :])


def paths(current: str) -> list[Word]:
    """Files and folders that begin so; folders end in a slash."""
    folder, start = os.path.split(current)
    try:
        found = sorted(Path(folder or ".").iterdir())
    except OSError:
        return []
    names = [f"{path.name}/" if path.is_dir() else path.name for path in found]
    shown = [name for name in names if name.startswith(start) and (start or not name.startswith("."))]
    return [(f"{folder.rstrip('/')}/{name}" if folder else name, "") for name in shown]
