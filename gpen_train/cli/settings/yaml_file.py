"""A YAML file of the user's, bounded before anything is made of it."""

import io
from pathlib import Path

import yaml
from omegaconf import DictConfig, OmegaConf

from gpen_train.quote import reason_of

MOST_BYTES = 1 << 17  # the settings of a run, written out, take a twentieth of it
MOST_VALUES = 5000  # with those that aliases stand for
MOST_DEPTH = 40
REFERENCE = "${"  # OmegaConf's: like aliases a few of them stand for any number of values


def read_yaml(path: str | Path) -> DictConfig:
    """The settings in the file at ``path``: names and values, in which nothing refers to anything.

    Raises OSError where it cannot be opened. Raises ValueError, a reason to stand beside the file's name,
    where it holds anything else, or says more than settings have room for: an alias of an alias of an alias
    stands for millions of values.
    """
    with Path(path).open("rb") as file:
        content = file.read(MOST_BYTES + 1)
    try:
        if len(content) > MOST_BYTES:
            raise ValueError(f"it is larger than {MOST_BYTES >> 10} KB")
        text = content.decode("utf-8-sig")
        _check_size(text)
        settings = OmegaConf.load(io.StringIO(text))
    except Exception as error:  # YAML's own errors, OmegaConf's many, those of numbers and dates
        raise ValueError(reason_of(error)) from error
    if not isinstance(settings, DictConfig):
        raise ValueError("it holds a list; expected names and values")
    return settings


def _check_size(text: str) -> None:
    """Raise ValueError where the text says too much; it is followed word by word, and nothing is kept."""
    if REFERENCE in text:
        raise ValueError(f"a value refers to another with {REFERENCE}; write the value itself")
    anchored: dict[str, int] = {}  # anchor -> the values that an alias of it stands for
    open_: list[tuple[str | None, int]] = []  # around the current place: anchor, and the values before it
    total = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        if isinstance(event, yaml.AliasEvent):
            if event.anchor not in anchored:
                raise ValueError(f"the alias *{event.anchor} stands for nothing before it")
            total += anchored[event.anchor]
        elif isinstance(event, yaml.ScalarEvent):
            total += 1
            if event.anchor:
                anchored[event.anchor] = 1
        elif isinstance(event, yaml.CollectionStartEvent):
            open_.append((event.anchor, total))
            total += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            anchor, before = open_.pop()
            if anchor:
                anchored[anchor] = total - before
        if total > MOST_VALUES:
            raise ValueError(f"it stands for more than {MOST_VALUES} values")
        if len(open_) > MOST_DEPTH:
            raise ValueError(f"it is nested more than {MOST_DEPTH} deep")
