"""The scores that a run takes of held-out images: in metrics.csv, in words, and which way is better."""

from collections.abc import Mapping
from typing import NamedTuple

PREFIX = "held_out_"  # of their columns in metrics.csv
HIGHER, LOWER = 1, -1


class Score(NamedTuple):
    """How a score is called, and shown."""

    title: str  # of its curve
    column: str  # of a table
    better: int  # HIGHER or LOWER
    digits: int = 4

    @property
    def in_words(self) -> str:
        """``SSIM (higher is better)``."""
        return f"{self.title} ({'higher' if self.better == HIGHER else 'lower'} is better)"


SCORES = {
    "psnr": Score("PSNR, dB", "PSNR, dB", HIGHER, digits=2),
    "ssim": Score("SSIM", "SSIM", HIGHER),
    "hole_psnr": Score("PSNR in the hole, dB", "in the hole, dB", HIGHER, digits=2),
    "chroma_psnr": Score("PSNR of chroma, dB", "chroma, dB", HIGHER, digits=2),
    "lpips": Score("LPIPS", "LPIPS", LOWER),
    "frechet": Score("Frechet distance, random features", "Frechet", LOWER),
    "label_fit_gap": Score("Fit to the map, off by", "fit to the map, off by", LOWER),
}


def as_columns(scores: Mapping[str, float]) -> dict[str, float]:
    """Scores by the names that they are logged under."""
    return {f"{PREFIX}{name}": value for name, value in scores.items()}


def scores_in(row: Mapping[str, str]) -> dict[str, float]:
    """The scores in a row of metrics.csv, by their own names; none where it has none."""
    return {name.removeprefix(PREFIX): float(v) for name, v in row.items() if name.startswith(PREFIX) and v}


def cell(name: str, values: Mapping[str, float], sign: str = "") -> str:
    """A table's: empty where ``values`` lack it; with ``sign`` "+" one is written."""
    return f"{values[name]:{sign}.{SCORES[name].digits}f}" if name in values else ""
