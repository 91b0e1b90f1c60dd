"""A stretch of an open file: what is read never goes beyond it, whatever sizes the file declares."""

from collections.abc import Iterator
from io import BufferedReader, BytesIO

File = BufferedReader | BytesIO
AHEAD = 1 << 14  # bytes that small reads fetch at once
PIECE = 1 << 20  # bytes that a whole stretch is read in


class Window:
    """Bytes ``start`` to ``end`` of ``file``, read in order; windows of one file do not disturb each other.

    Every method raises ValueError where fewer bytes are left than it is asked for.
    """

    def __init__(self, file: File, start: int, end: int) -> None:
        self.file, self.position, self.end = file, start, end
        self._ahead, self._ahead_start = b"", start

    @property
    def left(self) -> int:
        """How many bytes are still to be read."""
        return self.end - self.position

    def read(self, size: int) -> bytes:
        """The next ``size`` bytes."""
        begin = self.position - self._ahead_start
        if begin + size > len(self._ahead):
            self._fetch(size)
            begin = 0
        self.position += size
        return self._ahead[begin : begin + size]

    def readline(self) -> bytes:
        """The next bytes up to and with a line's end, which is looked for in the next AHEAD bytes alone."""
        self._fetch(0)
        return self.read(self._ahead.index(b"\n") + 1)

    def cut(self, size: int) -> "Window":
        """The next ``size`` bytes, left unread, as a window of their own."""
        self._check(size)
        start, self.position = self.position, self.position + size
        return Window(self.file, start, self.position)

    def fill(self, buffer: memoryview) -> None:
        """Read the next bytes straight into ``buffer``, as many as it has."""
        self._check(len(buffer))
        self.file.seek(self.position)
        for begin in range(0, len(buffer), PIECE):
            piece = buffer[begin : begin + PIECE]
            if self.file.readinto(piece) != len(piece):
                raise ValueError("the file became shorter while it was read")
        self.position += len(buffer)

    def pieces(self) -> Iterator[bytes]:
        """All that is left, a piece at a time."""
        while self.left:
            yield self.read(min(self.left, PIECE))

    def _fetch(self, size: int) -> None:
        self._check(size)
        self.file.seek(self.position)
        self._ahead = self.file.read(min(max(size, AHEAD), self.left))
        self._ahead_start = self.position
        if len(self._ahead) < size:
            raise ValueError("the file became shorter while it was read")

    def _check(self, size: int) -> None:
        if size > self.left:
            raise ValueError(f"{size} bytes are declared at byte {self.position}, where {self.left} are left")
