"""Glasses: a frame with thickness, bridge and temples, a shadow on the skin and a sheen on the lenses."""

import numpy as np

from gpen_train.drawn.fields import array
from gpen_train.drawn.geometry import EYE_X, EYE_Y, Camera, smooth_curve
from gpen_train.drawn.person import Person
from gpen_train.drawn.strokes import blank, fill, line, lowered, paint, soften, to_alpha

FORMS = {"round": (0.074, 0.068, 2.1), "square": (0.084, 0.058, 3.6)}  # half width, half height, squareness


def lens(person: Person, side: int) -> np.ndarray:
    """The rim of one lens as a superellipse [48, 2]."""
    width, height, power = FORMS[person.scene.glasses]
    angle = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    cosine, sine = np.cos(angle), np.sin(angle)
    x = np.sign(cosine) * np.abs(cosine) ** (2 / power) * width
    y = np.sign(sine) * np.abs(sine) ** (2 / power) * height
    return np.stack([side * (EYE_X + 0.008 + x), EYE_Y + 0.012 + y], axis=1).astype(np.float32)


def draw_glasses(image: np.ndarray, person: Person, camera: Camera) -> None:
    """Paint the glasses over the face, in place."""
    if person.scene.glasses == "none":
        return
    size, width = image.shape[0], FORMS[person.scene.glasses][0]
    frame, glass, glint = blank(size), blank(size), blank(size)
    thick = 0.0050 if person.scene.glasses == "round" else 0.0082
    inner, outer = EYE_X + 0.008 - width, EYE_X + 0.008 + width
    bridge = smooth_curve([(-inner, 0.462), (0, 0.452), (inner, 0.462)], 13)
    line(frame, camera.project(bridge), thick)
    for side in (-1, 1):
        rim = lens(person, side)
        fill(glass, camera.project(rim))
        line(frame, camera.project(rim), thick, closed=True)
        temple = array([(side * outer, 0.458), (side * 0.275, 0.462)])
        line(frame, camera.project(temple), thick)
        band = rim.mean(axis=0) + array([(-0.050, 0.040), (0.010, -0.045), (0.030, -0.045), (-0.030, 0.040)])
        fill(glint, camera.project(band))
    alpha, inside = to_alpha(frame), to_alpha(glass)
    image *= (1 - 0.35 * lowered(soften(alpha, 0.006), 0.010))[..., None]
    light = person.light.level(1.0, 1.0)
    sky = np.linspace(0.014, 0.0, size, dtype=np.float32)[:, None]
    image += ((soften(to_alpha(glint), 0.004) * 0.022 + sky) * inside)[..., None] * light
    paint(image, array(person.scene.frame) * light * 0.3, alpha)
    core = soften(alpha, 0.0015)
    ridge = np.clip(core - lowered(core, 0.003), 0, 1)
    image += (0.30 * ridge * alpha)[..., None] * light
