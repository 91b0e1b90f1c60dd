"""The skin: its colour before light and under it, the neck and the ears.

The colour is a base tone with blood, veins, tan and make-up; freckles and pores come at full resolution.
"""

import numpy as np

from gpen_train.drawn.features import neck
from gpen_train.drawn.fields import CUBIC, array, field, octaves, ramp, resized, swelling
from gpen_train.drawn.geometry import EYE_X, Camera, Outline, both, smooth_curve
from gpen_train.drawn.person import Person
from gpen_train.drawn.relief import Shading, lit_head
from gpen_train.drawn.strokes import blank, fill, line, lowered, paint, patch, soften, stroke, to_alpha

BLOOD = array([1.06, 0.74, 0.74])  # albedo is multiplied by this where the skin is flushed
MELANIN = array([0.72, 0.60, 0.50])
DEPTHS = array([0.85, 0.98, 1.0])  # how strongly a contact shadow takes each channel
BOUNCE = array([1.03, 0.985, 0.95])  # light that has been in the skin before comes back warmer
VEINS = array([0.82, 0.72, 0.74])
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


def albedo(person: Person, x: np.ndarray, y: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Linear skin colour on a grid of face coordinates x, y [S, S] -> [S, S, 3]."""
    skin, aside, size = person.skin, np.abs(x), x.shape[0]
    patches = field(rng, size, 12)
    uneven = octaves(rng, size, (8, 24, 64), 0.6)
    flush = skin.redness * (
        0.55 * swelling(aside, y, (0.165, 0.585), (0.055, 0.045))
        + 0.55 * swelling(aside, y, (0.0, 0.60), (0.040, 0.030))
        + 0.30 * swelling(aside, y, (0.0, 0.83), (0.05, 0.03))
        + 0.35 * swelling(aside, y, (0.29, 0.54), (0.03, 0.06))
        + 0.25 * swelling(aside, y, (EYE_X - 0.04, 0.478), (0.03, 0.02))
    )
    flush = np.clip(flush * (1 - 0.45 * skin.melanin) + 0.07 * skin.blotches * uneven, -0.1, 1)
    tired = (0.18 + 0.30 * skin.age) * swelling(aside, y, (0.112, 0.502), (0.040, 0.013))
    tired += 0.16 * swelling(aside, y, (0.075, 0.455), (0.022, 0.022))
    tan = 0.05 * skin.blotches * patches + 0.10 * ramp(aside, 0.20, 0.28)
    tan += person.eyes.shadow * 0.6 * swelling(aside, y, (EYE_X + 0.006, 0.447), (0.040, 0.012))
    colour = array(skin.albedo) * (1 + (BLOOD - 1) * flush[..., None])
    colour *= 1 + (VEINS - 1) * tired[..., None]
    return colour * (1 + (MELANIN - 1) * np.clip(tan, -0.2, 1)[..., None])


def freckles(person: Person, x: np.ndarray, y: np.ndarray, rng: np.random.Generator, size: int) -> np.ndarray:
    """Spots of melanin where the sun falls, thresholded noise -> amount in [0, 1], [size, size]."""
    spots = np.clip(field(rng, size, 150) - 1.15, 0, 1)
    sunlit = swelling(np.abs(x), y, (0.10, 0.545), (0.11, 0.055)) + 0.25 * swelling(
        x, y, (0, 0.3), (0.15, 0.1)
    )
    where = resized(sunlit, size)
    return person.skin.freckles * spots * where * min(1.0, size / 200)


def pores(person: Person, rng: np.random.Generator, size: int) -> np.ndarray:
    """The fine grain of the skin, about 1, that only larger pictures resolve -> [size, size]."""
    grain = octaves(rng, size, (220, 450, 1000), 1.0)
    return 1 + (0.015 + 0.016 * person.skin.age) * grain


def lit_skin(
    person: Person, camera: Camera, outline: Outline, streams: dict[str, np.random.Generator], size: int
) -> tuple[np.ndarray, Shading]:
    """The colour of face and neck under the light [size, size, 3], and the face's shading, enlarged.

    The light is worked out on a coarser grid than the picture.
    """
    grid = int(np.clip(0.75 * size, 72, 384))
    shading, x, y, inside = lit_head(person, camera, outline, grid)
    grain = pores(person, streams["pores"], size)[..., None]
    tone = albedo(person, x, y, streams["skin"]) * (shading.diffuse * BOUNCE)
    gloss = shading.gloss * (0.08 + 0.16 * person.skin.oiliness) * inside
    gloss = resized(gloss, size, CUBIC)[..., None] * (9 * grain - 8)  # pores break up the highlights
    colour = resized(tone, size, CUBIC) * grain + gloss * array(person.light.key)
    if person.skin.freckles > 0:
        colour *= 1 + (MELANIN - 1) * freckles(person, x, y, streams["freckles"], size)[..., None]
    return colour, Shading(resized(shading.diffuse, size, CUBIC), shading.gloss)


def draw_neck(
    image: np.ndarray, person: Person, camera: Camera, colour: np.ndarray, face: np.ndarray
) -> None:
    """Paint the neck in the skin's ``colour`` [S, S, 3]; the ``face`` [S, S] above throws a shadow on it."""
    jaw_shadow = 0.6 * lowered(soften(face, 0.022), 0.022)
    mask = patch(camera.project(neck(person)), image.shape[0])
    paint(image, colour * (1 - jaw_shadow[..., None] * DEPTHS), mask)


def ear_curves(person: Person, name: str) -> np.ndarray:
    """A curve of EAR, for the left and the right ear [2, 32, 2], face coordinates."""
    root = array([0.255, 0.51])
    grown = (array(EAR[name]) - root) * person.head.ear_size + root
    return both(smooth_curve(grown, 32, closed=name == "rim"))


def draw_ears(image: np.ndarray, person: Person, camera: Camera) -> None:
    """Shells with a rolled rim, a ridge within, a dark bowl and blood shining through."""
    size = image.shape[0]
    curves = camera.project_all({name: ear_curves(person, name) for name in EAR})
    hollow = line(blank(size), curves["groove"], 0.005, 0.8)
    hollow = soften(to_alpha(fill(hollow, curves["bowl"], 210)), 0.0035)
    ridge = stroke(curves["ridge"], size, 0.006, 0.7, blur=0.003)
    skin = array(person.skin.albedo) * array([0.95, 0.78, 0.75]) * person.light.level(0.55, 0.75)
    side = np.sign(np.linspace(-1, 1, size, dtype=np.float32))[:, None]
    toward = 1 + 0.5 * person.light.direction[0] * side
    alpha = patch(curves["rim"], size)
    paint(image, skin * toward * (0.40 + 0.72 * soften(alpha, 0.008)[..., None]), alpha)
    paint(image, skin * array([0.34, 0.24, 0.22]), hollow * alpha * 0.75)
    paint(image, np.broadcast_to(skin * toward * 1.25, image.shape), ridge * alpha * 0.8)
