"""Label maps: what each pixel of a face belongs to, as numbers, and as the colours that a network gets.

The classes, their numbers and their colours are CelebAMask-HQ's.

Source: Lee et al., MaskGAN, arXiv:1907.11922; switchablenorms/CelebAMask-HQ, g_mask.py and g_color.py.
"""

import io
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageOps

from gpen_train.image_limits import UnreadableImageError, image_bytes
from gpen_train.images import central_square, open_image
from gpen_train.quote import reason_of

CLASSES = {  # in the order of their numbers, from 0; l_ is at the left of the picture
    "background": (0, 0, 0),
    "skin": (204, 0, 0),
    "nose": (76, 153, 0),
    "eye_g": (204, 204, 0),  # glasses
    "l_eye": (51, 51, 255),
    "r_eye": (204, 0, 204),
    "l_brow": (0, 255, 255),
    "r_brow": (255, 204, 204),
    "l_ear": (102, 51, 0),
    "r_ear": (255, 0, 0),
    "mouth": (102, 204, 0),  # what is between the lips
    "u_lip": (255, 255, 0),
    "l_lip": (0, 0, 153),  # the lower one
    "hair": (0, 0, 204),
    "hat": (255, 51, 153),
    "ear_r": (0, 204, 204),  # earrings
    "neck_l": (0, 51, 0),  # a necklace
    "neck": (255, 153, 51),
    "cloth": (0, 204, 0),
}
NUMBERS = {name: number for number, name in enumerate(CLASSES)}
COLOURS = np.array(list(CLASSES.values()), np.uint8)  # [19, 3]
SIDES = ("eye", "brow", "ear")  # those that there is a left and a right one of
GREY_MODES = ("1", "L", "I", "I;16", "I;16B")  # Pillow's, of one channel


class UnreadableLabelsError(UnreadableImageError):
    """A file that exists and is no label map; ``reason`` says why in a few words."""

    def __str__(self) -> str:
        return (
            f"{self.path} is no label map: {self.reason}; expected a PNG with the numbers of CelebAMask-HQ's "
            f"classes, 0 to {len(CLASSES) - 1}, or their colours"
        )


def _mirrored_numbers() -> np.ndarray:
    numbers = np.arange(len(CLASSES), dtype=np.uint8)
    for part in SIDES:
        left, right = NUMBERS[f"l_{part}"], NUMBERS[f"r_{part}"]
        numbers[[left, right]] = right, left
    return numbers


MIRRORED = _mirrored_numbers()  # number -> that of the class on the other side


def to_colours(labels: np.ndarray) -> np.ndarray:
    """Numbers of classes, uint8 [H, W] -> their colours, uint8 [H, W, 3]."""
    return COLOURS[labels]


def to_labels(image: np.ndarray) -> np.ndarray:
    """A label map as an image, [H, W] or [H, W, 3] -> numbers of classes, uint8 [H, W].

    Inverts ``to_colours``; one channel, or three equal ones, are the numbers themselves. Raises ValueError,
    which names the first number or colour that stands for no class.
    """
    if image.ndim == 2 or not np.any(image != image[..., :1]):
        return _checked(image if image.ndim == 2 else image[..., 0])
    packed, codes = _packed(image), _packed(COLOURS)
    order = np.argsort(codes)
    places = np.minimum(np.searchsorted(codes[order], packed), len(codes) - 1)
    labels = order[places].astype(np.uint8)
    wrong = codes[labels] != packed
    if wrong.any():
        row, column = np.argwhere(wrong)[0].tolist()
        colour = tuple(image[row, column].tolist())
        raise ValueError(
            f"the colour {colour} at row {row}, column {column} is of none of the {len(CLASSES)} classes "
            "(JPEG mixes colours: save as PNG)"
        )
    return labels


def mirror_labels(colours: np.ndarray) -> np.ndarray:
    """A label map in colours [H, W, 3] as in a mirror: left eyes, brows and ears become right ones."""
    return to_colours(MIRRORED[to_labels(colours[:, ::-1])])


def resize_labels(labels: np.ndarray, resolution: int) -> np.ndarray:
    """Crop [H, W] or [H, W, 3] to its central square and resize it, each pixel as the nearest one was."""
    square = np.ascontiguousarray(central_square(labels))
    if len(square) == resolution:
        return square
    return cv2.resize(square, (resolution, resolution), interpolation=cv2.INTER_NEAREST_EXACT)


def read_labels(path: str | Path) -> np.ndarray:
    """The label map in the file at ``path`` -> numbers of classes, uint8 [H, W].

    Raises UnreadableLabelsError (a ValueError) for what is no label map, OSError for a missing file.
    """
    return decode_labels(image_bytes(path), path)


def read_label_map(path: str | Path, resolution: int | None = None) -> np.ndarray:
    """The same in the classes' colours, uint8 [H, W, 3]; at ``resolution`` pixels a side where given."""
    labels = read_labels(path)
    return to_colours(labels if resolution is None else resize_labels(labels, resolution))


def decode_labels(content: bytes, name: str | Path) -> np.ndarray:
    """As ``read_labels``, for the bytes of a file; ``name`` stands for it in messages.

    An image with a palette counts by its colours, and where these are of no class, by its numbers.
    """
    with open_image(io.BytesIO(content), name) as image:
        try:
            image.load()
            ImageOps.exif_transpose(image, in_place=True)
            return _labels_of(image)
        except Exception as error:  # damaged files make decoders raise nearly anything
            raise UnreadableLabelsError(name, reason_of(error)) from error


def _labels_of(image: Image.Image) -> np.ndarray:
    if image.mode == "F":
        raise ValueError("it holds 32-bit floats, expected whole numbers or colours")
    if image.mode in GREY_MODES:
        return to_labels(np.array(image))
    try:
        return to_labels(np.array(image.convert("RGB")))
    except ValueError:
        if image.mode != "P":
            raise
        return to_labels(np.array(image))


def _checked(numbers: np.ndarray) -> np.ndarray:
    found = int(numbers.max(initial=0)), int(numbers.min(initial=0))
    for number in found:
        if not 0 <= number < len(CLASSES):
            raise ValueError(
                f"the label {number} is of none of the {len(CLASSES)} classes, 0 to {len(CLASSES) - 1}"
            )
    return numbers.astype(np.uint8)


def _packed(colours: np.ndarray) -> np.ndarray:
    """[.., 3] -> one number each."""
    red, green, blue = np.moveaxis(colours.astype(np.int32), -1, 0)
    return (red << 16) | (green << 8) | blue
