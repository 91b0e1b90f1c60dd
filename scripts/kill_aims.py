"""Where kill_and_resume.py kills: at chosen changes to the files of a run, one after the other."""

import os
import re
import resource
import signal
import sys
from typing import Any, NamedTuple


class Aim(NamedTuple):
    """Where to kill: before what Python announces (its audit events) for a file of the run's folder."""

    what: str
    event: str
    file: str  # a pattern of its path, in which CKPT is a checkpoint's name
    room: int | None = None  # bytes of the file that are written yet; None: it is not opened


SAVING = (
    Aim("a part is made", "open", r"/\.CKPT\.ckpt\.\d+\.part$"),
    Aim("a part grows", "open", r"/\.CKPT\.ckpt\.\d+\.part$", 0),
    Aim("a part is whole", "open", r"/\.CKPT\.ckpt\.\d+\.part$", 20_000),
    Aim("a part becomes a checkpoint", "os.rename", r"/CKPT\.ckpt$"),
    Aim("the link last.ckpt is made", "os.symlink", r"/\.last\.ckpt\.\d+\.part$"),
    Aim("last.ckpt moves", "os.rename", r"/last\.ckpt$"),
    Aim("an old checkpoint is deleted", "os.remove", r"/\d+\.ckpt$"),
)
BEGINNING = (Aim("the settings are written", "os.rename", r"/config\.yaml$"),)
ON_THE_WAY = (
    Aim("the metrics are written", "os.rename", r"/metrics\.csv$"),
    Aim("a grid of samples is written", "os.rename", r"/samples/\d+\.png$"),
)
ENDING = (
    Aim("the model is exported", "os.rename", r"/export/[^/]+\.pth$"),
    Aim("the scores are written", "os.rename", r"/evaluation\.json$"),
    Aim("the report is written", "os.rename", r"/report/report\.html$"),
)


def die_at(aim: Aim) -> None:
    """Let this process be killed there; its workers are left to those who started it."""

    def listen(name: str, arguments: tuple[Any, ...]) -> None:
        if name != aim.event or not any(re.search(aim.file, str(argument)) for argument in arguments[:2]):
            return
        if aim.room is None:
            os.kill(os.getpid(), signal.SIGKILL)
        resource.setrlimit(resource.RLIMIT_FSIZE, (aim.room, resource.RLIM_INFINITY))

    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)  # Python ignores it; its default kills
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.addaudithook(listen)


def aims_of(images: int) -> list[Aim]:
    """All aims, in an order in which one run can come to them; saving twice: on the way, and at its end."""
    any_one, last = (
        [aim._replace(file=aim.file.replace("CKPT", name)) for aim in SAVING]
        for name in (r"\d+", f"{images:09d}")
    )
    return [*BEGINNING, *any_one, *ON_THE_WAY, *last, *ENDING]
