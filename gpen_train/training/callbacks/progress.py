"""The display of a training, counted in images: what must be read first comes first, and always fits."""

import sys
from collections.abc import Mapping
from time import monotonic
from typing import Any

from pytorch_lightning import Callback, LightningModule, Trainer
from rich.console import Console
from rich.live import Live
from rich.text import Text

from gpen_train.evaluation.scores import PREFIX
from gpen_train.training.callbacks.speed import Lap
from gpen_train.words import decimal, noun, percent, plural

SECONDS_BETWEEN_UPDATES = 0.5  # reading the losses waits for the device
SECONDS_BETWEEN_LINES = 20.0  # where the output is no terminal
BAR = (8, 40)  # characters, at least and at most
WORTH_SAYING = 0.05  # share of the time that the steps wait for data


class ImageProgress(Callback):
    """Count, time left, speed, losses and held-out scores; a plain line now and then in a log file."""

    def __init__(self, images: int) -> None:
        self.images = images
        self._live: Live | None = None
        self._scores: dict[int, dict[str, float]] = {}  # by the images seen

    def on_train_start(self, trainer: Trainer, module: LightningModule) -> None:
        self._run, self._last_update = Lap(trainer, module), monotonic()
        if trainer.is_global_zero and sys.stderr.isatty():
            self._live = Live(console=Console(stderr=True), auto_refresh=False)
            self._live.start()

    def on_train_batch_end(self, trainer: Trainer, module: LightningModule, *_: Any) -> None:
        pause = SECONDS_BETWEEN_UPDATES if self._live else SECONDS_BETWEEN_LINES
        is_last = self._live and module.images_seen >= self.images  # a bar ends full
        if not trainer.is_global_zero or (monotonic() - self._last_update < pause and not is_last):
            return
        self._last_update = monotonic()
        seen, scores = module.latest_evaluation
        if scores:
            self._scores[seen] = scores
        lap = self._run.figures(trainer, module)
        told = module.images_seen, self.images, lap["images_per_second"], lap["share_waiting_for_data"]
        losses = module.step.means.peek()
        if self._live:
            width = self._live.console.width
            lines = display(width, *told, losses, self._scores)
            self._live.update(Text("\n".join(lines), no_wrap=True), refresh=True)
            return
        line = f"{counts(*told)} {' '.join(in_words(losses))}"
        print(line.rstrip(), file=sys.stderr, flush=True)

    def on_train_end(self, trainer: Trainer, module: LightningModule) -> None:
        self._close()

    def on_exception(self, trainer: Trainer, module: LightningModule, exception: BaseException) -> None:
        self._close()

    def _close(self) -> None:
        if self._live:
            self._live.stop()


def display(
    width: int,  # characters
    seen: int,
    images: int,  # of the whole run
    speed: float,  # images a second
    waiting: float,  # share of the time, 0 to 1, that the steps wait for data
    losses: Mapping[str, float],
    scores: Mapping[int, Mapping[str, float]],  # held-out ones, by the images seen
) -> list[str]:
    """The lines for a terminal, none wider than it: scores, count with bar, losses.

    Where there is not enough room the bar goes first, then the losses and scores that come last.
    """
    lines = [fitting(width, f"held out at {plural(max(scores), 'image')}", best_of(scores))] if scores else []
    count = counts(seen, images, speed, waiting)
    if len(count) > width:
        count = counts(seen, images, speed)
    room = min(BAR[1], width - len(count) - 1)
    filled = round(room * min(1.0, seen / images))
    lines.append(f"{count} {'━' * filled}{'╌' * (room - filled)}" if room >= BAR[0] else count)
    if losses:
        lines.append(fitting(width, "losses", in_words(losses)))
    return lines


def counts(seen: int, images: int, speed: float, waiting: float = 0.0) -> str:
    """How far the run is, how long it still takes, how fast it is; 80 columns hold it.

    And the share of waiting for data, where it is worth a thought: more workers, or data nearer by.
    """
    left = (images - seen) / max(speed, 1e-9)
    line = f"{seen}/{images} {noun(images, 'image')}, {duration(left)} left, {speed:.1f} images/s"
    return line if waiting < WORTH_SAYING else f"{line}, {percent(waiting)} waiting for data"


def duration(seconds: float) -> str:
    """``42 s``, ``3:07 min``, ``5:20 h`` or ``6 days 4 h``."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60}:{whole % 60:02d} min"
    hours, minutes = divmod(whole // 60, 60)
    return f"{hours}:{minutes:02d} h" if hours < 48 else f"{hours // 24} days {hours % 24} h"


def best_of(scores: Mapping[int, Mapping[str, float]]) -> list[str]:
    """The latest scores; where PSNR was higher before, that stands first."""
    latest, psnr = scores[max(scores)], f"{PREFIX}psnr"
    best = max((at for at in scores if psnr in scores[at]), key=lambda at: scores[at][psnr], default=None)
    words = [f"{name.removeprefix(PREFIX)} {decimal(value, 4)}" for name, value in latest.items()]
    if best is not None and best != max(scores):
        words.insert(1, f"(best {decimal(scores[best][psnr], 4)} at {best})")
    return words


def fitting(width: int, title: str, words: list[str]) -> str:
    """``title: word, word ..`` with as many words as fit."""
    line = f"{title}:"
    for word in words:
        if len(line) + 1 + len(word) > width:
            return line[:width]
        line += f" {word}"
    return line[:width]


def in_words(losses: Mapping[str, float]) -> list[str]:
    return [f"{name} {value:.3f}" for name, value in losses.items()]
