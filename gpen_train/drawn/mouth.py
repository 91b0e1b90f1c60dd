"""Around the mouth: nostrils, lips with their own light, the gap between them and teeth, and the beard."""

import numpy as np

from gpen_train.drawn import features
from gpen_train.drawn.fields import array, ramp, swelling, ticks
from gpen_train.drawn.geometry import Camera, Outline, between, both, smooth_curve
from gpen_train.drawn.person import Mouth, Person
from gpen_train.drawn.relief import Shading
from gpen_train.drawn.strokes import (
    FINE,
    blank,
    darken,
    line,
    paint,
    patch,
    soften,
    stroke,
    thinned,
    to_alpha,
    tufts,
)

GUMS = array([0.035, 0.008, 0.008])
ENAMEL = array([0.86, 0.79, 0.68])
TEETH = array([-0.088, -0.072, -0.052, -0.030, 0.0, 0.030, 0.052, 0.072, 0.088])  # where two meet


def draw_mouth(
    image: np.ndarray, person: Person, camera: Camera, shading: Shading, rng: np.random.Generator
) -> None:
    """Paint the mouth over the lit skin, in place; ``shading`` is the face's, at the picture's size."""
    size, mouth = image.shape[0], person.mouth
    curves = camera.project_all(features.lips(person))
    alpha = patch(between(curves["upper_edge"], curves["lower_edge"]), size, 0.0016)
    furrows = lip_lines(person, camera, rng, size) if size >= FINE else np.float32(0)
    paint(image, array(mouth.colour) * shading.diffuse, alpha * 0.9)
    darken(image, 0.30 * furrows * alpha)
    darken(image, 0.22 * patch(between(curves["upper_edge"], curves["upper_inside"]), size, 0.002))
    if is_open(mouth):
        draw_inside(image, person, camera, curves)
    seam = stroke(curves["upper_inside"], size, 0.0036, 0.9, blur=0.0012)
    paint(image, array(mouth.colour) * array([0.10, 0.06, 0.06]), seam * 0.8)
    draw_gloss(image, person, camera, alpha * (1 - 0.6 * furrows))


def is_open(mouth: Mouth) -> bool:
    """Whether there is anything to be seen between the lips."""
    return mouth.opening > 0.002


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
    gap = patch(between(curves["upper_inside"], curves["lower_inside"]), size)
    paint(image, GUMS, gap)
    top = features.lips(person)["upper_inside"]
    drop = np.minimum(0.030, 0.80 * mouth.opening + 0.006) * (1 - (top[:, :1] / (1.05 * mouth.width)) ** 2)
    bottom = top + drop * array([0, 1])
    row = patch(camera.project(between(top - array([0, 0.004]), bottom)), size)
    joints = np.interp(TEETH, top[:, 0], top[:, 1])
    roots, tips = np.stack([TEETH, joints - 0.002], axis=1), np.stack([TEETH * 0.985, joints + 0.030], axis=1)
    gaps = stroke(camera.project(np.stack([roots, tips], axis=1)), size, 0.0014, 0.55, blur=0.0005)
    across = ticks(size) - camera.project(array([0, 0.7]))[0]
    fall = np.clip(1 - (across / (1.05 * mouth.width)) ** 2, 0.05, 1) ** 0.8
    light = person.light.level(0.65, 0.9)
    shade = stroke(curves["upper_inside"], size, 0.008, blur=0.004)
    tone = 1.2 * fall[None, :] * (1 - 0.5 * gaps) * (1 - 0.45 * shade)
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
    hole = [(0.015, 0.001), (0.027, -0.006), (0.042, -0.004), (0.046, 0.003), (0.030, 0.004)]
    crease = [(0.062, -0.034), (0.072, -0.018), (0.070, -0.004), (0.058, 0.006)]
    stretch, base = array([width, 1]), array([0, y])
    holes = camera.project(both(smooth_curve(hole, 24, closed=True) * stretch + base))
    creases = camera.project(both(smooth_curve(crease, 12) * stretch + base))
    paint(image, skin * array([0.05, 0.020, 0.016]), patch(holes, size, 0.0024) * 0.92)
    paint(image, skin * array([0.34, 0.24, 0.22]), stroke(creases, size, 0.005, 0.6, blur=0.004) * 0.5)


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
