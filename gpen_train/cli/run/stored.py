"""A run in a store: it works in a folder here, and what it has finished is put there."""

import hashlib
import sys

from filelock import FileLock
from omegaconf import DictConfig

from gpen_train.checkpoints.run_folder import CHECKPOINTS
from gpen_train.cli.launch import started_rank
from gpen_train.places.mirror import Mirror
from gpen_train.places.place import cache_folder, is_url, is_web
from gpen_train.places.put import check_writable
from gpen_train.words import plural

LATE = f"{CHECKPOINTS}/"


class StoredRun:
    """The folder of a run and its like in a store; only the first of a run's processes puts."""

    def __init__(self, url: str) -> None:
        key = hashlib.sha256(url.encode()).hexdigest()[:16]
        self.url = url
        self.folder = cache_folder() / "runs" / key / url.rpartition("/")[2]
        self._mirror = Mirror(self.folder, url, LATE)

    def begin(self, resume: bool) -> None:
        """Fetch the run, where the store has come further than the folder here.

        Raises OSError, in one line, where the store cannot be written, ValueError where it holds a run and
        ``resume`` is false.
        """
        if started_rank() == 0:
            check_writable(self.url, self.folder.parent)
        with FileLock(self.folder.parent / ".fetching"):  # of several processes the first that comes here
            listed = self._mirror.listed()
            if not resume and any(map(_images_of, listed)):
                raise ValueError(
                    f"{self.url} holds a run; add resume=true to go on with it, or choose another run_dir"
                )
            newest = max(map(_images_of, listed), default=0)
            here = (path.relative_to(self.folder).as_posix() for path in self.folder.rglob("*"))
            if listed and (not self.folder.exists() or newest > max(map(_images_of, here), default=0)):
                print(f"fetching {plural(len(listed), 'file')} of {self.url}/ into {self.folder}")
                self._mirror.fetch({name: listed[name] for name in listed if not _is_link(name)})
        self._mirror.compare(listed)

    def put(self) -> None:
        """Bring the store up to date; where it fails, say so: the run goes on, and puts again later."""
        try:
            self._mirror.put()
        except OSError as error:
            print(f"gpen: {error}; the run goes on in {self.folder}", file=sys.stderr)

    def end(self) -> None:
        """Bring the store up to date; OSError, in one line, where it fails now."""
        if started_rank() > 0:
            return
        try:
            self._mirror.put()
        except OSError as error:
            raise OSError(f"{error}; the run is whole in {self.folder}, resume=true puts it there") from error
        print(f"all of it is in {self.url}/")


def stored_run(config: DictConfig) -> StoredRun | None:
    """The run at the URL that run_dir may be, begun; ValueError for http, which takes nothing."""
    if not config.run_dir or not is_url(config.run_dir):
        return None
    if is_web(config.run_dir):
        raise ValueError(
            f"run_dir is {config.run_dir}, and nothing is written by http; expected a folder here, or one in "
            "a store, as s3://BUCKET/RUN"
        )
    run = StoredRun(config.run_dir.rstrip("/"))
    run.begin(config.resume)
    return run


def _images_of(name: str) -> int:
    """Those that a checkpoint has seen, by its name; 0 of any other file."""
    stem = name.removeprefix(LATE).removesuffix(".ckpt")
    return int(stem) if stem.isdecimal() else 0


def _is_link(name: str) -> bool:
    """last.ckpt and best.ckpt, which are made anew here."""
    return name.startswith(LATE) and not _images_of(name)
