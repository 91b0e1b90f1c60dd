"""The parts of a film and the sound of its source, in one file: nothing is encoded again."""

import io
import math
from collections.abc import Iterator, Sequence
from contextlib import suppress
from heapq import merge
from itertools import chain, pairwise
from pathlib import Path

import av
from av.container import InputContainer, OutputContainer
from av.packet import Packet
from av.stream import Stream
from av.video.stream import VideoStream

from gpen_train.files import atomic_path
from gpen_train.restoration.film.codecs import Encoding
from gpen_train.restoration.film.facts import Facts
from gpen_train.restoration.film.names import CONTAINERS, WRITTEN
from gpen_train.restoration.film.parts import Part, set_colours, set_pictures
from gpen_train.restoration.film.read import opened

KEPT = ("audio", "subtitle")  # streams that go into the result to the bit
OF_THE_CONTAINER = {"encoder", "major_brand", "minor_version", "compatible_brands"}  # not of the film


def check_fits(source: Path, target: Path, encoding: Encoding, facts: Facts) -> None:
    """Raise ValueError where the container of ``target`` cannot hold the pictures, or the film's sound."""
    with opened(source) as film, av.open(io.BytesIO(), "w", format=container_of(target)) as out:
        what = encoding.codec
        try:
            pictures = out.add_stream(encoding.encoder, rate=facts.rate, options=encoding.options)
            assert isinstance(pictures, VideoStream)
            set_pictures(pictures.codec_context, facts.width, facts.height, encoding, facts)
            for stream in kept(film):
                what = f"{stream.type} in {stream.codec_context.name}"
                out.add_stream_from_template(stream, opaque=True)
            what = " and ".join([encoding.codec, *(stream.codec_context.name for stream in kept(film))])
            out.start_encoding()
        except (ValueError, av.FFmpegError) as error:
            known = source.suffix.lower() in WRITTEN and container_of(source) != container_of(target)
            other = source.suffix if known else ".mkv"  # the film's own holds what is kept of it
            raise ValueError(
                f"{target} cannot hold {what}; choose a name that ends in {other}, or another --codec"
            ) from error


def join(source: Path, parts: Sequence[Part], target: Path, facts: Facts, until_pictures_end: bool) -> None:
    """Write ``target``: the pictures of the parts, everything else of the film.

    ``until_pictures_end`` leaves out the sound after the last of the parts. Raises OSError where it cannot be
    written.
    """
    with (
        opened(source) as film,
        atomic_path(target) as temporary,
        av.open(str(parts[0].path)) as first,
        av.open(str(temporary), "w", format=container_of(target), options=options_of(target, facts)) as out,
    ):
        out.metadata.update({k: v for k, v in film.metadata.items() if k not in OF_THE_CONTAINER})
        out.set_chapters(film.chapters())
        pictures = out.add_stream_from_template(first.streams.video[0], opaque=True)
        pictures.time_base = facts.time_base
        pictures.codec_context.framerate = facts.rate
        if first.streams.video[0].codec_context.name == "hevc" and container_of(target) in ("mp4", "mov"):
            pictures.codec_context.codec_tag = "hvc1"  # Apple's players take no other
        set_colours(pictures.codec_context, facts)  # VP9 itself names but two of them
        others = {stream.index: _copied(stream, out) for stream in kept(film)}
        end = float(parts[-1].times[-1] * facts.time_base) if until_pictures_end else None
        streams = [_packets_of(parts, pictures, facts)]
        if others:
            streams.append(_packets_beside(film, others, end))
        for packet in merge(*streams, key=_time):
            out.mux(packet)


def kept(film: InputContainer) -> list[Stream]:
    """The streams beside the pictures that the result has too."""
    return [stream for stream in film.streams if stream.type in KEPT and stream.codec_context is not None]


def container_of(target: Path) -> str:
    """FFmpeg's name."""
    name = CONTAINERS[target.suffix.lower()]
    assert name is not None
    return name


def options_of(target: Path, facts: Facts) -> dict[str, str]:
    """MP4 and MOV begin with their index, so that a browser plays them while they load, and keep the start
    of a film to the tick, not to the millisecond."""
    if container_of(target) not in ("mp4", "mov"):
        return {}
    ticks = facts.time_base.denominator
    return {"movflags": "+faststart", "movie_timescale": str(ticks * math.ceil(1000 / ticks))}


def _copied(stream: Stream, out: OutputContainer) -> Stream:
    copy = out.add_stream_from_template(stream, opaque=True)
    copy.metadata.update(stream.metadata)
    copy.disposition = stream.disposition
    return copy


def _packets_of(parts: Sequence[Part], stream: VideoStream, facts: Facts) -> Iterator[Packet]:
    """The packets of all parts. Each encoder has counted its times for itself; they are set anew:

    pts = the frame's own
    dts = of packet i, the (i - delay)-th of all times; before the first, as far apart as the first two
    """
    times = [time for part in parts for time in part.times]
    usual = max(1, round(1 / (facts.rate * facts.time_base)))
    steps = [after - before for before, after in pairwise(times)] or [usual]
    delay = max(_delay(_ranks(part)) for part in parts)
    decoded = chain((times[0] - steps[0] * before for before in range(delay, 0, -1)), times)
    lasting = [*steps, steps[-1]]
    first = 0
    for part in parts:
        for packet, rank in zip(_packets(part), _ranks(part), strict=True):
            packet.time_base = facts.time_base
            packet.pts, packet.dts = times[first + rank], next(decoded)
            packet.duration = lasting[first + rank]
            packet.stream = stream
            yield packet
        first += len(part.times)


def _packets(part: Part) -> Iterator[Packet]:
    with av.open(str(part.path)) as container:
        yield from (packet for packet in container.demux(video=0) if packet.pts is not None)


def _ranks(part: Part) -> list[int]:
    """Which frame of the part each packet is."""
    shown = [packet.pts or 0 for packet in _packets(part)]
    order = {pts: rank for rank, pts in enumerate(sorted(shown))}
    return [order[pts] for pts in shown]


def _delay(ranks: list[int]) -> int:
    """How many frames decoding must be ahead, for none to be shown before it is decoded."""
    return max(place - rank for place, rank in enumerate(ranks))


def _packets_beside(film: InputContainer, copies: dict[int, Stream], end: float | None) -> Iterator[Packet]:
    """What the film has beside its pictures, up to ``end`` seconds, or to where the file is damaged."""
    packets = film.demux([film.streams[index] for index in copies])
    with suppress(av.FFmpegError):
        for packet in packets:
            # MP4 has fillers between subtitles, which are put in anew.
            is_filler = packet.stream.codec_context.name == "mov_text" and packet.size == 2
            if packet.dts is None or is_filler or (end is not None and _time(packet) > end):
                continue
            packet.stream = copies[packet.stream.index]
            yield packet


def _time(packet: Packet) -> float:
    """Seconds."""
    return float((packet.dts or 0) * packet.time_base)
