"""Which file a run's folder stands for: its best checkpoint where the run keeps one, else its last."""

from pathlib import Path

from gpen_train.places.place import file_at, is_url
from gpen_train.words import plural

CHECKPOINTS, BEST, LAST = "checkpoints", "best.ckpt", "last.ckpt"


def file_of(path: str | Path) -> str:
    """``path`` itself, or the checkpoint that a run's folder stands for.

    A URL of one ends with a slash, or has no dot in its name and a run below it.

    That is ``checkpoints/best.ckpt``, which is there where the run was told to ``keep_best``, else
    ``checkpoints/last.ckpt``. Raises FileNotFoundError for a folder that has neither.
    """
    if is_url(path):
        url = str(path).rstrip("/")
        best, last = (f"{url}/{CHECKPOINTS}/{name}" for name in (BEST, LAST))
        if url != path:
            return best if _is_there(best) else last
        may_be_run = "." not in url.rpartition("/")[2]
        return next((file for file in (best, last) if may_be_run and _is_there(file)), url)
    path = Path(path)
    if not path.is_dir():
        return str(path)
    for name in (BEST, LAST):
        if (path / CHECKPOINTS / name).is_file():
            return str(path / CHECKPOINTS / name)
    raise FileNotFoundError(
        f"{path} holds no {CHECKPOINTS}/{LAST}; expected a run's folder, or a file of weights"
    )


def in_words(path: str | Path, file: str) -> str:
    """One line for the user where ``path`` is a run's folder, which stands for ``file``; else ""."""
    if file == str(path):
        return ""
    kind = "best" if file.endswith(BEST) else "last"
    return f"{path}: its {kind} checkpoint{_images_of(file)}"


def _is_there(url: str) -> bool:
    try:
        file_at(url).stamp()
    except FileNotFoundError:
        return False
    return True


def _images_of(file: str) -> str:
    """Of a link, the images that the checkpoint has seen, by its name."""
    stem = "" if is_url(file) else Path(file).resolve().stem
    return f", of {plural(int(stem), 'image')}" if stem.isdecimal() else ""
