"""Compression: JPEG and WebP, through an encoder and back."""

from collections.abc import Mapping, Sequence
from typing import Any

import cv2
import numpy as np

from gpen_train.chance import choose
from gpen_train.degradations.stage import (
    Frame,
    Stage,
    check_probability,
    check_weights,
    check_whole_range,
    draw_whole,
    quantize,
)

FORMATS = {"jpeg": (".jpg", cv2.IMWRITE_JPEG_QUALITY), "webp": (".webp", cv2.IMWRITE_WEBP_QUALITY)}


def compress(image: np.ndarray, quality: int, file_format: str = "jpeg") -> np.ndarray:
    """Encode an image as a JPEG or WebP file in memory and decode it; chroma is halved, as it mostly is.

    image uint8 or float32 [H, W, 3] in grey levels, quality 1 to 100  ->  uint8 [H, W, 3]
    """
    suffix, quality_flag = FORMATS[file_format]
    bgr = cv2.cvtColor(quantize(image), cv2.COLOR_RGB2BGR)
    _, encoded = cv2.imencode(suffix, bgr, [quality_flag, quality])
    decoded = cv2.imdecode(encoded, cv2.IMREAD_COLOR)
    return cv2.cvtColor(decoded, cv2.COLOR_BGR2RGB, dst=decoded)


class Compression(Stage):
    """Compress with a drawn quality, as JPEG or WebP."""

    def __init__(
        self,
        formats: Mapping[str, float] | None = None,  # weight of "jpeg" and "webp"; JPEG alone if None
        quality: Sequence[int] = (60, 100),  # 1 to 100, both ends included
        p: float = 1.0,
    ):
        super().__init__(p=check_probability("p", p))
        self.formats = check_weights("formats", {"jpeg": 1.0} if formats is None else formats, list(FORMATS))
        self.quality = check_whole_range("quality", quality, 1, 100)

    def draw(self, rng: np.random.Generator, frame: Frame) -> dict[str, Any]:
        """Draw a format and a quality, which does not depend on the resolution."""
        return {"file_format": choose(rng, self.formats), "quality": draw_whole(rng, self.quality)}

    def apply(self, img: np.ndarray, quality: int, file_format: str, **_: Any) -> np.ndarray:
        return compress(img, quality, file_format)
