"""What an evaluation found: the numbers, image by image, and the protocol that they depend on."""

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from gpen_train.evaluation.report.sound import check_report
from gpen_train.fields import ANY, check_fields
from gpen_train.files import parse_json
from gpen_train.quote import quoted, reason_of

FORMAT = 1
FILE_NAME = "report.json"
BASELINES = ("degraded", "bicubic")  # kinds of systems that no one has trained


@dataclass(frozen=True)
class Metric:
    """What is measured."""

    name: str  # psnr
    label: str  # in a table's head: PSNR
    unit: str  # dB; empty where there is none
    better: str  # higher or lower
    scope: str  # image: a value of each image; set: one of all images together


@dataclass(frozen=True)
class Score:
    """A mean over the images with its 95 % interval, or a set's number; nan where there is none."""

    mean: float
    low: float = math.nan
    high: float = math.nan


@dataclass(frozen=True)
class System:
    """Who made the images: the degradation alone, bicubic resampling, a checkpoint, or another program."""

    name: str
    kind: str  # degraded, bicubic, checkpoint or restored
    source: str | None = None  # the file or folder
    fingerprint: str | None = None  # SHA-256 of it
    scores: dict[str, Score] = field(default_factory=dict)  # by the metric's name


@dataclass(frozen=True)
class NotComputed:
    """A metric that is missing, and what to do about it."""

    name: str
    reason: str


def reasons(missing: Sequence[NotComputed]) -> list[tuple[str, str]]:
    """("fid, kid", why) for metrics that lack the same."""
    names: dict[str, list[str]] = {}
    for one in missing:
        names.setdefault(one.reason, []).append(one.name)
    return [(", ".join(found), reason) for reason, found in names.items()]


@dataclass(frozen=True)
class About:
    """Where a report comes from: what its numbers do not depend on. Empty where nobody knows."""

    name: str = ""  # of the run, or of what is evaluated
    made: str = ""  # date and time
    command: str = ""
    machine: str = ""


@dataclass(frozen=True)
class Report:
    """All that report.json holds. ``per_image[system][metric][i]`` belongs to ``images[i]``."""

    protocol: dict[str, Any]  # every setting that the numbers depend on: plain values
    metrics: list[Metric]  # in the order of the table
    systems: list[System]  # likewise
    images: list[str]  # labels
    per_image: dict[str, dict[str, list[float]]]  # metrics of scope `image` alone
    not_computed: list[NotComputed] = field(default_factory=list)
    speed: dict[str, float] = field(default_factory=dict)  # images a second, by stage
    about: About = field(default_factory=About)

    @property
    def has_equal_sizes(self) -> bool:
        """Whether bicubic resampling was left out, as degraded images have the clean ones' size."""
        kinds = {system.kind for system in self.systems}
        return "degraded" in kinds and "bicubic" not in kinds

    @property
    def restoring(self) -> list[System]:
        """The systems that restore, or the baselines where none does."""
        return [system for system in self.systems if system.kind not in BASELINES] or self.systems

    def to_json(self) -> str:
        """As text: strict JSON, nan as null and infinity (a PSNR of equal images) as "Infinity"."""
        return json.dumps(_plain({"format": FORMAT, **asdict(self)}), indent=1, allow_nan=False)

    @classmethod
    def from_json(cls, text: str) -> "Report":
        """The inverse of ``to_json``. Raises ValueError for text that is no report of this format."""
        given = parse_json(text)
        check_fields(given, {"format": ANY}, others=True)
        if type(given["format"]) is not int or given["format"] != FORMAT:
            raise ValueError(f"its format is {quoted(given['format'])}; expected {FORMAT}")
        check_report(given)
        return cls(
            protocol=given["protocol"],
            metrics=[Metric(**metric) for metric in given["metrics"]],
            systems=[_system(system) for system in given["systems"]],
            images=given["images"],
            per_image={
                system: {metric: list(map(_number, values)) for metric, values in by_metric.items()}
                for system, by_metric in given["per_image"].items()
            },
            not_computed=[NotComputed(**missing) for missing in given.get("not_computed", [])],
            speed=given.get("speed", {}),
            about=About(**given.get("about", {})),
        )


def read_report(path: str | Path) -> Report:
    """The report in the file at ``path``, or in the folder's report.json.

    Raises OSError where there is none, ValueError where it cannot be read.
    """
    path = Path(path)
    path = path / FILE_NAME if path.is_dir() else path
    try:
        return Report.from_json(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise FileNotFoundError(
            f"there is no {path}; expected the {FILE_NAME} that gpen evaluate writes, or its folder"
        ) from None
    except ValueError as error:
        raise ValueError(
            f"{path} is no report: {reason_of(error)}; expected the {FILE_NAME} of gpen evaluate"
        ) from error


def _system(given: dict[str, Any]) -> System:
    scores = {
        name: Score(*(_number(score[part]) for part in ("mean", "low", "high")))
        for name, score in given["scores"].items()
    }
    return System(**{**given, "scores": scores})


def _number(value: float | str | None) -> float:
    return math.nan if value is None else float(value)


def _plain(value: Any) -> Any:
    """``value`` with numbers that JSON does not know replaced, however deep they lie."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None if math.isnan(value) else ("Infinity" if value > 0 else "-Infinity")
    return value
