"""One picture of what presets do: a card a preset, its draws side by side, the parameters below each."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from gpen_train.degradations.chain import Chain, Step
from gpen_train.images import resize_area
from gpen_train.progress import with_progress
from gpen_train.sources.draws import Draw, Stream, generator
from gpen_train.words import decimal

WIDEST = 1300  # pixels: as many cards side by side as fit
GAP, TITLE, BELOW = 12, 28, 10  # pixels between images, of the strip above them, below a card
LINE, TEXT_SIZE, TITLE_SIZE = 18, 14, 20  # pixels of a line of text and of the letters
TEXT_WIDTH = 312  # pixels of a line at least
INK, PAPER = "#222222", "#ffffff"
UNSHOWN = (
    "seed",
    "size",
    "radius",
    "steps",
)  # nothing to see; the result's; where a kernel is cut; a patch's
LONGEST = 3  # numbers of a list that are shown one by one
INDENT = "    "  # of a line that goes on


def draw_gallery(faces: Sequence[np.ndarray], chains: Mapping[str, Chain], seed: int) -> np.ndarray:
    """Clean faces uint8 [R, R, 3] on a card, and a card for each chain -> uint8 [H, W, 3].

    What is drawn for face i depends on (seed, i), as in a benchmark set.
    """
    cards = [draw_card("clean", faces, [[] for _ in faces])]
    for name, chain in with_progress(chains.items(), "degrading", len(chains)):
        plans = [
            chain.draw(chain.frame(face), generator(seed, Stream.VALIDATION, Draw(place, 0)))
            for place, face in enumerate(faces)
        ]
        degraded = [chain.apply(face, plan)[0] for face, plan in zip(faces, plans, strict=True)]
        cards.append(draw_card(name, degraded, plans))
    return in_columns(cards)


def in_columns(cards: Sequence[np.ndarray]) -> np.ndarray:
    """Cards of one width, each below the shortest column so far -> uint8 [H, W, 3]."""
    width = cards[0].shape[1]
    columns: list[list[np.ndarray]] = [[] for _ in range(min(len(cards), max(1, WIDEST // width)))]
    for card in cards:
        min(columns, key=lambda column: sum(map(len, column))).append(card)
    height = max(sum(map(len, column)) for column in columns)
    picture = np.full((height, width * len(columns), 3), 255, np.uint8)
    for place, column in enumerate(columns):
        stacked = np.vstack(column)
        picture[: len(stacked), place * width : (place + 1) * width] = stacked
    return picture


def draw_card(title: str, images: Sequence[np.ndarray], plans: Sequence[Sequence[Step]]) -> np.ndarray:
    """A title, images [R, R, 3] side by side, the steps of their plans below -> uint8 [H, W, 3]."""
    side = max(len(image) for image in images)
    pitch = GAP + max(side, TEXT_WIDTH)
    letters = ImageFont.load_default(TEXT_SIZE)
    texts = [wrapped(plan, pitch - GAP, letters) for plan in plans]
    height = TITLE + side + LINE * max(map(len, texts)) + BELOW
    card = Image.new("RGB", (len(images) * pitch, height), PAPER)
    draw = ImageDraw.Draw(card)
    draw.text((GAP, TITLE // 2), title, INK, ImageFont.load_default(TITLE_SIZE), anchor="lm")
    for place, (image, lines) in enumerate(zip(images, texts, strict=True)):
        left = GAP + place * pitch
        card.paste(Image.fromarray(resize_area(image, side)), (left, TITLE))
        for number, line in enumerate(lines):
            draw.text((left, TITLE + side + 4 + number * LINE), line, INK, letters)
    return np.array(card)


def wrapped(plan: Iterable[Step], width: int, letters: Any) -> list[str]:
    """The lines of a plan, none wider than ``width`` pixels in these letters, broken behind a comma."""
    lines = []
    for text in described(plan):
        first, *values = text.split(", ")
        line = first
        for value in values:
            if letters.getlength(f"{line}, {value},") > width:
                lines.append(f"{line},")
                line = f"{INDENT}{value}"
            else:
                line = f"{line}, {value}"
        lines.append(line)
    return lines


def described(plan: Iterable[Step]) -> Iterator[str]:
    """A line a step: its label and what was drawn, of a patch also the steps within."""
    for label, _, drawn in (Step(*step) for step in plan):
        if label.endswith("resize_back"):  # every preset ends with it
            continue
        values = [_value(name, value) for name, value in _seen(drawn).items()]
        yield f"{label.replace('_', ' ')}: {', '.join(filter(None, values)) or 'on'}"
        yield from (f"in it {line}" for line in described(drawn.get("steps", [])))


def _seen(drawn: Mapping[str, Any]) -> dict[str, Any]:
    """What can be seen of a step; the widths of a blur along both axes are one value."""
    seen = {name: value for name, value in drawn.items() if name not in UNSHOWN}
    if "sigma_x" in seen:
        widths = [seen.pop(name) for name in ("sigma_x", "sigma_y") if name in seen]
        kind = {"kind": seen.pop("kind")} if "kind" in seen else {}
        seen = {**kind, "sigma": widths, **seen}
    return seen


def _value(name: str, value: Any) -> str:
    """A drawn value in a few letters; empty for what is switched off."""
    if isinstance(value, bool):
        return name if value else ""
    if isinstance(value, str):
        return value.replace("_", " ")
    if isinstance(value, list | dict) and not _is_short(value):
        return f"{len(value)} {name}"
    return f"{name.replace('_', ' ')} {' / '.join(f'{decimal(number, 2)}' for number in np.ravel(value))}"


def _is_short(value: list | dict) -> bool:
    """Whether these are numbers, few enough to be shown one by one."""
    return len(value) <= LONGEST and all(isinstance(item, int | float) for item in value)
