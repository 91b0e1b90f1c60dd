"""How the steps are computed, as plain values: none of it changes what is computed."""

from dataclasses import dataclass

import torch

PRECISIONS = {"32": torch.float32, "bf16-mixed": torch.bfloat16, "16-mixed": torch.float16}


@dataclass
class ComputeSettings:
    """The defaults compute everything at once, in float32."""

    precision: str = "32"  # "32", "bf16-mixed" or "16-mixed"; weights and R1 stay in float32
    micro_batch: int | None = None  # images that a device takes at a time; None: its whole share of a batch
    checkpoint_from: int | None = None  # pixels; synthesis blocks this fine keep no activations, but repeat
    compile: bool = False  # the passes that have no double backward
    max_bad_steps: int = 10  # skipped in a row, for gradients that are not finite, before the run goes back

    @property
    def dtype(self) -> torch.dtype:
        """What convolutions are computed in."""
        return PRECISIONS[self.precision]

    def check(self) -> None:
        """Raise ValueError for an unknown precision and for numbers below 1."""
        if self.precision not in PRECISIONS:
            raise ValueError(
                f"compute.precision is {self.precision!r}; choose one of: {', '.join(PRECISIONS)}"
            )
        for name in ("micro_batch", "checkpoint_from", "max_bad_steps"):
            value = getattr(self, name)
            if value is not None and value < 1:
                raise ValueError(f"compute.{name} is {value}; give a number from 1")


def num_parts(num_images: int, micro_batch: int | None) -> int:
    """Into how many equal parts a device's share of ``num_images`` is cut, none above ``micro_batch``."""
    if micro_batch is None:
        return 1
    return next(
        parts
        for parts in range(1, num_images + 1)
        if num_images % parts == 0 and num_images // parts <= micro_batch
    )
