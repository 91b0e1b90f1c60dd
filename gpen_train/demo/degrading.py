"""What the second tab computes: a clean face degraded as in training, by values that can be turned."""

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch

from gpen_train.degradations.chain import Chain, Step
from gpen_train.demo.models import Model
from gpen_train.demo.restoring import View
from gpen_train.drawn.render import draw_face
from gpen_train.evaluation.metrics import psnr
from gpen_train.images import resize_area
from gpen_train.photos.photo import Photo
from gpen_train.sources.draws import Draw, Stream, generator

STEPS = 200  # of a knob from end to end
DIGITS = 3  # of a knob's ends
# What a stage draws -> the setting that has its range, where that goes by another name; by stage, and by kind
# where the stage has kinds. Lengths are set in pixels of an image of 512 px and drawn in those of this one.
LENGTHS = {
    ("blur", "sigma_x"): "sigma",
    ("blur", "sigma_y"): "sigma",
    ("blur", "length"): "motion_length",
    ("blur", "disk_radius"): "defocus_radius",
}
RANGES = {
    ("blur", "cutoff"): "sinc_cutoff",
    ("gaussian", "strength"): "sigma",
    ("poisson", "strength"): "scale",
}


class Knob(NamedTuple):
    """A number that was drawn, and between which ends it can be turned."""

    label: str  # of its step
    name: str  # of the value within
    low: float
    high: float
    value: float  # as drawn
    whole: bool

    @property
    def title(self) -> str:
        return f"{self.label}: {self.name}".replace("_", " ")

    @property
    def step(self) -> float:
        return 1 if self.whole else float(f"{(self.high - self.low) / STEPS:.1g}")


class Degraded(NamedTuple):
    """A pair as in training, and what a model makes of it."""

    views: dict[str, View]
    said: str


def clean_face(photo: Photo | None, number: int, resolution: int) -> np.ndarray:
    """The middle of a photograph, or a drawn face -> uint8 [resolution, resolution, 3]."""
    return draw_face(0, number, resolution) if photo is None else resize_area(photo.rgb, resolution)


def draw_plan(chain: Chain, clean: np.ndarray, number: int) -> list[Step]:
    """The plan of draw ``number``: what a benchmark of seed 0 has for its image of that number."""
    return chain.draw(chain.frame(clean), generator(0, Stream.VALIDATION, Draw(number, 0)))


def knobs_of(chain: Chain, plan: Sequence[Step], scale: float) -> list[Knob]:
    """A knob for each number of a plan whose range the chain's settings say.

    ``scale`` is that of the chain's frame of the image. Ends are rounded, and widened where what was drawn
    lies beyond.
    """
    knobs = []
    for label, stage, drawn in plan:
        owner = chain.stages.get(label) or chain.shared.get(label)
        settings = owner.settings if owner else {}
        for name, value in drawn.items():
            ends = _ends(settings, stage, str(drawn.get("kind")), name, scale)
            if isinstance(value, int | float) and not isinstance(value, bool) and ends:
                low, high = (
                    _rounded(min(ends[0], value), math.floor),
                    _rounded(max(ends[1], value), math.ceil),
                )
                if low < high:
                    knobs.append(Knob(label, name, low, high, value, isinstance(value, int)))
    return knobs


def turned(plan: Sequence[Step], knobs: Sequence[Knob], values: Sequence[float | None]) -> list[Step]:
    """The plan with the values of knobs that were turned; the others stay as drawn, to the bit.

    A value beyond a knob's ends stands for the end, None for what was drawn.
    """
    changed: dict[str, dict[str, float]] = {}
    for knob, value in zip(knobs, values, strict=True):
        if value is None:
            continue
        value = min(max(value, knob.low), knob.high)
        if abs(value - knob.value) > 0.51 * knob.step:  # a slider rounds to its steps
            changed.setdefault(knob.label, {})[knob.name] = round(value) if knob.whole else float(value)
    return [step._replace(drawn={**step.drawn, **changed.get(step.label, {})}) for step in plan]


def degrade(chain: Chain, clean: np.ndarray, plan: Sequence[Step], model: Model) -> Degraded:
    """Carry out a plan, restore what comes of it, and compare."""
    degraded, clean = chain.apply(clean, plan)
    size = len(clean)
    restored = resize_area(model.network([degraded])[0], size)
    seen = resize_area(degraded, size)
    before, after = (_psnr(image, clean) for image in (seen, restored))
    return Degraded(
        {
            "degraded | restored": View(seen, restored),
            "clean | restored": View(clean, restored),
            "clean | degraded": View(clean, seen),
        },
        f"PSNR {before:.2f} dB degraded, {after:.2f} dB restored, at {size} x {size} pixels.",
    )


def _ends(settings: dict[str, Any], stage: str, kind: str, name: str, scale: float) -> list[float] | None:
    """The range of a drawn value; None where the settings have none."""
    length = LENGTHS.get((stage, name))
    ends = settings.get(length or RANGES.get((stage, name)) or RANGES.get((kind, name)) or name)
    if not isinstance(ends, Sequence) or isinstance(ends, str) or len(ends) != 2:
        return None
    return [end * scale for end in ends] if length else list(ends)


def _rounded(value: float, way: Callable[[float], int]) -> float:
    """A few digits of a number, up or down."""
    if isinstance(value, int) or value == 0:
        return value
    unit = 10.0 ** (math.floor(math.log10(abs(value))) + 1 - DIGITS)
    return float(f"{way(round(value / unit, 9)) * unit:.{DIGITS}g}")


def _psnr(image: np.ndarray, clean: np.ndarray) -> float:
    return float(psnr(*(torch.from_numpy(each)[None] for each in (image, clean))))
