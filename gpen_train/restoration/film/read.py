"""The frames of a film, one after the other, each with its time; what is damaged is left out and counted."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream


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
            last = None
            for frame in self._decoded(container, stream):
                frame.pts = _after(last, frame)
                last = frame.pts
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


def _after(last: int | None, frame: VideoFrame) -> int:
    """The frame's time, or the next after ``last`` where the film has none that is later."""
    time = frame.pts if frame.pts is not None else frame.dts
    if last is None:
        return time or 0
    step = max(frame.duration or 1, 1)
    return last + step if time is None else max(time, last + 1)
