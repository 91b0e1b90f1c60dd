"""The floors of the package: the table that the tests hold, counts, and the picture of docs/architecture.md.

    python scripts/floors.py                            files, lines, rooms and arrows, as they are
    python scripts/floors.py --package DIR              of another checkout
    python scripts/floors.py --picture docs/floors.svg  draws them anew

A room is a folder, or a file, right below the package; an arrow leads from a room to another that it imports.
"""

import argparse
import ast
import textwrap
from collections.abc import Iterator
from html import escape
from pathlib import Path

PACKAGE = Path(__file__).parents[1] / "gpen_train"
FLOORS = (  # from the ground up: imports lead downwards only, and freely on the ground
    (
        *("bounds", "chance", "conventions", "devices", "dotted", "fields", "files", "holes", "image_files"),
        *("image_limits", "images"),
        *("luma", "near", "parallel", "photos", "places", "pretrained", "processes", "profiles", "progress"),
        *("quote", "schedules", "shapes", "words", "zips"),
    ),
    ("models", "feature_nets", "drawn", "faces"),
    ("losses", "evaluation", "checkpoints", "degradations"),
    ("tasks", "restoration", "transfer", "integrations"),
    ("training", "sources"),
    ("loading", "curation"),
    ("demo", "bench"),
    ("cli",),
)
WIDTH, MARGIN, GAP, LINE = 1380, 20, 14, 15  # pixels of the picture
STYLE = """
    text { font: 12px system-ui, sans-serif; fill: #24292f }
    .name { font-weight: 700; font-size: 15px } .small { fill: #57606a; font-size: 11px }
    .floor { fill: #8c959f; font-size: 11px }
    .room { fill: #f6f8fa; stroke: #afb8c1 } .ground { fill: #eef4ea }
"""


def floor_of(room: str) -> int:
    """The number of a room's floor, from 1."""
    return next(floor for floor, rooms in enumerate(FLOORS, start=1) if room in rooms)


def files_of(package: Path = PACKAGE) -> dict[str, list[Path]]:
    """The Python files of each room; one in the package itself, but for its doors, is a room of that name."""
    rooms: dict[str, list[Path]] = {}
    for path in sorted(package.rglob("*.py")):
        if path not in (package / "__init__.py", package / "__main__.py"):
            rooms.setdefault(path.relative_to(package).parts[0].removesuffix(".py"), []).append(path)
    return rooms


def imported_rooms(path: Path) -> Iterator[str]:
    """The rooms that a file imports, its own too; "a relative import" for one, as they are not allowed."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.level:
            yield "a relative import"
        elif isinstance(node, ast.ImportFrom) and node.module == "gpen_train":
            yield from (alias.name for alias in node.names if not alias.name.startswith("__"))
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("gpen_train."):
            yield node.module.split(".")[1]
        elif isinstance(node, ast.Import):
            names = [alias.name.split(".") for alias in node.names]
            yield from (name[1] for name in names if name[0] == "gpen_train" and len(name) > 1)


def arrows(package: Path = PACKAGE) -> dict[str, set[str]]:
    """Room -> the other rooms that it imports."""
    return {
        room: {other for path in paths for other in imported_rooms(path)} - {room}
        for room, paths in files_of(package).items()
    }


def sentence(room: str) -> str:
    """What a room says of itself: the first line of its docstring."""
    path = PACKAGE / room / "__init__.py"
    text = (path if path.exists() else PACKAGE / f"{room}.py").read_text()
    return (ast.get_docstring(ast.parse(text)) or "").splitlines()[0]


def contents(room: str) -> str:
    """The files and folders of a room, by name."""
    entries = sorted((PACKAGE / room).glob("*"))
    folders = [f"{path.name}/" for path in entries if (path / "__init__.py").exists()]
    return ", ".join(
        folders + [path.stem for path in entries if path.suffix == ".py" and path.stem != "__init__"]
    )


def num_lines(paths: list[Path]) -> int:
    return sum(len(path.read_text().splitlines()) for path in paths)


def counts(package: Path) -> str:
    """Lines that say how large the package is and how its rooms hang together."""
    rooms, leads = files_of(package), arrows(package)
    paths = [path for paths in rooms.values() for path in paths] + [package / "__init__.py"]
    folders = {path.parent for path in paths if path.parent != package}
    fullest = max(folders, key=lambda folder: len(list(folder.glob("*.py"))))
    return "\n".join(
        [
            f"{len(paths)} files, {num_lines(paths)} lines",
            f"{len(rooms)} rooms, {sum(map(len, leads.values()))} arrows",
            f"fullest folder: {fullest.relative_to(package)} with {len(list(fullest.glob('*.py')))} files",
        ]
    )


def box(room: str, width: float, leads: dict[str, set[str]]) -> list[tuple[str, str]]:
    """The lines of a room's box, each with its class: name, what it is, what is in it, what it stands on."""
    is_file = (PACKAGE / f"{room}.py").exists()
    columns = int((width - 16) / 6.5)
    lines = [("name", f"{room}{'.py' if is_file else '/'}")]
    lines += [("", line) for line in textwrap.wrap(sentence(room), columns)]
    if not is_file:
        lines += [("small", line) for line in textwrap.wrap(contents(room), int(columns * 1.08))]
        on = sorted(other for other in leads[room] if floor_of(other) > 1)
        stands = f"stands on {', '.join(on)}" if on else ""
        lines += [("floor", line) for line in textwrap.wrap(stands, int(columns * 1.08))]
    return lines


def draw() -> str:
    """The floors as an SVG, the highest on top."""
    leads, y, parts = arrows(), MARGIN, []
    for number in range(len(FLOORS), 0, -1):
        rooms = FLOORS[number - 1]
        per_row = 5 if number == 1 else len(rooms)
        for first in range(0, len(rooms), per_row):
            row = rooms[first : first + per_row]
            width = (WIDTH - 2 * MARGIN - 50 - GAP * (len(row) - 1)) / len(row)
            boxes = [box(room, width, leads) for room in row]
            height = max(map(len, boxes)) * LINE + 16
            parts.append(f'<text class="floor" x="{MARGIN}" y="{y + 20}">floor {number}</text>')
            for column, lines in enumerate(boxes):
                x = MARGIN + 50 + column * (width + GAP)
                kind = "room ground" if number == 1 else "room"
                parts.append(
                    f'<rect class="{kind}" x="{x:.0f}" y="{y}" width="{width:.0f}" height="{height}" rx="6"/>'
                )
                for place, (style, line) in enumerate(lines, start=1):
                    spot = f'x="{x + 8:.0f}" y="{y + 4 + place * LINE}"'
                    parts.append(f'<text class="{style}" {spot}>{escape(line)}</text>')
            y += height + GAP
    size = f'width="{WIDTH}" height="{y}" viewBox="0 0 {WIDTH} {y}"'
    background = f'<rect width="{WIDTH}" height="{y}" fill="#ffffff"/>'
    body = "\n".join([background, *parts])
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>\n<style>{STYLE}</style>\n{body}\n</svg>\n'


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--package", type=Path, default=PACKAGE, help="the folder gpen_train of a checkout")
    parser.add_argument("--picture", type=Path, help="write the picture there")
    options = parser.parse_args()
    if options.picture:
        options.picture.write_text(draw())
    print(counts(options.package))


if __name__ == "__main__":
    main()
