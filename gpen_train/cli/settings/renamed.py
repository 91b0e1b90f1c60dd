"""Settings that had other names: runs of before go on under the new ones, and a command is told them."""

from collections.abc import Mapping
from typing import Any

NOW_CALLED = {  # a setting as it was called -> as it is
    "losses.adversarial": "losses.adversarial.weight",
    "losses.adversarial_start": "losses.adversarial.start",
    "losses.content": "losses.content.weight",
    "losses.content_start": "losses.content.start",
    "losses.content_kind": "losses.content.kind",
    "losses.content_epsilon": "losses.content.epsilon",
    "losses.feature_matching": "losses.feature_matching.weight",
    "losses.feature_matching_start": "losses.feature_matching.start",
}


def with_new_names(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Plain values by dotted names, under the names of today."""
    return {NOW_CALLED.get(name, name): value for name, value in settings.items()}


def new_name(given: Mapping[str, str]) -> str | None:
    """The line for the first of the settings ``given`` that has another name now; None where there is none.

    Some old names are those of groups today, which take values in braces.
    """
    for name, value in given.items():
        if name in NOW_CALLED and not value.startswith("{"):
            return f"{name} is called {NOW_CALLED[name]} now; give {NOW_CALLED[name]}={value or '..'}"
    return None
