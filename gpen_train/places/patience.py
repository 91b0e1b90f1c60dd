"""How long to go on asking a server that fails."""

import logging
import time
from collections.abc import Callable
from typing import NamedTuple, TypeVar

from gpen_train.words import plural

MAY_PASS = (408, 425, 429)  # statuses that may be others in a moment, as all from 500 on
MISSING = (403, 404, 410)  # some stores answer 403 for what they do not have
log = logging.getLogger(__name__)
Result = TypeVar("Result")


class Patience(NamedTuple):
    """How long to go on asking: one read may take attempts * time_out seconds and the pauses between."""

    attempts: int = 7
    time_out: float = 15.0  # seconds without a byte
    pause: float = 0.5  # seconds after the first failure, twice as long after each further one
    advice: str = "look after it, then run the command again"  # where all attempts have failed


def patiently(
    work: Callable[[], Result],
    name: str,
    patience: Patience,
    reason_of: Callable[[Exception], str],
    verb: str = "read",  # what ``work`` does with what is at ``name``
) -> Result:
    """What ``work()`` returns, at the latest at the last attempt; after that OSError.

    ``reason_of`` says in words why an attempt failed, or raises where another would fail alike.
    """
    pause = patience.pause
    for attempt in range(1, patience.attempts + 1):
        try:
            return work()
        except Exception as error:
            reason = reason_of(error)
        if attempt < patience.attempts:
            log.info("%s: %s; asking again in %.1f s", name, reason, pause)
            time.sleep(pause)
            pause *= 2
    raise OSError(
        f"cannot {verb} {name}: {reason}, after {plural(attempt, 'attempt')}; expected a server that "
        f"answers: {patience.advice}"
    )


def is_final(status: int) -> bool:
    """Whether a server that answers so would answer the same again."""
    return 400 <= status < 500 and status not in MAY_PASS
