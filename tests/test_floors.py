"""Imports run downwards only: from a floor to those below it, or within one room."""

import ast

import pytest
from floors import FLOORS, PACKAGE, draw, files_of, floor_of, imported_rooms

FILES = [path for paths in files_of().values() for path in paths]
PICTURE = PACKAGE.parent / "docs" / "floors.svg"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_imports_run_downwards(path):
    room = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    for other in set(imported_rooms(path)) - {room}:
        is_below = floor_of(other) < floor_of(room)
        on_the_ground = floor_of(other) == floor_of(room) == 1
        assert is_below or on_the_ground, f"{room} imports {other}"


def test_every_room_has_a_floor_and_every_floor_its_rooms():
    assert sorted(room for floor in FLOORS for room in floor) == sorted(files_of())


def test_no_folder_is_crowded():
    for folder in {path.parent for path in FILES} - {PACKAGE}:
        assert len(list(folder.glob("*.py"))) <= 20, folder


def test_every_file_says_what_it_holds():
    for path in FILES:
        assert ast.get_docstring(ast.parse(path.read_text())), path


def test_the_picture_is_of_today():
    assert PICTURE.read_text() == draw(), "draw it anew: python scripts/floors.py --picture docs/floors.svg"
