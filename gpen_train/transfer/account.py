"""The account of a transfer: what became of every value, part by part."""

from collections import Counter
from collections.abc import Iterable

from torch import nn

TAKEN, EMBEDDED, GROWN, INITIAL = "taken over", "embedded", "grown", "initial"
OUTCOMES = (TAKEN, EMBEDDED, GROWN, INITIAL)


class Account:
    """Counts of parameter values by (part, outcome), and what was left unused of the files.

    taken over: copied as it was; embedded: copied into a larger or another tensor; grown: new, and without
    effect on the output at first; initial: not in the files.
    """

    def __init__(self) -> None:
        self.counts: Counter[tuple[str, str]] = Counter()
        self.unused: Counter[str] = Counter()
        self.unread: list[str] = []  # what of the files is of a kind that is not read, and why
        self.sources: list[str] = []

    def add(self, part: str, outcome: str, count: int) -> None:
        """``count`` values of ``part`` have that outcome."""
        self.counts[part, outcome] += count

    def leave(self, part: str, module: nn.Module | Iterable) -> None:
        """All of a module stays as it was initialised."""
        parameters = module.parameters() if isinstance(module, nn.Module) else module
        self.add(part, INITIAL, sum(parameter.numel() for parameter in parameters))

    def __str__(self) -> str:
        parts = list(dict.fromkeys(part for part, _ in self.counts))
        rows = [["", *OUTCOMES]]
        rows += [[part, *(f"{self.counts[part, outcome]:,}" for outcome in OUTCOMES)] for part in parts]
        widths = [max(len(row[column]) for row in rows) for column in range(len(OUTCOMES) + 1)]
        lines = [
            "  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]).rstrip()
            for row in rows
        ]
        unused = [f"{name} {count:,}" for name, count in self.unused.items() if count]
        lines += [f"left unused: {', '.join(unused) or 'nothing'}"]
        lines += [f"not read: {reason}" for reason in self.unread]
        return "\n".join([*(f"init_from {source}" for source in self.sources), *lines])
