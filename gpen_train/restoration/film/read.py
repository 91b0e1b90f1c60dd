"""The frames of a film, one after the other, each with its time; what is damaged is left out and counted."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

TIMELESS = ("avi",)  # FFmpeg's names of containers that hold no times, but a number of frames a second


@contextmanager
def opened(path: Path) -> Iterator[InputContainer]:
    """The film at ``path``; ValueError, in one line, where it is none."""
    try:
        container = av.open(str(path), metadata_errors="replace")
    except av.FFmpegError as error:
        raise ValueError(
            f"{path} is no readable film: {error.strerror}; expected a whole file, with pictures"
        ) from error
    with container:
        yield container


def pictures_of(container: InputContainer, path: Path) -> VideoStream:
    """The stream of the film's pictures, not that of its cover; ValueError where there is none."""
    stream = container.streams.best("video")
    if not isinstance(stream, VideoStream) or stream.codec_context is None:
        raise ValueError(f"{path} has no pictures that can be decoded; expected a film")
    return stream


class Frames:
    """Iterating gives the frames of a film; their ``pts``, in units of the stream's time base, increase.

    What cannot be decoded is left out: ``num_lost`` is the number of packets, after the iteration. A file
    that breaks off ends there.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.num_lost = 0

    def __iter__(self) -> Iterator[VideoFrame]:
        with opened(self.path) as container:
            stream = pictures_of(container, self.path)
            stream.thread_type = "AUTO"
            clock = _Clock(container.format.name)
            for frame in self._decoded(container, stream):
                frame.pts = clock.time_of(frame)
                yield frame

    def _decoded(self, container: InputContainer, stream: VideoStream) -> Iterator[VideoFrame]:
        packets = container.demux(stream)
        ended = False
        while not ended:
            try:
                packet = next(packets, None)
                ended = packet is None
                yield from packet.decode() if packet is not None else ()
            except av.error.InvalidDataError:  # a packet is damaged
                self.num_lost += 1
            except av.error.EOFError:  # it was flushed before
                ended = True
            except av.FFmpegError:  # the file cannot be read any further
                self.num_lost += 1
                ended = True


class _Clock:
    """When frames are shown, one after the other."""

    def __init__(self, container: str) -> None:
        self.is_timeless = container in TIMELESS
        self.start: int | None = None
        self.last: int | None = None

    def time_of(self, frame: VideoFrame) -> int:
        """The frame's own time; the next after the last one where it has none, or none that is later.

        Where a container holds no times, FFmpeg makes some up, which go astray where a film refers to frames
        to come. When the frames were decoded is right there, but for a constant.
        """
        time = frame.dts if self.is_timeless or frame.pts is None else frame.pts
        if self.start is None:
            self.start = (time or 0) if self.is_timeless else 0
        if time is not None:
            time -= self.start
        if self.last is not None:
            time = self.last + max(frame.duration or 1, 1) if time is None else max(time, self.last + 1)
        self.last = time or 0
        return self.last
