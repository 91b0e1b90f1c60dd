"""What the discriminator's images are augmented with, and how often, as plain values."""

from dataclasses import dataclass

GROUPS = {
    "b": "flips, quarter turns and whole-pixel shifts",
    "g": "scalings, rotations and shifts that resample",
    "c": "colours",
}


@dataclass
class AugmentSettings:
    """Adaptive discriminator augmentation; the values are those of its paper."""

    groups: str = "none"  # letters of b (blit), g (geometry), c (colour), as "bgc"; or "flip", or "none"
    p: float = 0.0  # the probability of each transformation, to start with
    target: float | None = 0.6  # of the mean sign of D(clean); null: p stays as it is
    every: int = 4  # steps between adjustments of p
    speed: int = 500_000  # images in which p may go from 0 to 1

    @property
    def is_on(self) -> bool:
        """Whether there is anything to do, now or later."""
        return self.groups != "none" and (self.p > 0 or self.target is not None)

    def check(self) -> None:
        """Raise ValueError for an unknown group and for numbers out of range."""
        if self.groups not in ("none", "flip") and (not self.groups or set(self.groups) - set(GROUPS)):
            known = ", ".join(f"{letter} ({what})" for letter, what in GROUPS.items())
            raise ValueError(f"augment.groups is {self.groups!r}; give letters of {known}, or flip, or none")
        if not 0 <= self.p <= 1:
            raise ValueError(f"augment.p is {self.p}; give a probability from 0 to 1")
        if self.target is not None and not -1 < self.target < 1:
            raise ValueError(f"augment.target is {self.target}; give a number between -1 and 1, such as 0.6")
        for name in ("every", "speed"):
            if getattr(self, name) < 1:
                raise ValueError(f"augment.{name} is {getattr(self, name)}; give a number from 1")
