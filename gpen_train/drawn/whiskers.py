"""Eyebrows, beards and stubble: short strands over the skin."""

import numpy as np

from gpen_train.drawn import features
from gpen_train.drawn.fields import array, ramp, swelling
from gpen_train.drawn.geometry import Camera, Outline, places_on
from gpen_train.drawn.person import Person
from gpen_train.drawn.strokes import paint, soften, thinned, tufts


def draw_brows(image: np.ndarray, person: Person, camera: Camera, rng: np.random.Generator) -> None:
    """Hairs that rise at the inner end, lie along the middle and fall at the outer end."""
    size, brows = image.shape[0], person.brows
    count, wider = thinned(size, 900)
    colour = array(person.hair.colour) ** 1.1 * 0.45 * person.light.level(0.6, 0.7)
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
    paint(image, colour, np.maximum(alpha, 0.85 * soften(alpha, 0.0035)))


def beard_density(person: Person, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Where a beard grows, in [0, 1], at face coordinates."""
    aside, chin = np.abs(x), person.head.chin_y
    upper = 0.665 + 0.010 * np.cos(aside * 30)
    moustache = ramp(y, upper - 0.020, upper) * (1 - ramp(aside, 0.085, 0.105)) * (1 - ramp(y, 0.69, 0.70))
    cheek_edge = 0.72 - 0.9 * (aside - 0.115) * (aside > 0.115) - 0.02 * (aside < 0.13)
    cheek_edge = np.where(aside > 0.19, np.minimum(cheek_edge, 0.655 - 4.0 * (aside - 0.19)), cheek_edge)
    jaw = ramp(y, cheek_edge, cheek_edge + 0.045) * (1 - ramp(y, chin - 0.002, chin + 0.03))
    jaw = np.maximum(jaw, ramp(y, 0.742, 0.76) * (1 - ramp(aside, 0.03, 0.10)))
    chin_patch = swelling(aside, y, (0.0, 0.835), (0.06, 0.045)) * (y > 0.735)
    lips = 1 - (1 - ramp(aside, 0.055, 0.095)) * ramp(y, 0.682, 0.69) * (1 - ramp(y, 0.735, 0.75))
    forms = {
        "full": np.maximum(moustache, jaw),
        "stubble": np.maximum(moustache, jaw),
        "moustache": moustache,
        "goatee": np.maximum(moustache, np.clip(1.6 * chin_patch - 0.2, 0, 1)),
    }
    return forms[person.hair.beard] * lips


def draw_beard(
    image: np.ndarray, person: Person, camera: Camera, outline: Outline, rng: np.random.Generator
) -> None:
    """Strands that follow the jaw downwards, and the shade of those under the skin."""
    if person.hair.beard == "none":
        return
    size, stubble = image.shape[0], person.hair.beard == "stubble"
    count, wider = thinned(size, 14000)
    draws = rng.random((count, 6), np.float32)
    root = np.stack([(draws[:, 0] - 0.5) * 0.50, 0.60 + 0.32 * draws[:, 1]], axis=1)
    density = beard_density(person, root[:, 0], root[:, 1])
    density *= 1 - ramp(outline.reach(root[:, :1], root[:, 1:])[:, 0], 0.95, 1.0)
    kept = draws[:, 2] < density
    root, draws = root[kept], draws[kept]
    above = (root[:, 1] < 0.70) & (np.abs(root[:, 0]) < 0.11)
    length = (0.004 if stubble else 0.010 + 0.014 * person.hair.beard_length) * (0.6 + 0.8 * draws[:, 3])
    lean = np.where(above, 2.2 * root[:, 0] / 0.1, 0.4 * root[:, 0] / 0.25) * 0.5 + 0.9 * (draws[:, 4] - 0.5)
    along = np.linspace(0, 1, 5, dtype=np.float32)
    curve = lean[:, None] * along + 0.5 * (draws[:, 5:6] - 0.5) * along**2
    fall = np.where(above, 0.55, 1.0)[:, None] * along
    points = camera.project(root[:, None] + length[:, None, None] * np.stack([curve, fall], axis=-1))
    colour = array(person.hair.colour) * 0.75 * person.light.level(0.6, 0.7)
    shades = 0.30 + 0.55 * draws[:, 3]
    alpha = tufts(size, points, 0.0008 * wider, shades * (0.55 if stubble else 1.0), num_layers=3)
    under = soften(alpha, 0.007) * (0.55 if stubble else 0.9)
    paint(image, colour, np.clip(under, 0, 0.9))
    paint(image, colour * (1.0 if stubble else 1.35), alpha * 0.8)
