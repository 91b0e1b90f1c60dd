"""Many short texts in two arrays."""

from collections.abc import Iterable, Iterator

import numpy as np


class Texts:
    """A sequence of str that lies in two numpy arrays, whatever its length.

    In a list of str, every look at a text writes to its count of references: after a fork each worker would
    get a copy of all of them, page by page. Names of files that are no UTF-8 survive, as surrogates.
    """

    def __init__(self, blob: np.ndarray, ends: np.ndarray):
        self.blob, self.ends = blob, ends  # uint8 [bytes of all], int64 [N]: where each ends

    @classmethod
    def of(cls, texts: Iterable[str]) -> "Texts":
        encoded = [text.encode("utf-8", "surrogateescape") for text in texts]
        ends = np.cumsum([len(text) for text in encoded], dtype=np.int64)
        return cls(np.frombuffer(b"".join(encoded), np.uint8), ends)

    def __len__(self) -> int:
        return len(self.ends)

    def __getitem__(self, index: int) -> str:
        index = range(len(self))[index]  # counts from the end too, and raises IndexError
        start = self.ends[index - 1] if index else 0
        return self.blob[start : self.ends[index]].tobytes().decode("utf-8", "surrogateescape")

    def __iter__(self) -> Iterator[str]:
        return (self[index] for index in range(len(self)))

    def take(self, indices: Iterable[int] | np.ndarray) -> "Texts":
        return Texts.of(self[index] for index in indices)
