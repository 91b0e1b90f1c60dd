"""Plain super-resolution: a clean face becomes a pair by bicubic resampling down and up again."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from PIL import Image

from gpen_train.degradations.chain import Chain
from gpen_train.degradations.stage import check_probability
from gpen_train.tasks.pair import MADE, Pair
from gpen_train.tasks.start import bare, mirrored

LEAST, MOST = 1.1, 64  # of a factor


class SuperResolution:
    """Mirror a clean face with the probability ``flip``, then shrink it: ``pair = task(clean, rng)``.

    The small face is a factor smaller on each side, is rounded to 8 bits as in a file, and is enlarged to
    the network's input. Both ways are bicubic and antialiased (a = -0.5, the kernel as wide as the factor),
    as MATLAB's imresize has it but for its borders: nothing else is lost, no noise, no JPEG. Everything
    random comes from ``rng``.

    Source: Keys, IEEE TASSP 1981, equation 4; Pillow's resampling.
    """

    name = "sr"
    inputs = (MADE,)

    def __init__(
        self,
        chain: Chain,  # of which the size of the input alone counts
        flip: float = 0.5,  # probability of mirroring left and right, in both images
        factors: Sequence[float] = (4, 8, 16),  # old side / new side, one of them for each image
    ):
        self.flip = check_probability("flip", flip)
        self.chain = bare(chain)
        self.factors = check_factors(factors)

    def __call__(self, clean: np.ndarray, rng: np.random.Generator) -> Pair:
        """Return a pair: uint8 [R, R, 3] -> degraded uint8 [r, r, 3], clean uint8 [R, R, 3]."""
        clean = mirrored(clean, self.flip, rng)
        factor = self.factors[rng.integers(len(self.factors))]
        small = bicubic(clean, max(1, round(len(clean) / factor)))
        return Pair(bicubic(small, self.chain.input_resolution or len(clean)), clean)

    @property
    def settings(self) -> dict[str, Any]:
        """Plain values for a bundle's ``args``: flip, factors, and the chain that says the input's size."""
        return {"flip": self.flip, "factors": self.factors, "degradation": self.chain.settings}


def bicubic(image: np.ndarray, resolution: int) -> np.ndarray:
    """Resample uint8 [R, R, 3] -> uint8 [resolution, resolution, 3]."""
    return np.array(Image.fromarray(image).resize((resolution, resolution), Image.Resampling.BICUBIC))


def check_factors(factors: Any) -> list[float]:
    """Return factors from LEAST to MOST as a list; ValueError otherwise."""
    found = [factors] if isinstance(factors, int | float) else factors
    is_list = isinstance(found, Sequence) and not isinstance(found, str) and len(found) > 0
    if not is_list or not all(isinstance(one, int | float) and LEAST <= one <= MOST for one in found):
        raise ValueError(
            f"factors is {factors!r}; expected one or several from {LEAST} to {MOST}, as [4, 8, 16]"
        )
    return list(found)
