"""From the facts of all images to what is wrong with them, in numbers and names."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from gpen_train.curation.check.duplicates import alike, equal
from gpen_train.curation.check.limits import Limits
from gpen_train.curation.journal import Record
from gpen_train.words import count, percent, plural

FAULTS = {  # in words, of one image and of several
    "unreadable": ("cannot be decoded", "cannot be decoded"),
    "too_small": ("is too small", "are too small"),
    "too_blurry": ("is too blurry", "are too blurry"),
    "duplicate": ("is a copy of another file", "are copies of another file"),
    "near_duplicate": ("looks like another image", "look like another image"),
}
Groups = dict[str, list[list[str]]]  # "duplicate" and "near_duplicate": labels that belong together


def find_groups(records: Sequence[Record], limits: Limits) -> Groups:
    """Images that are there twice; of equal files only the first is asked whether it looks like another."""
    sound = [record for record in records if "unreadable" not in record]
    copies = equal([record["sha256"] for record in sound])
    spare = {index for group in copies for index in group[1:]}
    single = [record for index, record in enumerate(sound) if index not in spare]
    near = alike([record["hash"] for record in single], limits.max_bits)
    return {
        "duplicate": [[sound[index]["label"] for index in group] for group in copies],
        "near_duplicate": [[single[index]["label"] for index in group] for group in near],
    }


def find_faults(records: Sequence[Record], groups: Groups, limits: Limits) -> dict[str, list[str]]:
    """Fault -> labels of the images that have it; of those that are there twice, all but the first."""
    sound = [record for record in records if "unreadable" not in record]
    return {
        "unreadable": [record["label"] for record in records if "unreadable" in record],
        "too_small": [r["label"] for r in sound if min(r["width"], r["height"]) < limits.min_size],
        "too_blurry": [r["label"] for r in sound if r["sharpness"] < limits.min_sharpness],
        **{fault: [label for group in found for label in group[1:]] for fault, found in groups.items()},
    }


def summary(records: Sequence[Record], limits: Limits) -> dict[str, Any]:
    """The report without the images: counts, quantiles, faults, and ``reasons`` why training would suffer."""
    sound = [record for record in records if "unreadable" not in record]
    groups = find_groups(records, limits)
    faults = find_faults(records, groups, limits)
    faulty = set().union(*faults.values())
    num_usable = len(records) - len(set(faults["unreadable"]) | set(faults["too_small"]))
    return {
        "num_images": len(records),
        "num_usable": num_usable,
        "num_faulty": len(faulty),
        "reasons": _reasons(len(records), num_usable, len(faulty), faults, limits),
        "limits": asdict(limits),
        "formats": _counts(record["format"] for record in sound),
        "modes": _counts(record["mode"] for record in sound),
        "sizes": _counts(f"{record['width']} x {record['height']}" for record in sound),
        "num_not_square": sum(record["width"] != record["height"] for record in sound),
        "shorter_side": quantiles([min(record["width"], record["height"]) for record in sound]),
        "sharpness": quantiles([record["sharpness"] for record in sound]),
        "brightness": quantiles([record["brightness"] for record in sound]),
        "faults": faults,
        "groups": groups,
    }


def quantiles(values: Sequence[float]) -> dict[str, float]:
    """Least, 5 %, median, 95 %, largest; {} of none."""
    names = {"least": 0, "5 %": 0.05, "median": 0.5, "95 %": 0.95, "largest": 1}
    return {name: round(float(np.quantile(values, share)), 4) for name, share in names.items() if len(values)}


def _counts(values: Any) -> dict[str, int]:
    return dict(Counter(values).most_common())


def _reasons(
    num_images: int, num_usable: int, num_faulty: int, faults: Mapping[str, list[str]], limits: Limits
) -> list[str]:
    reasons = []
    if num_usable < 2:
        usable = f"{count(num_usable)} of {plural(num_images, 'image')}"
        reasons.append(f"{usable} can be used; one is held out, so 2 are needed")
    if num_faulty > limits.max_share * num_images:
        named = ", ".join(plural(len(labels), *FAULTS[fault]) for fault, labels in faults.items() if labels)
        share, let_pass = percent(num_faulty / num_images), percent(limits.max_share)
        reasons.append(f"{share} of the images have a fault, {let_pass} are let pass: {named}")
    return reasons
