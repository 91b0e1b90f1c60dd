"""metrics.csv, read: one row for each number of images at which a run logged something."""

import csv
import io
import math
from pathlib import Path

from gpen_train.quote import quoted

METRICS_FILE = "metrics.csv"  # in a run's folder
FIRST = "images"  # the column that every log has
DIGITS = 18  # of a number of images, at most


def read_rows(path: Path) -> tuple[list[str], list[dict[str, str]]]:
    """The columns and the rows of the log at ``path``: "images" is a whole number, all else numbers or empty.

    Raises FileNotFoundError where there is none, ValueError, naming the line, where it is another file.
    """
    try:
        columns, rows = _parse(path.read_bytes())
    except (ValueError, csv.Error) as error:
        raise ValueError(f"{path} is no log of a run ({error}); expected its {METRICS_FILE}") from error
    return columns, rows


def _parse(content: bytes) -> tuple[list[str], list[dict[str, str]]]:
    lines = list(csv.reader(io.StringIO(content.decode(), newline="")))
    columns = lines[0] if lines else []
    if FIRST not in columns or len(set(columns)) < len(columns):
        raise ValueError(
            f"its first line is {quoted(','.join(columns))!r}; expected names, {FIRST} among them"
        )
    rows = []
    for number, line in enumerate(lines[1:], start=2):
        if len(line) != len(columns):
            raise ValueError(f"line {number} has {len(line)} values; expected {len(columns)}")
        row = dict(zip(columns, line, strict=True))
        for name, value in row.items():
            fits = _is_count(value) if name == FIRST else not value or _is_number(value)
            if not fits:
                raise ValueError(f"line {number}: {quoted(name)} is {quoted(value)!r}; expected a number")
        rows.append(row)
    return columns, rows


def _is_count(value: str) -> bool:
    return value.isascii() and value.isdigit() and len(value) <= DIGITS


def _is_number(value: str) -> bool:
    try:
        return not math.isnan(float(value)) or value.lower() == "nan"
    except ValueError:
        return False
