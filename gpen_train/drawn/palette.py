"""Colours of skin, hair, irises, cloth and light, interpolated between measured-looking anchors.

Pictures are composed in linear light. The transfer curve is a square (gamma 2), exact to invert and cheap.
"""

import numpy as np

Colour = tuple[float, float, float]

SKIN = (  # from light to dark
    (242, 204, 184),
    (232, 186, 160),
    (220, 170, 138),
    (206, 154, 118),
    (176, 122, 88),
    (138, 92, 66),
    (104, 69, 51),
    (78, 53, 42),
)
HAIR = {
    "black": (27, 22, 21),
    "dark brown": (54, 38, 30),
    "brown": (86, 60, 43),
    "light brown": (126, 92, 63),
    "dark blond": (162, 126, 84),
    "blond": (208, 174, 122),
    "red": (146, 74, 40),
    "grey": (150, 148, 146),
    "white": (216, 214, 211),
}
IRIS = {
    "dark brown": (58, 36, 24),
    "brown": (96, 60, 34),
    "hazel": (112, 86, 52),
    "green": (98, 110, 80),
    "blue": (90, 112, 132),
    "grey": (128, 140, 148),
}


def linear(srgb: tuple[float, float, float]) -> Colour:
    """8-bit display values -> linear RGB in [0, 1]."""
    red, green, blue = ((value / 255.0) ** 2 for value in srgb)
    return red, green, blue


def mix(first: Colour, second: Colour, amount: float) -> Colour:
    """Interpolate: ``first`` at amount 0, ``second`` at 1."""
    red, green, blue = (a + (b - a) * amount for a, b in zip(first, second, strict=True))
    return red, green, blue


def scale(colour: Colour, factor: float) -> Colour:
    """Brighten or darken."""
    red, green, blue = colour
    return red * factor, green * factor, blue * factor


def skin(melanin: float, warmth: float) -> Colour:
    """Skin for melanin in [0, 1], light to dark; ``warmth`` in [-1, 1] goes from rosy to golden."""
    position = melanin * (len(SKIN) - 1)
    lower = min(int(position), len(SKIN) - 2)
    red, green, blue = mix(linear(SKIN[lower]), linear(SKIN[lower + 1]), position - lower)
    return red * (1 - 0.02 * warmth), green * (1 + 0.03 * warmth), blue * (1 - 0.06 * warmth)


def from_hsv(hue: float, saturation: float, value: float) -> Colour:
    """Hue, saturation and value in [0, 1] -> linear RGB."""
    ramp = np.clip(np.abs((hue * 6 + np.array([0, 4, 2])) % 6 - 3) - 1, 0, 1)  # [3]
    red, green, blue = (value * (1 - saturation * (1 - ramp))) ** 2
    return float(red), float(green), float(blue)
