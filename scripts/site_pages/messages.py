"""The index of error lines, from where the code raises them."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from site_pages.links import ROOT
from site_pages.tables import table

PACKAGE = ROOT / "gpen_train"
HEAD = """# Error lines

Every line of an error says what was found, what was expected and what to try. These are the lines that the
code can end with, made from where it raises them: search this page for words of yours. What stands in
‹angles› is filled in. Lines that are put together of several parts, as those of unknown settings with their
nearest names, are not all here.

[Troubleshooting](../troubleshooting.md) is about what goes wrong without any line.

"""
OF_PYTHON = ("self", "str", "len", "sorted", "join", "repr", "max", "min")  # name no value
OWN_PROMISES = {"AssertionError", "NotImplementedError", "AttributeError", "IndexError", "KeyError"}


class Message(NamedTuple):
    """A line, and where it is raised."""

    room: str
    file: str
    text: str


def page() -> str:
    """The page, in Markdown."""
    found = messages()
    parts = [HEAD]
    for room in sorted({message.room for message in found}):
        rows = sorted({split(message.text) for message in found if message.room == room})
        parts += [f"## {room}\n\n{about(room)}\n\n", table(("the line", "what to try"), rows), "\n"]
    return "".join(parts)


def messages() -> list[Message]:
    """All that are raised with words of their own, in the files' order."""
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        place = path.relative_to(PACKAGE)
        for text in raised(ast.parse(path.read_text())):
            found.append(Message(place.parts[0].removesuffix(".py"), place.as_posix(), text))
    return found


def raised(tree: ast.AST) -> Iterator[str]:
    """The words of each `raise SomeError("..")`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and node.exc.args:
            text = words(node.exc.args[0])
            if ast.unparse(node.exc.func) not in OWN_PROMISES and " " in text.strip():
                yield text


def words(node: ast.expr) -> str:
    """Text as it will be printed, values as ‹name›; "" for what is no text here."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(words(part) for part in node.values)
    if isinstance(node, ast.FormattedValue):
        return f"‹{named(node.value)}›"
    if isinstance(node, ast.BinOp):
        return words(node.left) + words(node.right)
    return ""


def named(node: ast.expr) -> str:
    """A short name for a value: the last of its names."""
    names = [inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)]
    names += [inner.attr for inner in ast.walk(node) if isinstance(inner, ast.Attribute)]
    if isinstance(node, ast.Name | ast.Attribute):
        return node.id if isinstance(node, ast.Name) else node.attr
    if isinstance(node, ast.Call) and node.args:
        return named(node.args[0])
    plain = [name for name in names if name not in OF_PYTHON]
    return plain[0] if plain else ".."


def split(text: str) -> tuple[str, str]:
    """What was found, and what to try: what follows the first semicolon."""
    what, sign, rest = text.partition("; ")
    if not sign:
        what, sign, rest = text.partition(". ")
    return escaped(what), escaped(rest)


def escaped(text: str) -> str:
    """Text in which Markdown finds nothing."""
    return "".join(f"\\{char}" if char in r"\`*_{}[]<>#~" else char for char in text)


def about(room: str) -> str:
    """What the room is, by its own first line."""
    path = PACKAGE / room / "__init__.py" if (PACKAGE / room).is_dir() else Path(PACKAGE / f"{room}.py")
    text = ast.get_docstring(ast.parse(path.read_text())) or ""
    return escaped(text.split("\n\n")[0])
