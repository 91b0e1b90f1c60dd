"""One picture of what presets do: a row a preset, a column a draw, the drawn parameters under each image."""

import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from gpen_train.degradations.chain import Chain, Step
from gpen_train.images import resize_area
from gpen_train.progress import with_progress
from gpen_train.sources.draws import Draw, Stream, generator
from gpen_train.words import decimal

GAP, TITLE = 10, 30  # pixels between columns, of the strip above a row
LINE, TEXT_SIZE, TITLE_SIZE = 14, 11, 18  # pixels of a line of text and of the letters
LETTER = 5.6  # pixels, mean width at TEXT_SIZE
INK, PAPER = "#222222", "#ffffff"
UNSHOWN = ("seed", "size")  # of noise, which says nothing; of the result, which all share
LONGEST = 3  # numbers of a list that are shown one by one
TIED = "\u00a0"  # a space where no line is broken


def draw_gallery(faces: Sequence[np.ndarray], chains: Mapping[str, Chain], seed: int) -> np.ndarray:
    """Clean faces uint8 [R, R, 3], a column each, and a row for each chain -> uint8 [H, W, 3].

    What is drawn for column i depends on (seed, i), as in a benchmark set.
    """
    rows = [draw_row("clean", faces, [[] for _ in faces])]
    for name, chain in with_progress(chains.items(), "degrading", len(chains)):
        plans = [
            chain.draw(chain.frame(face), generator(seed, Stream.VALIDATION, Draw(column, 0)))
            for column, face in enumerate(faces)
        ]
        degraded = [chain.apply(face, plan)[0] for face, plan in zip(faces, plans, strict=True)]
        rows.append(draw_row(name, degraded, plans))
    return np.vstack(rows)


def draw_row(title: str, images: Sequence[np.ndarray], plans: Sequence[Sequence[Step]]) -> np.ndarray:
    """A title, images [R, R, 3] side by side, the steps of their plans below -> uint8 [H, W, 3]."""
    side = max(len(image) for image in images)
    texts = [wrapped(plan, side) for plan in plans]
    height = TITLE + side + GAP + LINE * max(map(len, texts))
    row = Image.new("RGB", (GAP + len(images) * (side + GAP), height), PAPER)
    draw = ImageDraw.Draw(row)
    draw.text((GAP, TITLE // 2), title, INK, ImageFont.load_default(TITLE_SIZE), anchor="lm")
    letters = ImageFont.load_default(TEXT_SIZE)
    for column, (image, lines) in enumerate(zip(images, texts, strict=True)):
        left = GAP + column * (side + GAP)
        row.paste(Image.fromarray(resize_area(image, side)), (left, TITLE))
        for number, line in enumerate(lines):
            draw.text((left, TITLE + side + 4 + number * LINE), line, INK, letters)
    return np.array(row)


def wrapped(plan: Iterable[Step], width: int) -> list[str]:
    """The lines of a plan, none wider than about ``width`` pixels; a name and its value share a line."""
    texts = (text.replace(", ", ",\n").replace(" ", TIED).replace("\n", " ") for text in described(plan))
    wraps = (textwrap.wrap(text, int(width / LETTER), subsequent_indent=4 * TIED) for text in texts)
    return [line.replace(TIED, " ") for lines in wraps for line in lines]


def described(plan: Iterable[Step]) -> Iterator[str]:
    """A line a step: its label and what was drawn, of a patch also the steps within."""
    for label, _, drawn in (Step(*step) for step in plan):
        values = [_value(name, value) for name, value in drawn.items() if name not in (*UNSHOWN, "steps")]
        yield f"{label.replace('_', ' ')}: {', '.join(filter(None, values)) or 'on'}"
        yield from (f"in it {line}" for line in described(drawn.get("steps", [])))


def _value(name: str, value: Any) -> str:
    """A drawn value in a few letters; empty for what is switched off."""
    if isinstance(value, bool):
        return name if value else ""
    if isinstance(value, str):
        return value.replace("_", " ")
    if isinstance(value, list | dict) and not _is_short(value):
        return f"{len(value)} {name}"
    return f"{name.replace('_', ' ')} {' / '.join(f'{decimal(number, 3)}' for number in np.ravel(value))}"


def _is_short(value: list | dict) -> bool:
    """Whether these are numbers, few enough to be shown one by one."""
    return len(value) <= LONGEST and all(isinstance(item, int | float) for item in value)
