"""Haircuts as sheets of guide curves from root to tip; hair.py fills them with strands.

A sheet is an array [G, P, 2] in face coordinates: G guides side by side, P places along each.
"""

from dataclasses import dataclass

import numpy as np

from gpen_train.drawn.fields import array
from gpen_train.drawn.geometry import SKULL_Y, Outline, smooth_curve, symmetric
from gpen_train.drawn.person import Person

NUM_PLACES = 28


@dataclass(frozen=True)
class Sheet:
    """``guides`` [G, P, 2]; ``density`` scales the number of strands, ``stray`` is how far they leave."""

    guides: np.ndarray
    density: float = 1.0
    stray: float = 0.004
    ragged: int = 0  # places at the tips that strands alone cover
    bare: int = 0  # places at the roots that strands alone cover, for a soft hairline


def hairline(person: Person, num: int) -> np.ndarray:
    """The edge of the hair around the face, left ear over the forehead to the right ear [num, 2]."""
    hair = person.hair
    back = 0.085 * hair.recession
    right = [
        (0, hair.hairline - 0.2 * back),
        (0.075, hair.hairline - 0.002 - 0.4 * back),
        (0.145, hair.hairline + 0.022 - back),
        (0.200, hair.hairline + 0.075 - 0.9 * back),
        (0.226, 0.305),
        (0.244, 0.375),
        (0.257, 0.435),
    ]
    return symmetric(right, num)


def shell(outline: Outline, thickness: np.ndarray, num: int, sweep: float = 0.0) -> np.ndarray:
    """The hair's outer edge, ``thickness`` [num] outside the head, from the left ear over the top."""
    angle = np.linspace(-1.74, 1.74, num, dtype=np.float32) + sweep  # from straight up
    polygon = outline.polygon
    around = np.unwrap(np.arctan2(polygon[:, 0], SKULL_Y - polygon[:, 1]))
    shift = np.concatenate([around - 2 * np.pi, around, around + 2 * np.pi])
    radius = np.tile(np.hypot(polygon[:, 0], polygon[:, 1] - SKULL_Y), 3)
    reach = np.interp(angle, shift, radius) + thickness
    return np.stack([np.sin(angle) * reach, SKULL_Y - np.cos(angle) * reach], axis=1).astype(np.float32)


def loft(*rails: np.ndarray) -> np.ndarray:
    """Guides through corresponding points of the rails, each [G, 2] -> [G, NUM_PLACES, 2]."""
    return smooth_curve(np.stack(rails, axis=1), NUM_PLACES)


def crop(person: Person, outline: Outline, top: float, sides: float, lift: float, sweep: float) -> Sheet:
    """Hair from the hairline to the shell: the common form of all short cuts."""
    roots = hairline(person, 21)
    height = np.abs(np.linspace(-1, 1, 21))
    thickness = top + (sides - top) * np.clip((height - 0.30) / 0.45, 0, 1)
    thickness *= 1 - 0.8 * np.clip((height - 0.75) / 0.25, 0, 1)
    tips = shell(outline, thickness, 21, sweep)
    middle = 0.5 * (roots + tips) + array([sweep * 0.25, -lift])
    return Sheet(loft(roots, middle, tips), bare=2)


def short(person: Person, outline: Outline) -> list[Sheet]:
    volume = person.hair.volume
    top, sides, sweep = 0.012 + 0.04 * volume, 0.014 + 0.016 * volume, 0.10 * np.sign(person.hair.part)
    return [crop(person, outline, top, sides, lift=0.0, sweep=sweep)]


def swept(person: Person, outline: Outline) -> list[Sheet]:
    volume = person.hair.volume
    back = crop(person, outline, 0.025 + 0.04 * volume, 0.022, 0.02, 0.0)
    side = np.sign(person.hair.part) or 1.0
    line = hairline(person, 21)
    roots, aside = line[4:17], line[4 + 3 * int(side) : 17 + 3 * int(side)]
    middle = 0.6 * roots + 0.4 * aside - array([0, 0.05 + 0.03 * volume])
    quiff = loft(roots, middle, aside * array([1.04, 1]) - array([0, 0.045]))
    return [back, Sheet(quiff, density=0.8, bare=2)]


def slick(person: Person, outline: Outline) -> list[Sheet]:
    sheet = crop(person, outline, 0.018 + 0.02 * person.hair.volume, 0.020, 0.0, 0.0)
    guides = sheet.guides.copy()
    guides[:, :, 0] *= 1 - 0.05 * np.linspace(0, 1, NUM_PLACES, dtype=np.float32) ** 2  # combed to the crown
    return [Sheet(guides, stray=0.002, bare=2)]


def buzz(person: Person, outline: Outline) -> list[Sheet]:
    return [crop(person, outline, 0.006, 0.003, 0.0, 0.0)]


def bald(person: Person, outline: Outline) -> list[Sheet]:
    return []


def afro(person: Person, outline: Outline) -> list[Sheet]:
    wide = 0.05 + 0.12 * person.hair.volume
    return [Sheet(crop(person, outline, wide, 0.85 * wide, 0.0, 0.0).guides)]


def curtain(person: Person, outline: Outline, side: int, reach: float) -> Sheet:
    """One half of parted hair: from the part over the temple and down to ``reach``."""
    hair, wide = person.hair, 0.03 + 0.07 * person.hair.volume
    edge, drop = hair.hairline - 0.05 * hair.recession, max(reach - 0.62, 0.02)
    bend = 0.0 if hair.style == "bob" else 0.02
    rails = [  # the point next to the face, the outermost one
        ((hair.part * side, edge + 0.005), (hair.part * side, -0.025)),
        ((0.115, edge + 0.012), (0.17, -0.015)),
        ((0.212, 0.29), (0.280 + 0.4 * wide, 0.15)),
        ((0.252, 0.45), (0.30 + wide, 0.38)),
        ((0.252, 0.62), (0.315 + wide, 0.62)),
        ((0.240, 0.62 + 0.55 * drop), (0.32 + wide, 0.62 + 0.55 * drop)),
        ((0.225 + bend, 0.62 + drop), (0.315 + bend + wide, 0.64 + drop)),
    ]
    near, far = np.swapaxes(rails, 0, 1)[:, :, None]  # each [7, 1, 2]
    across = np.linspace(0, 1, 9, dtype=np.float32)[:, None]
    return Sheet(loft(*(array(near) + array(far - near) * across)) * array([side, 1]), density=1.5, ragged=1)


def long(person: Person, outline: Outline) -> list[Sheet]:
    return [curtain(person, outline, side, person.hair.length) for side in (-1, 1)]


def bangs(person: Person, outline: Outline) -> list[Sheet]:
    spread = np.linspace(-1, 1, 13, dtype=np.float32)
    crown = np.stack([0.10 * spread + person.hair.part * 0.5, -0.005 + 0 * spread], axis=1)
    middle = np.stack([0.19 * spread, 0.13 + 0.06 * spread**2], axis=1)
    low = 0.345 + 0.02 * person.hair.recession
    tips = np.stack([0.240 * spread + 0.01 * np.sign(person.hair.part), low + 0.05 * spread**2], axis=1)
    fringe = Sheet(loft(crown, middle, tips), density=1.1, stray=0.010)
    return [*long(person, outline), fringe]


STYLES = {
    "short": short,
    "swept": swept,
    "slick": slick,
    "buzz": buzz,
    "bald": bald,
    "afro": afro,
    "bob": long,
    "long": long,
    "bangs": bangs,
}


def sheets(person: Person, outline: Outline) -> list[Sheet]:
    """The sheets of a person's cut, back to front."""
    return STYLES[person.hair.style](person, outline)


def nape(person: Person) -> np.ndarray | None:
    """The polygon of hair seen behind the neck; None for cuts that leave it free."""
    hair = person.hair
    if hair.style not in ("long", "bob", "bangs"):
        return None
    wide = 0.03 + 0.07 * hair.volume
    low = max(hair.length - 0.06, 0.62) if hair.style == "bob" else hair.length
    right = [
        (0, 0.0),
        (0.29 + 0.5 * wide, 0.30),
        (0.305 + wide, 0.50),
        (0.305 + wide, 0.64),
        (0.25 + wide, low),
        (0.10, low + 0.02),
    ]
    return symmetric(right, 64, closed=True)
