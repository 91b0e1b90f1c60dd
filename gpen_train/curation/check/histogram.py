"""A picture of the facts: four histograms with their limits, drawn with Pillow."""

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from gpen_train.curation.check.limits import Limits
from gpen_train.curation.journal import Record
from gpen_train.words import decimal, plural

WIDTH, HEIGHT = 480, 260  # pixels of one histogram
LEFT, RIGHT, TOP, BOTTOM = 24, 24, 40, 40  # its margins
NUM_BINS = 36
INK, PALE, BAR, LIMIT = "#222222", "#bbbbbb", "#4a7ab5", "#c0392b"
BAR_WIDTH = (WIDTH - LEFT - RIGHT) / NUM_BINS
FLOOR = HEIGHT - BOTTOM


def draw_histograms(records: Sequence[Record], limits: Limits) -> np.ndarray:
    """Shorter side, width / height, sharpness, brightness of readable images -> uint8 RGB [520, 960, 3]."""
    sound = [record for record in records if "unreadable" not in record]
    sides = [min(record["width"], record["height"]) for record in sound]
    ratios = [record["width"] / record["height"] for record in sound]
    panels = [
        histogram("shorter side, pixels", sides, log=True, limit=limits.min_size),
        histogram("width / height", ratios, log=True),
        histogram(
            "sharpness: finest / coarser detail",
            [record["sharpness"] for record in sound],
            log=True,
            limit=limits.min_sharpness,
        ),
        histogram("mean brightness, grey levels", [record["brightness"] for record in sound], ends=(0, 255)),
    ]
    return np.vstack([np.hstack(panels[:2]), np.hstack(panels[2:])])


def histogram(
    title: str,
    values: Sequence[float],
    ends: tuple[float, float] | None = None,  # of the axis; of the values if None
    log: bool = False,
    limit: float | None = None,  # a line, below which something is a fault
) -> np.ndarray:
    """Bars with a title, the ends of the axis and the highest count -> uint8 RGB [HEIGHT, WIDTH, 3]."""
    low, high = ends or _ends([*values, *([] if limit is None else [limit])], log)
    scale = np.log if log else np.asarray
    edges = np.linspace(scale(low), scale(high), NUM_BINS + 1)
    counts = np.histogram(scale(np.clip(values, low, high)), edges)[0]
    picture = Image.new("RGB", (WIDTH, HEIGHT), "white")
    draw = ImageDraw.Draw(picture)
    draw.text((LEFT, 8), title + (", log scale" if log else ""), INK, ImageFont.load_default(15))
    small, most = ImageFont.load_default(12), max(counts.max(), 1)
    for number, count in enumerate(counts):
        left, top = LEFT + number * BAR_WIDTH, FLOOR - (FLOOR - TOP) * count / most
        if count:
            draw.rectangle((round(left), round(top), round(left + BAR_WIDTH) - 2, FLOOR), BAR)
    draw.line((LEFT, FLOOR + 1, WIDTH - RIGHT, FLOOR + 1), PALE)
    draw.text((LEFT, FLOOR + 6), f"{decimal(low, 4)}", INK, small)
    draw.text((WIDTH - RIGHT, FLOOR + 6), f"{decimal(high, 4)}", INK, small, anchor="ra")
    draw.text(
        (WIDTH - RIGHT, 10),
        f"{plural(len(values), 'image')}, highest bar {counts.max()}",
        INK,
        small,
        anchor="ra",
    )
    if limit is not None:
        place = LEFT + (WIDTH - LEFT - RIGHT) * (scale(limit) - edges[0]) / (edges[-1] - edges[0])
        draw.line((place, TOP - 6, place, FLOOR), LIMIT, 2)
        within = np.clip(place, 2 * LEFT, WIDTH - 2 * RIGHT)  # half of the words on each side
        draw.text((within, FLOOR + 20), f"limit {decimal(limit, 4)}", LIMIT, small, anchor="ma")
    return np.array(picture)


def _ends(values: Sequence[float], log: bool) -> tuple[float, float]:
    """An axis that holds all values, with some air where they are one."""
    low, high = (min(values), max(values)) if values else (1.0, 1.0)
    if log:
        low = max(low, 1e-4)
        return (low, max(high, low)) if high > 1.01 * low else (low / 2, low * 2)
    return (low, high) if high > low else (low - 1, high + 1)
