"""The reading of what is uploaded: one sentence for all that is no picture."""

from pathlib import Path

from gpen_train.demo.limits import Limits
from gpen_train.images import UnreadableImageError, decode_size
from gpen_train.photos.photo import Photo
from gpen_train.photos.read import read_photo


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
