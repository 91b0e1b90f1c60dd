"""The facts of one image: size, mode, sharpness, brightness, and a hash of how it looks."""

import hashlib
import io
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from gpen_train.curation.journal import Kind, Record
from gpen_train.fields import NUMBER, SHA256, WORD, Field
from gpen_train.files import STAMP, stamp
from gpen_train.image_limits import UnreadableImageError, image_bytes
from gpen_train.images import decode_image, decode_size, open_image, resize_area

HASH_SIDE = 16  # the hash has HASH_SIDE^2 bits
NORMALISED = 64  # pixels a side that the hash looks at
OCTAVES = 5  # that sharpness looks at


SIDE = Field("pixels of a side", lambda value: type(value) is int and 0 < value < 2**31)
KIND = Kind(  # of records
    {
        **STAMP,
        **{"width": SIDE, "height": SIDE, "mode": WORD, "format": WORD, "sha256": SHA256, "hash": SHA256},
        **{"sharpness": NUMBER, "brightness": NUMBER},
    },
    failure="unreadable",
)


@dataclass(frozen=True)
class Examiner:
    """``record = examiner(label)``: decodes ``root / label`` to its end and notes what it finds.

    The stamp in the record says whether it is still that of the file.
    """

    root: Path
    resolution: int  # pixels a side that training would use

    def __call__(self, label: str) -> Record:
        path = self.root / label
        record: Record = {"label": label, **stamp(path)}
        try:
            content = image_bytes(path)
            height, width = decode_size(content, path)
            image = decode_image(content, path, self.resolution)
        except UnreadableImageError as error:
            return {**record, "unreadable": error.reason}
        with open_image(io.BytesIO(content), path) as stored:
            mode, file_format = stored.mode, stored.format
        side = min(self.resolution, *image.shape[:2])  # never enlarged: that would look like blur
        luma = cv2.cvtColor(resize_area(image, side), cv2.COLOR_RGB2GRAY)
        return {
            **record,
            "width": width,
            "height": height,
            "mode": mode,
            "format": file_format,
            "sha256": hashlib.sha256(content).hexdigest(),
            "hash": looks(luma),
            "sharpness": round(sharpness(luma), 4),
            "brightness": round(float(luma.mean()), 2),
        }


def looks(luma: np.ndarray) -> str:
    """A perceptual hash of luma uint8 [R, R]: 256 bits as 64 hexadecimal digits.

    The image is shrunk to 64 x 64; each of the 16 x 16 lowest frequencies of its cosine transform is one bit:
    above their median or not. Compression, a change of size or of light turns few of them. The mean is none
    of these frequencies: the first row and column are left out.
    """
    small = cv2.resize(luma, (NORMALISED, NORMALISED), interpolation=cv2.INTER_AREA).astype(np.float32)
    waves = cv2.dct(small)[1 : HASH_SIDE + 1, 1 : HASH_SIDE + 1]
    return np.packbits(waves > np.median(waves)).tobytes().hex()


def sharpness(luma: np.ndarray) -> float:
    """How much detail luma uint8 [R, R] has in its finest octave, against octaves 4, 8 and 16 times coarser.

    Each is the standard deviation of what halving the size loses (Lanczos), in the middle of the image, where
    an aligned face has its eyes and mouth; the coarser ones count as their root mean square. A ratio of
    octaves does not depend on contrast. Sharp photographs have 0.2 and more, those enlarged by a factor of 3
    or blurred with a sigma of 1 pixel less than 0.1. Noise counts as detail.
    """
    lost, level = [], luma.astype(np.float32)
    for _ in range(OCTAVES):
        smaller = lanczos(level, max(len(level) // 2, 1))
        middle = slice(len(level) // 4, len(level) - len(level) // 4)
        lost.append((level - lanczos(smaller, len(level)))[middle, middle].std())
        level = smaller
    return float(lost[0] / max(np.sqrt(np.mean(np.square(lost[2:]))), 1e-3))


def lanczos(level: np.ndarray, side: int) -> np.ndarray:
    """Resample float32 [R, R] -> [side, side], antialiased."""
    return np.asarray(Image.fromarray(level).resize((side, side), Image.Resampling.LANCZOS))
