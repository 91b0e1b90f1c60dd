"""What the stages of a chain share: how parameters are drawn, and how settings are checked."""

import inspect
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import albumentations
import cv2
import numpy as np

from gpen_train.quote import quoted

REFERENCE_RESOLUTION = 512  # pixels a side: what the lengths in the settings are given at
MOST = 1000  # of any number in the settings: beyond it a sample takes memory without bounds


class Frame(NamedTuple):
    """What a stage knows of the sample besides its pixels."""

    scale: float  # what lengths in pixels are multiplied with: clean resolution / 512, or 1
    size: tuple[int, int]  # height and width of the degraded image, pixels

    @classmethod
    def of(cls, image: np.ndarray) -> "Frame":
        """Return the frame of an image [H, W, 3] that keeps its size and scales by its shorter side."""
        height, width = image.shape[:2]
        return cls(min(height, width) / REFERENCE_RESOLUTION, (height, width))


class Stage(albumentations.ImageOnlyTransform):
    """One step of a chain: an albumentations transform that draws plain values, then applies them.

    A subclass stores each argument of its constructor under the argument's name, returns the drawn
    values from ``draw`` as a dict of plain values (those that JSON keeps), and takes these as keywords in
    ``apply``. What varies from pixel to pixel comes from a drawn ``seed``, so ``apply`` is a pure function.
    ``stage(image=image)`` works alone or in a Compose; a chain draws and applies in two steps.
    """

    def draw(self, rng: np.random.Generator, frame: Frame) -> dict[str, Any]:
        """Draw the parameters of one sample; all randomness comes from ``rng``."""
        return {}

    def sample(self, rng: np.random.Generator, frame: Frame) -> dict[str, Any] | None:
        """Draw the parameters with the probability ``p``, else None: the stage is skipped."""
        return self.draw(rng, frame) if rng.random() < self.p else None

    def get_params_dependent_on_data(self, params: dict[str, Any], data: dict[str, Any]) -> dict[str, Any]:
        return self.draw(self.random_generator, data.get("frame") or Frame.of(data["image"]))

    @property
    def settings(self) -> dict[str, Any]:
        """The constructor's arguments as plain values, defaults included."""
        return {name: plain(getattr(self, name)) for name in argument_names(type(self))}


def quantize(image: np.ndarray) -> np.ndarray:
    """Round to whole grey levels and clip to 0 to 255: float32 [H, W, 3] -> uint8; uint8 as it is."""
    if image.dtype == np.uint8:
        return image
    return cv2.addWeighted(image, 1.0, image, 0.0, 0.0, dtype=cv2.CV_8U)  # rounds and saturates in one pass


def argument_names(stage_class: type) -> list[str]:
    """List the names of the arguments that a stage's constructor takes."""
    return list(inspect.signature(stage_class.__init__).parameters)[1:]  # type: ignore[misc]


def plain(value: Any) -> Any:
    """Return a copy of dicts, lists, str, int, float, bool and None alone; ValueError for anything else."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, Mapping):
        return {str(name): plain(item) for name, item in value.items()}
    if isinstance(value, Sequence):
        return [plain(item) for item in value]
    raise ValueError(f"a setting is {value!r}; expected numbers, strings, lists and dicts of these")


def check_range(name: str, value: Any, lowest: float, highest: float = MOST) -> tuple[float, float]:
    """Return (low, high) from [low, high] or from one number, which stands for both; ValueError otherwise."""
    ends = (value, value) if isinstance(value, int | float) else value
    is_pair = (
        isinstance(ends, Sequence) and len(ends) == 2 and all(isinstance(end, int | float) for end in ends)
    )
    if not is_pair or not lowest <= ends[0] <= ends[1] <= highest:
        found = list(value) if isinstance(value, Sequence) and not isinstance(value, str) else value
        raise ValueError(
            f"{name} is {quoted(repr(found))}; expected [low, high] with "
            f"{lowest:g} <= low <= high <= {highest:g}"
        )
    return ends[0], ends[1]


def check_whole_range(name: str, value: Any, lowest: int, highest: float = MOST) -> tuple[int, int]:
    """Return (low, high), whole numbers, as ``check_range`` does."""
    low, high = check_range(name, value, lowest, highest)
    if low != int(low) or high != int(high):
        raise ValueError(f"{name} is {[low, high]}; expected whole numbers")
    return int(low), int(high)


def check_weights(name: str, value: Any, known: Sequence[str]) -> dict[str, float]:
    """Return a dict of known names and weights, not all zero; ValueError otherwise."""
    choices = f"expected weights, not all zero, for some of: {', '.join(known)}"
    if not isinstance(value, Mapping) or any(
        not isinstance(weight, int | float) for weight in value.values()
    ):
        raise ValueError(f"{name} is {value!r}; {choices}")
    unknown = [kind for kind in value if kind not in known]
    if unknown:
        raise ValueError(f"{name} holds {unknown[0]!r}; {choices}")
    if min(value.values(), default=0) < 0 or sum(value.values()) <= 0:
        raise ValueError(f"{name} is {dict(value)}; {choices}")
    return dict(value)


def check_probability(name: str, value: Any) -> float:
    """Return a number in [0, 1]; ValueError otherwise."""
    if not isinstance(value, int | float) or not 0 <= value <= 1:
        raise ValueError(f"{name} is {value!r}; expected a probability from 0 to 1")
    return value


def draw_seed(rng: np.random.Generator) -> int:
    """Draw 32 bits."""
    return int(rng.integers(2**32))


def draw_whole(rng: np.random.Generator, ends: tuple[int, int]) -> int:
    """Draw a whole number, both ends included."""
    return int(rng.integers(*ends, endpoint=True))


def draw_uniform(rng: np.random.Generator, ends: tuple[float, float]) -> float:
    """Draw a float between two ends."""
    return float(rng.uniform(*ends))
