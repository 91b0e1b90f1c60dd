"""A file that goes on where it was broken off: over many connections, and by another process later."""

import pytest

from gpen_train.places.patience import Patience
from gpen_train.places.resume import resume
from gpen_train.places.web import MEGABYTE, WebFile

QUICK = Patience(attempts=3, time_out=5, pause=0.01)
CONTENT = bytes(range(256)) * 4096 * 3 + b"end"  # three megabytes and a bit


@pytest.fixture
def server(tmp_path, serve):
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "a.bin").write_bytes(CONTENT)
    return serve(tmp_path / "files")


def fetched(server, path, patience=QUICK):
    resume(WebFile(f"{server.url}/a.bin", patience), path, "fetching a.bin")
    return path.read_bytes()


def cut(handler, size):
    """Answer with all that was asked for, but send so many bytes of it."""
    first = int((handler.headers["Range"] or "bytes=0-")[6:].partition("-")[0])
    body = CONTENT[first:]
    handler.answer(206, body, f"bytes {first}-{len(CONTENT) - 1}/{len(CONTENT)}", num_sent=size)
    return True


def test_it_comes_in_one_go(tmp_path, server):
    assert fetched(server, tmp_path / "a.part") == CONTENT
    assert server.parts == ["bytes=0-0", "bytes=0-"]


def test_it_goes_on_where_another_has_left_it(tmp_path, server):
    (tmp_path / "a.part").write_bytes(CONTENT[:1000])
    assert fetched(server, tmp_path / "a.part") == CONTENT
    assert server.parts == ["bytes=0-0", "bytes=1000-"]


def test_a_whole_one_is_not_asked_for_again(tmp_path, server):
    (tmp_path / "a.part").write_bytes(CONTENT)
    assert fetched(server, tmp_path / "a.part") == CONTENT
    assert server.parts == ["bytes=0-0"]


def test_torn_connections_are_opened_anew_where_they_broke(tmp_path, server):
    """More often than ``patience`` allows for failures: each brought something."""
    server.trouble = lambda handler, number: 2 <= number <= 9 and cut(handler, MEGABYTE // 4)
    assert fetched(server, tmp_path / "a.part") == CONTENT
    assert server.parts[1:4] == ["bytes=0-", f"bytes={MEGABYTE // 4}-", f"bytes={MEGABYTE // 2}-"]
    assert len(server.parts) == 10


def test_connections_that_bring_nothing_are_given_up(tmp_path, server):
    server.trouble = lambda handler, number: number >= 2 and cut(handler, 1000 if number == 2 else 0)
    with pytest.raises(OSError, match="broke before the first byte, after 3 attempts; expected a server"):
        fetched(server, tmp_path / "a.part")
    assert (tmp_path / "a.part").read_bytes() == CONTENT[:1000]  # to go on from
    server.trouble = lambda handler, number: False
    assert fetched(server, tmp_path / "a.part") == CONTENT


def test_a_server_without_ranges_sends_all_again(tmp_path, server):
    server.has_ranges = False
    (tmp_path / "a.part").write_bytes(b"something else")
    server.trouble = lambda handler, number: number == 2 and cut_whole(handler)
    assert fetched(server, tmp_path / "a.part") == CONTENT
    assert server.parts == ["bytes=0-0", None, None]


def cut_whole(handler):
    handler.answer(200, CONTENT, num_sent=MEGABYTE)
    return True


def test_a_file_that_changes_meanwhile_is_refused(tmp_path, server):
    file = WebFile(f"{server.url}/a.bin", QUICK)
    assert file.size() == len(CONTENT)
    (tmp_path / "files" / "a.bin").write_bytes(CONTENT + b"more")
    with pytest.raises(OSError, match=r"a\.bin has changed while it was read; run the command again"):
        resume(file, tmp_path / "a.part", "fetching a.bin")


def test_what_a_server_refuses_is_one_line(tmp_path, server):
    server.trouble = lambda handler, number: number >= 2 and handler.send_error(403) is None
    with pytest.raises(FileNotFoundError, match="the server answers 403 Forbidden") as caught:
        fetched(server, tmp_path / "a.part")
    assert "\n" not in str(caught.value)
