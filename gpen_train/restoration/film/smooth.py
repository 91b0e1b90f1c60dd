"""Landmarks without their shaking: a curve laid through the frames before and after."""

import numpy as np

REACH = 4  # frames on either side that count
SIGMA = 2.0  # frames, of their weights
BENT = 2  # samples on both sides that a parabola takes; with fewer, as at a track's ends, it is a line


def smoothed(
    numbers: np.ndarray, times: np.ndarray, values: np.ndarray, number: int, time: float
) -> np.ndarray:
    """Values [N, ..] of the frames ``numbers`` [N], at ``times`` [N] seconds -> the value [..] at ``time``.

        min over c of sum_i w_i |v_i - c_0 - c_1 (t_i - t) - c_2 (t_i - t)^2|^2    ->    c_0
        w_i = exp(-(n_i - n)^2 / 2 sigma^2),  |n_i - n| <= 4

    It looks both ways, so it does not lag: motion along a line or a parabola comes out as it is. A frame that
    is missing among ``numbers`` is filled in by the same curve.

    Source: local polynomial regression, Cleveland 1979 (doi:10.1080/01621459.1979.10481038); of evenly spaced
    frames it is the filter of Savitzky and Golay with Gaussian weights.
    """
    near = np.abs(numbers - number) <= REACH
    numbers, times, values = numbers[near], times[near] - time, values[near]
    bent = min((numbers < number).sum(), (numbers > number).sum()) >= BENT
    degree = min(2 if bent else 1, len(numbers) - 1)
    scale = max(np.abs(times).max(), 1e-9)
    powers = (times[:, None] / scale) ** np.arange(degree + 1)  # [N, degree + 1]
    weights = np.exp(-((numbers - number) ** 2) / (4 * SIGMA**2))[:, None]  # their square roots
    flat = values.reshape(len(values), -1)
    curve, *_ = np.linalg.lstsq(weights * powers, weights * flat, rcond=None)
    return curve[0].reshape(values.shape[1:])
