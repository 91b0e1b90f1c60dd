"""A film in parts: encoded some hundred frames at a time, so that a run goes on where another was stopped."""

import json
import os
import shutil
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

import av
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from gpen_train.fields import COUNT, WHOLE, check_fields, each
from gpen_train.files import atomic_file, atomic_path, read_json, remove_leftovers
from gpen_train.restoration.film.codecs import Encoding
from gpen_train.restoration.film.facts import Facts

os.environ.setdefault("SVT_LOG", "1")  # or the encoder of AV1 prints all of its settings


class Part(NamedTuple):
    """Some frames of the film, encoded; a key frame comes first."""

    path: Path  # in NUT, which takes every codec
    times: list[int]  # when each frame is shown, in units of the film's time base
    num_faces: int  # that were restored in them


class PartsFolder:
    """The finished parts of ``target``, in .NAME.parts beside it; begun anew for another ``made``."""

    def __init__(self, target: Path, made: dict[str, Any]) -> None:
        self.folder = target.with_name(f".{target.name}.parts")
        settings = self.folder / "settings.json"
        made = json.loads(json.dumps(made))  # as it is when read again
        if not settings.exists() or read_json(settings) != made:
            self.remove()
            self.folder.mkdir(parents=True)
            with atomic_file(settings) as file:
                file.write(json.dumps(made, indent=1).encode())
        remove_leftovers(self.folder)

    def parts(self) -> list[Part]:
        """Those that are whole, in order."""
        return [self._part(path) for path in sorted(self.folder.glob("[0-9]*.json"))]

    def _part(self, path: Path) -> Part:
        content = read_json(path)
        try:
            check_fields(content, {"times": each(WHOLE), "num_faces": COUNT})
        except ValueError as error:
            raise ValueError(f"{path} is damaged ({error}); remove {self.folder} to begin anew") from error
        return Part(path.with_suffix(".nut"), **content)

    @property
    def num_frames(self) -> int:
        """Of all parts."""
        return sum(len(part.times) for part in self.parts())

    def add(self, frames: Iterator[tuple[VideoFrame, int]], encoding: Encoding, facts: Facts) -> int:
        """Encode frames, each with the number of its faces, as the next part; the number of frames.

        A part counts from the moment that its .json is there: a kill leaves none or a whole one.
        """
        first = next(frames, None)
        if first is None:
            return 0
        path = self.folder / f"{self.num_frames:09d}.nut"
        times: list[int] = []
        counts: list[int] = []

        def counted() -> Iterator[VideoFrame]:
            for frame, num_faces in chain([first], frames):
                times.append(frame.pts or 0)
                counts.append(num_faces)
                yield frame

        with atomic_path(path) as temporary:
            encode(temporary, counted(), encoding, facts)
        with atomic_file(path.with_suffix(".json")) as file:
            file.write(json.dumps({"times": times, "num_faces": sum(counts)}).encode())
        return len(times)

    def remove(self) -> None:
        """Remove the folder with all parts."""
        shutil.rmtree(self.folder, ignore_errors=True)


def encode(path: Path, frames: Iterator[VideoFrame], encoding: Encoding, facts: Facts) -> None:
    """Write frames, of one size and with their times, as a file of their own.

    Raises ValueError where the encoder refuses them, OSError where the file cannot be written.
    """
    first = next(frames)
    try:
        with av.open(str(path), "w", format="nut") as container:
            stream = container.add_stream(encoding.encoder, rate=facts.rate, options=encoding.options)
            assert isinstance(stream, VideoStream)
            set_pictures(stream.codec_context, first.width, first.height, encoding, facts)
            stream.time_base = facts.time_base
            for frame in chain([first], frames):
                frame.time_base = facts.time_base
                frame.pict_type = 0  # a decoded frame remembers how it was stored; the encoder decides anew
                container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
    except OSError:
        raise
    except av.FFmpegError as error:
        raise ValueError(
            f"the codec {encoding.codec} failed ({error.strerror}); choose another --codec"
        ) from error


def set_pictures(
    context: VideoCodecContext, width: int, height: int, encoding: Encoding, facts: Facts
) -> None:
    """Tell an encoder what it gets."""
    context.width, context.height = width, height
    context.pix_fmt = encoding.pixel_format
    context.time_base = facts.time_base
    set_colours(context, facts)


def set_colours(context: VideoCodecContext, facts: Facts) -> None:
    """Name the film's colours in a stream to write."""
    context.colorspace, context.color_range, context.color_primaries, context.color_trc = facts.colours
