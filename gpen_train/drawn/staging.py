"""Stages a portrait: draws its light, backdrop, clothes and glasses."""

import numpy as np

from gpen_train.chance import around, choose
from gpen_train.drawn import palette
from gpen_train.drawn.palette import Colour
from gpen_train.drawn.person import Light, Scene

BACKGROUNDS = {"bokeh": 0.3, "wall": 0.22, "foliage": 0.18, "room": 0.3}
COLLARS = {"crew": 0.3, "vee": 0.24, "shirt": 0.28, "scoop": 0.18}
PATTERNS = {"plain": 0.5, "knit": 0.2, "stripes": 0.16, "checks": 0.14}


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
