"""Ears: shells with a rolled rim, and the pearls in them."""

import numpy as np

from gpen_train.drawn.fields import array
from gpen_train.drawn.geometry import Camera, both, smooth_curve
from gpen_train.drawn.person import Person
from gpen_train.drawn.strokes import blank, fill, line, paint, soften, to_alpha

EAR = {  # curves of the right ear, face coordinates
    "rim": [
        (0.250, 0.460),
        (0.278, 0.436),
        (0.300, 0.447),
        (0.303, 0.500),
        (0.290, 0.556),
        (0.272, 0.590),
        (0.252, 0.580),
    ],
    "groove": [(0.262, 0.468), (0.278, 0.450), (0.292, 0.462), (0.293, 0.505), (0.281, 0.555)],
    "bowl": [(0.262, 0.48), (0.276, 0.476), (0.284, 0.505), (0.276, 0.535), (0.262, 0.54)],
    "ridge": [(0.272, 0.466), (0.285, 0.478), (0.287, 0.513), (0.276, 0.550)],
}


def ear_curves(person: Person, camera: Camera) -> dict[str, np.ndarray]:
    """The curves of EAR for both sides, in the frame, each [2, 32, 2]."""
    root = array([0.255, 0.51])
    curves = {}
    for name, points in EAR.items():
        curve = smooth_curve((array(points) - root) * person.head.ear_size + root, 32, closed=name == "rim")
        curves[name] = both(curve)
    return camera.project_all(curves)


def draw_ears(image: np.ndarray, person: Person, camera: Camera) -> None:
    """Shells with a rolled rim, a ridge within, a dark bowl and blood shining through."""
    size, curves = image.shape[0], ear_curves(person, camera)
    shell, hollow, ridge = blank(size), blank(size), blank(size)
    for side in (0, 1):
        fill(shell, curves["rim"][side])
        line(hollow, curves["groove"][side], 0.005, 0.8)
        fill(hollow, curves["bowl"][side], 210)
        line(ridge, curves["ridge"][side], 0.006, 0.7)
    light = person.light.level(0.55, 0.75)
    skin = array(person.skin.albedo) * array([0.95, 0.78, 0.75]) * light
    toward = (
        1 + 0.5 * person.light.direction[0] * np.sign(np.linspace(-1, 1, size, dtype=np.float32))[:, None]
    )
    alpha = to_alpha(shell)
    paint(image, skin * toward * (0.40 + 0.72 * soften(alpha, 0.008)[..., None]), alpha)
    paint(image, skin * array([0.34, 0.24, 0.22]), soften(to_alpha(hollow), 0.0035) * alpha * 0.75)
    paint(
        image,
        np.broadcast_to(skin * toward * 1.25, image.shape),
        soften(to_alpha(ridge), 0.003) * alpha * 0.8,
    )
    if person.scene.earrings:
        for side in (-1, 1):
            draw_earring(image, camera, array([0.272 * side, 0.585]), light)


def draw_earring(image: np.ndarray, camera: Camera, place: np.ndarray, light: np.ndarray) -> None:
    """A small pearl with its highlight."""
    size = image.shape[0]
    angle = np.linspace(0, 2 * np.pi, 16, endpoint=False)
    circle = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    pearl = to_alpha(fill(blank(size), camera.project(place + 0.009 * circle)))
    spark = to_alpha(fill(blank(size), camera.project(place + 0.003 * circle - 0.002)))
    paint(image, array([0.62, 0.56, 0.48]) * light * (0.4 + 0.8 * soften(pearl, 0.004)[..., None]), pearl)
    paint(image, array([1.3, 1.25, 1.2]) * light, spark)
