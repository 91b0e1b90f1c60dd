"""What the second tab computes: a clean face degraded as in training, by values that can be turned."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import torch

from gpen_train.degradations.chain import Chain, Step
from gpen_train.demo.models import Model
from gpen_train.demo.restoring import View
from gpen_train.drawn.render import draw_face
from gpen_train.evaluation.metrics import psnr
from gpen_train.images import resize_area, to_float
from gpen_train.photos.photo import Photo
from gpen_train.sources.draws import Draw, Stream, generator

STEPS = 200  # of a knob from end to end
# What a stage draws -> the setting that has its range, where that goes by another name; by stage, and by kind
# where the stage has kinds.
RANGES = {
    ("blur", "sigma_x"): "sigma",
    ("blur", "sigma_y"): "sigma",
    ("blur", "length"): "motion_length",
    ("blur", "disk_radius"): "defocus_radius",
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
        return 1 if self.whole else (self.high - self.low) / STEPS


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


def knobs_of(chain: Chain, plan: Sequence[Step]) -> list[Knob]:
    """A knob for each number of a plan whose range the chain's settings say.

    Lengths are drawn in pixels of this image and set at 512 pixels, so the ends are widened to hold both.
    """
    knobs = []
    for label, stage, drawn in plan:
        owner = chain.stages.get(label) or chain.shared.get(label)
        settings = owner.settings if owner else {}
        for name, value in drawn.items():
            ends: Any = settings.get(_range_of(stage, str(drawn.get("kind")), name))
            if isinstance(value, int | float) and not isinstance(value, bool) and _is_range(ends):
                low, high = min(ends[0], value), max(ends[1], value)
                if low < high:
                    knobs.append(Knob(label, name, low, high, value, isinstance(value, int)))
    return knobs


def turned(plan: Sequence[Step], knobs: Sequence[Knob], values: Sequence[float]) -> list[Step]:
    """The plan with the values of knobs that were turned; the others stay as drawn, to the bit."""
    changed: dict[str, dict[str, float]] = {}
    for knob, value in zip(knobs, values, strict=True):
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


def _range_of(stage: str, kind: str, name: str) -> str:
    return RANGES.get((stage, name)) or RANGES.get((kind, name)) or name


def _is_range(ends: object) -> bool:
    return isinstance(ends, Sequence) and len(ends) == 2 and all(isinstance(end, int | float) for end in ends)


def _psnr(image: np.ndarray, clean: np.ndarray) -> float:
    return float(psnr(*(to_float(torch.from_numpy(each)[None]) for each in (image, clean))))
