"""How a setting changes in the course of a run: a factor that depends on the images seen alone."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from gpen_train.bounds import Bounds, bounded, one_of, whole

CONSTANT = "constant"
SHAPES = {  # the share of the way -> how much of the difference between start and end is left
    CONSTANT: lambda share: 1.0,
    "cosine": lambda share: (1 + math.cos(math.pi * share)) / 2,
    "linear": lambda share: 1 - share,
}
RISE = whole(0, 1e12, "a number of images from 0")
END = Bounds(0, 1e6, "a factor from 0, such as 0.1")
UNTIL = whole(1, 1e12, "null for the run's end, or a number of images from 1")


@dataclass
class Schedule:
    """First the factor rises from 0 to 1, then it goes to ``end``, which it has from ``until`` on.

        rise     n / rise                                        for n < rise images seen
        cosine   end + (1 - end) * (1 + cos(pi * share)) / 2     share = (n - rise) / (until - rise)
        linear   end + (1 - end) * (1 - share)
        constant 1

    Source: warm-up, arXiv:1706.02677, section 2.2; cosine, SGDR, arXiv:1608.03983, equation 5, without
    restarts; of gamma and of the average's half-life too, R3GAN, arXiv:2501.05441, and its released code.
    """

    shape: str = one_of(SHAPES, CONSTANT)
    rise: int = bounded(RISE, 0)  # images
    end: float = bounded(END, 0.1)
    until: int | None = bounded(UNTIL, None)  # images seen; None: not known yet, see ``ending``

    @property
    def is_on(self) -> bool:
        """Whether the factor is ever another than 1."""
        return self.shape != CONSTANT or self.rise > 0

    def ending(self, images: int) -> None:
        """Of a run of so many ``images``: where there is an end that is left to its length, it is that."""
        if self.shape != CONSTANT and self.until is None:
            self.until = images

    def check(self, name: str) -> None:
        """Raise ValueError where it would end before it has risen; the bounds are checked with all others."""
        if self.shape != CONSTANT and self.until is not None and self.until <= self.rise:
            raise ValueError(
                f"{name}.until is {self.until}; give more than {name}.rise, which is {self.rise}"
            )

    def factor(self, images_seen: int) -> float:
        """What the setting is multiplied by after so many images: exactly 1 where it is not on."""
        if images_seen < self.rise:
            return images_seen / self.rise
        if self.shape == CONSTANT:
            return 1.0
        assert self.until is not None, "ending() has not been called"
        share = min(1.0, (images_seen - self.rise) / max(1, self.until - self.rise))
        return self.end + (1 - self.end) * SHAPES[self.shape](share)


def schedules_in(settings: Any) -> Iterator[Schedule]:
    """Those of a dataclass, and of the dataclasses that it holds."""
    for own in fields(settings):
        value = getattr(settings, own.name)
        if isinstance(value, Schedule):
            yield value
        elif is_dataclass(value):
            yield from schedules_in(value)
