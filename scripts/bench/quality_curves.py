"""How the recipes of quality.py get better with the minutes they are given: curves from its results.json.

    python scripts/bench/quality_curves.py OUT curves.svg --recipes own with_prior

A chart for each measure: a line for each seed over the minutes of CPU, the prior's among them; in grey and
dashed what the degraded faces have. Without --recipes all are drawn.
"""

import argparse
import json
from html import escape
from pathlib import Path

import numpy as np

from gpen_train.evaluation.report.figures import Axis

CHARTS = {  # measure -> title
    "psnr": "PSNR, dB: higher is better",
    "ssim": "SSIM: higher is better",
    "frechet": "Frechet distance: lower is better",
    "feature": "feature distance: lower is better",
}
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")  # Okabe and Ito's, for all eyes
COLUMNS, WIDTH, HEIGHT = 2, 440, 250  # of a chart, in pixels
LEFT, RIGHT, TOP, BOTTOM, LEGEND = 52, 14, 30, 40, 34
STYLE = """
    text { font: 12px system-ui, sans-serif; fill: #24292f }
    .title { font-weight: 600 } .tick { fill: #57606a }
    .middle { text-anchor: middle } .end { text-anchor: end }
    .grid { stroke: #d8dee4 } .degraded { stroke: #8c959f; stroke-dasharray: 4 3 }
    polyline { fill: none; stroke-width: 1.8 }
"""


def main() -> None:
    """Read, choose, and write the drawing."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("out", type=Path)
    parser.add_argument("drawing", type=Path)
    parser.add_argument("--recipes", nargs="+", metavar="NAME")
    options = parser.parse_args()
    degraded, *rows = json.loads((options.out / "results.json").read_text())
    known = list(dict.fromkeys(row["recipe"] for row in rows))
    names = options.recipes or known
    unknown = [name for name in names if name not in known]
    if unknown:
        parser.error(f"{options.out} has no results of {unknown[0]}; choose from: {', '.join(known)}")
    if len(names) > len(COLOURS):
        parser.error(f"there are colours for {len(COLOURS)} recipes, and these are {len(names)}")
    options.drawing.write_text(drawing(degraded, {name: seeds_of(rows, name) for name in names}))


def seeds_of(rows: list[dict], name: str) -> list[list[dict]]:
    """The rows of each seed of a recipe, in the order of their minutes."""
    own = [row for row in rows if row["recipe"] == name]
    seeds = sorted({row["seed"] for row in own})
    return [sorted((r for r in own if r["seed"] == s), key=lambda row: row["cpu_minutes"]) for s in seeds]


def drawing(degraded: dict, recipes: dict[str, list[list[dict]]]) -> str:
    """The SVG: what the colours are, and below it a chart for each measure."""
    width, height = COLUMNS * WIDTH, LEGEND + HEIGHT * -(-len(CHARTS) // COLUMNS)
    parts = [f'<rect width="{width}" height="{height}" fill="#ffffff"/>']
    step = (width - LEFT) / len(recipes)
    for place, (name, colour) in enumerate(zip(recipes, COLOURS, strict=False)):
        x = LEFT + place * step
        parts.append(f'<circle cx="{x + 6:.0f}" cy="18" r="5" fill="{colour}"/>')
        parts.append(f'<text x="{x + 18:.0f}" y="22">{escape(name)}</text>')
    for place, (measure, title) in enumerate(CHARTS.items()):
        x, y = place % COLUMNS * WIDTH, LEGEND + place // COLUMNS * HEIGHT
        inner = chart(measure, title, degraded[measure], recipes)
        parts.append(f'<g transform="translate({x} {y})">{inner}</g>')
    size = f'width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
    body = "\n".join(parts)
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>\n<style>{STYLE}</style>\n{body}\n</svg>\n'


def chart(measure: str, title: str, degraded: float, recipes: dict[str, list[list[dict]]]) -> str:
    """One measure over the minutes, a line for each seed of each recipe."""
    rows = [row for seeds in recipes.values() for seed in seeds for row in seed]
    minutes = np.array([0.0, *(row["cpu_minutes"] for row in rows)])
    values = np.array([degraded, *(row[measure] for row in rows)])
    across = Axis(minutes, (0, 1), LEFT, WIDTH - RIGHT, margin=0)
    up = Axis(values, (0, 1), HEIGHT - BOTTOM, TOP)
    ends, bottom = f'x1="{LEFT}" x2="{WIDTH - RIGHT}"', HEIGHT - BOTTOM + 16
    parts = [f'<text class="title" x="{LEFT}" y="{TOP - 12}">{title}</text>']
    for y, text in up.ticks(4):
        parts.append(f'<line class="grid" {ends} y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(f'<text class="tick end" x="{LEFT - 6}" y="{y + 4:.1f}">{text}</text>')
    for x, text in across.ticks(5):
        parts.append(f'<text class="tick middle" x="{x:.1f}" y="{bottom}">{text}</text>')
    parts.append(f'<text class="tick end" x="{WIDTH - RIGHT}" y="{HEIGHT - 8}">CPU minutes</text>')
    parts.append(f'<line class="degraded" {ends} y1="{up(degraded):.1f}" y2="{up(degraded):.1f}"/>')
    for seeds, colour in zip(recipes.values(), COLOURS, strict=False):
        for seed in seeds:
            spots = [(across(row["cpu_minutes"]), up(row[measure])) for row in seed]
            line = " ".join(f"{x:.1f},{y:.1f}" for x, y in spots)
            parts.append(f'<polyline points="{line}" stroke="{colour}"/>')
            parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.6" fill="{colour}"/>' for x, y in spots]
    return "".join(parts)


if __name__ == "__main__":
    main()
