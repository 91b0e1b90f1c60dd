"""Video compression: what an H.264 encoder at a low rate leaves of a frame, without the encoder."""

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np

from gpen_train.degradations.stage import (
    Frame,
    Stage,
    check_probability,
    check_whole_range,
    draw_whole,
    quantize,
)

BLOCK = 8  # pixels a side: the transform of the High profile
DEAD_ZONE = 1 / 6  # added before rounding down, in place of 1/2: the usual choice for predicted blocks
COSINES = np.array(  # [8, 8]: the orthonormal discrete cosine transform
    [
        [
            np.sqrt((2 if row else 1) / BLOCK) * np.cos(np.pi * row * (2 * x + 1) / (2 * BLOCK))
            for x in range(BLOCK)
        ]
        for row in range(BLOCK)
    ],
    np.float32,
)


def compress_video(image: np.ndarray, qp: int) -> np.ndarray:
    """Quantize the blocks of a frame as H.264 does, and smooth their edges.

    image uint8 or float32 [H, W, 3] in grey levels  ->  uint8 [H, W, 3]

    ``qp`` is the quantization parameter, 0 to 51; a step of 6 doubles the width of the quantizer, which is
    the same for all frequencies (JPEG's grows with them) and has a dead zone. Chroma is halved. Prediction,
    from other blocks and frames, is left out: a block stands for the residual on mid-grey.

    Source: ITU-T H.264; the filter: List et al., Adaptive Deblocking Filter, 2003.
    """
    height, width = image.shape[:2]
    luma, *chroma = cv2.split(cv2.cvtColor(quantize(image), cv2.COLOR_RGB2YCrCb))
    half = ((width + 1) // 2, (height + 1) // 2)
    small = [cv2.resize(plane, half, interpolation=cv2.INTER_AREA) for plane in chroma]
    coded = [code_plane(plane, min(qp, 15 + qp // 2)) for plane in small]  # as in H.264, beyond 30
    planes = [cv2.resize(plane, (width, height), interpolation=cv2.INTER_LINEAR) for plane in coded]
    return cv2.cvtColor(cv2.merge([code_plane(luma, qp), *planes]), cv2.COLOR_YCrCb2RGB)


def code_plane(plane: np.ndarray, qp: int) -> np.ndarray:
    """Transform, quantize and restore each block of 8 x 8: uint8 [H, W] -> uint8 [H, W]."""
    height, width = plane.shape
    padding = -height % BLOCK, -width % BLOCK
    padded = cv2.copyMakeBorder(plane, 0, padding[0], 0, padding[1], cv2.BORDER_REPLICATE)
    rows, columns = (side // BLOCK for side in padded.shape)
    blocks = padded.reshape(rows, BLOCK, columns, BLOCK).transpose(0, 2, 1, 3).astype(np.float32) - 128
    step = quantizer_step(qp)
    coefficients = COSINES @ blocks @ COSINES.T / step
    levels = np.copysign(np.floor(np.abs(coefficients) + DEAD_ZONE), coefficients)
    decoded = COSINES.T @ (levels * step) @ COSINES + 128
    decoded = decoded.transpose(0, 2, 1, 3).reshape(padded.shape)
    deblock(decoded, qp)
    deblock(decoded.T, qp)
    return np.rint(decoded[:height, :width].clip(0, 255)).astype(np.uint8)


def quantizer_step(qp: int) -> float:
    """Width of the quantizer in grey levels times 8: 2 ** ((qp - 4) / 6)."""
    return 2 ** ((qp - 4) / 6)


def deblock(plane: np.ndarray, qp: int) -> None:
    """Smooth the edges between columns of blocks in place, float32 [H, W], but not those of the picture."""
    largest = 0.8 * (2 ** (qp / 6) - 1)  # of a step that quantization may have made
    flat = 0.5 * qp - 7
    edges = np.arange(BLOCK, plane.shape[1], BLOCK)
    p1, p0, q0, q1 = (plane[:, edges + offset] for offset in (-2, -1, 0, 1))
    is_artefact = (np.abs(q0 - p0) < largest) & (np.abs(p1 - p0) < flat) & (np.abs(q1 - q0) < flat)
    limit = 1 + largest / 12
    correction = np.clip((4 * (q0 - p0) + (p1 - q1)) / 8, -limit, limit) * is_artefact
    plane[:, edges - 1] = p0 + correction
    plane[:, edges] = q0 - correction


class VideoCompression(Stage):
    """Compress as a video frame, with a drawn quantization parameter."""

    def __init__(
        self,
        qp: Sequence[int] = (28, 44),  # 0 to 51, both ends included
        p: float = 1.0,
    ):
        super().__init__(p=check_probability("p", p))
        self.qp = check_whole_range("qp", qp, 0, 51)

    def draw(self, rng: np.random.Generator, frame: Frame) -> dict[str, Any]:
        """Draw a quantization parameter, which does not depend on the resolution."""
        return {"qp": draw_whole(rng, self.qp)}

    def apply(self, img: np.ndarray, qp: int, **_: Any) -> np.ndarray:
        return compress_video(img, qp)
