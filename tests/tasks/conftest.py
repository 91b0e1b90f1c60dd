"""A picture without any white, to tell a hole from."""

import numpy as np
import pytest


@pytest.fixture
def clean():
    return np.random.default_rng(0).integers(0, 255, (64, 64, 3), dtype=np.uint8)
