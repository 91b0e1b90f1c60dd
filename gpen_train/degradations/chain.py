"""The chain: named stages in order, composed from plain values, that degrade a clean image."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np

from gpen_train.chance import choose
from gpen_train.degradations.patch import Patch
from gpen_train.degradations.resize import resize
from gpen_train.degradations.stage import Frame, Stage, check_weights, quantize
from gpen_train.degradations.stages import build_stages, construct, name_of, settings_of
from gpen_train.quote import quoted

PLACES = ("cpu", "device")
MOST_RESOLUTION = 8192  # pixels a side


class Step(NamedTuple):
    """A stage of a plan and what was drawn for it: plain values, the same after a journey through JSON."""

    label: str
    stage: str  # one of STAGES, "albumentations.NAME" or "patch"
    drawn: dict[str, Any]


class Chain:
    """Degrade clean images: ``degraded, clean = chain(clean, rng)`` draws a plan and applies it.

        plan = chain.draw(chain.frame(clean), rng)      all the randomness there is; skipped stages are absent
        degraded, clean = chain.apply(clean, plan)      the same bytes each time

    Equal generators give equal pairs.
    """

    def __init__(
        self,
        stages: dict[str, Stage],  # applied to the degraded image alone, in this order
        shared: dict[str, Stage],  # applied before, to what becomes both images
        input_resolution: int | None = None,  # pixels a side of the degraded image; None: as the clean one
        scale_with_resolution: bool = True,  # multiply lengths with clean resolution / 512
        sets: dict[str, float] | None = None,  # weights; a sample takes one of these sets
        members: dict[str, str] | None = None,  # label -> the set without which the stage is skipped
        patch: Patch | None = None,  # a square degraded by a second draw of the stages
        where: str = "cpu",  # one of PLACES: where training applies plans
    ):
        self.stages = stages
        self.shared = shared
        self.input_resolution = input_resolution
        self.scale_with_resolution = scale_with_resolution
        self.sets = sets or {}
        self.members = members or {}
        self.patch = patch
        self.where = where

    def __call__(self, clean: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Return (degraded, clean): uint8 [H, W, 3] -> uint8 [h, w, 3], uint8 [H, W, 3].

        The clean image is the one given, or what a shared stage made of it. Raises ValueError for another
        shape or dtype.
        """
        check_clean(clean)
        return self.apply(clean, self.draw(self.frame(clean), rng))

    def frame(self, clean: np.ndarray) -> Frame:
        """What the draws for an image [H, W, 3] depend on besides the generator."""
        frame = Frame.of(clean)
        size = frame.size if self.input_resolution is None else (self.input_resolution,) * 2
        return Frame(frame.scale if self.scale_with_resolution else 1.0, size)

    def draw(self, frame: Frame, rng: np.random.Generator) -> list[Step]:
        """Draw the plan of one sample: its steps in order, lengths in pixels of this image."""
        chosen = choose(rng, self.sets) if self.sets else None
        plan = self._draw(self.shared, chosen, frame, rng) + self._draw(self.stages, chosen, frame, rng)
        square = self.patch.sample(rng, frame) if self.patch else None
        if square:
            square["steps"] = self._draw(self.stages, chosen, frame, rng)
            plan.append(Step("patch", "patch", square))
        return plan

    def apply(self, clean: np.ndarray, plan: Iterable[Step]) -> tuple[np.ndarray, np.ndarray]:
        """Carry out a plan of this chain, as drawn or as read from JSON; returns what a call returns."""
        check_clean(clean)
        steps = [Step(*step) for step in plan]
        for label, _, drawn in steps:
            if label in self.shared:
                clean = self.shared[label].apply(clean, **drawn)
        size = self.frame(clean).size
        degraded = self._degrade(clean, size, [step for step in steps if step.label not in self.shared])
        return (degraded.copy() if degraded is clean else degraded), clean

    def explain(self, clean: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, dict]:
        """Return (degraded, clean, parameters): as a call does, and what was drawn, by label."""
        check_clean(clean)
        plan = self.draw(self.frame(clean), rng)
        return *self.apply(clean, plan), {label: drawn for label, _, drawn in plan}

    @property
    def settings(self) -> dict[str, Any]:
        """Plain values, defaults included: ``build_chain(**chain.settings)`` draws and applies the same."""
        groups = {
            group: {
                label: settings_of(label, stage, self.members.get(label)) for label, stage in stages.items()
            }
            for group, stages in (("stages", self.stages), ("shared", self.shared))
        }
        return groups | {
            "input_resolution": self.input_resolution,
            "scale_with_resolution": self.scale_with_resolution,
            "sets": dict(self.sets),
            "patch": self.patch.settings if self.patch else None,
        }

    def _draw(
        self, stages: dict[str, Stage], chosen: str | None, frame: Frame, rng: np.random.Generator
    ) -> list[Step]:
        plan = []
        for label, stage in stages.items():
            if self.members.get(label) in (None, chosen):
                drawn = stage.sample(rng, frame)
                if drawn is not None:
                    plan.append(Step(label, name_of(stage), drawn))
        return plan

    def _degrade(self, image: np.ndarray, size: tuple[int, int], steps: list[Step]) -> np.ndarray:
        """Return uint8 of ``size``; the image itself where nothing changes it."""
        degraded = image
        for label, _, drawn in steps:
            if label in self.stages:
                degraded = self.stages[label].apply(degraded, **drawn)
            elif label != "patch":
                raise ValueError(
                    f"the plan has a step {label!r}; expected {', '.join(self.stages)}: apply it with the "
                    "settings that it was drawn with"
                )
        degraded = resize(quantize(degraded), size)
        if steps and steps[-1].stage == "patch":
            square = dict(steps[-1].drawn)
            other = self._degrade(image, size, [Step(*step) for step in square.pop("steps")])
            degraded = Patch.paste(degraded, other, **square)
        return degraded


def check_clean(clean: Any) -> None:
    """Raise ValueError for anything but uint8 [H, W, 3]."""
    if not isinstance(clean, np.ndarray) or clean.dtype != np.uint8 or clean.shape[2:] != (3,):
        found = f"{getattr(clean, 'dtype', type(clean).__name__)} {list(getattr(clean, 'shape', []))}"
        raise ValueError(f"the clean image is {found}; expected uint8 [H, W, 3]")


def build_chain(
    stages: Mapping[str, Mapping[str, Any] | None],
    shared: Mapping[str, Mapping[str, Any] | None] | None = None,
    input_resolution: int | None = None,
    scale_with_resolution: bool = True,
    sets: Mapping[str, float] | None = None,
    patch: Mapping[str, Any] | None = None,
    where: str = "cpu",
) -> Chain:
    """Build a chain from plain values: those of configs/degradation and of a bundle's ``args``.

    ``stages`` and ``shared`` map a label to a stage's settings, in the order of application. The label is the
    name of the stage (one of STAGES), or any other beside ``stage: NAME``, so that a stage may come twice:
    ``{"blur": {"sigma": [0.2, 3]}, "second_blur": {"stage": "blur", "sigma": [0.2, 1.5], "p": 0.8}}``.
    A label with None for settings is left out. ``sets`` are weights of alternatives: each sample takes one,
    and a stage with ``set: NAME`` is skipped in the samples of the others. Raises ValueError for an unknown
    stage or setting, or a wrong value.
    """
    if input_resolution is not None and not (
        type(input_resolution) is int and 1 <= input_resolution <= MOST_RESOLUTION
    ):
        raise ValueError(
            f"input_resolution is {quoted(repr(input_resolution))}; expected pixels a side, such as 512, or "
            "null"
        )
    if where not in PLACES:
        raise ValueError(f"degradation where is {quoted(repr(where))}; choose one of: {', '.join(PLACES)}")
    sets = check_weights("degradation sets", sets, list(sets)) if sets else {}
    applied, before = build_stages("stages", stages), build_stages("shared", shared or {})
    twice = sorted(applied.keys() & before.keys())
    if twice:
        raise ValueError(
            f"degradation stage {twice[0]!r} is in shared and in stages; give one of them another label"
        )
    members = {label: only for label, (_, only) in (before | applied).items() if only is not None}
    for label, only in members.items():
        if only not in sets:
            raise ValueError(f"degradation stage {label!r} is of set {only!r}; sets holds {list(sets)}")
    return Chain(
        stages={label: stage for label, (stage, _) in applied.items()},
        shared={label: stage for label, (stage, _) in before.items()},
        input_resolution=input_resolution,
        scale_with_resolution=scale_with_resolution,
        sets=sets,
        members=members,
        patch=construct("degradation patch", Patch, patch) if patch else None,
        where=where,
    )
