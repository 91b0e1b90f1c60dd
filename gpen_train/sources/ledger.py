"""The one list of files that could not be used, kept in the main process."""

import logging
from collections.abc import Mapping

from gpen_train.quote import quoted
from gpen_train.words import count, plural

SHOWN = 2  # bad files in a message
log = logging.getLogger(__name__)


class Ledger:
    """Names each bad file once, in one warning line, and stops when more than half of all files are bad.

    Scans and workers find the same file bad again and again, each on its own; they all report here.
    """

    def __init__(self, num_files: int = 0):
        self.num_files = num_files
        self.bad: dict[str, str] = {}  # path -> reason

    def note(self, unreadable: Mapping[str, str]) -> None:
        """Take down ``unreadable`` (path -> reason). Raises ValueError once more than half are bad."""
        new = {path: reason for path, reason in unreadable.items() if path not in self.bad}
        self.bad.update(new)
        if 2 * len(self.bad) > self.num_files:
            shown = list(self.bad.items())[:SHOWN]
            examples = "; ".join(f"{path}: {quoted(reason, 120)}" for path, reason in shown)
            raise ValueError(
                f"{count(len(self.bad))} of {plural(self.num_files, 'image file')} cannot be used "
                f"({examples}); expected at most half of them to be bad: repair or remove "
                "them, or choose another folder or a lower resolution"
            )
        for path, reason in new.items():
            log.warning("left out %s: %s", path, reason)

    def first(self) -> str:
        """The bad file that was met first, and why; nothing where there is none."""
        return next((f"{path}: {quoted(reason, 120)}" for path, reason in self.bad.items()), "")

    def sum_up(self) -> None:
        """Say in one line how many files were left out, if any."""
        if self.bad:
            log.warning("skipped %s of %s", count(len(self.bad)), plural(self.num_files, "image"))
