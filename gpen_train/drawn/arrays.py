"""The one number type of the drawing code."""

import numpy as np
from numpy.typing import ArrayLike


def array(values: ArrayLike) -> np.ndarray:
    """Anything array-like as float32."""
    return np.asarray(values, np.float32)
