"""Hair: sheets of guides filled with locks and strands, lit as a dome with a soft band of shine."""

from collections.abc import Iterator
from typing import NamedTuple

import cv2
import numpy as np

from gpen_train.drawn.fields import array, resized
from gpen_train.drawn.geometry import Camera, Outline
from gpen_train.drawn.hairstyles import Sheet, nape, sheets
from gpen_train.drawn.person import Person
from gpen_train.drawn.strokes import (
    FINE,
    blank,
    blend,
    cover,
    darken,
    lowered,
    paint,
    patch,
    soften,
    strands,
    to_alpha,
    window,
)

MIDDLE = 120  # the tone of a strand of average brightness, in the 8-bit map of tones
STRAND_WIDTH = 0.0009
NUM_LOCKS = 190
LIGHT_GRID = 32


def sample(sheet: Sheet, across: np.ndarray, along: np.ndarray) -> np.ndarray:
    """Points of a sheet at the shares ``across`` its guides and ``along`` them, [N, P] each -> [N, P, 2]."""
    num_guides, num_places = sheet.guides.shape[:2]
    column, row = across * (num_guides - 1.001), along * (num_places - 1.001)
    left = column.astype(np.int32)
    top = np.maximum(row.astype(np.int32), 0)  # before its root a guide goes straight
    u, v = (column - left)[..., None], (row - top)[..., None]
    guides = sheet.guides
    upper = guides[left, top] * (1 - v) + guides[left, top + 1] * v
    lower = guides[left + 1, top] * (1 - v) + guides[left + 1, top + 1] * v
    return upper * (1 - u) + lower * u


class Growth(NamedTuple):
    """Strands: curves [N, P, 2], the number of each one's lock [N], whether it has left its lock [N]."""

    curves: np.ndarray
    lock: np.ndarray
    astray: np.ndarray


def grow(person: Person, sheet: Sheet, rng: np.random.Generator, count: int, num: int) -> Growth:
    """``count`` strands of a sheet with ``num`` places each, in locks that wave together."""
    hair = person.hair
    draws = rng.random((count, 8), np.float32)
    lock = (draws[:, 0] * NUM_LOCKS).astype(np.int32)
    start = np.maximum(draws[:, 2] * 1.35 - 0.35, 0) * 0.8 - 0.12 * (sheet.bare > 0) * draws[:, 7] ** 3
    end = np.minimum(start + 0.35 + 0.5 * draws[:, 3], 1)
    along = start[:, None] + (end - start)[:, None] * np.linspace(0, 1, num, dtype=np.float32)  # [N, num]
    gathered = (1 - 0.55 * along) * 3.0 * (draws[:, 1:2] - 0.5)  # the strands of a lock meet at its tip
    curves = sample(sheet, np.clip((lock[:, None] + 0.5 + gathered) / NUM_LOCKS, 0, 1), along)
    tangent = np.gradient(curves, axis=1)
    normal = np.stack([-tangent[..., 1], tangent[..., 0]], axis=-1)
    normal /= np.hypot(normal[..., :1], normal[..., 1:]) + 1e-6
    phase = 2 * np.pi * (2.5 * draws[:, 0] + 0.22 * np.sin(lock * 78.233))  # neighbours swing almost alike
    length = np.hypot(*(curves[:, -1] - curves[:, 0]).T)[:, None]
    swing = np.sin(2 * np.pi * hair.curls * along + phase[:, None]) * np.minimum(3 * along, 1)
    swing *= hair.wave * np.minimum(1, 3 * length)
    astray = draws[:, 6] > 0.94
    loose = (draws[:, 4:5] - 0.5) * sheet.stray * 2
    loose = loose + (draws[:, 5:6] - 0.5) * astray[:, None] * (0.06 if sheet.bare else 0.10) * along**2
    return Growth(curves + normal * (swing + loose)[..., None], lock, astray)


def ringlets(sheet: Sheet, rng: np.random.Generator, count: int, num: int) -> Growth:
    """Tight curls strewn over a sheet."""
    draws = rng.random((count, 7), np.float32)
    place = sample(sheet, draws[:, :1], draws[:, 1:2] ** 0.8)
    turn = np.linspace(0, 1, num, dtype=np.float32)[None] * (3 + 4 * draws[:, 2:3]) + 6.3 * draws[:, 3:4]
    radius = (0.004 + 0.009 * draws[:, 4:5]) * (1 + 0.06 * turn)
    drift = np.linspace(-1, 1, num, dtype=np.float32)[None] * 0.010 * (draws[:, 5:6] - 0.5)
    curl = np.stack([np.cos(turn) * radius + drift, np.sin(turn) * radius], axis=-1)
    return Growth(place + curl, (draws[:, 0] * NUM_LOCKS).astype(np.int32), draws[:, 6] > 0.85)


def tones(person: Person, rng: np.random.Generator, lock: np.ndarray, contrast: float) -> np.ndarray:
    """An 8-bit brightness for every strand: its lock's, its own, and here and there a grey hair."""
    draws = rng.random((len(lock), 2), np.float32)
    across = lock / NUM_LOCKS
    shade = 0.22 * np.sin(lock * 12.9898) + 0.16 * np.sin(across * 41) + 0.8 * (draws[:, 0] - 0.5)
    shade += 0.45 * (np.sin(np.pi * across) - 0.75)  # a sheet is rounded: its edges turn away
    shade += (draws[:, 1] < 0.25 * person.hair.grey) * 0.9
    return np.clip(MIDDLE * (1 + contrast * shade), 12, 255).astype(np.int32)


def strand_plan(size: int) -> tuple[int, int, float, float]:
    """For a picture of ``size`` px: number of strands a sheet, places a strand, width, contrast of tones."""
    count = int(np.clip(size * 6.0 - 450, 180, 12000))
    contrast = float(np.clip((size / 900) ** 0.3, 0.45, 1.0))  # wide strands stand for several unlike ones
    return count, 8 if size < 400 else 28, max(STRAND_WIDTH, 1 / size), contrast


def draw_sheet(
    person: Person, camera: Camera, sheet: Sheet, rng: np.random.Generator, size: int
) -> tuple[np.ndarray, ...]:
    """Strand brightness and coverage of one sheet -> tone about 1, alpha, each [size, size]."""
    count, num, width, contrast = strand_plan(size)
    count = int(count * sheet.density)
    growth, colours = rng.spawn(2)
    if person.hair.style == "afro":
        hair = ringlets(sheet, growth, int(count * 1.6), num + 2)
    else:
        hair = grow(person, sheet, growth, count, num)
    curves = camera.project(hair.curves)
    guides = camera.project(sheet.guides)
    first, last = sheet.bare, guides.shape[1] - 1 - sheet.ragged
    edges = guides[0, first:last], guides[:, last], guides[-1, last:first:-1], guides[::-1, first]
    buzzed = person.hair.style == "buzz"
    body = patch(np.concatenate(edges), size, 0.012 if sheet.bare else 0.006) * (0.72 if buzzed else 1)
    tone = strands(blank(size, int(0.7 * MIDDLE)), curves, width, tones(person, colours, hair.lock, contrast))
    edge = cover(blank(size), curves[hair.astray], width, min(1.0, STRAND_WIDTH * size))
    edge = cover(edge, curves[~hair.astray], width, 0.6 if buzzed else 0.95)
    if size >= FINE:
        tone = cv2.addWeighted(tone, 0.6, soften(tone, 0.0025), 0.4, 0)  # neighbours shade into each other
    return tone * np.float32(1 / MIDDLE), np.maximum(body, to_alpha(edge))


def drawn_sheets(
    person: Person, camera: Camera, outline: Outline, rng: np.random.Generator, size: int
) -> Iterator[tuple[np.ndarray, ...]]:
    """Tone and alpha of each sheet of the cut, back to front."""
    cut = sheets(person, outline)
    for sheet, stream in zip(cut, rng.spawn(len(cut)) if cut else (), strict=True):
        yield draw_sheet(person, camera, sheet, stream, size)


def illumination(person: Person, camera: Camera, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Diffuse light [size, size, 3] and shine [size, size] on the dome of the hair."""
    x, y = camera.face_grid(LIGHT_GRID)
    nx, ny = np.clip(x / 0.40, -1, 1), np.clip((y - 0.42) / 0.56, -1, 1)
    nz = np.sqrt(np.maximum(1 - nx**2 - ny**2, 0.04))
    lx, ly, lz = person.light.direction
    facing = np.maximum((nx * lx + ny * ly + nz * lz + 0.25) / 1.25, 0)
    hollow = 1 - 0.5 * np.exp(-(((np.abs(x) - 0.20) / 0.07) ** 2)) * np.clip((y - 0.55) / 0.2, 0, 1)
    light = person.light.level(facing[..., None], 0.75 - 0.25 * ny[..., None])
    ring = np.hypot((x - 0.10 * lx) / 0.34, (y - 0.42) / 0.46)
    band = np.exp(-(((ring - 0.84) / 0.10) ** 2)) + 0.4 * np.exp(-(((ring - 0.62) / 0.08) ** 2))
    band *= facing
    light = resized(light * hollow[..., None], size)
    return light, resized(band, size)


def draw_nape(image: np.ndarray, person: Person, camera: Camera) -> None:
    """The dark mass of long hair behind the neck."""
    polygon = nape(person)
    if polygon is not None:
        alpha = patch(camera.project(polygon), image.shape[0], 0.006)
        paint(image, array(person.hair.colour) * person.light.level(0.0, 0.45), alpha)


def draw_hair(
    image: np.ndarray,
    person: Person,
    camera: Camera,
    outline: Outline,
    face: np.ndarray,  # [size, size], where the hair's shadow falls
    rng: np.random.Generator,
) -> None:
    """Paint the cut over head and background, in place, with the shadow it throws on the face."""
    size = image.shape[0]
    cut = list(drawn_sheets(person, camera, outline, rng, size))
    if not cut:
        return
    light, band = illumination(person, camera, size)
    colour = array(person.hair.colour)
    sheen = (0.55 * colour + 0.45 * colour.mean()) ** 0.7 * person.hair.shine
    for tone, alpha in cut:
        darken(image, 0.5 * (lowered(soften(alpha, 0.014), 0.008) * face))
        part = window(alpha)
        tone, glint = tone[part][..., None], band[part][..., None]
        lit = colour * tone * light[part]
        lit += (0.55 * sheen * array(person.light.key)) * (glint * np.square(tone))
        blend(image[part], lit, alpha[part])
