"""Imports run downwards only: from a floor to those below it, or within one room."""

import ast
from pathlib import Path

import pytest

import gpen_train

FLOORS = (
    {"shapes", "files", "images", "progress", "parallel", "chance", "luma", "holes", "places"},
    {"models", "feature_nets", "drawn", "faces"},
    {"losses", "evaluation", "checkpoints", "degradations"},
    {"tasks", "restoration", "transfer"},
    {"training", "sources"},
    {"loading", "curation"},
    {"cli"},
)
ROOT = Path(gpen_train.__file__).parent
FILES = [path for path in sorted(ROOT.rglob("*.py")) if path != ROOT / "__init__.py"]


def floor_of(room: str) -> int:
    return next(floor for floor, rooms in enumerate(FLOORS, start=1) if room in rooms)


def imported_rooms(path: Path) -> set[str]:
    rooms = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.level:
            rooms.add("a relative import")
        elif isinstance(node, ast.ImportFrom) and node.module == "gpen_train":
            rooms |= {alias.name for alias in node.names if not alias.name.startswith("__")}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("gpen_train."):
            rooms.add(node.module.split(".")[1])
        elif isinstance(node, ast.Import):
            rooms |= {
                alias.name.split(".")[1] for alias in node.names if alias.name.startswith("gpen_train.")
            }
    return rooms


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_imports_run_downwards(path):
    room = path.relative_to(ROOT).parts[0].removesuffix(".py")
    for other in imported_rooms(path) - {room}:
        is_below = floor_of(other) < floor_of(room)
        on_the_ground = floor_of(other) == floor_of(room) == 1  # single files there, not rooms
        assert is_below or on_the_ground, f"{room} imports {other}"


def test_every_file_says_what_it_holds():
    for path in FILES:
        assert ast.get_docstring(ast.parse(path.read_text())), path
