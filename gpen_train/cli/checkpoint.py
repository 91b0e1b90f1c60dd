"""A checkpoint on the command line: a file of weights, a URL, or a run's folder."""

from pathlib import Path

from gpen_train.checkpoints.run_folder import file_of, in_words


def said(name: str | Path) -> str:
    """The file that ``name`` stands for, having said in a line which it is where that is a run's folder.

    A server is asked for it here, and not again.
    """
    file = file_of(name)
    if words := in_words(name, file):
        print(words)
    return file
