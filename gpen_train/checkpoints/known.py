"""What a file holds, unwrapped, named, and held to its layout; tensors may be declared alone."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from gpen_train.checkpoints.formats.declared import is_tensor
from gpen_train.checkpoints.formats.nvlabs import Persistent
from gpen_train.checkpoints.layout import KEYS, STATES, VALUES, filed, find_layout, layout_of
from gpen_train.checkpoints.parts import check_state
from gpen_train.checkpoints.wrapping import unwrapped
from gpen_train.quote import quoted

AVERAGED = "g_ema"  # the key of the averaged model, where a file holds several


class Known(NamedTuple):
    """A file's content in a known layout, every state dict in it of tensors under names alone."""

    layout: str
    content: Mapping[str, Any]
    around: list[str]  # the keys and prefixes that it was wrapped in
    beside: Mapping[str, Any]  # what stood beside it in these


def known(whole: Any, source: str, key: str = AVERAGED) -> Known:
    """What a reader has taken from a file, in one of the layouts known here, with or without a wrapper.

    Raises ValueError for another layout, and for a state dict that holds something else than tensors under
    names: it names the key and what it holds, and the file by ``source``.
    """
    content, around, beside = unwrapped(whole, _is_known, key)
    content = filed(content)
    layout = layout_of(content, source, around)
    check_states(content, layout, source)
    return Known(layout, content, around, beside)


def layout_within(content: Any) -> str | None:
    """The layout that ``content`` is in, or what it is wrapped around; None where it is none."""
    return find_layout(unwrapped(content, _is_known, AVERAGED)[0])


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
        if not (content.get(key) is None or is_tensor(content[key])):
            raise ValueError(f"{source} holds {quoted(content[key])} as its {key}; expected a tensor")
