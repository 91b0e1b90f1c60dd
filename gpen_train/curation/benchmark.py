"""Frozen benchmark sets: degraded and clean images as files, with every parameter that was drawn."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

import gpen_train
from gpen_train.curation.journal import Kind, Record
from gpen_train.curation.naming import stem_of
from gpen_train.degradations.chain import Chain
from gpen_train.fields import COUNT, LABEL, PLAIN, SHA256, with_fields
from gpen_train.files import read_json
from gpen_train.images import UnreadableImageError, write_image
from gpen_train.sources.draws import Draw, Stream, generator
from gpen_train.sources.source import Source, digest

PARTS = ("degraded", "clean")
PAIR = with_fields({"file": LABEL, "sha256": SHA256, "pixels_sha256": SHA256})  # one of the two files
KIND = Kind({"index": COUNT, "degraded": PAIR, "clean": PAIR, "plan": PLAIN})  # of records
PACKAGES = ("numpy", "opencv-python-headless", "Pillow")  # that the pixels come from


@dataclass(frozen=True)
class Freezer:
    """``record = freezer(index)`` writes ``degraded/LABEL.png`` and ``clean/LABEL.png`` of one image.

    What is drawn depends on (seed, index) alone, as for the held-out images of a run; there is no mirroring.
    The record holds the plan, which ``chain.apply`` repeats, and of each file the SHA-256 of its bytes and
    of its pixels: another version of the PNG encoder changes the former alone.
    """

    source: Source
    chain: Chain
    seed: int
    output: Path

    def __call__(self, index: int) -> Record:
        label = self.source.label(index)
        try:
            image = self.source[index]
        except UnreadableImageError as error:
            return {"label": label, "problem": f"{error.path}: {error.reason}"}
        if not isinstance(image, np.ndarray):
            raise ValueError(
                f"{self.source.name} holds pairs; expected clean images, as the pairs are degraded already"
            )
        plan = self.chain.draw(
            self.chain.frame(image), generator(self.seed, Stream.VALIDATION, Draw(index, 0))
        )
        images = dict(zip(PARTS, self.chain.apply(image, plan), strict=True))
        files = {part: self._write(f"{part}/{stem_of(label)}.png", images[part]) for part in PARTS}
        return {"label": label, "index": index, **files, "plan": [list(step) for step in plan]}

    def _write(self, file: str, image: np.ndarray) -> Record:
        write_image(self.output / file, image)
        return {
            "file": file,
            "sha256": hashlib.sha256((self.output / file).read_bytes()).hexdigest(),
            "pixels_sha256": hashlib.sha256(f"{image.shape}".encode() + image.tobytes()).hexdigest(),
        }


def describe(source: Source, chain: Chain, preset: str, seed: int, num: int) -> dict[str, Any]:
    """The settings that a set depends on, for its manifest."""
    return {
        "format": 1,
        "made_by": "gpen data degrade",
        "preset": preset,
        "degradation": chain.settings,
        "seed": seed,
        "resolution": source.resolution,
        "num": num,
        "source": {"name": source.name, "fingerprint": source.fingerprint()},
    }


def versions() -> dict[str, str]:
    """Of this package and of those that the pixels come from."""
    return {"gpen_train": gpen_train.__version__, **{package: version(package) for package in PACKAGES}}


def is_done(record: Record | None, output: Path) -> bool:
    """Whether an earlier run has recorded an image, and both of its files are there."""
    if record is None or "problem" in record:
        return False
    return all((output / record[part]["file"]).exists() for part in PARTS)


def fingerprint(records: Sequence[Record]) -> str:
    """Sixteen hexadecimal digits that stand for the names and pixels of a set."""
    return digest(
        [f"{record['label']} {' '.join(pixels(record))}" for record in records if "problem" not in record]
    )


def pixels(record: Record) -> list[str]:
    """The digests of a pair's pixels."""
    return [record[part]["pixels_sha256"] for part in PARTS]


def read_expected(path: Path) -> dict[str, Any]:
    """Another set's manifest. Raises OSError where there is none, ValueError where it is no such file."""
    expected = read_json(path)
    images = expected.get("images")
    if not isinstance(images, list):
        raise ValueError(f"{path} has no list of images; expected that of gpen data degrade")
    for number, record in enumerate(images):
        if not isinstance(record, dict) or not LABEL.holds(record.get("label")):
            raise ValueError(
                f"{path}, image {number} has no label; expected the manifest of gpen data degrade"
            )
        if "problem" not in record and not all(PAIR.holds(record.get(part)) for part in PARTS):
            raise ValueError(
                f"{path}, image {number} lacks its two files and their digests: freeze the set anew"
            )
    return expected


def compare(records: Sequence[Record], expected: Mapping[str, Any]) -> list[str]:
    """What differs from another set's manifest: a line an image; [] where the two are one set."""
    found = {record["label"]: record for record in records if "problem" not in record}
    wanted = {record["label"]: record for record in expected.get("images", []) if "problem" not in record}
    lines = [f"{label}: not in this set" for label in wanted if label not in found]
    for label, record in found.items():
        if label not in wanted:
            lines.append(f"{label}: not in the other set")
        elif pixels(record) != pixels(wanted[label]):
            lines.append(f"{label}: other pixels")
    return lines
