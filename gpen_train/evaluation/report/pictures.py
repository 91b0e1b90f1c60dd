"""Pictures for the page: small files as data addresses."""

import base64
import io

import numpy as np
from PIL import Image

from gpen_train.images import resize_area

LARGEST = 1024  # pixels per side; larger ones are reduced for the page
EXACT_TO = 128  # pixels per side; up to here nothing is lost
QUALITY = 90
NOTE = (
    f"The numbers are of the images themselves. The pictures here are WebP: exact up to {EXACT_TO} px, above "
    f"that with quality {QUALITY} and at most {LARGEST} px."
)


def data_address(image: np.ndarray) -> str:
    """A square uint8 [H, H, 3] as ``data:image/webp;base64,..``"""
    if max(image.shape[:2]) > LARGEST:
        image = resize_area(image, LARGEST)
    file = io.BytesIO()
    is_exact = max(image.shape[:2]) <= EXACT_TO
    Image.fromarray(image).save(file, "WEBP", lossless=is_exact, quality=QUALITY, method=6)
    return f"data:image/webp;base64,{base64.b64encode(file.getvalue()).decode()}"
