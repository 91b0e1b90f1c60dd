"""Transforms of albumentations as stages: ``stage: albumentations.NAME``, with their own arguments."""

import random
from collections.abc import Mapping
from textwrap import shorten
from typing import Any

import albumentations
import numpy as np

from gpen_train.degradations.stage import Frame, Stage, check_probability, draw_seed, plain, quantize

PREFIX = "albumentations."


class Foreign(Stage):
    """Any transform of albumentations that changes pixels and moves none, seeded by a draw of the chain.

    Its lengths are those of the image as it is: they do not scale with the resolution. Raises ValueError for
    an unknown transform or argument, and for one that would move the face away from its clean image.
    """

    def __init__(self, name: str, arguments: Mapping[str, Any]):
        self.name, self.arguments = name, {"p": 1.0, **plain(arguments)}
        super().__init__(p=check_probability("p", self.arguments["p"]))
        kind = getattr(albumentations, name.removeprefix(PREFIX), None)
        if not (isinstance(kind, type) and issubclass(kind, albumentations.ImageOnlyTransform)):
            raise ValueError(
                f"{name} is no transform that changes pixels alone; choose an ImageOnlyTransform such as "
                "albumentations.RandomFog"
            )
        try:
            self.transform = kind(**{**self.arguments, "p": 1.0}, strict=True)
        except (TypeError, ValueError) as error:  # pydantic's have many lines
            reason = shorten(str(error), 200, placeholder=" ..")
            raise ValueError(f"{name} refuses its arguments: {reason}") from error

    def draw(self, rng: np.random.Generator, frame: Frame) -> dict[str, Any]:
        """Draw the seed that its own draws come from."""
        return {"seed": draw_seed(rng)}

    def apply(self, img: np.ndarray, seed: int, **_: Any) -> np.ndarray:
        self.transform.set_random_state(np.random.default_rng(seed), random.Random(seed))
        return self.transform(image=quantize(img))["image"]

    @property
    def settings(self) -> dict[str, Any]:
        """The transform's arguments, as they were given."""
        return dict(self.arguments)
