"""From an image of a source to the bytes that a shard holds."""

import io
from dataclasses import dataclass
from typing import NamedTuple

from PIL import Image

from gpen_train.curation.naming import stem_of
from gpen_train.curation.shards.encoders import ENCODERS, KEEP
from gpen_train.image_files import FORMATS
from gpen_train.images import UnreadableImageError, decode_image
from gpen_train.sources.source import Source
from gpen_train.sources.stored import StoredImages


class Packed(NamedTuple):
    """One image as it goes into a shard."""

    content: bytes
    shape: tuple[int, int]  # height and width in pixels
    fault: str = ""  # why there is no content


@dataclass(frozen=True)
class Packing:
    """``packing(index)`` -> Packed.

    With ``format="keep"`` the stored file as it is; else the image at the source's resolution (``resize``),
    or at the size it has, encoded anew. In any case it is decoded once: a damaged file is found here. Without
    ``resize`` the source is one of files.
    """

    source: Source
    format: str = KEEP  # or one of ENCODERS
    resize: bool = False

    def __call__(self, index: int) -> Packed:
        try:
            return self._pack(index)
        except UnreadableImageError as error:
            return Packed(b"", (0, 0), error.reason)

    def member(self, label: str) -> str:
        """The name in the tar: the label, with the suffix of the format."""
        return label if self.format == KEEP else f"{stem_of(label)}.{self.format}"

    def _pack(self, index: int) -> Packed:
        if self.resize:
            image = self.source[index]
        else:
            assert isinstance(self.source, StoredImages)
            content = self.source.content(index)
            image = decode_image(content, self.source.label(index))
            if self.format == KEEP:
                return Packed(content, image.shape[:2])
        file = io.BytesIO()
        Image.fromarray(image).save(file, FORMATS[f".{self.format}"], **ENCODERS[self.format])
        return Packed(file.getvalue(), image.shape[:2])
