"""Mouth: lips with their own light, the gap between them and teeth, and the nostrils above."""

import numpy as np

from gpen_train.drawn import features
from gpen_train.drawn.fields import array, ticks
from gpen_train.drawn.geometry import Camera, between, both, smooth_curve
from gpen_train.drawn.person import Person
from gpen_train.drawn.relief import Shading
from gpen_train.drawn.strokes import FINE, blank, fill, line, paint, soften, to_alpha, tufts

GUMS = array([0.035, 0.008, 0.008])
ENAMEL = array([0.86, 0.79, 0.68])
TEETH = array([-0.088, -0.072, -0.052, -0.030, 0.0, 0.030, 0.052, 0.072, 0.088])  # where two meet


def draw_mouth(
    image: np.ndarray, person: Person, camera: Camera, shading: Shading, rng: np.random.Generator
) -> None:
    """Paint the mouth over the lit skin, in place; ``shading`` is the face's, at the picture's size."""
    size, mouth = image.shape[0], person.mouth
    curves = camera.project_all(features.lips(person))
    lips = fill(blank(size), between(curves["upper_edge"], curves["lower_edge"]))
    alpha = soften(to_alpha(lips), 0.0016)
    colour = array(mouth.colour) * shading.diffuse
    furrows = lip_lines(person, camera, rng, size) if size >= FINE else np.float32(0)
    paint(image, colour, alpha * 0.9)
    image *= (1 - 0.30 * furrows * alpha)[..., None]
    upper = to_alpha(fill(blank(size), between(curves["upper_edge"], curves["upper_inside"])))
    image *= (1 - 0.22 * soften(upper, 0.002))[..., None]
    if mouth.opening > 0.002:
        draw_inside(image, person, camera, curves)
    seam = soften(to_alpha(line(blank(size), curves["upper_inside"], 0.0036, 0.9)), 0.0012)
    paint(image, array(mouth.colour) * array([0.10, 0.06, 0.06]), seam * 0.8)
    draw_gloss(image, person, camera, alpha * (1 - 0.6 * furrows))


def lip_lines(person: Person, camera: Camera, rng: np.random.Generator, size: int) -> np.ndarray:
    """Fine furrows that run from the seam to the edges -> [size, size] in [0, 1]."""
    curves = features.lips(person, 41)
    draws = rng.random((150, 3), np.float32)
    pick = (4 + draws[:, 0] * 32).astype(np.int32)
    pairs = (("upper_inside", "upper_edge"), ("lower_inside", "lower_edge"))
    strokes = []
    for inside, edge in pairs:
        start, end = curves[inside][pick], curves[edge][pick]
        shares = np.stack([0.1 + 0.2 * draws[:, 1], 0.5 + 0.4 * draws[:, 2]], axis=1)[..., None]
        strokes.append(start[:, None] + (end - start)[:, None] * shares)
    lines = camera.project(np.concatenate(strokes))
    return tufts(size, lines, 0.0009, np.full(len(lines), 0.55, np.float32))


def draw_inside(image: np.ndarray, person: Person, camera: Camera, curves: dict[str, np.ndarray]) -> None:
    """The dark of the mouth and the upper row of teeth, darker towards the corners."""
    size, mouth = image.shape[0], person.mouth
    gap = to_alpha(fill(blank(size), between(curves["upper_inside"], curves["lower_inside"])))
    paint(image, GUMS, gap)
    top = features.lips(person)["upper_inside"]
    drop = np.minimum(0.030, 0.80 * mouth.opening + 0.006) * (1 - (top[:, :1] / (1.05 * mouth.width)) ** 2)
    bottom = top + drop * array([0, 1])
    row = to_alpha(fill(blank(size), camera.project(between(top - array([0, 0.004]), bottom))))
    gaps = blank(size)
    joints = np.interp(TEETH, top[:, 0], top[:, 1])
    roots, tips = np.stack([TEETH, joints - 0.002], axis=1), np.stack([TEETH * 0.985, joints + 0.030], axis=1)
    for joint in camera.project(np.stack([roots, tips], axis=1)):
        line(gaps, joint, 0.0014, 0.55)
    across = ticks(size) - camera.project(array([0, 0.7]))[0]
    fall = np.clip(1 - (across / (1.05 * mouth.width)) ** 2, 0.05, 1) ** 0.8
    light = person.light.level(0.65, 0.9)
    shade = soften(to_alpha(line(blank(size), curves["upper_inside"], 0.008)), 0.004)
    tone = 1.2 * fall[None, :] * (1 - 0.5 * soften(to_alpha(gaps), 0.0005)) * (1 - 0.45 * shade)
    paint(image, ENAMEL * mouth.teeth * light * tone[..., None], gap * row)


def draw_gloss(image: np.ndarray, person: Person, camera: Camera, alpha: np.ndarray) -> None:
    """Wet highlights on the lower lip and the bow of the upper."""
    size, mouth = image.shape[0], person.mouth
    curves = features.lips(person)
    aside = 0.25 * person.light.direction[0]
    centre = (curves["lower_inside"] * 0.58 + curves["lower_edge"] * 0.42)[9:24]
    centre = centre + array([aside * mouth.width, 0])
    bow = (curves["upper_edge"] * 0.8 + curves["upper_inside"] * 0.2)[12:21]
    shine = line(blank(size), camera.project(centre), 0.006, 0.8)
    line(shine, camera.project(bow), 0.002, 0.4)
    glow = soften(to_alpha(shine), 0.003) * alpha * (0.10 + 0.35 * mouth.gloss)
    image += glow[..., None] * person.light.level(0.8, 0.0)


def draw_nostrils(image: np.ndarray, person: Person, camera: Camera) -> None:
    """Two soft dark hollows below the tip and the crease behind each wing."""
    size, width = image.shape[0], person.head.nose_width
    y = 0.43 + 0.192 * person.head.nose_length
    skin = array(person.skin.albedo)
    holes, creases = blank(size), blank(size)
    hole = [(0.015, 0.001), (0.027, -0.006), (0.042, -0.004), (0.046, 0.003), (0.030, 0.004)]
    crease = [(0.062, -0.034), (0.072, -0.018), (0.070, -0.004), (0.058, 0.006)]
    stretch, base = array([width, 1]), array([0, y])
    for curve in camera.project(both(smooth_curve(hole, 24, closed=True) * stretch + base)):
        fill(holes, curve)
    for curve in camera.project(both(smooth_curve(crease, 12) * stretch + base)):
        line(creases, curve, 0.005, 0.6)
    paint(image, skin * array([0.05, 0.020, 0.016]), soften(to_alpha(holes), 0.0024) * 0.92)
    paint(image, skin * array([0.34, 0.24, 0.22]), soften(to_alpha(creases), 0.004) * 0.5)
