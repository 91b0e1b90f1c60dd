"""Draws a portrait from (seed, index): cast the person, then paint from the background to the glasses."""

import cv2
import numpy as np

from gpen_train.drawn import features, skin
from gpen_train.drawn.background import draw_background
from gpen_train.drawn.casting import draw_person
from gpen_train.drawn.clothing import draw_cloth
from gpen_train.drawn.ears import draw_ears
from gpen_train.drawn.eyes import draw_eyes
from gpen_train.drawn.fields import AREA, CUBIC, array, ramp, resized
from gpen_train.drawn.geometry import Camera, Outline
from gpen_train.drawn.glasses import draw_glasses
from gpen_train.drawn.hair import draw_hair, draw_nape
from gpen_train.drawn.light import Shading, cast_shadow, occlusion, shade, slopes
from gpen_train.drawn.mouth import draw_mouth, draw_nostrils
from gpen_train.drawn.person import Person
from gpen_train.drawn.relief import face_relief, neck_relief
from gpen_train.drawn.strokes import blank, fill, lowered, paint, soften, to_alpha
from gpen_train.drawn.whiskers import draw_beard, draw_brows

MIN_RESOLUTION, MAX_RESOLUTION = 32, 2048
STREAMS = (
    "person",
    "background",
    "skin",
    "pores",
    "freckles",
    "eyes",
    "mouth",
    "brows",
    "beard",
    "hair",
    "cloth",
    "film",
)


def draw_face(seed: int, index: int, resolution: int) -> np.ndarray:
    """Draw face number ``index`` of a seed -> uint8 RGB [resolution, resolution, 3].

    The person depends on (seed, index) alone: drawn smaller it is the same picture with less detail.

    Raises:
        ValueError: ``resolution`` is not between 32 and 2048 pixels.
    """
    check_resolution(resolution)
    streams = dict(zip(STREAMS, np.random.default_rng([seed, index]).spawn(len(STREAMS)), strict=True))
    person = draw_person(streams["person"])
    image = paint_portrait(person, streams, working_size(resolution))
    return develop(image, person, resolution, streams["film"])


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
    shading, face = draw_skin(image, person, camera, outline, streams)
    draw_nostrils(image, person, camera)
    draw_mouth(image, person, camera, shading, streams["mouth"])
    draw_eyes(image, person, camera, shading, streams["eyes"])
    draw_beard(image, person, camera, outline, streams["beard"])
    draw_brows(image, person, camera, streams["brows"])
    draw_cloth(image, person, camera, streams["cloth"])
    draw_hair(image, person, camera, outline, face, streams["hair"])
    draw_glasses(image, person, camera)
    return image


def draw_skin(
    image: np.ndarray,
    person: Person,
    camera: Camera,
    outline: Outline,
    streams: dict[str, np.random.Generator],
) -> tuple[Shading, np.ndarray]:
    """Paint neck, ears and face; the light is worked out on a coarser grid than the picture.

    Returns the face's shading, enlarged, and how much of each pixel the face covers [size, size].
    """
    size = image.shape[0]
    grid = int(np.clip(0.75 * size, 72, 384))
    height, x, y, reach = face_relief(person, camera, outline, grid)
    neck = neck_relief(x, y)
    inside = 1 - ramp(reach, 0.998, 1.02)
    surface = neck + inside * (height - neck)
    (face_x, face_y), (neck_x, neck_y) = slopes(height), slopes(neck)
    slope = neck_x + inside * (face_x - neck_x), neck_y + inside * (face_y - neck_y)
    shading = shade(slope, person.light, cast_shadow(surface, person.light), occlusion(surface))
    grain = skin.pores(person, streams["pores"], size)[..., None]
    tone = skin.albedo(person, x, y, streams["skin"]) * (shading.diffuse * skin.BOUNCE)
    gloss = shading.gloss * (0.08 + 0.16 * person.skin.oiliness) * inside
    gloss = resized(gloss, size, CUBIC)[..., None] * (9 * grain - 8)  # pores break up the highlights
    colour = resized(tone, size, CUBIC) * grain + gloss * array(person.light.key)
    if person.skin.freckles > 0:
        colour *= 1 + (skin.MELANIN - 1) * skin.freckles(person, x, y, streams["freckles"], size)[..., None]
    face = soften(to_alpha(fill(blank(size), camera.project(outline.polygon))), 0.0012)
    jaw_shadow = 0.6 * lowered(soften(face, 0.022), 0.022)
    neck_mask = to_alpha(fill(blank(size), camera.project(features.neck(person))))
    paint(image, colour * (1 - jaw_shadow[..., None] * skin.DEPTHS), neck_mask)
    draw_ears(image, person, camera)
    paint(image, colour, face)
    return Shading(resized(shading.diffuse, size, CUBIC), shading.gloss), face


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
