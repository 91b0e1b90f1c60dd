"""A checkpoint on the command line: a file of weights, a URL, or a run's folder."""

from pathlib import Path

from gpen_train.checkpoints.run_folder import in_words


def said(name: str | Path) -> str | Path:
    """``name``, having said in a line which checkpoint it stands for where it is a run's folder."""
    words = in_words(name)
    if words:
        print(words)
    return name
