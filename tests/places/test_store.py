"""Files that fsspec reads: in memory, and on a server that fails."""

import pickle
import sys
import time
from multiprocessing import get_context

import fsspec
import pytest

from gpen_train.places.patience import Patience
from gpen_train.places.place import files_below, remote_file
from gpen_train.places.store import StoreFile

QUICK = Patience(attempts=3, time_out=10, pause=0.01)
CONTENT = bytes(range(200))


@pytest.fixture
def memory():
    """``memory://faces/`` with two files in it."""
    store = fsspec.filesystem("memory")
    store.pipe({"/faces/a.bin": CONTENT, "/faces/more/b.bin": b"b"})
    yield "memory://faces"
    store.rm("/faces", recursive=True)


def test_reads_are_those_of_a_file(memory):
    file = remote_file(f"{memory}/a.bin", QUICK)
    assert isinstance(file, StoreFile)
    assert file.size() == 200
    assert file.read(10, 5) == CONTENT[10:15]
    assert file.read(195, 10) == CONTENT[195:]
    assert file.read(300, 10) == b""
    assert pickle.loads(pickle.dumps(file)).read(0, 2) == CONTENT[:2]
    assert file.beside("more/b.bin").read(0, 9) == b"b"


def test_stamps_change_with_the_file(memory):
    before = remote_file(f"{memory}/a.bin").stamp()
    assert remote_file(f"{memory}/a.bin").stamp() == before
    time.sleep(0.01)
    fsspec.filesystem("memory").pipe("/faces/a.bin", CONTENT)
    assert remote_file(f"{memory}/a.bin").stamp() != before


def test_folders_are_listed(memory):
    found = files_below(memory + "/")
    assert sorted(found) == ["a.bin", "more/b.bin"]
    assert found["a.bin"].size == 200
    assert files_below("memory://none") == {}


@pytest.mark.parametrize(("name", "reason"), [("none.bin", "it does not exist"), ("more", "it is a folder")])
def test_what_is_no_file_is_one_line_at_once(memory, name, reason):
    with pytest.raises(OSError, match=f"cannot read {memory}/{name}: {reason}.*; expected a file") as raised:
        remote_file(f"{memory}/{name}", Patience(pause=100)).size()
    assert "\n" not in str(raised.value)


def test_a_missing_package_is_one_line(monkeypatch):
    monkeypatch.setitem(sys.modules, "s3fs", None)
    with pytest.raises(ValueError, match=r"s3://b/a\.pth needs the package s3fs, .*: pip install s3fs$"):
        remote_file("s3://b/a.pth")
    with pytest.raises(ValueError, match=r"there is no way to read nowhere://a; expected a file here, or"):
        remote_file("nowhere://a")


@pytest.fixture
def server(tmp_path, serve):
    (tmp_path / "a.bin").write_bytes(CONTENT)
    return serve(tmp_path)


def at(server, patience=QUICK) -> StoreFile:
    """fsspec's own reader of http, which stands for all that wait for a network."""
    return StoreFile(f"{server.url}/a.bin", patience)


def test_failures_are_asked_again_and_final_ones_are_not(server):
    file = at(server)
    assert file.size() == 200
    before = len(server.requests)
    server.trouble = lambda handler, number: number < before + 3 and handler.send_error(503) is None
    assert file.read(3, 2) == CONTENT[3:5]
    assert len(server.requests) == before + 3
    server.trouble = lambda handler, number: handler.send_error(403) is None
    with pytest.raises(FileNotFoundError, match=r"403.*; expected a file that your account may read"):
        file.read(3, 2)
    assert len(server.requests) == before + 4


def test_a_stalled_and_a_short_answer_are_asked_again(server):
    file = at(server, Patience(attempts=3, time_out=0.3, pause=0.01))
    assert file.size() == 200
    before = len(server.requests)

    def trouble(handler, number):
        if number == before + 1:
            time.sleep(2)
        elif number == before + 2:
            handler.answer(206, CONTENT[:3], "bytes 0-2/200")
        return number < before + 3

    server.trouble = trouble
    assert file.read(0, 5) == CONTENT[:5]
    server.trouble = lambda *_: time.sleep(2) is None
    with pytest.raises(OSError, match=r"a\.bin: no answer within 0\.3 s, after 3 attempts; expected"):
        file.read(0, 5)


def test_it_goes_on_in_forked_processes(server):
    """The thread in which fsspec waits for a network is not there after a fork."""
    file = at(server)
    assert file.read(0, 4) == CONTENT[:4]
    with get_context("fork").Pool(2) as pool:
        found = pool.starmap_async(file.read, [(place, 2) for place in range(20)]).get(timeout=60)
    assert found == [CONTENT[place : place + 2] for place in range(20)]
    assert file.read(4, 4) == CONTENT[4:8]
