"""How many steps had to be skipped, and the end of a run that skips too many."""

from typing import Any

from torch import Tensor


class DivergedError(RuntimeError):
    """Too many steps in a row had gradients that are not finite, in a run that ``went_back`` or did not."""

    def __init__(self, message: str, went_back: bool) -> None:
        super().__init__(message)
        self.went_back = went_back


class Health:
    """Counts of skipped steps: all of the run's, and those in a row. They are kept in checkpoints.

    Whether a step was good is read one step late, when a GPU knows it, so that nobody waits for it. Who asks
    for the counts does wait.
    """

    def __init__(self, skipped: int = 0, in_a_row: int = 0, went_back: bool = False) -> None:
        self._skipped, self._in_a_row = skipped, in_a_row
        self.went_back = went_back  # to an earlier checkpoint, with lower rates, which is done once
        self._latest: Tensor | None = None  # whether the last step was good, as yet unread

    def note(self, is_good: Tensor) -> None:
        """Count a step; ``is_good`` [], bool, is the same on every device."""
        self._read()
        self._latest = is_good
        if is_good.device.type == "cpu":
            self._read()

    def is_lost(self, max_bad_steps: int) -> bool:
        """Whether so many steps in a row were bad: for sure, once the last but one is."""
        return self._in_a_row >= max_bad_steps and self.in_a_row >= max_bad_steps

    @property
    def skipped(self) -> int:
        """Of the run's steps."""
        self._read()
        return self._skipped

    @property
    def in_a_row(self) -> int:
        """Of the last steps."""
        self._read()
        return self._in_a_row

    def state_dict(self) -> dict[str, Any]:
        """What it is built of again."""
        return {"skipped": self.skipped, "in_a_row": self.in_a_row, "went_back": self.went_back}

    def _read(self) -> None:
        if self._latest is not None:
            is_good, self._latest = bool(self._latest), None
            self._skipped += not is_good
            self._in_a_row = 0 if is_good else self._in_a_row + 1
