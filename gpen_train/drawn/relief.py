"""The head as a height map, and the light on it.

Heights: a skull, smooth swellings and hollows, lips and folds pressed into it. Light: wrapped diffuse
light, soft highlights, occlusion and cast shadows.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from gpen_train.drawn import features
from gpen_train.drawn.fields import AREA, CUBIC, array, ramp, resized, swelling
from gpen_train.drawn.geometry import EYE_X, Camera, Outline, between, mirrored
from gpen_train.drawn.person import Light, Person
from gpen_train.drawn.strokes import blank, fill, line, soften, stroke, to_alpha

HEAD_DEPTH = 0.25  # of the skull, frame units
MIDLINE = 0.014  # how softly the two halves meet, frame units
WRAP = (0.34, 0.18, 0.11)  # red light travels furthest under the skin and rounds the terminator
SHADOW_GRID = 64
NUM_MARCHES = 10


def skull(reach: np.ndarray) -> np.ndarray:
    """The outline's dome, flat in front and steep at the rim."""
    return HEAD_DEPTH * np.sqrt(np.maximum(1 - reach**2.2, 0) + 0.012) - 0.5 * np.maximum(reach - 1, 0)


def nose(person: Person, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Root, bridge, tip and wings, which fall off steeply at the base."""
    head, aside = person.head, np.abs(x)
    y = 0.43 + (y - 0.43) / head.nose_length
    y = y + 2.6 * np.square(x)  # the base arches up towards the wings
    rise = ramp(y, 0.40, 0.60) ** 1.3 * (1 - ramp(y, 0.600, 0.648))
    width = (0.020 + 0.015 * ramp(y, 0.46, 0.60)) * head.nose_width
    bridge = 0.095 * head.nose_height * rise * np.exp(-0.5 * (x / width) ** 2)
    root = 0.012 * head.nose_height * swelling(x, y, (0, 0.44), (0.020, 0.04))
    tip = 0.028 * swelling(x, y, (0, 0.593), (0.028 * head.nose_width, 0.020))
    wings = 0.044 * swelling(aside, y, (0.054 * head.nose_width, 0.608), (0.0155, 0.017))
    return bridge + root + tip + wings


def flesh(person: Person, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Brow, sockets, lids, cheeks, muzzle and chin."""
    head, aside = person.head, np.sqrt(np.square(x) + MIDLINE**2)
    smile, age, full = max(person.mouth.smile, 0), person.skin.age, head.fullness
    chin = head.chin_y
    return (
        0.016 * head.brow_ridge * swelling(aside, y, (0.115, 0.412), (0.070, 0.018))
        - 0.050 * swelling(aside, y, (0.106, 0.454), (0.052, 0.032))
        - 0.028 * swelling(aside, y, (0.062, 0.462), (0.020, 0.028))
        + 0.032 * swelling(aside, y, (EYE_X, 0.466), (0.040, 0.025))
        + 0.004 * age * swelling(aside, y, (0.130, 0.503), (0.034, 0.010))
        + (0.028 + 0.016 * smile) * swelling(aside, y, (0.165, 0.565 - 0.012 * smile), (0.058, 0.045))
        - 0.028 * (1 - full) * swelling(aside, y, (0.185, 0.690), (0.045, 0.060))
        + 0.014 * full * swelling(aside, y, (0.170, 0.710), (0.060, 0.060))
        + 0.026 * swelling(aside, y, (0.0, 0.690), (0.075, 0.055))
        - 0.010 * swelling(x, y, (0.0, 0.655), (0.010, 0.018))
        - 0.010 * swelling(aside, y, (person.mouth.width + 0.014, 0.700), (0.014, 0.016))
        - 0.016 * swelling(aside, y, (0.0, 0.768 + 0.6 * person.mouth.opening), (0.050, 0.016))
        + 0.024 * swelling(aside, y, (0.0, chin - 0.052), (0.050, 0.030))
        + 0.012 * swelling(x, y, (0.0, 0.27), (0.140, 0.070))
        - 0.012 * swelling(aside, y, (0.245, 0.36), (0.030, 0.070))
    )


def lip_relief(person: Person, camera: Camera, size: int) -> np.ndarray:
    """Two rolls of flesh with a furrow between."""
    curves = camera.project_all(features.lips(person))
    rolls = fill(blank(size), between(curves["upper_edge"], curves["upper_inside"]))
    fill(rolls, between(curves["lower_inside"], curves["lower_edge"]))
    furrow = stroke(curves["upper_inside"], size, 0.006, blur=0.004)
    return 0.017 * soften(to_alpha(rolls), 0.0075) - 0.005 * furrow


def fold_relief(person: Person, camera: Camera, size: int) -> np.ndarray:
    """Wrinkles and the lid's crease, as furrows with soft shoulders."""
    deep, fine = blank(size), blank(size)
    creases = features.crease(person)
    marks = [*features.folds(person), (creases, 0.004, 0.5), (mirrored(creases), 0.004, 0.5)]
    curves = camera.project(np.stack([curve for curve, _, _ in marks]))
    for curve, (_, width, amount) in zip(curves, marks, strict=True):
        line(deep if width > 0.0055 else fine, curve, width, min(1.0, amount))
    return -0.016 * soften(to_alpha(deep), 0.0065) - 0.007 * soften(to_alpha(fine), 0.0035)


def face_relief(person: Person, camera: Camera, outline: Outline, size: int) -> tuple[np.ndarray, ...]:
    """Heights of the face and where they are -> (height, x, y, reach), each [size, size]."""
    x, y = camera.face_grid(size)
    reach = outline.reach(x, y)
    front = 1 - ramp(reach, 0.80, 1.0)
    height = skull(reach) + front * (nose(person, x, y) + flesh(person, x, y))
    height += lip_relief(person, camera, size) + fold_relief(person, camera, size)
    return cv2.GaussianBlur(height, (0, 0), max(0.6, 0.0022 * size)), x, y, reach


def neck_relief(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """A cylinder with the two muscles that meet at the collar bones."""
    round_part = 0.16 * np.sqrt(np.maximum(1 - (x / 0.22) ** 2, 0.03))
    slant = np.abs(np.abs(x) - 0.135 + 0.62 * (y - 0.80))
    return round_part - 0.16 + 0.010 * np.exp(-((slant / 0.020) ** 2)) - 0.03 * ramp(y, 0.93, 1.1)


@dataclass(frozen=True)
class Shading:
    """``diffuse`` [S, S, 3] multiplies the albedo, ``gloss`` [S, S] is added."""

    diffuse: np.ndarray
    gloss: np.ndarray


def slopes(height: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How steeply a height map in frame units rises to the right and downwards, each [S, S]."""
    scale = height.shape[0] / 8  # a Sobel sum of weight 8, one pixel = 1 / size
    across = cv2.Sobel(height, cv2.CV_32F, 1, 0, scale=scale)
    return across, cv2.Sobel(height, cv2.CV_32F, 0, 1, scale=scale)


def occlusion(height: np.ndarray) -> np.ndarray:
    """Hollows see less of the sky: 1 in the open, less below the surroundings."""
    size = height.shape[0]
    near = cv2.GaussianBlur(height, (0, 0), 0.012 * size) - height
    wide = cv2.GaussianBlur(resized(height, 64, AREA), (0, 0), 2.6)
    far = resized(wide, size) - height
    return np.clip(1 - 14 * np.maximum(near, -0.004) - 3.2 * np.maximum(far, -0.02), 0.4, 1.15)


def cast_shadow(height: np.ndarray, light: Light) -> np.ndarray:
    """Walk from every point towards the light: does something stand higher? -> 1 lit, 0 in shadow."""
    size = height.shape[0]
    ground = resized(height, SHADOW_GRID, AREA)
    x, y, z = light.direction
    flat = np.hypot(x, y)
    excess = np.zeros_like(ground)
    for step in range(1, NUM_MARCHES + 1):
        distance = 0.011 * step**1.25
        move = array([[1, 0, x / flat * distance * SHADOW_GRID], [0, 1, y / flat * distance * SHADOW_GRID]])
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        ahead = cv2.warpAffine(
            ground, move, (SHADOW_GRID, SHADOW_GRID), flags=flags, borderMode=cv2.BORDER_REPLICATE
        )
        np.maximum(excess, (ahead - ground - distance * z / flat) / (1 + 2 * distance), out=excess)
    lit = 0.12 + 0.88 * np.exp(-excess / (0.35 * light.softness))
    return resized(cv2.GaussianBlur(lit, (0, 0), 1.2), size, CUBIC)


def shade(
    slope: tuple[np.ndarray, np.ndarray], light: Light, lit: np.ndarray, open_sky: np.ndarray
) -> Shading:
    """Light a surface; ``lit`` and ``open_sky`` [S, S] come from cast_shadow and occlusion."""
    nz = 1 / np.sqrt(1 + np.square(slope[0]) + np.square(slope[1]))
    nx, ny = -slope[0] * nz, -slope[1] * nz
    lx, ly, lz = light.direction
    facing = nx * lx + ny * ly + nz * lz
    sky = open_sky * (0.78 - 0.30 * ny + 0.12 * nz)
    rim = 0.5 * light.rim * np.maximum(-nx * np.sign(lx) - 0.45, 0) * open_sky
    diffuse = np.empty((*nz.shape, 3), np.float32)
    for channel, wrap in enumerate(WRAP):
        key = np.maximum(facing + wrap, 0) * (lit * (1 - 0.3 * wrap) + 0.3 * wrap)
        diffuse[..., channel] = light.key[channel] / (1 + wrap) * key + light.ambient[channel] * sky + rim
    hx, hy, hz = array([lx, ly, lz + 1]) / array(np.sqrt(2 + 2 * lz))
    gloss = np.maximum(nx * hx + ny * hy + nz * hz, 0)
    for _ in range(3):  # squaring beats a power
        gloss *= gloss
    gloss = 0.35 * gloss + 0.65 * np.square(np.square(gloss))  # lobes of power 8 and 32
    return Shading(diffuse, gloss * lit * open_sky)


def lit_head(
    person: Person, camera: Camera, outline: Outline, size: int
) -> tuple[Shading, np.ndarray, np.ndarray, np.ndarray]:
    """The light on face and neck -> shading, face coordinates x, y, share of the face, each [size, size]."""
    height, x, y, reach = face_relief(person, camera, outline, size)
    neck = neck_relief(x, y)
    inside = 1 - ramp(reach, 0.998, 1.02)
    surface = neck + inside * (height - neck)
    (face_x, face_y), (neck_x, neck_y) = slopes(height), slopes(neck)
    slope = neck_x + inside * (face_x - neck_x), neck_y + inside * (face_y - neck_y)
    shading = shade(slope, person.light, cast_shadow(surface, person.light), occlusion(surface))
    return shading, x, y, inside
