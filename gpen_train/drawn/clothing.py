"""What is worn: plain, knitted or patterned cloth with a collar, glasses, and pearls in the ears."""

import numpy as np

from gpen_train.drawn.fields import array, field, octaves, ramp, resized
from gpen_train.drawn.geometry import EYE_X, EYE_Y, Camera, between, both, mirrored, smooth_curve
from gpen_train.drawn.person import Person
from gpen_train.drawn.strokes import (
    blank,
    blend,
    darken,
    line,
    lowered,
    paint,
    patch,
    soften,
    stroke,
    to_alpha,
    window,
)

COLLARS = {  # the edge of the cloth from the midline outwards, face coordinates
    "crew": [(0.0, 0.985), (0.08, 0.978), (0.14, 0.955), (0.172, 0.915)],
    "vee": [(0.0, 1.10), (0.06, 1.03), (0.13, 0.955), (0.178, 0.905)],
    "shirt": [(0.0, 1.06), (0.05, 1.01), (0.115, 0.945), (0.165, 0.890)],
    "scoop": [(0.0, 1.08), (0.10, 1.06), (0.17, 1.01), (0.215, 0.935)],
}
LEAF = [(0.176, 0.876), (0.128, 0.925), (0.058, 1.000), (0.100, 1.045), (0.165, 1.000), (0.222, 0.930)]
LENSES = {"round": (0.074, 0.068, 2.1), "square": (0.084, 0.058, 3.6)}  # half width, half height, squareness
PEARL = 0.009  # radius, frame units
LENS_X, LENS_Y = EYE_X + 0.008, EYE_Y + 0.012


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


def cloth_edges(person: Person) -> tuple[np.ndarray, np.ndarray]:
    """The neckline from left to right [.., 2], and the whole cloth as a polygon; face coordinates."""
    right = smooth_curve(COLLARS[person.scene.collar], 24)
    neckline = np.concatenate([mirrored(right[::-1]), right[1:]])
    slope = 0.945 - 0.02 * (person.head.jaw_width - 1)
    hull = array([(0.23, 0.915), (0.36, slope), (0.52, 1.0), (0.60, 1.3)])
    return neckline, np.concatenate([neckline, between(hull, mirrored(hull))])


def draw_cloth(image: np.ndarray, person: Person, camera: Camera, rng: np.random.Generator) -> None:
    """Paint the shoulders over neck and background, in place."""
    size = image.shape[0]
    neckline, whole = cloth_edges(person)
    alpha = patch(camera.project(whole), size)
    darken(image, 0.35 * soften(alpha, 0.010))
    tone, share = cloth_texture(person, camera, rng, size)
    tone *= seams(person, camera.project(neckline), size)
    part = window(alpha)
    light = person.light.level(0.62, 0.75)
    trim = array(person.scene.trim) - array(person.scene.cloth)
    colour = (array(person.scene.cloth) + share[part][..., None] * trim) * light * tone[part][..., None]
    blend(image[part], colour, alpha[part])
    if person.scene.collar == "shirt":
        draw_leaves(image, person, camera, light)


def seams(person: Person, neckline: np.ndarray, size: int) -> np.ndarray:
    """The hem along the neckline and a rib-knit band for crew necks, as a brightness about 1."""
    band = 0.034 if person.scene.collar == "crew" else 0.016
    edge = stroke(neckline, size, band, 0.8, blur=0.0025)
    stitch = stroke(neckline + array([0, 0.55 * band]), size, 0.0028, 0.7, blur=0.0012)
    return (1 - 0.40 * stitch) * (0.86 + 0.25 * edge)


def draw_leaves(image: np.ndarray, person: Person, camera: Camera, light: np.ndarray) -> None:
    """The two leaves of a shirt's collar: rounded where they fold over, shaded towards the neck."""
    size = image.shape[0]
    leaves = camera.project(both(array(LEAF)))  # [2, 6, 2]
    alpha = patch(leaves, size, 0.0012)
    darken(image, 0.45 * soften(alpha, 0.010) * (1 - alpha))
    aside = np.linspace(-0.5, 0.5, size, dtype=np.float32)[None, :]
    shade = stroke(leaves[:, :3], size, 0.020, blur=0.008)
    tone = 1.12 + 1.2 * aside * person.light.direction[0] - 0.35 * shade
    seam = leaves * 0.93 + leaves.mean(axis=1, keepdims=True) * 0.07
    tone = tone * (1 - 0.35 * to_alpha(line(blank(size), seam, 0.0014, 0.5, closed=True)))
    paint(image, array(person.scene.cloth) * light * tone[..., None], alpha)


def pearls(radius: float) -> np.ndarray:
    """A disc in each ear [2, 16, 2], face coordinates."""
    angle = np.linspace(0, 2 * np.pi, 16, endpoint=False)
    return both(array([[0.272, 0.585]])) + radius * np.stack([np.cos(angle), np.sin(angle)], axis=1)


def draw_earrings(image: np.ndarray, person: Person, camera: Camera) -> None:
    """A small pearl in each ear, with its highlight."""
    if not person.scene.earrings:
        return
    size, light = image.shape[0], person.light.level(0.55, 0.75)
    balls = patch(camera.project(pearls(PEARL)), size)
    sparks = patch(camera.project(pearls(0.003) - 0.002), size)
    paint(image, array([0.62, 0.56, 0.48]) * light * (0.4 + 0.8 * soften(balls, 0.004)[..., None]), balls)
    paint(image, array([1.3, 1.25, 1.2]) * light, sparks)


def lenses(form: str) -> np.ndarray:
    """The rims of both lenses as superellipses [2, 48, 2]."""
    width, height, power = LENSES[form]
    angle = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    cosine, sine = np.cos(angle), np.sin(angle)
    x = np.sign(cosine) * np.abs(cosine) ** (2 / power) * width
    y = np.sign(sine) * np.abs(sine) ** (2 / power) * height
    return both(array(np.stack([LENS_X + x, LENS_Y + y], axis=1)))


def frame(form: str, camera: Camera, size: int) -> np.ndarray:
    """Rims, bridge and temples as an 8-bit mask [size, size]."""
    thick = 0.0050 if form == "round" else 0.0082
    inner, outer = LENS_X - LENSES[form][0], LENS_X + LENSES[form][0]
    bridge = smooth_curve([(-inner, 0.462), (0, 0.452), (inner, 0.462)], 13)
    temples = both(array([(outer, 0.458), (0.275, 0.462)]))
    mask = line(blank(size), camera.project(bridge), thick)
    line(mask, camera.project(lenses(form)), thick, closed=True)
    return line(mask, camera.project(temples), thick)


def draw_glasses(image: np.ndarray, person: Person, camera: Camera) -> None:
    """A frame with thickness, bridge and temples, a shadow on the skin and a sheen on the lenses."""
    form = person.scene.glasses
    if form == "none":
        return
    size, rims = image.shape[0], lenses(form)
    bands = array([(-0.050, 0.040), (0.010, -0.045), (0.030, -0.045), (-0.030, 0.040)])  # of reflected light
    bands = rims.mean(axis=1, keepdims=True) + bands
    alpha = to_alpha(frame(form, camera, size))
    darken(image, 0.35 * lowered(soften(alpha, 0.006), 0.010))
    light = person.light.level(1.0, 1.0)
    sky = np.linspace(0.014, 0.0, size, dtype=np.float32)[:, None]
    glint = patch(camera.project(bands), size, 0.004) * 0.022
    image += ((glint + sky) * patch(camera.project(rims), size))[..., None] * light
    paint(image, array(person.scene.frame) * light * 0.3, alpha)
    core = soften(alpha, 0.0015)
    ridge = np.clip(core - lowered(core, 0.003), 0, 1)
    image += (0.30 * ridge * alpha)[..., None] * light
