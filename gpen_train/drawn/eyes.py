"""Eyes: the ball behind its lids, iris fibres, pupil, catch-light, wet rims, lashes, and the brows above."""

import numpy as np

from gpen_train.drawn import features
from gpen_train.drawn.fields import array, ramp, ticks
from gpen_train.drawn.geometry import EYE_X, EYE_Y, Camera, between, both, places_on
from gpen_train.drawn.person import Person
from gpen_train.drawn.relief import Shading
from gpen_train.drawn.strokes import blend, paint, patch, soften, stroke, thinned, tufts, window

SCLERA = array([0.60, 0.545, 0.51])
CARUNCLE = array([0.50, 0.20, 0.17])
NUM_FIBRES = 240
SIDES = array([(-1, 1), (1, 1)])[:, None, None]  # mirrors the first of two halves [2, N, P, 2]


def draw_eyes(
    image: np.ndarray, person: Person, camera: Camera, shading: Shading, rng: np.random.Generator
) -> None:
    """Paint both eyes over the lit skin, in place."""
    size = image.shape[0]
    fibres = rng.random(NUM_FIBRES, np.float32)
    upper, lower = features.lids(person)
    edges = {"upper": both(upper), "lower": both(lower), "crease": both(features.crease(person))}
    edges = camera.project_all(edges)
    for side, upper, lower in zip((-1, 1), edges["upper"], edges["lower"], strict=True):
        column, row = (upper.mean(axis=0) * size).astype(int)
        light = 0.15 + 0.9 * shading.diffuse[row, column]
        draw_ball(image, person, camera, side, between(upper, lower), upper, fibres, light)
    draw_rims(image, person, edges)
    draw_lashes(image, person, camera, rng)


def draw_ball(
    image: np.ndarray,
    person: Person,
    camera: Camera,
    side: int,  # -1 for the eye at the left of the picture, 1 for the other
    opening: np.ndarray,  # between the lids [K, 2], frame coordinates
    upper: np.ndarray,  # the upper lid, which throws a shadow
    fibres: np.ndarray,  # brightness of the iris by angle [NUM_FIBRES]
    light: np.ndarray,  # [3]
) -> None:
    """Sclera, iris and pupil within the lids' opening."""
    size, eyes = image.shape[0], person.eyes
    mask = patch(opening, size)
    rows, columns = window(mask)
    centre = camera.project(array([side * EYE_X, EYE_Y - 0.001]))
    centre = centre + array(eyes.gaze) * eyes.iris_radius
    x = (ticks(size)[columns] - centre[0])[None, :]
    y = (ticks(size)[rows] - centre[1])[:, None]
    radius = np.hypot(x, y) / eyes.iris_radius
    edge = 1 / (eyes.iris_radius * size)  # a pixel, in iris radii
    globe = 1 - 0.5 * np.minimum((radius / 2.3) ** 2, 1)  # the ball turns away towards its corners
    red = np.clip(radius - 1.2, 0, 1)[..., None] * array([0.0, 0.16, 0.16])
    ball = SCLERA * globe[..., None] * (1 - red)
    corner = ramp(-side * x, 0.030, 0.044) * 0.8
    blend(ball, CARUNCLE, corner)
    inside = np.clip((1 - radius) / max(edge, 0.10) + 0.5, 0, 1)
    blend(ball, iris(person, x, y, radius, fibres, edge), inside)
    lid_shadow = stroke(upper, size, 0.022, blur=0.006)[rows, columns]
    ball *= (1 - 0.70 * lid_shadow)[..., None] * light
    ball += catch_light(person, x, y, edge)[..., None] * (1 - 0.5 * lid_shadow[..., None])
    blend(image[rows, columns], ball, mask[rows, columns])


def iris(
    person: Person, x: np.ndarray, y: np.ndarray, radius: np.ndarray, fibres: np.ndarray, edge: float
) -> np.ndarray:
    """Radial fibres around the pupil, a paler ring near it and a dark one at the limb -> [h, w, 3]."""
    eyes = person.eyes
    angle = np.arctan2(y, x) / (2 * np.pi) % 1
    fibre = np.interp(angle + 0.004 * np.sin(9 * radius), np.linspace(0, 1, NUM_FIBRES), fibres, period=1)
    detail = min(1.0, 0.12 / edge)
    tone = 1 + detail * 0.9 * (fibre.astype(np.float32) - 0.5) * ramp(radius, 0.35, 0.7)
    tone = tone * (1 + 0.45 * np.exp(-(((radius - eyes.pupil_radius - 0.16) / 0.14) ** 2)))
    tone *= 1 - 0.78 * ramp(radius, 0.74, 1.0)
    tone *= 1 + 0.7 * np.clip(y / eyes.iris_radius, -0.6, 0.8)  # light gathers opposite to where it enters
    colour = array(eyes.iris) * (0.72 * tone)[..., None]
    pupil = np.clip((eyes.pupil_radius - radius) / max(edge, 0.08) + 0.5, 0, 1)[..., None]
    return colour * (1 - pupil) + 0.004 * pupil


def catch_light(person: Person, x: np.ndarray, y: np.ndarray, edge: float) -> np.ndarray:
    """The lamp's reflection on the cornea and a faint one of the surroundings."""
    radius = person.eyes.iris_radius
    lamp_x, lamp_y = 0.45 * person.light.direction[0], 0.55 * person.light.direction[1]
    u, v = x / radius - lamp_x, y / radius - lamp_y
    extent = max(0.16, 0.5 * edge)  # smaller than a pixel it grows to one, and dims
    spot = np.clip((extent - (u**4 + (0.9 * v) ** 4) ** 0.25) / max(edge, 0.08) + 0.5, 0, 1)
    spot *= (0.16 / extent) ** 2
    glow = 0.05 * np.exp(-((x / radius + lamp_x) ** 2 + (y / radius - 0.5) ** 2) * 6)
    return 0.85 * spot + glow


def draw_rims(image: np.ndarray, person: Person, edges: dict[str, np.ndarray]) -> None:
    """The crease, the lower lid's wet pink rim and its shade, and the upper lid's dark margin."""
    skin = array(person.skin.albedo) * person.light.level(0.8, 1.0)
    down = array([0, 0.001])
    marks = (  # curves, width, opacity, blur, colour as a share of the skin's
        (edges["crease"], 0.0032, 0.60, 0.0016, (0.30, 0.22, 0.20)),
        (edges["lower"] + 2.2 * down, 0.0034, 0.75, 0.0008, (0.92, 0.66, 0.62)),
        (edges["upper"], 0.0058, 0.68 + 0.28 * person.eyes.lashes, 0.0012, (0.10, 0.07, 0.06)),
        (edges["lower"] + 5.0 * down, 0.0030, 0.27, 0.0015, (0.42, 0.32, 0.30)),
    )
    for curves, width, opacity, blur, colour in marks:
        mask = stroke(curves, image.shape[0], width, blur=blur)
        paint(image, skin * array(colour), opacity * mask)


def draw_lashes(image: np.ndarray, person: Person, camera: Camera, rng: np.random.Generator) -> None:
    """Curved lashes that fan outwards from the lids of both eyes."""
    strength, along = person.eyes.lashes, np.linspace(0, 1, 6, dtype=np.float32)
    upper, lower = features.lids(person, 41)
    for lid, number, reach, sign in ((upper, 76, 0.0125, -1), (lower, 44, 0.0065, 1)):
        draws = rng.random((2, number, 4), np.float32)
        count, wider = thinned(image.shape[0], number, detail=640)
        draws = draws[:, :count]
        place = 0.10 + 0.88 * draws[..., 0]
        root = places_on(lid, place)
        length = reach * (0.5 + 0.7 * strength) * (0.55 + 0.45 * draws[..., 1]) * (0.5 + 0.7 * place)
        lean = (place - 0.38) * 1.9 + 0.4 * (draws[..., 2] - 0.5)
        curl = lean[..., None] * along + 0.15 * along * (1 - along)
        rise = sign * (along - 0.22 * along**2 - 0.25 * along * (1 - along))
        steps = np.stack([curl, np.broadcast_to(rise, curl.shape)], axis=-1)
        points = root[:, :, None] + length[..., None, None] * steps  # [2, number, 6, 2]
        points = camera.project(points * SIDES)
        shade = 0.35 + 0.6 * strength * (0.4 + 0.6 * draws[..., 3])
        dark = tufts(image.shape[0], points.reshape(-1, 6, 2), 0.0011 * wider, shade.ravel())
        paint(image, array([0.012, 0.009, 0.008]), dark * (1 if sign < 0 else 0.6))


def draw_brows(image: np.ndarray, person: Person, camera: Camera, rng: np.random.Generator) -> None:
    """Paint both eyebrows, in place."""
    colour = array(person.hair.colour) ** 1.1 * 0.45 * person.light.level(0.6, 0.7)
    paint(image, colour, brow_hairs(person, camera, rng, image.shape[0]))


def brow_hairs(person: Person, camera: Camera, rng: np.random.Generator, size: int) -> np.ndarray:
    """Hairs that rise at the inner end, lie along the middle and fall at the outer end -> [size, size]."""
    brows = person.brows
    count, wider = thinned(size, 900)
    spine = features.brow(person, 41)
    along = np.linspace(0, 1, 5, dtype=np.float32)
    draws = rng.random((2 * count, 5), np.float32)
    place = draws[:, 0]
    centre = places_on(spine, place)
    half = 0.5 * brows.thickness * np.minimum(1, 0.5 + 2.2 * place) * np.minimum(1, 1.7 * (1.03 - place))
    height = (draws[:, 1] + draws[:, 2] - 1) * 1.3
    root = centre + np.stack([np.zeros_like(half), half * height], axis=1)
    angle = 1.25 - 1.25 * ramp(place, 0.0, 0.45) - 0.55 * ramp(place, 0.45, 1.0)
    angle += 0.55 * height * ramp(place, 0.2, 0.6) + 0.5 * (draws[:, 3] - 0.5)
    length = 0.020 * (0.55 + 0.6 * draws[:, 3])
    bend = angle[:, None] - 0.35 * along * np.sign(angle[:, None])
    step = np.stack([np.cos(bend), -np.sin(bend)], axis=-1) * along[:, None]
    points = root[:, None] + length[:, None, None] * step
    points[::2, :, 0] *= -1  # every other hair belongs to the left brow
    strength = brows.density * (0.5 + 0.5 * draws[:, 4]) * np.minimum(1, 0.45 + 2.5 * place)
    alpha = tufts(size, camera.project(points), 0.0008 * wider, strength, num_layers=3)
    return np.maximum(alpha, 0.85 * soften(alpha, 0.0035))
