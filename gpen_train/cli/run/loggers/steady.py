"""Loggers whose server may go away while a run goes on."""

import logging
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from pytorch_lightning.loggers import Logger

from gpen_train.files import atomic_file

WITHOUT = "the run goes on without it"
log = logging.getLogger(__name__)


class Steady(Logger):
    """Stands before one of Lightning's loggers: training goes on when something cannot be logged."""

    place: str  # where the numbers go, in messages

    def log_metrics(self, metrics: Mapping[str, float], step: int | None = None) -> None:
        with self._steady(f"metrics at image {step}"):
            super().log_metrics(dict(metrics), step)  # type: ignore[safe-super]  # that of the logger behind

    @contextmanager
    def _steady(self, what: str) -> Iterator[None]:
        try:
            yield
        except Exception as error:  # of its process, of its connection
            log.warning("%s took no %s: %s", self.place, what, str(error).partition("\n")[0])


def cannot_be_reached(place: str, error: Exception, then: str) -> None:
    """Say so in one line, and what becomes of the run."""
    log.warning("%s cannot be reached (%s); %s", place, str(error).partition("\n")[0], then)


def kept_id(path: Path) -> str | None:
    """The id under which a run was logged before, so that it goes on in the same one."""
    return path.read_text().strip() if path.exists() else None


def own_id(path: Path, num_digits: int) -> str:
    """The same, made of so many hexadecimal digits where there is none yet."""
    if (known := kept_id(path)) is not None:
        return known
    made = secrets.token_hex(num_digits // 2)
    with atomic_file(path) as file:
        file.write(made.encode())
    return made
