"""What other code puts around weights: a key above all of them, and words before their names.

BasicSR writes ``params`` and ``params_ema``, many others ``state_dict`` or ``model``. Before the names
DistributedDataParallel puts ``module.``, torch.compile ``_orig_mod.``, and AveragedModel ``module.`` beside a
count.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from gpen_train.checkpoints.formats.arrays import Array

AVERAGES = ("params_ema", "G_ema", "g_ema")
IN_TRAINING = ("params", "state_dict", "model", "G", "g")
PREFIXES = ("module.", "_orig_mod.")
COUNT = "n_averaged"
MAX_WRAPPERS = 8  # of each kind


def without_prefixes(content: Any) -> tuple[Any, list[str]]:
    """``content`` with plain names, at the top and a key below, and the prefixes that were taken off."""
    if not isinstance(content, Mapping):
        return content, []
    plain, found = _without_prefixes(content)
    for key, value in plain.items():
        if isinstance(value, Mapping):
            inner, words = _without_prefixes(value)
            plain = {**plain, key: inner} if inner is not value else plain
            found += words
    return plain, list(dict.fromkeys(found))


def unwrapped(
    content: Any, is_known: Callable[[Any], bool], key: str
) -> tuple[Any, list[str], Mapping[str, Any]]:
    """What is known inside of ``content``; what it was wrapped in, outermost first; what stood beside it.

    Of several wrappers that named ``key`` counts, else the averaged weights, or for the key "g" those in
    training. Where nothing known is found it is the innermost.
    """
    order = (key, *IN_TRAINING, *AVERAGES) if key == "g" else (key, *AVERAGES, *IN_TRAINING)
    around: list[str] = []
    beside: dict[str, Any] = {}
    for _ in range(MAX_WRAPPERS):
        plain, words = without_prefixes(content)
        wrapper = next((name for name in order if isinstance(_get(plain, name), Mapping)), None)
        if wrapper is None or is_known(plain):
            return plain, [*around, *words], beside
        content, words = _without_prefixes(content)
        around += [*words, wrapper]
        beside |= {name: value for name, value in content.items() if name != wrapper}
        content = content[wrapper]
    return content, around, beside


def _get(content: Any, name: str) -> Any:
    return content.get(name) if isinstance(content, Mapping) else None


def _without_prefixes(state: Mapping[Any, Any]) -> tuple[Mapping[Any, Any], list[str]]:
    """Only where all names have the prefix; torch.compile's also stands within them, before a part's.

    numpy's arrays are tensors from here on.
    """
    found: list[str] = []
    if any(isinstance(value, Array) for value in state.values()):
        state = {name: value.values if isinstance(value, Array) else value for name, value in state.items()}
    for _ in range(MAX_WRAPPERS):
        names = [name for name in state if isinstance(name, str) and name != COUNT]
        prefix = next((p for p in PREFIXES if names and all(name.startswith(p) for name in names)), None)
        if prefix is None:
            break
        state = _renamed(state, f"^{re.escape(prefix)}", "")
        found.append(prefix)
    compiled = PREFIXES[1]
    if any(isinstance(name, str) and f".{compiled}" in name for name in state):
        state = _renamed(state, re.escape(f".{compiled}"), ".")
        found.append(compiled)
    return state, found


def _renamed(state: Mapping[Any, Any], pattern: str, new: str) -> dict[Any, Any]:
    return {
        re.sub(pattern, new, name) if isinstance(name, str) else name: value
        for name, value in state.items()
        if name != COUNT
    }
