"""Shards behind http: a server that fails, stalls, or sends whole files only."""

import os
import time
from pathlib import Path

import numpy as np
import pytest

from gpen_train.images import UnreadableImageError
from gpen_train.places.patience import Patience
from gpen_train.places.web import WebFile
from gpen_train.sources.folder import FolderSource
from gpen_train.sources.shards.source import ShardSource

QUICK = Patience(attempts=3, time_out=10, pause=0.01)
IMPATIENT = Patience(attempts=3, time_out=0.3, pause=0.01)


def source_at(server, patience=QUICK):
    return ShardSource(f"{server.url}/photos-{{000000..000002}}.tar", 16, patience=patience)


def fail(handler, *_):
    handler.send_error(500)
    return True


def stall(*_):
    """Take the request and say nothing, longer than IMPATIENT waits."""
    time.sleep(2)
    return True


@pytest.mark.parametrize("with_lists", [True, False])
def test_equals_the_folder(tmp_path, shards, serve, with_lists):
    if not with_lists:
        for path in shards.glob("*.json"):
            path.unlink()
    folder, source = FolderSource(tmp_path / "photos", 16), source_at(serve(shards))
    assert [source.label(i) for i in range(20)] == [folder.label(i) for i in range(20)]
    assert [source.content_key(i) for i in range(20)] == [folder.content_key(i) for i in range(20)]
    assert all(np.array_equal(source[i], folder[i]) for i in range(20))


def test_a_read_is_one_request_for_the_bytes_of_one_image(shards, serve):
    server = serve(shards)
    source = source_at(server)
    before = len(server.requests)
    source[3]
    assert len(server.requests) == before + 1


def test_every_tenth_request_fails(shards, serve):
    server = serve(shards)
    server.trouble = lambda handler, number: number % 10 == 0 and fail(handler)
    source = source_at(server)
    assert all(source[index].shape == (16, 16, 3) for index in range(20))
    assert source.ledger.bad == {}


def test_a_stalled_request_is_asked_again(shards, serve):
    server = serve(shards)
    source = source_at(server, IMPATIENT)
    before = len(server.requests)
    server.trouble = lambda handler, number: number == before + 1 and stall()
    start = time.monotonic()
    assert source[0].shape == (16, 16, 3)
    assert time.monotonic() - start < 2


def test_half_an_answer_is_asked_again(shards, serve):
    def half(handler, number):
        if number % 2:
            handler.answer(206, b"0123456789", "bytes 0-9/999999", num_sent=5)
        return number % 2

    server = serve(shards)
    source = source_at(server)
    server.trouble = half
    assert source[0].shape == (16, 16, 3)


@pytest.mark.parametrize(
    ("trouble", "patience", "reason"),
    [
        (fail, QUICK, "the server answers 500 Internal Server Error, after 3 attempts"),
        (stall, IMPATIENT, r"no answer within 0\.3 s, after 3 attempts"),
    ],
)
def test_a_server_that_goes_on_failing_is_an_unreadable_image(shards, serve, trouble, patience, reason):
    server = serve(shards)
    source = source_at(server, patience)
    server.trouble = trouble
    with pytest.raises(UnreadableImageError, match=reason) as raised:
        source[0]
    assert "\n" not in str(raised.value)
    server.trouble = lambda *_: False
    assert source[0].shape == (16, 16, 3)


def test_no_server_at_the_start_is_one_line(shards, serve):
    server = serve(shards)
    server.trouble = fail
    with pytest.raises(
        OSError, match=r"cannot read http://127\.0\.0\.1:\d+/photos-00000\d\.tar: the server answers 500"
    ):
        source_at(server)


def test_missing_and_forbidden_are_not_asked_again(shards, serve):
    server = serve(shards)
    with pytest.raises(
        FileNotFoundError, match=r"none\.tar: the server answers 404 Not Found; .*check the address"
    ):
        WebFile(f"{server.url}/none.tar", QUICK).size()
    assert len(server.requests) == 1


def test_a_truncated_shard(shards, serve, caplog):
    path = shards / "photos-000001.tar"
    path.write_bytes(path.read_bytes()[:3000])
    source = source_at(serve(shards))
    assert 12 <= len(source) < 20
    assert caplog.text.count("its shard is cut short at byte 3000") == 20 - len(source)


def test_a_server_without_parts_of_files_is_copied_once(tmp_path, shards, serve):
    server = serve(shards)
    server.has_ranges = False
    folder, source = FolderSource(tmp_path / "photos", 16), source_at(server)
    assert all(np.array_equal(source[i], folder[i]) for i in range(20))
    copies = sorted(path.name for path in Path(os.environ["GPEN_CACHE"]).rglob("*.tar"))
    assert copies == [f"photos-{number:06d}.tar" for number in range(3)]
    before = len(server.requests)
    assert np.array_equal(source_at(server)[3], folder[3])
    assert len(server.requests) == before + 3  # whether they have changed


def test_a_download_that_breaks_leaves_nothing(tmp_path, shards, serve):
    server = serve(shards)
    server.has_ranges = False
    shard = WebFile(f"{server.url}/photos-000000.tar", QUICK)
    assert not shard.facts.has_ranges
    server.trouble = lambda handler, _: handler.answer(200, bytes(9000), num_sent=100) or True
    with pytest.raises(OSError, match="after 3 attempts"):
        shard.download(tmp_path / "new" / "copy.tar")
    assert list((tmp_path / "new").iterdir()) == []
