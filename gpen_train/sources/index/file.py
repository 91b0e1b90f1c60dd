"""Where indices are kept from one start to the next."""

import hashlib
import logging

from gpen_train.places.place import cache_folder
from gpen_train.sources.index.index import Index

FORMAT = 1  # raise it when an index begins to hold something else
log = logging.getLogger(__name__)


class IndexFile:
    """The kept index of one place: a folder, an archive, a list of shards.

    ``name`` tells places apart: a resolved path, a URL. Whether what was kept still holds is for the caller
    to say, by the stamp or row by row. Where nothing can be written, every start reads all headers anew.
    """

    def __init__(self, name: str):
        digest = hashlib.sha256(f"{FORMAT} {name}".encode("utf-8", "surrogateescape")).hexdigest()
        self.path = cache_folder() / "index" / f"{digest[:32]}.npz"

    def load(self) -> tuple[Index, str] | None:
        """The index and its stamp; None where there is none, or what is there cannot be read."""
        try:
            return Index.load(self.path)
        except Exception:  # damaged archives raise nearly anything
            return None

    def save(self, index: Index, stamp: str = "") -> None:
        try:
            index.save(self.path, stamp)
        except OSError as error:
            log.info("the index is not kept: %s", error)
