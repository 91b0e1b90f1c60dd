"""The chain: named stages in order, composed from plain values, that degrade a clean image."""

import difflib
import random
from collections.abc import Mapping
from typing import Any

import albumentations
import numpy as np

from gpen_train.degradations.blur import Blur
from gpen_train.degradations.colour import ColourJitter, ColourShift, Grey
from gpen_train.degradations.jpeg import Compression, quantize
from gpen_train.degradations.noise import Noise
from gpen_train.degradations.resize import Downsample, ResizeBack, resize
from gpen_train.degradations.stage import Frame, Stage, argument_names, plain

STAGES: dict[str, type[Stage]] = {
    "blur": Blur,
    "downsample": Downsample,
    "noise": Noise,
    "compression": Compression,
    "resize_back": ResizeBack,
    "grey": Grey,
    "colour_shift": ColourShift,
    "colour_jitter": ColourJitter,
}


class Chain:
    """Degrade clean images: ``degraded, clean = chain(clean, rng)``.

    Everything random comes from ``rng``, so equal generators give equal pairs. The transforms keep what
    they drew last: use one chain a thread.
    """

    def __init__(
        self,
        stages: dict[str, Stage],  # applied to the degraded image alone, in this order
        shared: dict[str, Stage],  # applied before, to what becomes both images
        input_resolution: int | None = None,  # pixels a side of the degraded image; None: as the clean one
        scale_with_resolution: bool = True,  # multiply lengths with clean resolution / 512
    ):
        self.stages = stages
        self.shared = shared
        self.input_resolution = input_resolution
        self.scale_with_resolution = scale_with_resolution
        self._degrade = albumentations.Compose(list(stages.values()))
        self._share = albumentations.Compose(list(shared.values())) if shared else None

    def __call__(self, clean: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Return (degraded, clean): uint8 [H, W, 3] -> uint8 [h, w, 3], uint8 [H, W, 3].

        The clean image is the one given, or what a shared stage made of it. Raises ValueError for another
        shape or dtype.
        """
        if not isinstance(clean, np.ndarray) or clean.dtype != np.uint8 or clean.shape[2:] != (3,):
            found = f"{getattr(clean, 'dtype', type(clean).__name__)} {list(getattr(clean, 'shape', []))}"
            raise ValueError(f"the clean image is {found}; expected uint8 [H, W, 3]")
        py_random = random.Random(int(rng.integers(2**32)))
        frame = self._frame(clean)
        if self._share:
            self._share.set_random_state(rng, py_random)
            clean = self._share(image=clean, frame=frame)["image"]
        self._degrade.set_random_state(rng, py_random)
        degraded = self._degrade(image=clean, frame=frame)["image"]
        degraded = resize(quantize(degraded), frame.size)
        return (degraded.copy() if degraded is clean else degraded), clean

    def explain(self, clean: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, dict]:
        """Return (degraded, clean, parameters): as a call does, and what was drawn, by the stages' labels.

        The parameters are plain values, lengths in pixels of this image. A skipped stage has no entry.
        """
        degraded, clean = self(clean, rng)
        drawn = {label: stage.drawn for label, stage in (self.shared | self.stages).items()}
        return degraded, clean, {label: values for label, values in drawn.items() if values is not None}

    @property
    def settings(self) -> dict[str, Any]:
        """Plain values, defaults included: ``build_chain(**chain.settings)`` is an equal chain."""
        return {
            "stages": _settings_of(self.stages),
            "shared": _settings_of(self.shared),
            "input_resolution": self.input_resolution,
            "scale_with_resolution": self.scale_with_resolution,
        }

    def _frame(self, clean: np.ndarray) -> Frame:
        frame = Frame.of(clean)
        size = frame.size if self.input_resolution is None else (self.input_resolution,) * 2
        return Frame(frame.scale if self.scale_with_resolution else 1.0, size)


def build_chain(
    stages: Mapping[str, Mapping[str, Any] | None],
    shared: Mapping[str, Mapping[str, Any] | None] | None = None,
    input_resolution: int | None = None,
    scale_with_resolution: bool = True,
) -> Chain:
    """Build a chain from plain values: those of configs/degradation and of a bundle's ``args``.

    ``stages`` and ``shared`` map a label to a stage's settings, in the order of application. The label is the
    name of the stage (one of STAGES), or any other beside ``stage: NAME``, so that a stage may come twice:
    ``{"blur": {"sigma": [0.2, 3]}, "second_blur": {"stage": "blur", "sigma": [0.2, 1.5], "p": 0.8}}``.
    A label with None for settings is left out. Raises ValueError for an unknown stage or setting, or a wrong
    value.
    """
    if input_resolution is not None and (not isinstance(input_resolution, int) or input_resolution < 1):
        raise ValueError(
            f"input_resolution is {input_resolution!r}; expected pixels a side, such as 512, or null"
        )
    applied, before = _build_stages("stages", stages), _build_stages("shared", shared or {})
    twice = sorted(applied.keys() & before.keys())
    if twice:
        raise ValueError(
            f"degradation stage {twice[0]!r} is in shared and in stages; give one of them another label"
        )
    return Chain(applied, before, input_resolution, scale_with_resolution)


def _build_stages(group: str, settings: Any) -> dict[str, Stage]:
    if not isinstance(settings, Mapping):
        raise ValueError(
            f"degradation {group} is {settings!r}; expected stages by label, such as blur: {{sigma: [0, 5]}}"
        )
    return {label: _build_stage(label, values) for label, values in settings.items() if values is not None}


def _build_stage(label: str, settings: Any) -> Stage:
    """Build one stage; every error names its label."""
    if not isinstance(settings, Mapping):
        raise ValueError(f"degradation stage {label!r} is {settings!r}; expected settings by name, or {{}}")
    arguments = dict(settings)
    name = arguments.pop("stage", label)
    if name not in STAGES:
        raise ValueError(f"degradation stage {name!r} is unknown; {_nearest(name, list(STAGES))}")
    known = argument_names(STAGES[name])
    for argument in arguments:
        if argument not in known:
            raise ValueError(
                f"degradation stage {label!r} has no setting {argument!r}; {_nearest(argument, known)}"
            )
    try:
        return STAGES[name](**plain(arguments))
    except ValueError as error:
        raise ValueError(f"degradation stage {label!r}: {error}") from error


def _settings_of(stages: dict[str, Stage]) -> dict[str, Any]:
    names = {stage_class: name for name, stage_class in STAGES.items()}
    settings = {}
    for label, stage in stages.items():
        name = names[type(stage)]
        settings[label] = stage.settings if label == name else {"stage": name, **stage.settings}
    return settings


def _nearest(found: str, known: list[str]) -> str:
    close = difflib.get_close_matches(str(found), known, n=1)
    return (f"did you mean {close[0]!r}? " if close else "") + f"choose one of: {', '.join(known)}"
