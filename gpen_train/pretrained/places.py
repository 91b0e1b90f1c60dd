"""Where pretrained files are looked for: ./weights, then torch.hub's cache; or a package's own folder."""

import os
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

from gpen_train.near import near_names
from gpen_train.pretrained.record import Record
from gpen_train.pretrained.table import TABLE
from gpen_train.quote import quoted

FOLDER = Path("weights")  # below the folder one works in


def cache() -> Path:
    """torch.hub's folder of weights, which other programs share; known without waiting for torch."""
    home = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    home = os.environ.get("TORCH_HOME") or f"{home}/torch"
    return Path(home).expanduser() / "hub" / "checkpoints"


def candidates(file_name: str) -> list[Path]:
    """The places of a file that we look after, in the order in which they are tried."""
    return [folder / file_name for folder in (FOLDER, cache())]


def located(record: Record) -> Path | None:
    """Where the file, or a package's folder of such files, is; None where it is not here."""
    place = kept_at(record)
    if place is not None and place.exists():
        return place
    paths = (path for file in (record.file, *record.also) for path in candidates(file))
    return next((path for path in paths if path.is_file()), None)


def kept_at(record: Record) -> Path | None:
    """Where a package keeps the file; None where none does, and where the package is not installed.

    The package is not imported.
    """
    if not record.kept_at:
        return None
    if record.kept_at.startswith("~"):
        return Path(record.kept_at).expanduser()
    package, _, below = record.kept_at.partition("/")
    found = find_spec(package)
    folders = [Path(folder) for folder in (found and found.submodule_search_locations) or ()]
    return next((folder / below for folder in folders if (folder / below).exists()), None) or (
        folders[0] / below if folders else None
    )


def record_of(file_name: str, table: Mapping[str, Record] = TABLE) -> Record | None:
    """What is known of the file of that name."""
    return next((one for one in table.values() if file_name in (one.file, *one.also)), None)


def record_named(name: str, table: Mapping[str, Record] = TABLE) -> Record:
    """By its name, or by that of its file; ValueError that names the nearest ones for any other."""
    record = table.get(name.lower()) or record_of(name, table)
    if record is None:
        files = {one.file.lower(): one.name for one in table.values()}
        near = near_names(name.lower(), [*table, *files], most=3)
        names = dict.fromkeys(files.get(one, one) for one in near)
        raise ValueError(
            f"there are no weights called {quoted(name)}; "
            + (f"the nearest are: {', '.join(names)}" if names else "gpen weights list names them")
        )
    return record


def shown(path: Path) -> str:
    """A path as it is said to users: the home folder is ~."""
    home = str(Path.home())
    return str(path).replace(home, "~", 1) if str(path).startswith(f"{home}/") else str(path)
