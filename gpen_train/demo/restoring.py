"""What the first tab computes: a photograph restored, to be seen before and after, whole and face by face."""

from typing import NamedTuple

import cv2
import numpy as np

from gpen_train.demo.models import Model
from gpen_train.images import resize_area
from gpen_train.photos.photo import Photo
from gpen_train.restoration.pictures import ALIGNED, Parts, put_together, take_apart
from gpen_train.restoration.settings import Settings
from gpen_train.restoration.tasks import as_input, method_for
from gpen_train.words import plural

WHOLE = "whole picture"
LONGEST = 2048  # pixels: longer sides are shrunk to be shown; what is saved is not


class View(NamedTuple):
    """Two images of one size: uint8 [H, W, 3]."""

    before: np.ndarray
    after: np.ndarray


class Outcome(NamedTuple):
    """What became of a photograph."""

    photo: Photo
    views: dict[str, View]  # WHOLE, then "face 1" and on
    said: str


def restore(photo: Photo, model: Model, settings: Settings, hole: np.ndarray | None = None) -> Outcome:
    """Restore a photograph; ``hole``, bool of any size, says what is missing, for inpainting.

    Raises ValueError, a sentence, where that cannot be.
    """
    settings.check()
    photo = as_input(photo, model.task)
    if model.task == "inpainting":
        if hole is None or not hole.any():
            raise ValueError("This model fills in what is missing: draw over it first, then restore")
        hole = cv2.resize(hole.astype(np.uint8), photo.size, interpolation=cv2.INTER_NEAREST) > 0
    else:
        hole = None
    method = method_for(model.gpen, settings, model.task)
    parts = take_apart(photo, method, hole)
    faces = model.network(parts.inputs)
    result = put_together(photo, parts, faces, method, hole)
    views = {WHOLE: shown(View(_as_large(photo, result, parts.kind), result.rgb))}
    if parts.kind != ALIGNED:
        pairs = zip(parts.degraded, faces, strict=True)
        for number, (before, after) in enumerate(pairs, start=1):
            before = resize_area(before, len(after))
            after = cv2.addWeighted(after, settings.strength, before, 1 - settings.strength, 0)
            views[f"face {number}"] = View(before, after)
    return Outcome(result, views, in_words(parts, result))


def in_words(parts: Parts, result: Photo) -> str:
    """What was done, in a sentence or two."""
    width, height = result.size
    size = f"The result has {width} x {height} pixels."
    if parts.kind == ALIGNED:
        return f"Taken as one aligned face. {size}"
    if not parts.found:
        return f"No face was found: nothing is restored. {size}"
    number, restored = len(parts.found), len(parts.inputs)
    left = "" if restored == number else f", {restored} of them restored"
    return f"{plural(number, 'face')} found{left}. {size}"


def shown(view: View) -> View:
    """The same, shrunk to what a page shows."""
    height, width = view.after.shape[:2]
    scale = LONGEST / max(height, width)
    if scale >= 1:
        return view
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return View(*(cv2.resize(image, size, interpolation=cv2.INTER_AREA) for image in view))


def _as_large(photo: Photo, result: Photo, kind: str) -> np.ndarray:
    """The photograph at the result's size."""
    if kind == ALIGNED:
        return resize_area(photo.rgb, result.size[0])
    return photo.enlarged(result.size[0] // photo.size[0]).rgb
