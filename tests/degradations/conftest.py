"""The presets of configs/degradation, and a picture to degrade."""

from pathlib import Path

import numpy as np
import pytest
from omegaconf import OmegaConf

CONFIGS = Path(__file__).parents[2] / "configs" / "degradation"


@pytest.fixture(scope="session")
def preset():
    """A function that returns the values of a preset as a plain dict for build_chain."""

    def read(name: str) -> dict:
        values = OmegaConf.to_container(OmegaConf.load(CONFIGS / f"{name}.yaml"), resolve=True)
        return {key: value for key, value in values.items() if not key.startswith("_")}

    return read


@pytest.fixture(scope="session")
def presets() -> list[str]:
    """The names of all presets."""
    return sorted(path.stem for path in CONFIGS.glob("*.yaml"))


@pytest.fixture(scope="session")
def face():
    """A function that paints the same smooth scene with edges at any resolution, uint8 [R, R, 3]."""

    def paint(resolution: int) -> np.ndarray:
        y, x = (np.mgrid[0:resolution, 0:resolution] + 0.5) / resolution
        disk = np.hypot(x - 0.5, y - 0.55) < 0.3
        stripes = np.sin(40 * x) * (y < 0.2)
        red = 0.3 + 0.5 * disk + 0.1 * stripes
        green = 0.4 + 0.2 * disk + 0.1 * y
        blue = 0.6 - 0.2 * disk + 0.1 * x
        return (255 * np.clip(np.stack([red, green, blue], -1), 0, 1)).astype(np.uint8)

    return paint
