"""Clothing: shoulders in plain, knitted or patterned cloth with a collar."""

import numpy as np

from gpen_train.drawn.fields import array, field, octaves, ramp, resized
from gpen_train.drawn.geometry import Camera, between, both, mirrored, smooth_curve
from gpen_train.drawn.person import Person
from gpen_train.drawn.strokes import blank, fill, line, paint, soften, to_alpha, window

COLLARS = {  # the edge of the cloth from the midline outwards, face coordinates
    "crew": [(0.0, 0.985), (0.08, 0.978), (0.14, 0.955), (0.172, 0.915)],
    "vee": [(0.0, 1.10), (0.06, 1.03), (0.13, 0.955), (0.178, 0.905)],
    "shirt": [(0.0, 1.06), (0.05, 1.01), (0.115, 0.945), (0.165, 0.890)],
    "scoop": [(0.0, 1.08), (0.10, 1.06), (0.17, 1.01), (0.215, 0.935)],
}


LEAF = [(0.176, 0.876), (0.128, 0.925), (0.058, 1.000), (0.100, 1.045), (0.165, 1.000), (0.222, 0.930)]


def cloth_texture(
    person: Person, camera: Camera, rng: np.random.Generator, size: int
) -> tuple[np.ndarray, np.ndarray]:
    """Folds and weave as a brightness about 1, and the share of the trim colour -> two [size, size]."""
    grid = min(size, 256)
    x, y = camera.face_grid(grid)
    folds = field(rng, grid, 6) * 0.5 + field(rng, grid, 14) * 0.3
    tone = 0.95 + 0.20 * folds - 0.5 * ramp(np.abs(x), 0.28, 0.62) + 0.9 * x * person.light.direction[0]
    tone *= 0.62 + 0.38 * ramp(np.hypot(x, 1.3 * (y - 0.86)), 0.10, 0.26)  # the head's shadow
    layers = (tone, pattern(person.scene.pattern, x, y, folds))
    bright, share = (resized(layer, size) for layer in layers)
    weave = 0.035 * octaves(rng, size, (200, 400, 800), 0.8)
    return bright + weave * (2 if person.scene.pattern == "knit" else 1), share


def pattern(name: str, x: np.ndarray, y: np.ndarray, folds: np.ndarray) -> np.ndarray:
    """The share of the trim colour at face coordinates, in [0, 1]; the folds bend the stripes."""
    if name == "stripes":
        return ramp(np.sin(2 * np.pi * y / 0.045 + folds), 0.2, 0.6)
    if name == "checks":
        across, down = np.sin(2 * np.pi * x / 0.06), np.sin(2 * np.pi * y / 0.06)
        return 0.5 * ramp(across, -0.2, 0.2) + 0.5 * ramp(down, -0.2, 0.2)
    return np.zeros_like(x)


def draw_cloth(image: np.ndarray, person: Person, camera: Camera, rng: np.random.Generator) -> None:
    """Paint the shoulders over neck and background, in place."""
    size, collar = image.shape[0], person.scene.collar
    right = smooth_curve(COLLARS[collar], 24)
    neckline = np.concatenate([mirrored(right[::-1]), right[1:]])
    slope = 0.945 - 0.02 * (person.head.jaw_width - 1)
    hull = array([(0.23, 0.915), (0.36, slope), (0.52, 1.0), (0.60, 1.3)])
    hull = between(hull, mirrored(hull))
    alpha = to_alpha(fill(blank(size), camera.project(np.concatenate([neckline, hull]))))
    image *= (1 - 0.35 * soften(alpha, 0.010))[..., None]
    tone, share = cloth_texture(person, camera, rng, size)
    tone *= seams(person, camera.project(neckline), size)
    part = window(alpha)
    light = person.light.level(0.62, 0.75)
    trim = array(person.scene.trim) - array(person.scene.cloth)
    colour = (array(person.scene.cloth) + share[part][..., None] * trim) * light * tone[part][..., None]
    image[part] += alpha[part][..., None] * (colour - image[part])
    if collar == "shirt":
        draw_leaves(image, person, camera, light)


def seams(person: Person, neckline: np.ndarray, size: int) -> np.ndarray:
    """The hem along the neckline and a rib-knit band for crew necks, as a brightness about 1."""
    band = 0.034 if person.scene.collar == "crew" else 0.016
    edge = soften(to_alpha(line(blank(size), neckline, band, 0.8)), 0.0025)
    stitch = soften(to_alpha(line(blank(size), neckline + array([0, 0.55 * band]), 0.0028, 0.7)), 0.0012)
    return (1 - 0.40 * stitch) * (0.86 + 0.25 * edge)


def draw_leaves(image: np.ndarray, person: Person, camera: Camera, light: np.ndarray) -> None:
    """The two leaves of a shirt's collar: rounded where they fold over, shaded towards the neck."""
    size = image.shape[0]
    leaves, shade, stitch = blank(size), blank(size), blank(size)
    for polygon in camera.project(both(array(LEAF))):
        fill(leaves, polygon)
        line(shade, polygon[:3], 0.020)
        line(stitch, polygon * 0.93 + polygon.mean(axis=0) * 0.07, 0.0014, 0.5, closed=True)
    alpha = soften(to_alpha(leaves), 0.0012)
    image *= (1 - 0.45 * soften(alpha, 0.010) * (1 - alpha))[..., None]
    aside = np.linspace(-0.5, 0.5, size, dtype=np.float32)[None, :]
    tone = 1.12 + 1.2 * aside * person.light.direction[0] - 0.35 * soften(to_alpha(shade), 0.008)
    tone = tone * (1 - 0.35 * to_alpha(stitch))
    paint(image, array(person.scene.cloth) * light * tone[..., None], alpha)
