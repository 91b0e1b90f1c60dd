"""What a film is called, what its restored one is called, and whether films can be read here."""

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from gpen_train.places.place import fetched

# Suffix -> FFmpeg's name of the container that is written for it; None: it is read alone.
CONTAINERS = {
    ".mp4": "mp4",
    ".m4v": "mp4",
    ".mov": "mov",
    ".mkv": "matroska",
    ".webm": "webm",
    ".avi": None,  # it has no time stamps
}
WRITTEN = tuple(suffix for suffix, container in CONTAINERS.items() if container)


class FilmJob(NamedTuple):
    """A film to restore, and the file to write."""

    source: Path
    target: Path

    @property
    def record(self) -> Path:
        """Where it is written what was done."""
        return self.target.with_name(f"{self.target.name}.json")

    @property
    def unfinished(self) -> Path:
        """What a run that was stopped leaves to look at."""
        return self.target.with_name(f"{self.target.stem}.unfinished{self.target.suffix}")


def is_film(path: str | Path) -> bool:
    """Whether the suffix is a film's."""
    return Path(path).suffix.lower() in CONTAINERS


def check_installed() -> None:
    """Raise ValueError where films cannot be read for want of a package."""
    if find_spec("av") is None:
        raise ValueError('films need PyAV, which is not installed: pip install "gpen-train[film]"')


def find_films(inputs: Sequence[str | Path], output: str | Path) -> list[FilmJob]:
    """The films named by ``inputs``; ``output`` is a file for one of them, else a folder.

    In a folder a film keeps its name; a.avi becomes a.avi.mkv. Raises ValueError where an input is missing or
    no film, where two would become one file, and where an input would be overwritten.
    """
    output = Path(output)
    others = [str(path) for path in inputs if not is_film(path)]
    if others:
        raise ValueError(
            f"{others[0]} is no film ({', '.join(CONTAINERS)}); restore films in a command of their own"
        )
    into_file = is_film(output) and not output.is_dir()
    if into_file and len(inputs) > 1:
        raise ValueError(f"--output is {output}, for {len(inputs)} films; expected a folder")
    if into_file and output.suffix.lower() not in WRITTEN:
        raise ValueError(f"cannot write {output}; choose one of: {', '.join(WRITTEN)}")
    jobs = [
        FilmJob(source, output if into_file else output / _written(source)) for source in map(fetched, inputs)
    ]
    for job in jobs:
        if not job.source.is_file():
            raise ValueError(f"{job.source} does not exist; expected a film")
        if job.target.resolve() in {other.source.resolve() for other in jobs}:
            raise ValueError(f"{job.target} is an input and would be overwritten; choose another --output")
        if sum(job.target == other.target for other in jobs) > 1:
            raise ValueError(f"two films would become {job.target}; restore them one by one")
    return jobs


def _written(source: Path) -> str:
    return source.name if source.suffix.lower() in WRITTEN else f"{source.name}.mkv"
