"""What may be uploaded."""

from typing import NamedTuple

from gpen_train.image_files import FORMATS


class Limits(NamedTuple):
    """The largest picture that is taken."""

    megabytes: int = 32  # of the file, 10^6 bytes
    megapixels: int = 24

    @property
    def in_words(self) -> str:
        """For who is about to upload."""
        kinds = ", ".join(sorted({name.removesuffix("F") for name in FORMATS.values()}))
        return f"{kinds} and others, up to {self.megabytes} MB and {self.megapixels} megapixels"
