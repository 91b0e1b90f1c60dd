"""Frames of a film to upright RGB pictures and back, by the film's own colours."""

import numpy as np
from av.video.frame import VideoFrame

from gpen_train.photos.photo import Photo
from gpen_train.restoration.film.facts import Facts

# libswscale's flags: bicubic, full chroma on both sides, accurate rounding. Chroma is as fine as luma in
# between, and what was not changed comes back within a level or two.
CAREFUL = 0x4 | 0x2000 | 0x4000 | 0x40000


def to_levels(frame: VideoFrame, facts: Facts, bits: int) -> np.ndarray:
    """Upright RGB, [H, W, 3]: uint8 for 8 ``bits``, else uint16."""
    converted = frame.reformat(
        width=facts.width,
        height=facts.height,
        format="rgb24" if bits == 8 else "rgb48le",
        src_colorspace=facts.matrix,
        src_color_range=None if facts.is_rgb else facts.range,
        interpolation=CAREFUL,
    )
    return turned(converted.to_ndarray(), facts.turn)


def to_photo(frame: VideoFrame, facts: Facts) -> Photo:
    """The frame in its own depth."""
    return Photo(to_levels(frame, facts, 8 if facts.bits <= 8 else 16))


def to_frame(levels: np.ndarray, facts: Facts, pixel_format: str) -> VideoFrame:
    """uint8 or uint16 RGB [H, W, 3] -> a frame to encode; it has no time yet."""
    rgb = VideoFrame.from_ndarray(levels, format="rgb24" if levels.dtype == np.uint8 else "rgb48le")
    rgb.colorspace = facts.matrix  # PyAV 17 knows BT.2020 by this alone
    return rgb.reformat(
        format=pixel_format, dst_colorspace=facts.matrix, dst_color_range=facts.range, interpolation=CAREFUL
    )


def as_it_was(frame: VideoFrame, facts: Facts, pixel_format: str) -> VideoFrame:
    """A frame of a film with ``can_pass``, to encode: never RGB in between."""
    return frame.reformat(
        width=facts.width,
        height=facts.height,
        format=pixel_format,
        src_colorspace=facts.matrix,
        dst_colorspace=facts.matrix,
        src_color_range=facts.range,
        dst_color_range=facts.range,
        interpolation=CAREFUL,
    )


def turned(levels: np.ndarray, turn: np.ndarray) -> np.ndarray:
    """[H, W, ..] by quarters and mirrored: a pixel at x, y from the middle goes to [x, y] @ ``turn``."""
    across = np.swapaxes(levels, 0, 1) if turn[0, 0] == 0 else levels
    sideways, downwards = turn.sum(axis=0)
    return np.ascontiguousarray(across[::downwards, ::sideways])
