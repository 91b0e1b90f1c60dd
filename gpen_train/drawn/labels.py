"""The label map of a drawn face, made of the very shapes that it is painted with."""

import numpy as np

from gpen_train.conventions.labels import NUMBERS, resize_labels
from gpen_train.drawn import features
from gpen_train.drawn.clothing import LEAF, PEARL, cloth_edges, frame, lenses, pearls
from gpen_train.drawn.eyes import brow_hairs
from gpen_train.drawn.fields import array
from gpen_train.drawn.geometry import Camera, Outline, between, both
from gpen_train.drawn.hair import drawn_sheets
from gpen_train.drawn.hairstyles import nape
from gpen_train.drawn.mouth import is_open
from gpen_train.drawn.person import Person
from gpen_train.drawn.render import cast_face, check_resolution, working_size
from gpen_train.drawn.skin import ear_curves
from gpen_train.drawn.strokes import patch, to_alpha

COVERED = 0.5  # what a mark hides more of belongs to it
THIN = 0.2  # the same for eyebrows, between whose hairs there is skin


def draw_labels(seed: int, index: int, resolution: int) -> np.ndarray:
    """The classes of face number ``index`` of a seed, as numbers -> uint8 [resolution, resolution].

    Where ``draw_face`` paints a pixel with a part, it is that part's. A beard counts as skin, lenses as
    glasses, and eyes and brows behind them as themselves. Raises ValueError as ``draw_face`` does.
    """
    check_resolution(resolution)
    person, streams, _ = cast_face(seed, index)
    return resize_labels(label_portrait(person, streams, working_size(resolution)), resolution)


class Canvas:
    """A label map that marks are made on, one over the other; shapes are polygons in face coordinates."""

    def __init__(self, camera: Camera, size: int) -> None:
        self.camera, self.size = camera, size
        self.labels = np.full((size, size), NUMBERS["background"], np.uint8)

    def mark(self, name: str, alpha: np.ndarray) -> None:
        """Give the class ``name`` what ``alpha`` [size, size] hides."""
        self.labels[alpha > COVERED] = NUMBERS[name]

    def shape(self, name: str, polygons: np.ndarray) -> None:
        """The same with polygons [K, 2] or [N, K, 2]."""
        self.mark(name, patch(self.camera.project(polygons), self.size))

    def pair(self, part: str, polygons: np.ndarray) -> None:
        """The same with the left and the right one of eyes or ears [2, K, 2]."""
        for side, polygon in zip("lr", polygons, strict=True):
            self.shape(f"{side}_{part}", polygon)


def label_portrait(person: Person, streams: dict[str, np.random.Generator], size: int) -> np.ndarray:
    """The classes in the order in which ``paint_portrait`` paints -> uint8 [size, size]."""
    camera, outline = Camera(person.head), Outline(person.head)
    canvas = Canvas(camera, size)
    behind = nape(person)
    if behind is not None:
        canvas.shape("hair", behind)
    canvas.shape("neck", features.neck(person))
    canvas.pair("ear", ear_curves(person, "rim"))
    if person.scene.earrings:
        canvas.shape("ear_r", pearls(PEARL))
    canvas.shape("skin", outline.polygon)
    canvas.shape("nose", features.nose(person))
    mark_mouth(canvas, person)
    mark_eyes(canvas, person, streams["brows"])
    canvas.shape("cloth", cloth_edges(person)[1])
    if person.scene.collar == "shirt":
        canvas.shape("cloth", both(array(LEAF)))
    for _, alpha in drawn_sheets(person, camera, outline, streams["hair"], size):
        canvas.mark("hair", alpha)
    if person.scene.glasses != "none":
        canvas.mark("eye_g", to_alpha(frame(person.scene.glasses, camera, size)))
    return canvas.labels


def mark_mouth(canvas: Canvas, person: Person) -> None:
    """Both lips, and between them the teeth and the dark behind."""
    curves = features.lips(person)
    canvas.shape("l_lip", between(curves["upper_inside"], curves["lower_edge"]))
    canvas.shape("u_lip", between(curves["upper_edge"], curves["upper_inside"]))
    if is_open(person.mouth):
        canvas.shape("mouth", between(curves["upper_inside"], curves["lower_inside"]))


def mark_eyes(canvas: Canvas, person: Person, rng: np.random.Generator) -> None:
    """Lenses, and in front of them, as annotators do it, eyes and brows."""
    if person.scene.glasses != "none":
        canvas.shape("eye_g", lenses(person.scene.glasses))
    canvas.pair("eye", both(between(*features.lids(person))))
    hairs = brow_hairs(person, canvas.camera, rng, canvas.size) > THIN
    is_left = canvas.camera.face_grid(canvas.size)[0] < 0
    canvas.labels[hairs & is_left] = NUMBERS["l_brow"]
    canvas.labels[hairs & ~is_left] = NUMBERS["r_brow"]
