"""Below the face: neck, ears and clothing."""

import cv2
import numpy as np

from gpen_train.data.drawn import noise
from gpen_train.data.drawn.features import both, project_all
from gpen_train.data.drawn.geometry import Camera, smooth_curve
from gpen_train.data.drawn.person import Person
from gpen_train.data.drawn.relief import ramp
from gpen_train.data.drawn.strokes import blank, fill, line, paint, soften, to_alpha

COLLARS = {  # the edge of the cloth from the midline outwards, face coordinates
    "crew": [(0.0, 0.985), (0.08, 0.978), (0.14, 0.955), (0.172, 0.915)],
    "vee": [(0.0, 1.10), (0.06, 1.03), (0.13, 0.955), (0.178, 0.905)],
    "shirt": [(0.0, 1.06), (0.05, 1.01), (0.115, 0.945), (0.165, 0.890)],
    "scoop": [(0.0, 1.08), (0.10, 1.06), (0.17, 1.01), (0.215, 0.935)],
}


def neck_polygon(person: Person) -> np.ndarray:
    wide = 0.150 + 0.015 * person.head.jaw_width + 0.02 * (person.head.fullness - 0.5)
    right = [
        (wide + 0.01, 0.60),
        (wide, 0.80),
        (wide + 0.005, 0.90),
        (wide + 0.07, 0.97),
        (0.40, 1.05),
        (0.5, 1.2),
    ]
    left = [(-x, y) for x, y in reversed(right)]
    return smooth_curve(np.float32([*right, *left]), 64, closed=True)


def neck_relief(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """A cylinder with the two muscles that meet at the collar bones."""
    round_part = 0.16 * np.sqrt(np.maximum(1 - (x / 0.22) ** 2, 0.03))
    slant = np.abs(np.abs(x) - 0.135 + 0.62 * (y - 0.80))
    return round_part - 0.16 + 0.010 * np.exp(-((slant / 0.020) ** 2)) - 0.03 * ramp(y, 0.93, 1.1)


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
    root = np.float32([0.255, 0.51])
    curves = {}
    for name, points in EAR.items():
        curve = smooth_curve(
            (np.float32(points) - root) * person.head.ear_size + root, 32, closed=name == "rim"
        )
        curves[name] = both(curve)
    return project_all(curves, camera)


def draw_ears(image: np.ndarray, person: Person, camera: Camera) -> None:
    """Shells with a rolled rim, a ridge within, a dark bowl and blood shining through."""
    size, curves = image.shape[0], ear_curves(person, camera)
    shell, hollow, ridge = blank(size), blank(size), blank(size)
    for side in (0, 1):
        fill(shell, curves["rim"][side])
        line(hollow, curves["groove"][side], 0.005, 0.8)
        fill(hollow, curves["bowl"][side], 210)
        line(ridge, curves["ridge"][side], 0.006, 0.7)
    light = np.float32(person.light.key) * 0.55 + np.float32(person.light.ambient) * 0.75
    skin = np.float32(person.skin.albedo) * np.float32([0.95, 0.78, 0.75]) * light
    toward = (
        1 + 0.5 * person.light.direction[0] * np.sign(np.linspace(-1, 1, size, dtype=np.float32))[:, None]
    )
    alpha = to_alpha(shell)
    paint(image, skin * toward * (0.40 + 0.72 * soften(alpha, 0.008)[..., None]), alpha)
    paint(image, skin * np.float32([0.34, 0.24, 0.22]), soften(to_alpha(hollow), 0.0035) * alpha * 0.75)
    paint(
        image,
        np.broadcast_to(skin * toward * 1.25, image.shape),
        soften(to_alpha(ridge), 0.003) * alpha * 0.8,
    )
    if person.scene.earrings:
        for side in (-1, 1):
            draw_earring(image, camera, np.float32([0.272 * side, 0.585]), light)


def draw_earring(image: np.ndarray, camera: Camera, place: np.ndarray, light: np.ndarray) -> None:
    """A small pearl with its highlight."""
    size = image.shape[0]
    angle = np.linspace(0, 2 * np.pi, 16, endpoint=False)
    circle = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    pearl = to_alpha(fill(blank(size), camera.project(place + 0.009 * circle)))
    spark = to_alpha(fill(blank(size), camera.project(place + 0.003 * circle - 0.002)))
    paint(
        image, np.float32([0.62, 0.56, 0.48]) * light * (0.4 + 0.8 * soften(pearl, 0.004)[..., None]), pearl
    )
    paint(image, np.float32([1.3, 1.25, 1.2]) * light, spark)


def cloth_texture(person: Person, camera: Camera, rng: np.random.Generator, size: int) -> np.ndarray:
    """Folds, weave and pattern as a brightness about 1 and the share of the trim colour -> two [size, size]."""
    grid = min(size, 256)
    x, y = camera.face_grid(grid)
    folds = noise.field(rng, grid, 6) * 0.5 + noise.field(rng, grid, 14) * 0.3
    tone = 0.95 + 0.20 * folds - 0.5 * ramp(np.abs(x), 0.28, 0.62) + 0.9 * x * person.light.direction[0]
    tone *= 0.62 + 0.38 * ramp(np.hypot(x, 1.3 * (y - 0.86)), 0.10, 0.26)  # the head's shadow
    share = np.zeros((grid, grid), np.float32)
    if person.scene.pattern == "stripes":
        share = ramp(np.sin(2 * np.pi * y / 0.045 + folds), 0.2, 0.6)
    elif person.scene.pattern == "checks":
        share = 0.5 * ramp(np.sin(2 * np.pi * x / 0.06), -0.2, 0.2) + 0.5 * ramp(
            np.sin(2 * np.pi * y / 0.06), -0.2, 0.2
        )
    tone, share = (cv2.resize(part, (size, size), interpolation=cv2.INTER_LINEAR) for part in (tone, share))
    weave = 0.035 * noise.octaves(rng, size, (200, 400, 800), 0.8)
    return tone + weave * (2 if person.scene.pattern == "knit" else 1), share


def draw_cloth(image: np.ndarray, person: Person, camera: Camera, rng: np.random.Generator) -> None:
    """Shoulders in cloth with an open collar, painted over neck and background."""
    size = image.shape[0]
    right = smooth_curve(np.float32(COLLARS[person.scene.collar]), 24)
    opening = np.concatenate([right[::-1] * np.float32([-1, 1]), right[1:]])
    slope = 0.945 - 0.02 * (person.head.jaw_width - 1)
    hull = np.float32(
        [
            (0.23, 0.915),
            (0.36, slope),
            (0.52, 1.0),
            (0.60, 1.3),
            (-0.60, 1.3),
            (-0.52, 1.0),
            (-0.36, slope),
            (-0.23, 0.915),
        ]
    )
    shoulders = camera.project(np.concatenate([opening, hull]))
    alpha = to_alpha(fill(blank(size), shoulders))
    tone, share = cloth_texture(person, camera, rng, size)
    light = np.float32(person.light.key) * 0.62 + np.float32(person.light.ambient) * 0.75
    colour = np.float32(person.scene.cloth) + share[..., None] * np.float32(
        np.subtract(person.scene.trim, person.scene.cloth)
    )
    edge = camera.project(opening)
    image *= (1 - 0.35 * soften(alpha, 0.010))[..., None]
    hem = soften(to_alpha(line(blank(size), edge + np.float32([0, 0.012]), 0.003, 0.7)), 0.0012)
    brighter = soften(to_alpha(line(blank(size), edge, 0.016, 0.8)), 0.003)
    paint(image, colour * light * (tone * (1 - 0.40 * hem) * (0.86 + 0.25 * brighter))[..., None], alpha)
    if person.scene.collar == "shirt":
        draw_lapels(image, person, camera, light)


def draw_lapels(image: np.ndarray, person: Person, camera: Camera, light: np.ndarray) -> None:
    """The two leaves of a shirt's collar, with the shadow under them."""
    size = image.shape[0]
    leaf = np.float32(
        [(0.178, 0.872), (0.120, 0.935), (0.050, 1.005), (0.085, 1.055), (0.165, 1.01), (0.225, 0.925)]
    )
    for side in (-1, 1):
        polygon = camera.project(leaf * np.float32([side, 1]))
        mask = to_alpha(fill(blank(size), polygon))
        image *= (1 - 0.35 * soften(mask, 0.008) * (1 - mask))[..., None]
        seam = to_alpha(
            line(blank(size), polygon * 0.94 + polygon.mean(axis=0) * 0.06, 0.0015, 0.4, closed=True)
        )
        toward = 1 + 0.25 * side * person.light.direction[0]
        paint(
            image, np.float32(person.scene.cloth) * light * 1.12 * toward * (1 - 0.4 * seam[..., None]), mask
        )
