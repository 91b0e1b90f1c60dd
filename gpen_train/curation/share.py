"""A work divided among processes that know nothing of each other."""

from collections.abc import Sequence
from typing import NamedTuple, TypeVar

Item = TypeVar("Item")


class Share(NamedTuple):
    """Number ``number``, from 1, of ``parts`` shares: every so many-th item, the same on any machine."""

    number: int = 1
    parts: int = 1

    @property
    def is_whole(self) -> bool:
        return self.parts == 1

    def of(self, items: Sequence[Item]) -> Sequence[Item]:
        """Those of ``items`` that this share has to do."""
        return items[self.number - 1 :: self.parts]

    def __str__(self) -> str:
        return f"part {self.number} of {self.parts}"


WHOLE = Share()
