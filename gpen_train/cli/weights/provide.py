"""Pretrained files that a command lacks: fetched where a setting or the user at the terminal says so."""

import sys
from collections.abc import Sequence

from gpen_train.cli.launch import num_started
from gpen_train.cli.weights.fetch import fetch_one, mirror
from gpen_train.faces.detectors.table import lacking, weights_of
from gpen_train.pretrained.places import cache, located, record_of, shown
from gpen_train.pretrained.record import Record
from gpen_train.words import noun

YES, NO = ("y", "yes", "all"), ("n", "no", "")


def provide(
    file_names: Sequence[str],
    fetch: bool | None,
    others_wait: bool = False,  # the other processes of this run, until it returns
) -> dict[str, str]:
    """Fetch those of the files that are not here: all where ``fetch`` is true, none where it is false.

    Where it is None, the user is asked, if one sits at a terminal and no other process fails meanwhile.
    Returns a line for each file that could not be had, by its name; none of those that were not wanted.
    """
    failed: dict[str, str] = {}
    for record in _wanted([record for name in file_names if (record := _missing(name))], fetch, others_wait):
        try:
            fetch_one(record, out=sys.stderr)
        except (OSError, ValueError) as error:
            failed[record.file] = str(error).splitlines()[0]
    return failed


def require(file_names: Sequence[str], fetch: bool | None) -> None:
    """As ``provide``; raises OSError, in one line, for the first file that could not be had."""
    for reason in provide(file_names, fetch).values():
        raise OSError(reason)


def provide_detector(name: str, fetch: bool) -> None:
    """Fetch the weights that a detector lacks; ``fetch``: without asking.

    Raises OSError as ``require``, ValueError where it lacks them still: once, not for each photograph.
    """
    if record := lacking(name):
        require([record.file], fetch or None)
        weights_of(name)


def _missing(file_name: str) -> Record | None:
    """What is known of the file, where it is not here and can be fetched."""
    record = record_of(file_name)
    is_to_be_had = record is not None and record.is_fetched_here and bool(record.address or mirror())
    return record if record is not None and is_to_be_had and located(record) is None else None


def _wanted(missing: Sequence[Record], fetch: bool | None, others_wait: bool) -> list[Record]:
    records = list(dict.fromkeys(missing))
    if not records or fetch is False:
        return []
    can_ask = sys.stdin.isatty() and sys.stderr.isatty() and (others_wait or num_started() == 1)
    return records if fetch else _asked(records) if can_ask else []


def _asked(records: list[Record]) -> list[Record]:
    """Those that the user at the terminal wants."""
    width = max(len(record.name) for record in records)
    print("gpen: these weights are not here yet:", file=sys.stderr)
    for record in records:
        print(
            f"  {record.name:<{width}}  {record.size:>7}  {record.serves}; {record.licence}", file=sys.stderr
        )
    them = noun(len(records), "it", "them")
    names = ", n, or names of some: " if len(records) > 1 else " or n: "
    print(f"fetch {them} into {shown(cache())}? y{names}", end="", file=sys.stderr, flush=True)
    answer = sys.stdin.readline().strip().lower()
    if answer in YES:
        return records
    chosen = answer.replace(",", " ").split()
    unknown = [name for name in chosen if name not in [record.name for record in records]]
    if unknown and answer not in NO:
        print(f"gpen: {', '.join(unknown)} is not among them; nothing is fetched", file=sys.stderr)
        return []
    return [record for record in records if record.name in chosen]
