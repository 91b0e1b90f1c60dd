"""Casts a person and stages the portrait: draws every parameter of person.py, with plausible dependencies."""

import numpy as np

from gpen_train.chance import around, choose
from gpen_train.drawn import palette
from gpen_train.drawn.palette import Colour, mix
from gpen_train.drawn.person import Brows, Complexion, Eyes, Hair, Head, Light, Mouth, Person, Scene

# Shares of each kind; of haircuts for women and for men.
WOMEN = {"long": 0.34, "bob": 0.2, "slick": 0.14, "bangs": 0.16, "afro": 0.08, "swept": 0.08}
MEN = {"short": 0.36, "swept": 0.22, "buzz": 0.12, "bald": 0.12, "slick": 0.08, "afro": 0.06, "long": 0.04}
BEARDS = {"none": 0.38, "stubble": 0.26, "full": 0.2, "moustache": 0.06, "goatee": 0.1}
BACKGROUNDS = {"bokeh": 0.3, "wall": 0.22, "foliage": 0.18, "room": 0.3}
COLLARS = {"crew": 0.3, "vee": 0.24, "shirt": 0.28, "scoop": 0.18}
PATTERNS = {"plain": 0.5, "knit": 0.2, "stripes": 0.16, "checks": 0.14}


def draw_person(rng: np.random.Generator) -> Person:
    """Draw a person; the order of the draws is part of what (seed, index) means."""
    woman = bool(rng.random() < 0.52)
    age = rng.beta(1.5, 1.9)
    skin = draw_skin(rng, age)
    light = draw_light(rng)
    return Person(
        head=draw_head(rng, woman, age),
        skin=skin,
        eyes=draw_eyes(rng, woman, skin),
        mouth=draw_mouth(rng, woman, skin),
        brows=Brows(
            thickness=rng.uniform(0.015, 0.023) if woman else rng.uniform(0.020, 0.031),
            arch=rng.uniform(0.004, 0.016),
            lift=rng.uniform(-0.006, 0.008),
            density=rng.uniform(0.55, 1.0),
        ),
        hair=draw_hair(rng, woman, skin),
        light=light,
        scene=draw_scene(rng, woman, age),
    )


def draw_head(rng: np.random.Generator, woman: bool, age: float) -> Head:
    return Head(
        yaw=around(rng, 0, 0.13),
        pitch=around(rng, 0, 0.05),
        roll=around(rng, 0, 0.035),
        scale=around(rng, 1, 0.015),
        shift=(around(rng, 0, 0.006), around(rng, 0, 0.006)),
        cheek_width=around(rng, 1, 0.035),
        jaw_width=around(rng, 0.96 if woman else 1.04, 0.05),
        chin_width=around(rng, 0.92 if woman else 1.08, 0.1),
        chin_y=around(rng, 0.878 if woman else 0.892, 0.012),
        nose_width=around(rng, 0.95 if woman else 1.06, 0.1),
        nose_length=around(rng, 1, 0.04),
        nose_height=around(rng, 1, 0.14),
        brow_ridge=around(rng, 0.6 if woman else 1.15, 0.2),
        fullness=around(rng, 0.5, 0.25),
        ear_size=around(rng, 1 + 0.08 * age, 0.06),
    )


def draw_skin(rng: np.random.Generator, age: float) -> Complexion:
    melanin = rng.beta(1.0, 1.35)
    return Complexion(
        age=age,
        melanin=melanin,
        albedo=palette.skin(melanin, rng.uniform(-1, 1)),
        redness=rng.uniform(0.3, 1.0),
        oiliness=rng.uniform(0.2, 1.0),
        freckles=max(0.0, rng.uniform(-1.6, 1.0)) * (melanin < 0.45),
        blotches=rng.uniform(0.2, 0.6 + 0.4 * age),
    )


def draw_eyes(rng: np.random.Generator, woman: bool, skin: Complexion) -> Eyes:
    fair = {"blue": 0.32, "grey": 0.12, "green": 0.16, "hazel": 0.16, "brown": 0.24}
    dark = {"dark brown": 0.75, "brown": 0.25}
    iris = choose(rng, dark if rng.random() < skin.melanin * 2.2 else fair)
    return Eyes(
        width=around(rng, 0.099, 0.003),
        height=around(rng, 0.0425 - 0.006 * skin.age, 0.003),
        tilt=around(rng, 0.004, 0.004),
        fold=around(rng, 0.013, 0.0035),
        iris=palette.linear(palette.IRIS[iris]),
        iris_radius=around(rng, 0.0240, 0.0007),
        pupil_radius=around(rng, 0.40, 0.05),
        gaze=(around(rng, 0, 0.12), around(rng, 0, 0.06)),
        lashes=rng.uniform(0.6, 1.0) if woman else rng.uniform(0.25, 0.5),
        shadow=rng.uniform(0.1, 0.6) * woman,
    )


def draw_mouth(rng: np.random.Generator, woman: bool, skin: Complexion) -> Mouth:
    red, green, blue = skin.albedo
    natural = (red * 0.80, green * 0.50, blue * 0.52)
    painted = palette.from_hsv(rng.uniform(0.93, 1.01) % 1, rng.uniform(0.5, 0.8), rng.uniform(0.5, 0.8))
    made_up = woman and rng.random() < 0.45
    laughs = rng.random() < 0.42
    return Mouth(
        width=around(rng, 0.092, 0.005) + 0.012 * laughs,
        upper=around(rng, 0.0190, 0.003),
        lower=around(rng, 0.0270, 0.003),
        smile=rng.uniform(0.5, 1.0) if laughs else rng.uniform(-0.15, 0.5),
        opening=rng.uniform(0.012, 0.034) if laughs else max(0.0, rng.uniform(-0.02, 0.006)),
        colour=mix(natural, painted, rng.uniform(0.4, 0.9)) if made_up else natural,
        gloss=rng.uniform(0.4, 1.0) if made_up else rng.uniform(0.1, 0.5),
        teeth=rng.uniform(0.75, 1.0) - 0.2 * skin.age,
    )


def draw_hair(rng: np.random.Generator, woman: bool, skin: Complexion) -> Hair:
    fair = {
        "dark brown": 0.26,
        "brown": 0.24,
        "light brown": 0.14,
        "dark blond": 0.13,
        "blond": 0.12,
        "red": 0.06,
        "black": 0.05,
    }
    dark = {"black": 0.7, "dark brown": 0.3}
    name = choose(rng, dark if rng.random() < skin.melanin * 1.7 else fair)
    grey = float(np.clip((skin.age - 0.62) * 2.6 + rng.normal(0, 0.25), 0, 1)) if skin.age > 0.55 else 0.0
    silver = palette.linear(palette.HAIR["white" if rng.random() < 0.4 else "grey"])
    style = choose(rng, WOMEN if woman else MEN)
    curly = rng.random() < 0.4 + 0.3 * skin.melanin
    return Hair(
        style=style,
        colour=mix(palette.linear(palette.HAIR[name]), silver, grey),
        grey=grey,
        hairline=around(rng, 0.192, 0.016),
        recession=rng.uniform(0, 0.2) if woman else rng.uniform(0, 0.3 + 0.7 * skin.age),
        volume=rng.uniform(0.2, 1.0),
        length=float(rng.uniform(0.9, 1.25) if style in ("long", "bangs") else rng.uniform(0.68, 0.86)),
        part=rng.uniform(-0.11, 0.11),
        wave=rng.uniform(0.006, 0.02) if curly else rng.uniform(0.0, 0.006),
        curls=rng.uniform(2.0, 5.0),
        shine=rng.uniform(0.3, 1.0),
        beard="none" if woman or skin.age < 0.12 else choose(rng, BEARDS),
        beard_length=rng.uniform(0.25, 1.0),
    )


def draw_light(rng: np.random.Generator) -> Light:
    azimuth, elevation = around(rng, 0, 0.6), rng.uniform(0.25, 0.8)
    direction = (
        float(np.sin(azimuth) * np.cos(elevation)),
        float(-np.sin(elevation)),
        float(np.cos(azimuth) * np.cos(elevation)),
    )
    warmth = rng.uniform(-0.6, 1.0)
    ratio = rng.uniform(0.17, 0.42)  # of the light, the share that is ambient
    tint: Colour = (1 + 0.07 * warmth, 1.0, 1 - 0.12 * warmth)
    sky: Colour = (1 - 0.08 * warmth, 1.0, 1 + 0.10 * warmth)
    return Light(
        direction=direction,
        key=palette.scale(tint, 1.12 * (1 - ratio)),
        ambient=palette.scale(sky, 1.05 * ratio),
        rim=max(0.0, rng.uniform(-0.3, 0.5)),
        softness=rng.uniform(0.02, 0.07),
    )


def draw_scene(rng: np.random.Generator, woman: bool, age: float) -> Scene:
    hue, spread = rng.random(), rng.normal(0, 0.12, 2)
    tones = [
        palette.from_hsv(float(hue + shift) % 1, rng.uniform(0.03, 0.42), rng.uniform(0.15, 0.85))
        for shift in (0.0, *spread)
    ]
    return Scene(
        background=choose(rng, BACKGROUNDS),
        backdrop=(tones[0], tones[1], tones[2]),
        collar=choose(rng, COLLARS),
        cloth=palette.from_hsv(rng.random(), rng.uniform(0.0, 0.6), rng.uniform(0.12, 0.9)),
        trim=palette.from_hsv(rng.random(), rng.uniform(0.0, 0.5), rng.uniform(0.2, 0.95)),
        pattern=choose(rng, PATTERNS),
        glasses=choose(rng, {"none": 0.8 - 0.25 * age, "round": 0.1, "square": 0.1 + 0.25 * age}),
        frame=palette.from_hsv(rng.uniform(0.0, 0.12), rng.uniform(0, 0.6), rng.uniform(0.08, 0.4)),
        earrings=bool(woman and rng.random() < 0.35),
        exposure=rng.uniform(0.92, 1.14),
        contrast=rng.uniform(1.0, 1.35),
    )
