"""What a command has done so far, item by item, so that it goes on where it was stopped."""

import glob
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple

from gpen_train.curation.share import WHOLE, Share
from gpen_train.fields import ANY, LABEL, TEXT, Field, check_fields, each, named
from gpen_train.files import atomic_file, parse_json, read_json, remove_leftovers
from gpen_train.parallel import in_parallel
from gpen_train.progress import with_progress
from gpen_train.quote import reason_of

Record = dict[str, Any]  # plain values; "label" names the item
ENDED = {"ended": True}  # the last line of a share


class Kind(NamedTuple):
    """What a command notes of an item: these fields, or why it could not be done, under ``failure``."""

    fields: Mapping[str, Field]
    failure: str = "problem"

    def checked(self, record: Any, where: str) -> Record:
        """``record`` without other fields; ValueError, in one line, where it is none of this kind."""
        has_failed = isinstance(record, dict) and self.failure in record
        own = {"label": LABEL, **({self.failure: TEXT} if has_failed else {})}
        check_fields(record, own, where, others=True)
        check_fields(record, self.fields, where, others=True, lacks=has_failed)
        return {name: value for name, value in record.items() if name in own or name in self.fields}


class Journal:
    """The records of finished items by label, which in the end become one JSON file at ``path``.

    While the command runs, each record is appended as a line to ``.NAME.lines`` beside ``path``, below a line
    with the settings. ``finish`` writes ``path`` in one step and removes the lines. A journal begun again
    with the same settings holds what the runs before it have finished, so that only the rest has to be done;
    a line that a kill cut off counts as not done.

    Each of several shares has lines of its own, ``.NAME.2-of-4.lines``, and holds what the others have
    finished too. With ``end_share`` it says that it is done; the last one to do so finishes.

    Raises ValueError where ``path`` or its lines were made with other settings, or hold something else than
    records of this kind.
    """

    def __init__(
        self,
        path: str | Path,
        settings: Mapping[str, Any],
        kind: Kind | None = None,  # None: any fields
        share: Share = WHOLE,
    ):
        self.path, self.kind, self.share = Path(path), kind, share
        self.settings = json.loads(json.dumps(settings))  # as they are when read again
        part = "" if share.is_whole else f".{share.number}-of-{share.parts}"
        self.lines = self.path.with_name(f".{self.path.name}{part}.lines")
        self.path.parent.mkdir(parents=True, exist_ok=True)
        if share.is_whole:  # else others may be writing into the folder
            remove_leftovers(self.path.parent)
        take_up(self.lines)
        self.records = self._recorded()
        self._file = self.lines.open("ab")
        if self._file.tell() == 0:
            self._append({"settings": self.settings})

    def __enter__(self) -> "Journal":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def add(self, record: Record) -> None:
        """Note a finished item; from now on a kill cannot lose it."""
        self.records[record["label"]] = record
        self._append(record)

    def carry_out(
        self, work: Callable[[Any], Record], items: Sequence[Any], num_workers: int, what: str
    ) -> None:
        """Note ``work(item)`` for each item, in ``num_workers`` processes, under a bar titled ``what``."""
        for record in with_progress(in_parallel(work, items, num_workers), what, len(items)):
            self.add(record)

    def end_share(self, labels: Iterable[str]) -> bool:
        """Note that this share is done; whether with it all ``labels`` are, so that it is time to finish."""
        if self.share.is_whole:  # also where a share was killed: what it left undone is done now
            return True
        self._append(ENDED)
        self.records = self._recorded()  # what the others have done since this share began is newer
        others_ended = all(_line(ENDED) in lines for lines in self._all_lines().values())
        return others_ended and self.records.keys() >= set(labels)

    def finish(self, summary: Mapping[str, Any], labels: list[str]) -> None:
        """Write ``path``: the settings, ``summary``, and as "images" the records of ``labels`` in order."""
        head = json.dumps({**self.settings, **summary}, indent=1, allow_nan=False).removesuffix("\n}")
        images = ",\n".join(f"  {json.dumps(self.records[label], allow_nan=False)}" for label in labels)
        with atomic_file(self.path) as file:  # a line an image: thousands of them stay readable
            file.write(f'{head},\n "images": [\n{images}\n ]\n}}\n'.encode())
        self._file.close()
        for lines in self._all_lines():
            lines.unlink(missing_ok=True)

    def _append(self, record: Record) -> None:
        self._file.write(_line(record))
        self._file.flush()

    def _recorded(self) -> dict[str, Record]:
        """What the runs before this one, and those of other shares, have finished."""
        begun = [record for path, lines in self._all_lines().items() for record in self._begun(path, lines)]
        return {record["label"]: record for record in self._finished() + begun}

    def _all_lines(self) -> dict[Path, bytes]:
        """The lines of all shares, whole ones alone: a line may be in writing."""
        found = {}
        for path in sorted(self.path.parent.glob(f".{glob.escape(self.path.name)}*.lines")):
            with suppress(FileNotFoundError):  # the last share to end has just taken them away
                data = path.read_bytes()
                found[path] = data[: data.rfind(b"\n") + 1]
        return found

    def _finished(self) -> list[Record]:
        """The records in ``path``, of a run that came to its end."""
        if not self.path.exists():
            return []
        content = read_json(self.path)
        self._check({name: content.get(name) for name in self.settings}, self.path)
        return self._records(content.get("images", []), self.path)

    def _begun(self, path: Path, lines: bytes) -> list[Record]:
        """The records in the lines at ``path``, of a run that was stopped or that goes on elsewhere."""
        if not lines:
            return []
        try:
            header, *records = map(parse_json, lines.splitlines())
            check_fields(header, {"settings": named(ANY)})
        except ValueError as error:
            raise ValueError(
                f"{path} is damaged ({reason_of(error)}); remove it, and the work begins anew"
            ) from error
        self._check(header["settings"], path)
        return self._records([record for record in records if record != ENDED], path)

    def _check(self, found: Mapping[str, Any], path: Path) -> None:
        """Raise ValueError where ``found`` are not the settings."""
        for name, value in self.settings.items():
            if found.get(name) != value:
                raise ValueError(
                    f"{path} was made with {name} {_short(found.get(name))}, this run has {_short(value)}; "
                    f"give the same, or choose another output folder"
                )

    def _records(self, found: Any, path: Path) -> list[Record]:
        """``found``, where they are records; ValueError, in one line, else."""
        try:
            check_fields({"images": found}, {"images": each(named(ANY))})
            return [self._checked(one, f"images[{number}]") for number, one in enumerate(found)]
        except ValueError as error:
            raise ValueError(
                f"{path} holds no records of images ({error}); remove it to begin anew"
            ) from error

    def _checked(self, record: Record, where: str) -> Record:
        if self.kind is not None:
            return self.kind.checked(record, where)
        check_fields(record, {"label": LABEL}, where, others=True)
        return record


def take_up(path: Path) -> None:
    """Take away what a killed process has written of its last line, and that the share has ended."""
    if path.exists():
        before = path.read_bytes()
        whole = before[: before.rfind(b"\n") + 1].replace(_line(ENDED), b"")
        if whole != before:
            with atomic_file(path) as file:
                file.write(whole)


def _line(record: Mapping[str, Any]) -> bytes:
    return json.dumps(record).encode() + b"\n"


def _short(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
