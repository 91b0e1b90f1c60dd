"""Below the face: neck, ears and clothing."""

import cv2
import numpy as np

from gpen_train.data.drawn import noise
from gpen_train.data.drawn.geometry import Camera, Outline, smooth_curve
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


def ear_polygon(person: Person, side: int) -> np.ndarray:
    big = person.head.ear_size
    points = [
        (0.255, 0.455),
        (0.285, 0.430),
        (0.312, 0.445),
        (0.312, 0.505),
        (0.295, 0.560),
        (0.275, 0.600),
        (0.255, 0.585),
    ]
    shape = np.float32(points) * np.float32([1, 1]) - np.float32([0.262, 0.51])
    return smooth_curve((shape * big + np.float32([0.258, 0.51])) * np.float32([side, 1]), 40, closed=True)


def draw_ears(image: np.ndarray, person: Person, camera: Camera) -> None:
    """Shells with a helix, a dark bowl and blood shining through."""
    size = image.shape[0]
    light = np.float32(person.light.key) * 0.62 + np.float32(person.light.ambient) * 0.8
    tint = np.float32([1.0, 0.86, 0.84])
    for side in (-1, 1):
        toward = 1 + 0.35 * side * person.light.direction[0]
        skin = np.float32(person.skin.albedo) * tint * light * toward
        polygon = ear_polygon(person, side)
        alpha = to_alpha(fill(blank(size), camera.project(polygon)))
        rim = soften(alpha, 0.009)
        paint(image, skin[None, None] * (0.45 + 0.62 * rim[..., None]), alpha)
        bowl = smooth_curve(
            np.float32([(0.268, 0.47), (0.288, 0.465), (0.295, 0.50), (0.282, 0.54), (0.268, 0.55)]), 24
        )
        dark = fill(blank(size), camera.project(bowl * np.float32([side, 1])))
        line(dark, camera.project((polygon - polygon.mean(axis=0)) * 0.74 + polygon.mean(axis=0)), 0.003, 0.5)
        paint(image, skin * np.float32([0.42, 0.32, 0.30]), soften(to_alpha(dark), 0.005) * alpha * 0.7)
        if person.scene.earrings:
            spot = smooth_curve(
                np.float32([(0.272, 0.586), (0.279, 0.593), (0.272, 0.600), (0.265, 0.593)]), 16, closed=True
            )
            gem = to_alpha(fill(blank(size), camera.project(spot * np.float32([side, 1]))))
            paint(image, np.float32([0.75, 0.62, 0.42]) * light * 1.3, gem)


def cloth_texture(person: Person, camera: Camera, rng: np.random.Generator, size: int) -> np.ndarray:
    """Folds, weave and pattern as a brightness about 1 and the share of the trim colour -> two [size, size]."""
    grid = min(size, 256)
    x, y = camera.face_grid(grid)
    folds = noise.field(rng, grid, 6) * 0.5 + noise.field(rng, grid, 14) * 0.3
    tone = 1 + 0.16 * folds - 0.5 * ramp(np.abs(x), 0.30, 0.62)
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
