"""What the tests of the device's chain compare with the CPU's."""

import numpy as np
import pytest
import torch


@pytest.fixture(scope="session")
def picture():
    """A function that paints detail at many scales in colour, uint8 [height, width, 3]."""

    def paint(height: int, width: int) -> np.ndarray:
        y, x = np.mgrid[0:height, 0:width] / 96
        detail = 0.1 * np.sin(300 * (x + 0.4 * y) * y)[..., None]
        channels = np.stack([0.3 + 0.6 * x, 0.2 + 0.5 * y, 0.7 - 0.5 * x * y], -1)
        return np.clip(255 * (channels + detail), 0, 255).astype(np.uint8)

    return paint


@pytest.fixture(scope="session")
def planar():
    """A function from arrays [h, w, 3] to tensors [3, h, w]."""
    return lambda images: [torch.from_numpy(image).permute(2, 0, 1) for image in images]


@pytest.fixture(scope="session")
def compare():
    """A function that takes results of the device and the CPU -> PSNR in dB of the least alike.

    Their dtypes and shapes must be equal.
    """

    def psnr(found: list[torch.Tensor], expected: list[np.ndarray]) -> float:
        values = []
        for tensor, array in zip(found, expected, strict=True):
            found_array = tensor.permute(1, 2, 0).numpy()
            assert (found_array.dtype, found_array.shape) == (array.dtype, array.shape)
            error = np.square(found_array.astype(np.float64) - array).mean()
            values.append(10 * np.log10(255**2 / max(error, 1e-10)))
        return min(values)

    return psnr
