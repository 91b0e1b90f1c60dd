"""The curves that several parts share: lids, lips, brows and folds, as polylines in face coordinates."""

import numpy as np

from gpen_train.drawn.fields import array
from gpen_train.drawn.geometry import EYE_X, EYE_Y, MOUTH_Y, mirrored, smooth_curve, symmetric
from gpen_train.drawn.person import Person


def lids(person: Person, num: int = 25) -> tuple[np.ndarray, np.ndarray]:
    """Upper and lower lid of the eye at positive x, inner to outer corner -> two [num, 2]."""
    eyes = person.eyes
    half, squint = eyes.width / 2, 1 - 0.28 * max(person.mouth.smile, 0) * (person.mouth.opening > 0.01)
    opening = eyes.height * squint
    inner, outer = (EYE_X - half, EYE_Y + 0.005), (EYE_X + half, EYE_Y + 0.003 - eyes.tilt)
    top, bottom = EYE_Y - 0.56 * opening, EYE_Y + 0.44 * opening
    droop = 0.004 * person.skin.age
    upper = [
        inner,
        (EYE_X - 0.66 * half, EYE_Y - 0.22 * opening),
        (EYE_X - 0.18 * half, top),
        (EYE_X + 0.34 * half, top + 0.0015 - 0.4 * eyes.tilt + 0.4 * droop),
        (EYE_X + 0.76 * half, EYE_Y - 0.26 * opening - 0.7 * eyes.tilt + droop),
        outer,
    ]
    lower = [
        inner,
        (EYE_X - 0.58 * half, EYE_Y + 0.30 * opening),
        (EYE_X + 0.10 * half, bottom),
        (EYE_X + 0.62 * half, bottom - 0.16 * opening - 0.4 * eyes.tilt),
        outer,
    ]
    return smooth_curve(upper, num), smooth_curve(lower, num)


def crease(person: Person, num: int = 25) -> np.ndarray:
    """The fold above the upper lid [num, 2]."""
    upper, _ = lids(person, num)
    rise = np.sin(np.linspace(0.12, 0.92, num, dtype=np.float32) * np.pi) ** 0.7
    return upper - array([0, 1]) * (person.eyes.fold * rise)[:, None] + array([0.002, 0])


def brow(person: Person, num: int = 17) -> np.ndarray:
    """The spine of the eyebrow at positive x, inner to outer end [num, 2]."""
    brows = person.brows
    base = 0.412 - brows.lift - 0.004 * max(person.mouth.smile, 0)
    spine = [
        (0.050, base + 0.006),
        (0.085, base - 0.35 * brows.arch),
        (0.130, base - brows.arch),
        (0.165, base - 0.65 * brows.arch),
        (0.196, base + 0.012),
    ]
    return smooth_curve(spine, num)


def lips(person: Person, num: int = 33) -> dict[str, np.ndarray]:
    """Four curves from the left to the right corner: upper edge, upper inside, lower inside, lower edge."""
    mouth = person.mouth
    half, lift = mouth.width, 0.020 * mouth.smile
    corner = MOUTH_Y + 0.004 - lift
    low = mouth.opening + max(0.0, mouth.smile) * 0.002
    peak = MOUTH_Y - mouth.upper * (1 - 0.15 * max(mouth.smile, 0)) - 0.25 * mouth.opening
    top, base = MOUTH_Y - 0.001 - 0.25 * mouth.opening, MOUTH_Y + 0.001 + low
    bottom, bow = base + mouth.lower, 0.0035 + 0.1 * mouth.upper

    def across(*middle: tuple[float, float]) -> np.ndarray:
        return symmetric([*((x * half, y) for x, y in middle), (half, corner)], num)

    return {
        "upper_edge": across((0, peak + bow), (0.20, peak), (0.58, (peak + corner) / 2 + 0.001)),
        "upper_inside": across((0, top + 0.0022), (0.30, top), (0.68, (top + corner) / 2 + 0.001)),
        "lower_inside": across((0, base), (0.34, base - 0.0005), (0.70, (base + corner) / 2 + 0.0005)),
        "lower_edge": across((0, bottom), (0.40, bottom - 0.004), (0.74, (bottom + corner) / 2 + 0.002)),
    }


def nose(person: Person) -> np.ndarray:
    """The outline of the nose, from its root along bridge and wings to its base [48, 2].

    Where it stands out of the face: no line is painted there but the creases behind the wings.
    """
    head = person.head
    right = [(0, 0.445), (0.017, 0.455), (0.024, 0.52), (0.040, 0.568), (0.068, 0.592), (0.070, 0.616)]
    right += [(0.046, 0.626), (0, 0.638)]
    points = [(x * head.nose_width, 0.43 + (y - 0.43) * head.nose_length) for x, y in right]
    return symmetric(points, 48, closed=True)


def neck(person: Person) -> np.ndarray:
    """The outline of neck and shoulders, below what the cloth hides [64, 2]."""
    wide = 0.150 + 0.015 * person.head.jaw_width + 0.02 * (person.head.fullness - 0.5)
    right = [
        (wide + 0.01, 0.60),
        (wide, 0.80),
        (wide + 0.005, 0.90),
        (wide + 0.07, 0.97),
        (0.40, 1.05),
        (0.5, 1.2),
    ]
    return symmetric(right, 64, closed=True)


def side_folds(person: Person) -> list[tuple[list[tuple[float, float]], float, float]]:
    """Folds of the right half as (points, width, depth): from the nose, the mouth, the eyes and the brow."""
    age, smile = person.skin.age, max(person.mouth.smile, 0)
    laugh = smile * (0.5 + person.mouth.opening * 20)
    half = person.mouth.width
    nose = [(0.046, 0.60), (0.072, 0.635), (half + 0.016, 0.685), (half + 0.022, 0.73)]
    corner = [(half + 0.004, 0.722), (half + 0.008, 0.76), (half + 0.002, 0.79)]
    sides = [
        (nose, 0.010, 0.25 * age + 0.34 * laugh),
        (corner, 0.008, 0.32 * max(age - 0.35, 0)),
        ([(0.088, 0.500), (0.115, 0.515), (0.150, 0.512), (0.176, 0.496)], 0.009, 0.10 + 0.38 * age),
        ([(0.095, 0.520), (0.13, 0.540), (0.165, 0.537)], 0.007, 0.30 * max(age - 0.4, 0)),
        ([(0.014, 0.385), (0.017, 0.41), (0.014, 0.435)], 0.005, 0.45 * max(age - 0.4, 0)),
    ]
    crow = max(age - 0.25, 0) * 0.40 + 0.22 * laugh * (age > 0.2)
    for end_y in (0.440, 0.462, 0.485):
        start = (0.186, EYE_Y + 0.3 * (end_y - EYE_Y))
        sides.append(([start, (0.208, (start[1] + end_y) / 2), (0.229, end_y)], 0.004, crow))
    return sides


def folds(person: Person) -> list[tuple[np.ndarray, float, float]]:
    """Wrinkles as (curve [25, 2], width, depth in [0, 1]); those off the midline come in pairs."""
    result = []
    for points, width, amount in side_folds(person):
        curve = smooth_curve(points, 25)
        result += [(curve, width, amount), (mirrored(curve), width, amount)]
    wave = [(-0.15, 0.012), (-0.07, -0.003), (0, 0.004), (0.08, -0.004), (0.15, 0.01)]
    for row, height in enumerate((0.245, 0.285, 0.325)):
        amount = 0.42 * max(person.skin.age - 0.30 - 0.06 * row, 0)
        result.append((smooth_curve(np.add(wave, (0, height)), 25), 0.006, amount))
    return [entry for entry in result if entry[2] > 0.02]
