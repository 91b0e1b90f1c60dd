"""What may be uploaded, and the reading of it: one sentence for all else."""

from pathlib import Path
from typing import NamedTuple

from gpen_train.image_files import FORMATS
from gpen_train.images import UnreadableImageError, decode_size
from gpen_train.photos.photo import Photo
from gpen_train.photos.read import read_photo


class Limits(NamedTuple):
    """The largest picture that is taken."""

    megabytes: int = 32  # of the file, 10^6 bytes
    megapixels: int = 24

    @property
    def in_words(self) -> str:
        """For who is about to upload."""
        kinds = ", ".join(sorted({name.removesuffix("F") for name in FORMATS.values()}))
        return f"{kinds} and others, up to {self.megabytes} MB and {self.megapixels} megapixels"


def read_upload(path: str | Path, limits: Limits) -> Photo:
    """The photograph in an uploaded file, upright.

    Its size is read first, so that a small file of many pixels is never decoded. Raises ValueError, a
    sentence that names the file as its owner does, where it is too large or no picture.
    """
    path = Path(path)
    size = path.stat().st_size
    if size > limits.megabytes * 10**6:
        raise ValueError(f"{path.name} has {size / 1e6:.1f} MB; expected {limits.megabytes} MB at most")
    try:
        height, width = decode_size(path.read_bytes(), path.name)
        if height * width > limits.megapixels * 10**6:
            raise ValueError(
                f"{path.name} has {width} x {height} pixels; expected {limits.megapixels} megapixels at most"
            )
        return read_photo(path)
    except UnreadableImageError as error:
        raise ValueError(
            f"{path.name} is no picture that can be read: {error.reason}; try another file"
        ) from error
