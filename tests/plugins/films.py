"""Films made for a test: pictures, times, sound; and what is in a film, decoded and as packets."""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
import pytest

from gpen_train.drawn.render import draw_face

TICK = Fraction(1, 12800)
TICKS = 512  # a frame at 25 frames/s


class Film(NamedTuple):
    """A film, read to its end."""

    pictures: list[np.ndarray]  # uint8 [H, W, 3] each
    times: list[Fraction]  # seconds
    sound: list[bytes]  # packets of all streams that are no pictures
    heard: list[float]  # seconds, of each of them


def portrait(number: int, frames: int, width: int = 192, height: int = 128) -> np.ndarray:
    """Frame ``number``: a drawn face that is moved over soft colours, and turned, smoothly."""
    coarse = np.random.default_rng(0).integers(60, 200, (4, 6, 3), dtype=np.uint8)
    picture = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    matrix = np.array(motion(number, frames), np.float32)
    cv2.warpAffine(
        draw_face(0, 1, 96),
        matrix,
        (width, height),
        dst=picture,
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_TRANSPARENT,
    )
    return picture


def motion(number: int, frames: int) -> np.ndarray:
    """Where ``portrait`` puts its face of 96 pixels: [2, 3]."""
    phase = 2 * np.pi * number / max(frames, 40)
    turn = 0.06 * np.sin(phase)
    across, down = 20 + 30 * (1 - np.cos(phase)), 18 + 6 * np.sin(phase)
    return np.array([[np.cos(turn), -np.sin(turn), across], [np.sin(turn), np.cos(turn), down]])


def _write(
    path: Path,
    pictures: Iterable[np.ndarray],
    times: Sequence[int] | None = None,  # in TICKs; 25 frames/s
    sound: bool = True,
    display: tuple | None = None,  # of set_display_rotation
    colours: tuple[int, int, int, int] = (1, 1, 1, 1),  # matrix, range, primaries, transfer
    codec: str = "libx264",
    pixel_format: str = "yuv420p",
    pixels_wide: Fraction = Fraction(1),
) -> Path:
    import av

    pictures = list(pictures)
    times = times or [TICKS * number for number in range(len(pictures))]
    # MP4 would round the start of a film to milliseconds.
    fine = {"movie_timescale": str(TICK.denominator)} if path.suffix in (".mp4", ".mov") else {}
    with av.open(str(path), "w", options=fine) as out:
        quick = {"crf": "10", "preset": "ultrafast", "bf": "2"} if codec.startswith("libx26") else {}
        quick |= {"x265-params": "log-level=error"} if codec == "libx265" else {}
        stream = out.add_stream(codec, rate=25, options=quick)
        stream.height, stream.width = pictures[0].shape[:2]
        stream.pix_fmt = pixel_format
        stream.codec_context.time_base = stream.time_base = TICK
        stream.codec_context.sample_aspect_ratio = pixels_wide
        context = stream.codec_context
        context.colorspace, context.color_range, context.color_primaries, context.color_trc = colours
        if display is not None:
            if not hasattr(stream, "set_display_rotation"):
                pytest.skip("this PyAV reads turned films but does not write them")
            stream.set_display_rotation(*display)
        voice = out.add_stream("aac" if path.suffix != ".webm" else "libopus", rate=48000) if sound else None
        for picture, time in zip(pictures, times, strict=True):
            kind = "rgb24" if picture.dtype == np.uint8 else "rgb48le"
            frame = av.VideoFrame.from_ndarray(picture, format=kind)
            matrix = 1 if colours[0] == 2 else colours[0]
            frame = frame.reformat(
                format=pixel_format, dst_colorspace=matrix, dst_color_range=colours[1], interpolation=4
            )
            frame.pts, frame.time_base = time, TICK
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
        if voice is not None:
            tone = np.sin(np.arange(int(48000 * times[-1] * TICK) + 1024) / 30) * 0.3
            for start in range(0, len(tone) - 1023, 1024):
                samples = np.stack([tone[start : start + 1024]] * 2).astype(np.float32)
                frame = av.AudioFrame.from_ndarray(samples, format="fltp", layout="stereo")
                frame.pts, frame.sample_rate, frame.time_base = start, 48000, Fraction(1, 48000)
                out.mux(voice.encode(frame))
            out.mux(voice.encode(None))
    return path


def _read(path: Path) -> Film:
    import av

    with av.open(str(path)) as film:
        stream = film.streams.best("video")
        frames = list(film.decode(stream))
        times = [frame.pts * stream.time_base for frame in frames]
    with av.open(str(path)) as film:
        others = [stream for stream in film.streams if stream.type in ("audio", "subtitle")]
        packets = [packet for packet in film.demux(others) if packet.size] if others else []
        return Film(
            [frame.to_ndarray(format="rgb24") for frame in frames],
            times,
            [bytes(packet) for packet in packets],
            [float(packet.pts * packet.time_base) for packet in packets],
        )


@pytest.fixture
def write_film():
    """``write_film(path, pictures, ..)`` -> the path."""
    pytest.importorskip("av", reason='pip install "gpen-train[film]"')
    return _write


@pytest.fixture
def read_film():
    """``read_film(path)`` -> a ``Film``."""
    return _read


@pytest.fixture
def moving_portrait():
    """``moving_portrait(number of frames)`` -> the pictures of a film."""
    return lambda frames, **size: [portrait(number, frames, **size) for number in range(frames)]


@pytest.fixture
def way_of_the_portrait():
    """``way_of_the_portrait(number, frames)`` -> the matrix that put its face of 96 pixels there."""
    return motion
