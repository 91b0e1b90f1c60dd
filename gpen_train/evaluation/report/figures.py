"""Drawings for the page, as inline SVG whose colours come from its style sheet."""

import math
from collections.abc import Callable, Sequence
from html import escape

import numpy as np

from gpen_train.evaluation.report.model import Metric, Report, Score
from gpen_train.evaluation.report.table import column, number, shortened, style_class
from gpen_train.words import decimal

WIDTH = 360  # of every drawing, in units that are pixels where it is shown at its full size
LONGEST_NAME = 40  # characters, which leave room for the mean
ROW, CHART, BELOW = 46, 120, 22  # heights: of a system's row, of a chart, of the numbers below


def distributions(report: Report, metric: Metric) -> str:
    """A curve of each system's values in ``metric``; a dot for the mean, a bar for its interval.

    The axis leaves out one value in a hundred: the farthest.
    """
    values = {system.name: _finite(report.per_image[system.name][metric.name]) for system in report.systems}
    axis = Axis(np.concatenate(list(values.values())), (0.005, 0.995), start=4, end=WIDTH - 4)
    rows = []
    for place, (system, cell) in enumerate(zip(report.systems, column(report, metric), strict=True)):
        top, bottom = ROW * place + 14, ROW * (place + 1) - 2
        rows.append(
            f'<g class="{style_class(place)}"><title>{escape(system.name)}</title>'
            f'<text x="4" y="{top}">{escape(shortened(system.name, LONGEST_NAME))}</text>'
            f'<text class="value" x="{WIDTH - 4}" y="{top}">{cell.mean}</text>'
            f"{_density(values[system.name], axis, bottom, ROW - 20)}"
            f"{_mean_mark(system.scores[metric.name], axis, bottom)}</g>"
        )
    height = ROW * len(rows)
    return _drawing(f"{metric.label} of each image, by system", height, _upright_grid(axis, height), *rows)


def line_chart(images: Sequence[int], values: Sequence[float], title: str) -> str:
    """A curve over the images seen; what rises far above the rest, as first losses do, is cut off."""
    x, y = _thinned(np.asarray(images, float)), _thinned(np.asarray(values, float))
    cut = 0.97 if len(y) > 20 else 1.0
    across = Axis(np.array([0.0, x[-1]]), (0, 1), start=48, end=WIDTH - 10, margin=0)
    up = Axis(y, (0, cut), start=CHART, end=6)
    points = [f"{across(a):.1f},{up(b):.1f}" for a, b in zip(x, y, strict=True)]
    last = points[-1].split(",")
    grid = "".join(
        f'<line class="grid" x1="48" x2="{WIDTH - 10}" y1="{at:.1f}" y2="{at:.1f}"/>'
        f'<text class="tick left" x="42" y="{at + 4:.1f}">{text}</text>'
        for at, text in up.ticks(4)
    )
    below = "".join(
        f'<text class="tick" x="{at:.1f}" y="{CHART + 16}">{text}</text>'
        for at, text in across.ticks(4, _short)
    )
    curve = f'<polyline points="{" ".join(points)}"/><circle cx="{last[0]}" cy="{last[1]}" r="3"/>'
    return _drawing(title, CHART, grid, below, curve)


class Axis:
    """Where numbers stand between ``start`` and ``end``; those outside the ``quantiles`` of ``values`` may
    be beyond, and are set at the edge."""

    def __init__(
        self,
        values: np.ndarray,
        quantiles: tuple[float, float],
        start: float,
        end: float,
        margin: float = 0.05,
    ) -> None:
        low, high = (float(edge) for edge in np.quantile(values, quantiles))
        room = margin * (high - low) or 0.5 * (high == low)
        self.low, self.high, self.start, self.end = low - room, high + room, start, end

    def __call__(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return self.start + min(max(share, 0.0), 1.0) * (self.end - self.start)

    def ticks(self, most: int, write: Callable[[float], str] | None = None) -> list[tuple[float, str]]:
        """Up to about ``most`` round numbers: where they stand, and their text."""
        rough = (self.high - self.low) / most
        power = 10.0 ** math.floor(math.log10(rough))
        step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= 0.75 * rough)
        digits = max(0, -math.floor(math.log10(step) + 1e-9))
        round_numbers = [
            step * k for k in range(math.ceil(self.low / step), math.floor(self.high / step) + 1)
        ]
        return [(self(value), write(value) if write else number(value, digits)) for value in round_numbers]


def _density(values: np.ndarray, axis: Axis, bottom: float, height: float) -> str:
    """A Gaussian kernel estimate with Silverman's bandwidth, its peak ``height`` high."""
    if not values.size:
        return ""
    reach = axis.high - axis.low
    width = max(1.06 * float(values.std()) * values.size**-0.2, reach / 150)
    grid = np.linspace(axis.low, axis.high, 121)
    density = np.exp(-0.5 * ((grid[:, None] - values) / width) ** 2).sum(axis=1)
    heights = bottom - height * density / max(density.max(), 1e-9)
    points = " ".join(f"{axis(at):.1f},{y:.1f}" for at, y in zip(grid, heights, strict=True))
    return f'<polygon points="{axis.start},{bottom} {points} {axis.end},{bottom}"/>'


def _mean_mark(score: Score, axis: Axis, y: float) -> str:
    if not math.isfinite(score.mean):
        return ""
    low, high = (edge if math.isfinite(edge) else score.mean for edge in (score.low, score.high))
    return (
        f'<line class="interval" x1="{axis(low):.1f}" x2="{axis(high):.1f}" y1="{y}" y2="{y}"/>'
        f'<circle cx="{axis(score.mean):.1f}" cy="{y}" r="3.5"/>'
    )


def _upright_grid(axis: Axis, height: float) -> str:
    return "".join(
        f'<line class="grid" x1="{at:.1f}" x2="{at:.1f}" y1="0" y2="{height}"/>'
        f'<text class="tick" x="{at:.1f}" y="{height + 16}">{text}</text>'
        for at, text in axis.ticks(5)
    )


def _drawing(title: str, height: float, *parts: str) -> str:
    name = escape(title)
    return (
        f'<svg viewBox="0 0 {WIDTH} {height + BELOW}" role="img" aria-label="{name}"><title>{name}</title>'
        f"{''.join(parts)}</svg>"
    )


def _finite(values: Sequence[float]) -> np.ndarray:
    array = np.asarray(values, float)
    return array[np.isfinite(array)]


def _thinned(values: np.ndarray, most: int = 300) -> np.ndarray:
    """Means of neighbours, so that no more than ``most`` are left."""
    size = math.ceil(len(values) / most)
    return np.array([values[start : start + size].mean() for start in range(0, len(values), size)])


def _short(images: float) -> str:
    """12 k, 3 M"""
    unit, size = next(((u, s) for u, s in ((" M", 1e6), (" k", 1e3)) if images >= s), ("", 1))
    return f"{decimal(images / size)}{unit}"
