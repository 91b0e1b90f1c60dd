"""The skin's colour before light: base tone, blood, freckles, shadows of beard and make-up, pores."""

import numpy as np

from gpen_train.drawn.fields import array, field, octaves, ramp, resized, swelling
from gpen_train.drawn.geometry import EYE_X
from gpen_train.drawn.person import Person

BLOOD = array([1.06, 0.74, 0.74])  # albedo is multiplied by this where the skin is flushed
MELANIN = array([0.72, 0.60, 0.50])
DEPTHS = array([0.85, 0.98, 1.0])  # how strongly a contact shadow takes each channel
BOUNCE = array([1.03, 0.985, 0.95])  # light that has been in the skin before comes back warmer
VEINS = array([0.82, 0.72, 0.74])


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
