"""When training checkpoints are written and which are kept: at fixed numbers of images, and on a signal."""

import math
import os
import signal
import sys
from pathlib import Path
from time import sleep
from typing import Any

from pytorch_lightning import Callback, LightningModule, Trainer

from gpen_train.evaluation.scores import PREFIX, SCORES
from gpen_train.training.callbacks.checkpoint_io import damage
from gpen_train.training.callbacks.schedule import is_due
from gpen_train.training.devices import largest
from gpen_train.words import count, plural

UNTIL_HEARD = 2.0  # seconds


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
        if keep_best is not None and keep_best not in SCORES:
            raise ValueError(f"keep_best is {keep_best!r}; choose one of: {', '.join(SCORES)}")
        self.folder, self.every, self.keep, self.keep_best = folder, every, keep, keep_best
        self.best: dict[str, float] = {}  # score, images; of keep_best
        self.received: int | None = None  # the signal that stopped the run, whichever process it was sent to
        self._own: int | None = None  # the signal that was sent to this one
        self._newest = -1  # the images of the checkpoint that was last written or read
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

    @property
    def best_file(self) -> Path | None:
        """The checkpoint with the best score, or None where there is none yet."""
        return self._path_at(int(self.best["images"])) if self.best else None

    def on_fit_start(self, trainer: Trainer, module: LightningModule) -> None:
        """Finish what a kill between a checkpoint and its links has left, also where all images are seen.

        Raises OSError where the devices have not found the same checkpoint: before any of them evaluates.
        """
        if trainer.ckpt_path and trainer.is_global_zero:
            self._tidy(Path(trainer.ckpt_path))
        images = module.images_seen
        most, least = largest(images, module.device), -largest(-images, module.device)
        if most != least:
            sleep(UNTIL_HEARD)  # one that ends before the others have heard of it is all that they would see
            raise OSError(
                f"some processes of this run have a checkpoint of {plural(most, 'image')}, others of "
                f"{count(least)}; expected the same in all: is {self.folder} on a disk that every machine "
                "sees?"
            )

    def on_train_start(self, trainer: Trainer, module: LightningModule) -> None:
        # Not before: Lightning sets handlers of its own when the fit has started.
        self._previous = {number: signal.signal(number, self._receive) for number in self.SIGNALS}
        if trainer.received_sigterm:  # while its handler was the one
            self._own = signal.SIGTERM
        self._newest = module.images_seen if trainer.ckpt_path else -1

    def on_train_batch_end(self, trainer: Trainer, module: LightningModule, *_: Any) -> None:
        self.received = largest(self._own or 0, module.device) or None
        trainer.should_stop = trainer.should_stop or self.received is not None
        is_best = self._is_best(module)
        # Weights that gave only bad steps since are not what a run should go back to.
        is_due_now = is_due(self.every, module, trainer) and not module.step.health.in_a_row
        if self.received is not None or is_best or is_due_now:
            self._save(trainer, module)

    def on_train_end(self, trainer: Trainer, module: LightningModule) -> None:
        if self._newest != module.images_seen:
            self._save(trainer, module)
        self._restore_handlers()

    def on_exception(self, trainer: Trainer, module: LightningModule, exception: BaseException) -> None:
        self._restore_handlers()

    def state_dict(self) -> dict[str, Any]:
        return {**self.best, "of": self.keep_best} if self.best else {}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """The best by another score than ``keep_best``, which may have changed, is none."""
        if state.get("of", self.keep_best) == self.keep_best:
            self.best = {name: value for name, value in state.items() if name != "of"}

    def _is_best(self, module: LightningModule) -> bool:
        """Whether the evaluation of this very step is the best so far."""
        images, logged = module.latest_evaluation
        name = f"{PREFIX}{self.keep_best}"
        if self.keep_best is None or images != module.images_seen:
            return False
        if name not in logged:
            known = ", ".join(found.removeprefix(PREFIX) for found in logged)
            raise ValueError(f"keep_best is {self.keep_best!r}; choose one of: {known}")
        score, sign = logged[name], SCORES[self.keep_best].better
        is_best = not math.isnan(score) and (not self.best or sign * score > sign * self.best["score"])
        if is_best:
            self.best = {"score": score, "images": images}
        return is_best

    def _save(self, trainer: Trainer, module: LightningModule) -> None:
        path = self._path_at(module.images_seen)
        trainer.save_checkpoint(path)
        self._newest = module.images_seen
        if trainer.is_global_zero:
            self._tidy(path)

    def _tidy(self, newest: Path) -> None:
        """Let the links lead to ``newest`` and to the best, and delete those that are not kept any more."""
        best = self.best_file
        for name, target in (("last.ckpt", newest), ("best.ckpt", best)):
            link = self.folder / name
            if target is None:
                link.unlink(missing_ok=True)
            elif not (link.is_symlink() and link.readlink() == Path(target.name)):
                new = self.folder / f".{name}.{os.getpid()}.part"
                new.unlink(missing_ok=True)
                new.symlink_to(target.name)
                new.replace(link)
        # Later ones, of a run that went back, are written again when their turn comes.
        for old in [file for file in self._files() if file <= newest][: -self.keep]:
            if old != best:
                old.unlink()

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
        if self._own is not None and number == signal.SIGINT:  # a second Ctrl-C does not wait
            os._exit(128 + number)
        self._own = number
