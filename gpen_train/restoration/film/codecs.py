"""How films are written: codecs, their quality, and the pixels that they get."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple


class Codec(NamedTuple):
    """An encoder of FFmpeg, and its settings."""

    encoder: str
    crf: int  # the usual quality
    worst: int  # the highest crf that it takes
    options: dict[str, str]


CODECS = {
    "h264": Codec("libx264", 16, 51, {"preset": "medium"}),
    "h265": Codec("libx265", 18, 51, {"preset": "medium", "x265-params": "log-level=error"}),
    "vp9": Codec("libvpx-vp9", 20, 63, {"b": "0", "row-mt": "1", "cpu-used": "2"}),
    "av1": Codec("libsvtav1", 22, 63, {"preset": "6"}),
}


@dataclass(frozen=True)
class Encoding:
    """A codec, and how it is to encode."""

    codec: str
    crf: int
    pixel_format: str
    options: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "options", {**CODECS[self.codec].options, "crf": str(self.crf)})

    @property
    def encoder(self) -> str:
        """FFmpeg's name."""
        return CODECS[self.codec].encoder


def encoding_for(
    target: Path,
    bits: int,  # of a channel of the film
    codec: str | None = None,  # one of CODECS; None: h264, h265 for films of more than 8 bits, vp9 for .webm
    crf: int | None = None,  # None: the codec's usual one
) -> Encoding:
    """The encoding of a film; ValueError where there is no such codec or quality."""
    if codec is None:
        codec = "vp9" if target.suffix.lower() == ".webm" else "h264" if bits <= 8 else "h265"
    if codec not in CODECS:
        raise ValueError(f"--codec is {codec!r}; choose one of: {', '.join(CODECS)}")
    kind = CODECS[codec]
    quality = kind.crf if crf is None else crf
    if not 0 <= quality <= kind.worst:
        raise ValueError(
            f"--crf is {quality}; for {codec} expected 0 (best) to {kind.worst}, such as {kind.crf}"
        )
    return Encoding(codec, quality, "yuv420p" if bits <= 8 else "yuv420p10le")
