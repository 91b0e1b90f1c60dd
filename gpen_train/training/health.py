"""How many steps had to be skipped, and the end of a run that skips too many."""

from dataclasses import dataclass


class DivergedError(RuntimeError):
    """Too many steps in a row had gradients that are not finite, in a run that ``went_back`` or did not."""

    def __init__(self, message: str, went_back: bool) -> None:
        super().__init__(message)
        self.went_back = went_back


@dataclass
class Health:
    """Counts of skipped steps: all of the run's, and those in a row. They are kept in checkpoints."""

    skipped: int = 0
    in_a_row: int = 0
    went_back: bool = False  # to an earlier checkpoint, with lower rates, which is done once

    def note(self, is_good: bool) -> None:
        """Count a step."""
        self.skipped += not is_good
        self.in_a_row = 0 if is_good else self.in_a_row + 1
