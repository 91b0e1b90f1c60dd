"""Which files there are to restore, where each result goes, and which mask is whose."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from gpen_train.image_files import FORMATS, IMAGE_SUFFIXES, images_below
from gpen_train.places.place import fetched


class Job(NamedTuple):
    """One file to restore, and the file to write."""

    source: Path
    target: Path
    label: str  # the target below the output's folder, with forward slashes


def find_jobs(
    inputs: Sequence[str | Path],
    output: str | Path,
    suffix: str | None = None,  # of all files to write, such as ".png"; None: each keeps its own
) -> list[Job]:
    """The images named by ``inputs``: files, here or at URLs, and folders with all that is below them.

    A file goes into ``output`` under its own name; what is below a folder keeps its place below it. A name
    in a format that is not written gets .png after it: a.heic becomes a.heic.png. Files already inside
    ``output`` are left out of the search.

    Raises ValueError where an input is missing or a folder holds no image, where two files would be written
    to one, and where an input would be overwritten.
    """
    output = Path(output)
    jobs: dict[Path, Job] = {}  # by target
    for path in map(fetched, inputs):
        for source in _images_below(path, output) if path.is_dir() else [path]:
            name = _written(source.relative_to(path) if path.is_dir() else Path(source.name), suffix)
            target = output / name
            other = jobs.setdefault(target, Job(source, target, name.as_posix())).source
            if other.resolve() != source.resolve():
                raise ValueError(f"{other} and {source} would both become {target}; restore them one by one")
            if not source.exists():
                raise ValueError(f"{source} does not exist; expected an image or a folder of images")
    sources = {job.source.resolve() for job in jobs.values()}
    for target in jobs:
        if target.resolve() in sources:
            raise ValueError(f"{target} is an input and would be overwritten; choose another output folder")
    return list(jobs.values())


def _images_below(folder: Path, output: Path) -> list[Path]:
    found = [
        path
        for path in sorted(folder / label for label in images_below(folder))
        if output == folder or not path.is_relative_to(output)
    ]
    if not found:
        raise ValueError(f"{folder} holds no image; expected files of {', '.join(IMAGE_SUFFIXES)}")
    return found


def _written(path: Path, suffix: str | None) -> Path:
    """``path``, with a suffix that can be written."""
    if suffix is not None:
        return path.with_suffix(suffix)
    return path if path.suffix.lower() in FORMATS else path.with_name(f"{path.name}.png")


def find_masks(mask: str | Path, jobs: Sequence[Job], output: str | Path) -> dict[Path, Path]:
    """The mask of every job's source: ``mask`` itself, or the file in that folder where the result goes in
    ``output``: of the same name, or of that name with another suffix.

    Raises ValueError where ``mask`` is missing or lacks one.
    """
    mask = fetched(mask)
    if not mask.exists():
        raise ValueError(f"{mask} does not exist; expected a mask, or a folder of masks")
    if not mask.is_dir():
        return {job.source: mask for job in jobs}
    names = {job.source: job.target.relative_to(output).with_name(job.source.name) for job in jobs}
    found = {source: _nearest(mask / name) for source, name in names.items()}
    missing = [source for source, path in found.items() if path is None]
    if missing:
        others = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        expected = mask / names[missing[0]].with_suffix(".png")
        raise ValueError(f"{mask} holds no mask for {missing[0]}{others}; expected one in {expected}")
    return {source: path for source, path in found.items() if path is not None}


def _nearest(path: Path) -> Path | None:
    candidates = [path, *(path.with_suffix(suffix) for suffix in IMAGE_SUFFIXES)]
    return next((candidate for candidate in candidates if candidate.is_file()), None)
