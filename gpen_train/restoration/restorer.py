"""Restoring pictures from Python: arrays, PIL images or files in, the same kind out."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from PIL import Image

from gpen_train.checkpoints.load import load_gpen
from gpen_train.devices import choose_device, dtype_named
from gpen_train.models.gpen import GPEN
from gpen_train.photos.photo import Photo, to_bytes
from gpen_train.restoration.background import load_enlarger
from gpen_train.restoration.found import Found
from gpen_train.restoration.network import Network
from gpen_train.restoration.pictures import put_together, take_apart
from gpen_train.restoration.settings import Settings
from gpen_train.restoration.tasks import as_input, method_for, read_input, task_of

Picture = str | Path | Image.Image | np.ndarray


class RestoredFace(NamedTuple):
    """A face of a picture; one that was left as it is has no images."""

    landmarks: np.ndarray  # float64 [5, 2], in pixels of the picture
    box: np.ndarray  # float64 [4]: left, top, right, bottom
    score: float  # 0 to 1
    left: str  # why it was left as it is; "" where it was restored
    before: np.ndarray | None = None  # uint8 [S, S, 3]: what was cut out
    after: np.ndarray | None = None  # uint8 [R, R, 3]: what the network made


class Restored(NamedTuple):
    """A restored picture: an array for an array, else a PIL image; and its faces, the largest first."""

    photo: Any
    faces: list[RestoredFace]


class Restorer:
    """``Restorer("model.pth")(picture)`` restores the faces of a picture and leaves the rest as it was.

        restored = Restorer("gpen-bfr-512.pth", upscale=2)("family.jpg")
        restored.photo.save("family_restored.png")

    A picture is a file's path, a PIL image, or an array uint8 [H, W, 3] or [H, W] RGB or grey; for a model of
    seg2face it is a label map, of numbers or colours. The settings are those of
    ``restoration.settings.Settings``: faces, detector, min_face, strength, upscale, ..

    Raises ValueError for settings out of range, OSError and ValueError for a checkpoint that cannot be read.
    """

    def __init__(
        self,
        checkpoint: str | Path | GPEN,
        device: str = "auto",  # "auto", "cpu", "cuda" or "cuda:1"
        dtype: str = "float32",  # of the convolutions
        batch_size: int = 4,  # faces
        task: str | None = None,  # for a file that does not name its own
        background: str | Path | None = None,  # a network that spandrel reads, to enlarge what is no face
        **settings: Any,
    ):
        self.settings = Settings(**settings)
        self.settings.check()
        place, precision = choose_device(device), dtype_named(dtype)
        self.enlarge: Callable[[Photo, int], Photo] = (
            Photo.enlarged
            if background is None
            else load_enlarger(background, self.settings.upscale, place, precision)
        )
        model = checkpoint if isinstance(checkpoint, GPEN) else load_gpen(checkpoint)
        self.method = method_for(model, self.settings, task or task_of(model) or "bfr")
        self.network = Network(model.for_inference(precision).to(place), batch_size)

    def __call__(self, picture: Picture, mask: np.ndarray | None = None) -> Restored:
        """Restore a picture; ``mask``, bool [H, W], is True where pixels are missing, for inpainting.

        Raises ValueError where the picture cannot be used, OSError where it cannot be read.
        """
        task = self.method.task
        if isinstance(picture, str | Path):
            photo = read_input(picture, task)
        else:
            photo = as_input(to_photo(picture), task)
        parts = take_apart(photo, self.method, mask)
        restored = self.network(parts.inputs)
        result = put_together(photo, parts, restored, self.method, mask, self.enlarge)
        faces = faces_of(parts.found, parts.degraded, restored)
        array = to_bytes(result.coloured().pixels)
        return Restored(array if isinstance(picture, np.ndarray) else Image.fromarray(array), faces)


def faces_of(found: list[Found], before: list[np.ndarray], after: list[np.ndarray]) -> list[RestoredFace]:
    """All faces, with the images of those that were restored."""
    images = iter(zip(before, after, strict=True))
    return [
        RestoredFace(*face, left) if left else RestoredFace(*face, left, *next(images))
        for face, left in found
    ]


def to_photo(picture: Image.Image | np.ndarray) -> Photo:
    """The photograph that a PIL image or an array is; ValueError for another array."""
    if isinstance(picture, Image.Image):
        picture = np.array(picture.convert("RGB"))
    array = picture if picture.ndim == 3 else picture[..., None]
    if array.dtype not in (np.uint8, np.uint16) or array.ndim != 3 or array.shape[2] not in (1, 3):
        raise ValueError(
            f"the picture is {picture.dtype} {list(picture.shape)}; expected uint8 [H, W, 3] or [H, W]"
        )
    return Photo(np.ascontiguousarray(array))
