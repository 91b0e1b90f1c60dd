"""The door that every file passes to be read as weights: unwrapped, named, and held to its layout."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from torch import Tensor

from gpen_train.checkpoints.digest import check_digest
from gpen_train.checkpoints.formats.nvlabs import Persistent
from gpen_train.checkpoints.layout import KEYS, STATES, VALUES, filed, find_layout, layout_of
from gpen_train.checkpoints.parts import check_state
from gpen_train.checkpoints.safe_load import safe_load
from gpen_train.checkpoints.wrapping import unwrapped
from gpen_train.quote import quoted

AVERAGED = "g_ema"  # the key of the averaged model, where a file holds several


class Opened(NamedTuple):
    """A file's content in a known layout, every state dict in it of tensors under names alone."""

    layout: str
    content: Mapping[str, Any]
    around: list[str]  # the keys and prefixes that it was wrapped in
    beside: Mapping[str, Any]  # what stood beside it in these


def opened(path: str | Path, meta: bool = False, key: str = AVERAGED) -> Opened:
    """The file at ``path`` in one of the layouts known here, with or without a wrapper.

    Raises as ``safe_load`` does, and ValueError for another layout, and for a state dict that holds something
    else than tensors under names: it names the key and what it holds.
    """
    return _named(safe_load(path, meta), str(path), meta, key)


def opened_content(content: Any, source: str, key: str = AVERAGED) -> Opened:
    """As ``opened``, for what another reader has taken from a file; ``source`` stands for it in messages."""
    check_digest(content, source)
    return _named(content, source, False, key)


def layout_within(content: Any) -> str | None:
    """The layout that ``content`` is in, or what it is wrapped around; None where it is none."""
    return find_layout(unwrapped(content, _is_known, AVERAGED)[0])


def _named(whole: Any, source: str, meta: bool, key: str) -> Opened:
    content, around, beside = unwrapped(whole, _is_known, key)
    content = filed(content)
    layout = layout_of(content, source, around)
    if around and not meta:  # the digest of a bundle without a wrapper is compared already
        check_digest(content, source)
    check_states(content, layout, source)
    return Opened(layout, content, around, beside)


def _is_known(content: Any) -> bool:
    return find_layout(content) is not None


def check_states(content: Mapping[str, Any], layout: str, source: str) -> None:
    """Raise ValueError where ``content`` holds something else than its layout has there."""
    if layout not in STATES:
        check_state(content, source)
    for key in STATES.get(layout, ()):
        state = content.get(key)
        may_be_none = key not in KEYS.get(layout, ())  # unless it is what the layout is known by
        if isinstance(state, Mapping):
            check_state(state, source, f" of its {key}")
        elif not isinstance(state, Persistent) and not (state is None and may_be_none):
            raise ValueError(f"{source} holds {quoted(state)} as its {key}; expected a state dict of tensors")
    for key in VALUES.get(layout, ()):
        if not isinstance(content.get(key), Tensor | None):
            raise ValueError(f"{source} holds {quoted(content[key])} as its {key}; expected a tensor")
