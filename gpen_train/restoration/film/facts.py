"""What has to be known of a film before its first frame is restored."""

from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from av.sidedata.sidedata import Type
from av.video.frame import VideoFrame

from gpen_train.restoration.film.read import Frames, opened, pictures_of

FASTEST = 1000  # frames a second; headers that say more are wrong
SAME_SIDES = 0.01  # pixels that are so little wider than high count as squares
HD = 720  # lines from which on a film that does not say has the colours of BT.709
RGB, UNSPECIFIED, BT601, BT709 = 0, 2, 5, 1  # of H.273's matrix coefficients
LIMITED = 1  # of FFmpeg's ranges: black is 16


class Colours(NamedTuple):
    """How numbers become colours: FFmpeg's numbers, those of H.273, as the film has them."""

    matrix: int
    range: int
    primaries: int
    transfer: int


class Facts(NamedTuple):
    """A film, as it is stored. ``width`` and ``height`` are those of square pixels, and even."""

    width: int
    height: int
    turn: np.ndarray  # int [2, 2], of -1, 0 and 1: x, y of a stored pixel @ turn -> as one is to see it
    time_base: Fraction  # seconds
    rate: Fraction  # frames a second, in the mean
    num_frames: int  # as the file says, or about so many
    bits: int  # of a channel
    colours: Colours
    interlaced: bool
    is_rgb: bool

    @property
    def matrix(self) -> int:
        """FFmpeg's number of the matrix to compute with, where the film names none too."""
        named = self.colours.matrix
        if named in (UNSPECIFIED, RGB):
            return BT709 if self.height >= HD else BT601
        return {6: BT601}.get(named, named)  # the same matrix under two numbers

    @property
    def range(self) -> int:
        """FFmpeg's number of the range to compute with."""
        return self.colours.range or LIMITED

    @property
    def can_pass(self) -> bool:
        """Whether a stored frame can be encoded as it is: it is upright, and no RGB."""
        return not self.is_rgb and np.array_equal(self.turn, np.eye(2))


def read_facts(path: Path) -> Facts:
    """Read the header and the first frame; ValueError where there is none."""
    first = next(iter(Frames(path)), None)
    if first is None:
        raise ValueError(f"{path} has no frame that can be decoded; copy or download it again")
    with opened(path) as container:
        stream = pictures_of(container, path)
        rates = (stream.average_rate, stream.guessed_rate, Fraction(25))
        rate = next(rate for rate in rates if rate and rate <= FASTEST)
        time_base = Fraction(stream.time_base or 1)
        seconds = float(stream.duration * time_base) if stream.duration else (container.duration or 0) / 1e6
        aspect = float(stream.sample_aspect_ratio or 1)
        wide = first.width if abs(aspect - 1) < SAME_SIDES else first.width * aspect
        return Facts(
            width=_even(wide),
            height=_even(first.height),
            turn=turn_of(first),
            time_base=time_base,
            rate=Fraction(rate),
            num_frames=stream.frames or round(seconds * float(rate)),
            bits=max(component.bits for component in first.format.components),
            colours=colours_of(first),
            interlaced=first.interlaced_frame,
            is_rgb=first.format.is_rgb,
        )


def colours_of(frame: VideoFrame) -> Colours:
    """Those of the frame; of one in RGB, those that it is to have as luma and chroma."""
    if frame.format.is_rgb:
        return Colours(UNSPECIFIED, LIMITED, frame.color_primaries, frame.color_trc)
    return Colours(frame.colorspace, frame.color_range, frame.color_primaries, frame.color_trc)


def turn_of(frame: VideoFrame) -> np.ndarray:
    """The display matrix as ``Facts.turn``; oblique ones, which nobody writes, count as upright."""
    upright = np.eye(2, dtype=np.int32)
    beside: Any = frame.side_data  # its types describe only some of its keys
    for data in beside:
        if data.type == Type.DISPLAYMATRIX:
            turn = np.sign(np.frombuffer(data, np.int32).reshape(3, 3)[:2, :2])
            return turn if np.array_equal(turn @ turn.T, upright) else upright
    return upright


def _even(side: float) -> int:
    """Encoders want even sides, as chroma has half of them."""
    return max(2, round(side / 2 + 1e-9) * 2)
