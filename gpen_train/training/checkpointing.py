"""Training checkpoints: written whole or not at all, at fixed numbers of images and on a signal."""

import os
import signal
import sys
import zipfile
from pathlib import Path
from typing import Any

import torch
from lightning_fabric.plugins import TorchCheckpointIO
from pytorch_lightning import Callback, LightningModule, Trainer

from gpen_train.checkpoints.safe_load import safe_load
from gpen_train.files import atomic_file
from gpen_train.training.schedule import is_due

LOWER_IS_BETTER = ("frechet",)


class AtomicCheckpointIO(TorchCheckpointIO):
    """Write beside the target and rename; Lightning goes through TMPDIR, and a kill can empty the file."""

    def save_checkpoint(
        self, checkpoint: dict[str, Any], path: str | Path, storage_options: Any = None
    ) -> None:
        """Raises OSError, in one line, where the file cannot be written; the earlier ones stay whole."""
        try:
            with atomic_file(path) as file:
                torch.save(checkpoint, file)
        except RuntimeError as error:  # what torch makes of a full disk
            raise OSError(f"cannot write {path}: {str(error).splitlines()[0]}") from error

    def load_checkpoint(self, path: str | Path, *_: Any, **__: Any) -> dict[str, Any]:
        """Read with nothing executed, onto the CPU; ValueError where the file is damaged."""
        return safe_load(path)


def damage(path: Path) -> str | None:
    """What is wrong with a checkpoint's file, or None: every entry is compared with its checksum."""
    try:
        with zipfile.ZipFile(path) as archive:
            broken = archive.testzip()
    except (OSError, zipfile.BadZipFile, EOFError) as error:
        return str(error) or type(error).__name__
    return broken and f"{broken} does not match its checksum"


class Checkpoints(Callback):
    """Keep the last ``keep`` checkpoints, ``folder/IMAGES.ckpt``: every ``every`` images, at the end, and
    when asked to stop. ``last.ckpt`` is a link to the newest, ``best.ckpt`` to the one with the best score.

    SIGTERM, SIGUSR1 and Ctrl-C only set a flag: the checkpoint is written between two steps, never between
    the discriminator's and the generator's.
    """

    SIGNALS = (signal.SIGTERM, signal.SIGUSR1, signal.SIGINT)

    def __init__(self, folder: Path, every: int, keep: int = 3, keep_best: str | None = None) -> None:
        if keep < 1:
            raise ValueError(f"keep is {keep}; expected 1 checkpoint or more")
        self.folder, self.every, self.keep, self.keep_best = folder, every, keep, keep_best
        self.best: dict[str, float] = {}  # score, images
        self.received: int | None = None  # the signal that stopped the run
        self._previous: dict[int, Any] = {}

    def newest(self) -> Path | None:
        """The newest checkpoint that is whole, or None where there is none; a damaged one is named on stderr.

        Raises ValueError where there are checkpoints and none of them is whole.
        """
        found = self._files()
        for path in reversed(found):
            reason = damage(path)
            if reason is None:
                return path
            if path == found[0]:
                raise ValueError(
                    f"{path} is damaged: {reason}, and none is before it; delete it to start anew"
                )
            print(f"gpen: {path} is damaged: {reason}; going on from the one before", file=sys.stderr)
        return None

    def on_train_start(self, trainer: Trainer, module: LightningModule) -> None:
        # Not before: Lightning sets handlers of its own when the fit has started.
        self._previous = {number: signal.signal(number, self._receive) for number in self.SIGNALS}

    def on_train_batch_end(self, trainer: Trainer, module: LightningModule, *_: Any) -> None:
        stops = trainer.strategy.reduce_boolean_decision(self.received is not None, all=False)
        trainer.should_stop = trainer.should_stop or stops
        is_best = self._is_best(module)
        if stops or is_best or is_due(self.every, module, trainer):
            self._save(trainer, module, is_best)

    def on_train_end(self, trainer: Trainer, module: LightningModule) -> None:
        if not self._path(module).exists():
            self._save(trainer, module, is_best=False)
        self._restore_handlers()

    def on_exception(self, trainer: Trainer, module: LightningModule, exception: BaseException) -> None:
        self._restore_handlers()

    def state_dict(self) -> dict[str, Any]:
        return dict(self.best)

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self.best = dict(state)

    def _is_best(self, module: LightningModule) -> bool:
        """Whether the evaluation of this very step is the best so far."""
        images, logged = module.latest_evaluation
        name = f"held_out_{self.keep_best}"
        if self.keep_best is None or images != module.images_seen:
            return False
        if name not in logged:
            known = ", ".join(found.removeprefix("held_out_") for found in logged)
            raise ValueError(f"keep_best is {self.keep_best!r}; choose one of: {known}")
        sign = -1 if self.keep_best in LOWER_IS_BETTER else 1
        is_best = not self.best or sign * logged[name] > sign * self.best["score"]
        if is_best:
            self.best = {"score": logged[name], "images": images}
        return is_best

    def _save(self, trainer: Trainer, module: LightningModule, is_best: bool) -> None:
        path = self._path(module)
        trainer.save_checkpoint(path)
        if not trainer.is_global_zero:
            return
        for name in ("last.ckpt", *(["best.ckpt"] if is_best else [])):
            link = self.folder / f".{name}.{os.getpid()}"
            link.unlink(missing_ok=True)
            link.symlink_to(path.name)
            link.replace(self.folder / name)
        best = self._path_at(int(self.best["images"])) if self.best else None
        for old in self._files()[: -self.keep]:
            if old != best:
                old.unlink()

    def _path(self, module: LightningModule) -> Path:
        return self._path_at(module.images_seen)

    def _path_at(self, images: int) -> Path:
        return self.folder / f"{images:09d}.ckpt"

    def _files(self) -> list[Path]:
        """The checkpoints that there are, oldest first."""
        return sorted(path for path in self.folder.glob("*.ckpt") if path.stem.isdecimal())

    def _restore_handlers(self) -> None:
        for number, handler in self._previous.items():
            signal.signal(number, handler)
        self._previous = {}

    def _receive(self, number: int, frame: object) -> None:
        if self.received is not None and number == signal.SIGINT:  # a second Ctrl-C does not wait
            os._exit(128 + number)
        self.received = number
