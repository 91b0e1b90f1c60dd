"""A restored face takes its colours, and no detail, from what it was restored from."""

import cv2
import numpy as np

from gpen_train.images import resize_area

COARSE = 0.08  # sides, sigma: what is coarser counts as colour, what is finer as detail


def keep_colours(restored: np.ndarray, degraded: np.ndarray, luma_alone: bool = False) -> np.ndarray:
    """restored uint8 [R, R, 3], degraded uint8 [S, S, 3] -> uint8 [R, R, 3].

        restored + G(degraded - restored)     G: a wide Gaussian

    Noise, blur and the blocks of JPEG are finer than G and do not come back. With ``luma_alone`` the hue
    stays what the network made: what a colorized face needs.
    """
    source = resize_area(degraded, len(restored)).astype(np.float32)
    difference = source - restored
    if luma_alone:
        difference = cv2.cvtColor(difference, cv2.COLOR_RGB2GRAY)[..., None]
    wide = cv2.GaussianBlur(difference, (0, 0), COARSE * len(restored), borderType=cv2.BORDER_REFLECT_101)
    wide = wide.reshape(*restored.shape[:2], -1)
    return np.clip(np.rint(restored + wide), 0, 255).astype(np.uint8)
