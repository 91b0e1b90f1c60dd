"""Whether the parts of a report that was read are of the types that they are used as, and belong together."""

from collections.abc import Mapping
from typing import Any

from gpen_train.fields import (
    NUMBER,
    PLAIN,
    TEXT,
    Field,
    check_fields,
    each,
    exactly,
    named,
    one_of,
    optional,
)
from gpen_train.quote import quoted

INFINITE = ("Infinity", "-Infinity")  # a PSNR of equal images; JSON has no number for it
VALUE = Field(
    "a number, null, or Infinity", lambda value: value is None or value in INFINITE or NUMBER.holds(value)
)
NAME = Field(
    "a name of 1 to 200 characters",
    lambda value: type(value) is str and 0 < len(value) <= 200 and value.isprintable(),
)
METRIC = {
    **{"name": NAME, "label": NAME, "unit": TEXT},
    **{"better": one_of("higher", "lower"), "scope": one_of("image", "set")},
}
SYSTEM = {
    **{"name": NAME, "kind": NAME, "source": optional(TEXT), "fingerprint": optional(TEXT)},
    "scores": named(exactly(dict.fromkeys(("mean", "low", "high"), VALUE))),
}
FIELDS = {
    "protocol": named(PLAIN),
    "metrics": each(exactly(METRIC)),
    "systems": each(exactly(SYSTEM)),
    "images": each(TEXT),
    "per_image": named(named(each(VALUE))),
}
LATER = {  # that the first reports did not have
    "not_computed": each(exactly({"name": TEXT, "reason": TEXT})),
    "speed": named(NUMBER),
    "about": exactly(dict.fromkeys(("name", "made", "command", "machine"), TEXT)),
}


def check_report(given: Mapping[str, Any]) -> None:
    """Raise ValueError, in one line, where ``given``, as JSON has it, is no report."""
    check_fields(given, FIELDS, others=True)
    check_fields(given, LATER, others=True, lacks=True)
    for group in ("metrics", "systems"):
        names = [one["name"] for one in given[group]]
        if len(set(names)) < len(names):
            raise ValueError(f"two {group} have one name")
    metrics = {metric["name"]: metric["scope"] for metric in given["metrics"]}
    if given["per_image"].keys() != {system["name"] for system in given["systems"]}:
        raise ValueError("per_image names other systems than those listed")
    for system in given["systems"]:
        values = given["per_image"][system["name"]]
        if values.keys() != {name for name, scope in metrics.items() if scope == "image"}:
            raise ValueError(f"per_image of {quoted(system['name'])} has other metrics than those listed")
        if not values.keys() <= system["scores"].keys() <= metrics.keys():
            raise ValueError(f"the scores of {quoted(system['name'])} are of other metrics than those listed")
        if any(len(column) != len(given["images"]) for column in values.values()):
            raise ValueError(f"per_image of {quoted(system['name'])} has not one value for each image")
