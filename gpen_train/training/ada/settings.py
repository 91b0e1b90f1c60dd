"""What the discriminator's images are augmented with, and how often, as plain values."""

from dataclasses import dataclass

from gpen_train.bounds import Bounds, bounded, check_values, whole

GROUPS = {
    "b": "flips, quarter turns and whole-pixel shifts",
    "g": "scalings, rotations and shifts that resample",
    "c": "colours",
}
PROBABILITY = Bounds(0, 1, "a probability from 0 to 1")
TARGET = Bounds(-1, 1, "a number between -1 and 1, such as 0.6", is_open=True)


@dataclass
class AugmentSettings:
    """Adaptive discriminator augmentation; the values are those of its paper."""

    groups: str = "none"  # letters of b (blit), g (geometry), c (colour), as "bgc"; or "flip", or "none"
    p: float = bounded(PROBABILITY, 0.0)  # the probability of each transformation, to start with
    target: float | None = bounded(TARGET, 0.6)  # of the mean sign of D(clean); null: p stays as it is
    every: int = bounded(whole(1, 1e6, "a number from 1, such as 4"), 4)  # steps between adjustments of p
    speed: int = bounded(whole(1, 1e12, "a number from 1, such as 500000"), 500_000)  # images till p is 1

    @property
    def is_on(self) -> bool:
        """Whether there is anything to do, now or later."""
        return self.groups != "none" and (self.p > 0 or self.target is not None)

    def check(self) -> None:
        """Raise ValueError for an unknown group and for numbers out of range."""
        if self.groups not in ("none", "flip") and (not self.groups or set(self.groups) - set(GROUPS)):
            known = ", ".join(f"{letter} ({what})" for letter, what in GROUPS.items())
            raise ValueError(f"augment.groups is {self.groups!r}; give letters of {known}, or flip, or none")
        check_values(self, "augment")
