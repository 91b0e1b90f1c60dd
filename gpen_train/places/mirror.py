"""A folder here and its like in a store, which is kept up to date."""

from pathlib import Path
from typing import Any

from gpen_train.files import stamp
from gpen_train.places.file import Facts
from gpen_train.places.patience import Patience
from gpen_train.places.place import files_below, remote_file
from gpen_train.places.put import copy, delete, put


class Mirror:
    """``folder`` here, in which one process works, and its like at ``url``, which others read at any time.

    Files below ``late``, a relative path that ends with a slash, stand for all others: they come last, both
    ways, so that whoever finds one finds what belongs to it. A link here is a copy there. Hidden files stay
    where they are. All methods raise OSError, in one line, where the store fails.
    """

    def __init__(self, folder: Path, url: str, late: str, patience: Patience = Patience()):  # noqa: B008
        self.folder, self.url, self.late, self.patience = folder, url.rstrip("/"), late, patience
        self._there: dict[str, Any] = {}  # what each file in the store is, as ``_state_of`` tells it here

    def listed(self) -> dict[str, Facts]:
        """The files in the store, by their relative paths."""
        found = files_below(f"{self.url}/")
        return {name: facts for name, facts in found.items() if not _is_hidden(name)}

    def fetch(self, names: dict[str, Facts]) -> None:
        """Copy these files of the store into the folder, over those that are there."""
        for name in sorted(names, key=lambda name: (name.startswith(self.late), name)):
            remote_file(f"{self.url}/{name}", self.patience, names[name]).download(self.folder / name)

    def compare(self, listed: dict[str, Facts]) -> None:
        """Take what is in both places, of one size, to be the same; what was begun is gone on with so.

        What is below ``late`` there and not here is deleted at the next ``put``.
        """
        here = self._here()
        for name, facts in listed.items():
            path = here.get(name)
            is_same = path is not None and not path.is_symlink() and path.stat().st_size == facts.size
            if path is not None and is_same:
                self._there[name] = _state_of(path)
            elif name.startswith(self.late):
                self._there[name] = None

    def put(self) -> None:
        """Bring the store up to date: first what is new or has changed here, then what was deleted."""
        here = self._here()
        for name, path in here.items():
            state = _state_of(path)
            if self._there.get(name) == state:
                continue
            if path.is_symlink():
                folder = name.rpartition("/")[0]
                copy(f"{self.url}/{folder}/{path.readlink()}", f"{self.url}/{name}", self.patience)
            else:
                put(path, f"{self.url}/{name}", self.patience)
            self._there[name] = state
        for name in sorted(self._there.keys() - here.keys()):
            delete(f"{self.url}/{name}", self.patience)
            del self._there[name]

    def _here(self) -> dict[str, Path]:
        """The files of the folder by their relative paths, in the order in which they are put."""
        found = {path.relative_to(self.folder).as_posix(): path for path in self.folder.rglob("*")}
        names = [name for name, path in found.items() if path.is_file() and not _is_hidden(name)]
        names.sort(key=lambda name: (name.startswith(self.late), found[name].is_symlink(), name))
        return {name: found[name] for name in names}


def _state_of(path: Path) -> Any:
    """What tells a file from another of its name: for a link, where it leads and what is there."""
    return (str(path.readlink()) if path.is_symlink() else "", stamp(path))


def _is_hidden(name: str) -> bool:
    return any(part.startswith(".") for part in name.split("/"))
