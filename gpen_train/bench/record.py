"""What was measured, as rows that are stored, read again and compared."""

import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from gpen_train.files import atomic_path, read_json
from gpen_train.quote import quoted

KIND = "gpen bench"


@dataclass
class Row:
    """A piece of work of a model. None where it was not measured, or is not known."""

    model: str
    work: str
    images: int  # at a time
    seconds: float | None = None
    peak_bytes: int | None = None
    operators: int | None = None  # as the code is written
    kernels: int | None = None  # as it ran, compiled or not
    flop: int | None = None
    num_bytes: int | None = None
    waits: int | None = None

    @property
    def images_per_second(self) -> float | None:
        return self.images / self.seconds if self.seconds else None

    @property
    def seconds_per_kimg(self) -> float | None:
        return 1000 * self.seconds / self.images if self.seconds else None


@dataclass
class Record:
    """All rows of one device. The rates are those it reaches at most."""

    device: str
    torch: str
    compute: str  # precision and way to compile
    rows: list[Row]
    flop_per_second: float | None = None
    bytes_per_second: float | None = None

    def write(self, path: str | Path) -> None:
        """As JSON; the file appears whole or not at all."""
        with atomic_path(path) as temporary:
            temporary.write_text(json.dumps({"kind": KIND, **asdict(self)}, indent=1) + "\n")


def read_record(path: str | Path) -> Record:
    """What ``write`` has written; ValueError, in one line, for another file."""
    content = read_json(path)
    if content.pop("kind", None) != KIND or not isinstance(content.get("rows"), list):
        raise ValueError(f"{path} is no record of gpen bench; expected a file that its --output has written")
    rows = [_of(Row, row, path) for row in content["rows"]]
    return _of(Record, {**content, "rows": rows}, path)


def _of(kind: type, values: Any, path: str | Path) -> Any:
    names = {field.name for field in fields(kind)}
    if not isinstance(values, dict) or values.keys() - names:
        raise ValueError(
            f"{path} holds {quoted(values)} for a {kind.__name__.lower()}; expected {sorted(names)}"
        )
    try:
        return kind(**values)
    except TypeError as error:
        raise ValueError(f"{path} lacks an entry: {error}") from error
