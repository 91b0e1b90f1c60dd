"""One process at a time goes on with a run: a lock on its folder."""

import os
import socket
import sys
from pathlib import Path
from types import TracebackType

from gpen_train.cli.launch import started_rank
from gpen_train.cli.output import writable_folder

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

LOCK_FILE = ".lock"


class FolderLock:
    """Held by the first process of a run, for all of its processes, from ``take`` to the end of the block.

    The system takes it from a process that dies, at once: those that load images do not inherit it. The file
    says who holds it and stays; to delete it would let two processes lock two files of one name.
    """

    def __init__(self, folder: Path, is_needed: bool = True) -> None:
        self.folder = folder
        self.is_needed = is_needed and started_rank() == 0
        self._file: int | None = None
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._close)

    def __enter__(self) -> "FolderLock":
        """Take it where the folder is there already; else that is for whoever makes it."""
        if self.folder.exists():
            self.take()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    def take(self) -> None:
        """Make the folder if need be and lock it; raises OSError where another process holds it.

        Where the file system has no locks the run goes on without, with one line.
        """
        if not self.is_needed or self._file is not None or fcntl is None:
            return
        path = writable_folder(self.folder) / LOCK_FILE
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.read(self._file, 1000).decode(errors="replace").strip()
            self._close()
            raise OSError(
                f"{self.folder} is being trained by {holder or 'another process'}; expected one process at a "
                "time: wait for it or stop it, or choose another run_dir"
            ) from error
        except OSError as error:
            why = f"{error.strerror}; see that one run alone writes there"
            print(f"gpen: {self.folder} cannot be locked: {why}", file=sys.stderr)
            return
        os.truncate(self._file, 0)
        os.pwrite(self._file, f"process {os.getpid()} on {socket.gethostname()}\n".encode(), 0)

    @property
    def is_held(self) -> bool:
        """Whether the folder is this process's; true without a lock where the system has none."""
        return self.is_needed and (self._file is not None or fcntl is None)

    def _close(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None
