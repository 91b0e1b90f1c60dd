"""A picture taken apart into what the network restores, and put together again."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import NamedTuple

import cv2
import numpy as np

from gpen_train.faces.crop import cut_out
from gpen_train.faces.detectors.detect import detect
from gpen_train.faces.detectors.table import check_detector
from gpen_train.faces.square import Square
from gpen_train.images import resize_area
from gpen_train.photos.photo import Photo
from gpen_train.restoration.colours import keep_colours
from gpen_train.restoration.found import Found, choose, fills
from gpen_train.restoration.paste import Patch, paste
from gpen_train.restoration.settings import Settings
from gpen_train.restoration.treatments import Finish, Treatment, as_it_is

ALIGNED, PHOTOGRAPH = "aligned face", "photograph"
GLANCE = 256  # pixels a side at which a face that fills a square picture is found too, and sooner


class Method(NamedTuple):
    """How pictures are restored by a model: all but its weights."""

    settings: Settings
    resolution: int  # pixels a side of the network's input
    task: str = "bfr"
    treatment: Treatment = as_it_is  # what the task needs before and after the network


class Parts(NamedTuple):
    """What a picture gives the network, and what it takes to put it together again."""

    kind: str  # ALIGNED or PHOTOGRAPH
    found: list[Found]  # all faces, restored or not
    inputs: list[np.ndarray]  # uint8 [S, S, 3]: of an aligned face itself, of a photograph those restored
    degraded: list[np.ndarray]  # the same before the task's treatment
    finishes: list[Finish]

    @property
    def squares(self) -> list[Square]:
        """Of the faces that are restored."""
        return [item.face.square for item in self.found if not item.left]


def take_apart(photo: Photo, method: Method, hole: np.ndarray | None = None) -> Parts:
    """Find the faces of a picture, and cut out those to be restored; ``hole`` is bool [H, W], for inpainting.

    Raises ValueError where the settings and the picture, or what is installed, do not go together.
    """
    width, height = photo.size
    asked = method.settings.faces
    if asked == "aligned" and width != height:
        raise ValueError(f"it is {width} x {height} pixels; expected a square: an aligned face")
    found = _find(photo, method.settings)
    if asked == "aligned" or (asked == "auto" and width == height and _is_aligned(found, width)):
        image = photo.rgb
        degraded, finish = method.treatment(image, hole)
        return Parts(ALIGNED, found[:1], [degraded], [image], [finish])
    return cut_faces(photo, found, method, hole)


def cut_faces(photo: Photo, found: list[Found], method: Method, hole: np.ndarray | None = None) -> Parts:
    """Cut out those faces of a photograph that are restored; ValueError for inpainting without a hole."""
    if method.task == "inpainting" and hole is None:
        raise ValueError(
            "it is a photograph; to fill in what is missing in its faces, expected a --mask of it"
        )
    squares = [item.face.square for item in found if not item.left]
    crops = [cut_out(photo.rgb, square, method.resolution, inside=False) for square in squares]
    holes = [None if hole is None else _cut_hole(hole, square, method.resolution) for square in squares]
    treated = [method.treatment(crop, part) for crop, part in zip(crops, holes, strict=True)]
    return Parts(
        PHOTOGRAPH, found, [degraded for degraded, _ in treated], crops, [finish for _, finish in treated]
    )


def put_together(
    photo: Photo,
    parts: Parts,
    restored: Sequence[np.ndarray],  # uint8 [R, R, 3], of ``parts.inputs``
    method: Method,
    hole: np.ndarray | None = None,
    enlarge: Callable[[Photo, int], Photo] = Photo.enlarged,  # what makes a photograph ``upscale`` its size
) -> Photo:
    """The restored picture: of an aligned face at the network's size, of a photograph at its own."""
    settings = method.settings
    if parts.kind == ALIGNED:
        face = parts.finishes[0](restored[0])
        return replace(
            photo.coloured(), pixels=_blend(face, parts.degraded[0], settings.strength), alpha=None
        )
    base = enlarge(photo, settings.upscale)
    if not restored:
        return base
    if method.task == "colorization":
        base = base.coloured()
    grey = base.pixels.shape[2] == 1
    levels = base.coloured().pixels
    mask = None if hole is None else _soft_hole(hole, settings.upscale)
    patches = [
        Patch(_finished(face, crop, finish, method), _enlarged(square, settings.upscale), mask)
        for face, crop, finish, square in zip(
            restored, parts.degraded, parts.finishes, parts.squares, strict=True
        )
    ]
    pasted = paste(levels, patches, settings.strength)
    return replace(base, pixels=cv2.cvtColor(pasted, cv2.COLOR_RGB2GRAY)[..., None] if grey else pasted)


def _find(photo: Photo, settings: Settings) -> list[Found]:
    """The faces of a picture; of a square one that a single glance shows to be a face, that face alone."""
    if settings.faces == "aligned":
        return []
    check_detector(settings.detector)
    width, height = photo.size
    if settings.faces == "auto" and width == height > GLANCE:
        faces = detect(settings.detector, resize_area(photo.rgb, GLANCE))
        found = choose([face.enlarged(width / GLANCE) for face in faces], settings)
        if found and _is_aligned(found, width):
            return found
    return choose(detect(settings.detector, photo.rgb), settings)


def _is_aligned(found: list[Found], side: int) -> bool:
    """Whether a square picture is one face: it fills the frame, or none is seen, as in a ruined one."""
    return not found or fills(found[0].face.square, side, side)


def _finished(face: np.ndarray, crop: np.ndarray, finish: Finish, method: Method) -> np.ndarray:
    finished = finish(face)
    if method.settings.keep_colours and method.task != "inpainting":
        finished = keep_colours(finished, crop, luma_alone=method.task == "colorization")
    return finished


def _blend(face: np.ndarray, image: np.ndarray, strength: float) -> np.ndarray:
    if strength == 1:
        return face
    return cv2.addWeighted(face, strength, resize_area(image, len(face)), 1 - strength, 0)


def _cut_hole(hole: np.ndarray, square: Square, resolution: int) -> np.ndarray:
    """The hole as the crop has it: all that it touches, bool [resolution, resolution]."""
    share = cut_out(np.repeat(hole[..., None] * np.uint8(255), 3, axis=2), square, resolution, inside=False)
    return share[..., 0] > 0


def _soft_hole(hole: np.ndarray, factor: int) -> np.ndarray:
    """float32 [H * factor, W * factor]: where the photograph may change."""
    height, width = hole.shape
    size = (width * factor, height * factor)
    return cv2.resize(hole.astype(np.float32), size, interpolation=cv2.INTER_LINEAR)


def _enlarged(square: Square, factor: int) -> Square:
    """The square in a photo of ``factor`` times the size."""
    return Square((square.centre + 0.5) * factor - 0.5, square.across * factor)
