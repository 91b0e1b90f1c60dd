"""Whether the parts of a report that was read belong together, and are of the types that they are used as."""

from collections.abc import Mapping, Sequence
from typing import Any

from gpen_train.fields import ANY, TEXT, check_fields, each, named
from gpen_train.quote import quoted

FIELDS = {
    "protocol": named(ANY),
    "images": each(TEXT),
    "per_image": named(named(each(ANY))),
    "speed": named(ANY),
}


def check_report(parts: Mapping[str, Any], with_names: Sequence[Any]) -> None:
    """Raise ValueError where they do not; ``with_names`` are its systems and metrics."""
    check_fields({name: parts[name] for name in FIELDS}, FIELDS)
    if not all(isinstance(one.name, str) for one in with_names):
        raise ValueError("a system or a metric has no name")
    systems = {system.name for system in parts["systems"]}
    metrics = {metric.name for metric in parts["metrics"]}
    if len(systems) < len(parts["systems"]):
        raise ValueError("two systems have one name")
    for system, by_metric in parts["per_image"].items():
        if system not in systems or not by_metric.keys() <= metrics:
            raise ValueError(f"per_image names {quoted(system)} or a metric of it, which are not listed")
        if any(len(values) != len(parts["images"]) for values in by_metric.values()):
            raise ValueError(f"per_image of {quoted(system)} has not one value for each image")
