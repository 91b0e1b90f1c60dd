"""Draws a portrait from (seed, index): cast the person, then paint from the background to the glasses."""

import cv2
import numpy as np

from gpen_train.drawn.background import draw_background
from gpen_train.drawn.casting import draw_person
from gpen_train.drawn.clothing import draw_cloth, draw_earrings, draw_glasses
from gpen_train.drawn.eyes import draw_brows, draw_eyes
from gpen_train.drawn.fields import AREA, resized
from gpen_train.drawn.geometry import Camera, Outline
from gpen_train.drawn.hair import draw_hair, draw_nape
from gpen_train.drawn.mouth import draw_beard, draw_mouth, draw_nostrils
from gpen_train.drawn.person import Person
from gpen_train.drawn.skin import draw_ears, draw_neck, lit_skin
from gpen_train.drawn.strokes import paint, patch

MIN_RESOLUTION, MAX_RESOLUTION = 32, 2048
PARTS = ("background", "skin", "pores", "freckles", "eyes", "mouth", "brows", "beard", "hair", "cloth")


def draw_face(seed: int, index: int, resolution: int) -> np.ndarray:
    """Draw face number ``index`` of a seed -> uint8 RGB [resolution, resolution, 3].

    The person depends on (seed, index) alone: drawn smaller it is the same picture with less detail.

    Raises:
        ValueError: ``resolution`` is not between 32 and 2048 pixels.
    """
    check_resolution(resolution)
    person, streams, film = cast_face(seed, index)
    return develop(paint_portrait(person, streams, working_size(resolution)), person, resolution, film)


def cast_face(seed: int, index: int) -> tuple[Person, dict[str, np.random.Generator], np.random.Generator]:
    """The person of (seed, index), the randomness of each of PARTS, and that of the film."""
    cast, *parts, film = np.random.default_rng([seed, index]).spawn(len(PARTS) + 2)
    return draw_person(cast), dict(zip(PARTS, parts, strict=True)), film


def check_resolution(resolution: int) -> None:
    """Raise ValueError unless faces can be drawn at ``resolution`` pixels a side."""
    if not MIN_RESOLUTION <= resolution <= MAX_RESOLUTION:
        raise ValueError(
            f"resolution is {resolution}; faces are drawn from {MIN_RESOLUTION} to {MAX_RESOLUTION} pixels: "
            "choose one in between"
        )


def working_size(resolution: int) -> int:
    """Pixels a side that are painted: small pictures are supersampled, large ones antialiased."""
    return resolution if resolution >= 200 else max(resolution * 3 // 2, 64)


def paint_portrait(person: Person, streams: dict[str, np.random.Generator], size: int) -> np.ndarray:
    """The scene in linear light -> float32 [size, size, 3]."""
    camera, outline = Camera(person.head), Outline(person.head)
    image = draw_background(person, streams["background"], size)
    draw_nape(image, person, camera)
    colour, shading = lit_skin(person, camera, outline, streams, size)
    face = patch(camera.project(outline.polygon), size, 0.0012)
    draw_neck(image, person, camera, colour, face)
    draw_ears(image, person, camera)
    draw_earrings(image, person, camera)
    paint(image, colour, face)
    draw_nostrils(image, person, camera)
    draw_mouth(image, person, camera, shading, streams["mouth"])
    draw_eyes(image, person, camera, shading, streams["eyes"])
    draw_beard(image, person, camera, outline, streams["beard"])
    draw_brows(image, person, camera, streams["brows"])
    draw_cloth(image, person, camera, streams["cloth"])
    draw_hair(image, person, camera, outline, face, streams["hair"])
    draw_glasses(image, person, camera)
    return image


def develop(image: np.ndarray, person: Person, resolution: int, rng: np.random.Generator) -> np.ndarray:
    """The camera's part: glare, vignette, exposure, tone curve, a trace of grain -> uint8 RGB."""
    image = resized(image, resolution, AREA)
    glow = cv2.GaussianBlur(resized(image, 48, AREA), (0, 0), 1.5)
    ticks = np.linspace(-1, 1, resolution, dtype=np.float32) ** 2
    gain = 1.09 * person.scene.exposure * (1 - 0.10 * (ticks[:, None] + ticks[None, :]))
    image += resized(0.08 * glow, resolution)
    image *= gain[..., None]
    np.maximum(image, 0, out=image)
    image /= 1 + 0.18 * image  # a soft shoulder
    display = np.sqrt(image, out=image)
    display *= 1 + (person.scene.contrast - 1) * (display * (3 - 2 * display) - 1)
    display *= 255
    display += rng.standard_normal((resolution, resolution, 1), np.float32)
    return np.clip(display + 0.5, 0, 255).astype(np.uint8)
