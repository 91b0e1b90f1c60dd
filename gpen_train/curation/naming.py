"""What a file that is made of an image is called."""

from collections.abc import Iterable
from pathlib import PurePosixPath

from gpen_train.image_files import IMAGE_SUFFIXES


def stem_of(label: str) -> str:
    """The label without the suffix of an image file: ``more/a.jpg`` -> ``more/a``."""
    path = PurePosixPath(label)
    return path.with_suffix("").as_posix() if path.suffix.lower() in IMAGE_SUFFIXES else label


def check_stems(labels: Iterable[str]) -> None:
    """Raise ValueError where two images would become one file."""
    first: dict[str, str] = {}
    for label in labels:
        other = first.setdefault(stem_of(label), label)
        if other != label:
            raise ValueError(
                f"{other} and {label} would both become {stem_of(label)}.png; rename one of them"
            )


def numbered(num: int) -> list[str]:
    """0, 1 .. as many as ``num``, all of one width, so that files named by them sort."""
    width = len(str(max(0, num - 1)))
    return [f"{number:0{width}d}" for number in range(num)]
