"""Who is portrayed: every parameter of a face, drawn before and apart from the resolution.

Lengths are in frame units (the side of the picture is 1), colours linear RGB in [0, 1], angles in radians.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from gpen_train.drawn.fields import array
from gpen_train.drawn.palette import Colour


@dataclass(frozen=True)
class Head:
    """Pose and proportions. Factors are 1 for the average face."""

    yaw: float
    pitch: float
    roll: float
    scale: float
    shift: tuple[float, float]
    cheek_width: float
    jaw_width: float
    chin_width: float
    chin_y: float
    nose_width: float
    nose_length: float
    nose_height: float
    brow_ridge: float
    fullness: float
    ear_size: float


@dataclass(frozen=True)
class Complexion:
    """The skin: ``age`` runs from 0 (child) to 1 (old); the others are strengths in [0, 1]."""

    age: float
    melanin: float
    albedo: Colour
    redness: float
    oiliness: float
    freckles: float
    blotches: float


@dataclass(frozen=True)
class Eyes:
    """``height`` is the opening of the lids, ``tilt`` lifts the outer corners."""

    width: float
    height: float
    tilt: float
    fold: float
    iris: Colour
    iris_radius: float
    pupil_radius: float
    gaze: tuple[float, float]
    lashes: float
    shadow: float


@dataclass(frozen=True)
class Mouth:
    """``smile`` lifts the corners, ``opening`` parts the lips, both in frame units."""

    width: float
    upper: float
    lower: float
    smile: float
    opening: float
    colour: Colour
    gloss: float
    teeth: float


@dataclass(frozen=True)
class Brows:
    thickness: float
    arch: float
    lift: float
    density: float


@dataclass(frozen=True)
class Hair:
    """``style`` names an entry of hairstyles.STYLES; ``wave`` is the sideways swing of a strand."""

    style: str
    colour: Colour
    grey: float
    hairline: float
    recession: float
    volume: float
    length: float
    part: float
    wave: float
    curls: float
    shine: float
    beard: str
    beard_length: float


@dataclass(frozen=True)
class Light:
    """A key light from ``direction`` (x right, y down, z to the viewer), ambient light and a rim."""

    direction: tuple[float, float, float]
    key: Colour
    ambient: Colour
    rim: float
    softness: float

    def level(self, key: ArrayLike, ambient: ArrayLike) -> np.ndarray:
        """The light where shares of the key and of the ambient light arrive [3]."""
        return array(key) * array(self.key) + array(ambient) * array(self.ambient)


@dataclass(frozen=True)
class Scene:
    background: str
    backdrop: tuple[Colour, Colour, Colour]
    collar: str
    cloth: Colour
    trim: Colour
    pattern: str
    glasses: str
    frame: Colour
    earrings: bool
    exposure: float
    contrast: float


@dataclass(frozen=True)
class Person:
    head: Head
    skin: Complexion
    eyes: Eyes
    mouth: Mouth
    brows: Brows
    hair: Hair
    light: Light
    scene: Scene
