"""A folder and its like in a store: what is put, when it can be seen, what is fetched and deleted."""

import io

import fsspec
import pytest

from gpen_train.places.mirror import Mirror
from gpen_train.places.patience import Patience
from gpen_train.places.put import check_writable, put

QUICK = Patience(attempts=3, pause=0.01)
URL = "memory://bucket/run"


@pytest.fixture
def store():
    """The names below the URL -> what they hold."""
    memory = fsspec.filesystem("memory")
    memory.makedirs("/bucket", exist_ok=True)

    def read():
        return {
            name.removeprefix("/bucket/run/"): memory.cat_file(name) for name in memory.find("/bucket/run")
        }

    yield read
    memory.rm("/bucket", recursive=True)


@pytest.fixture
def folder(tmp_path):
    """``a`` and two late files, the newer of which ``late/last`` leads to."""
    (tmp_path / "run" / "late").mkdir(parents=True)
    for name, content in {"a": b"a", "late/1": b"one", "late/2": b"two", ".lock": b"me"}.items():
        (tmp_path / "run" / name).write_bytes(content)
    (tmp_path / "run" / "late" / "last").symlink_to("2")
    return tmp_path / "run"


@pytest.fixture
def mirror(folder, store):
    return Mirror(folder, URL, "late/", QUICK)


@pytest.fixture
def requests(monkeypatch):
    """The names that were written and deleted in the store, in their order."""
    memory, done = type(fsspec.filesystem("memory")), []
    for name in ("put_file", "cp_file", "rm"):
        before = getattr(memory, name)

        def listening(self, *paths, name=name, before=before, **named):
            if name == "rm" or not paths[1].endswith(".part"):
                done.append((name, paths[-1].rpartition("/")[2]))
            return before(self, *paths, **named)

        monkeypatch.setattr(memory, name, listening)
    return done


def test_all_is_put_and_a_link_is_a_copy(mirror, store):
    mirror.put()
    assert store() == {"a": b"a", "late/1": b"one", "late/2": b"two", "late/last": b"two"}


def test_what_others_look_for_comes_last(mirror, requests):
    mirror.put()
    assert [name for kind, name in requests if kind == "cp_file"] == ["a", "1", "2", "last"]


def test_only_what_has_changed_is_put_again(mirror, folder, store, requests):
    mirror.put()
    requests.clear()
    mirror.put()
    assert requests == []
    (folder / "a").write_bytes(b"more")
    (folder / "late" / "1").unlink()
    (folder / "late" / "3").write_bytes(b"three")
    (folder / "late" / "last").unlink()
    (folder / "late" / "last").symlink_to("3")
    mirror.put()
    assert store() == {"a": b"more", "late/2": b"two", "late/3": b"three", "late/last": b"three"}
    assert requests[-1] == ("rm", "1")


def test_a_reader_never_sees_half_a_file(folder, store, monkeypatch):
    """While a file is written, what the store has under its name is the one of before."""
    put(folder / "late" / "1", f"{URL}/x", QUICK)
    memory, seen = fsspec.filesystem("memory"), []
    write = io.BytesIO.write

    def slowly(file, data):
        written = write(file, data[:1])
        seen.append(memory.cat_file("/bucket/run/x"))
        return written + write(file, data[1:])

    monkeypatch.setattr("fsspec.implementations.memory.MemoryFile.write", slowly, raising=False)
    put(folder / "late" / "2", f"{URL}/x", QUICK)
    assert seen == [b"one"]
    assert store() == {"x": b"two"}


def test_fetching_brings_what_is_there(mirror, store, tmp_path):
    mirror.put()
    other = Mirror(tmp_path / "other", URL, "late/", QUICK)
    other.fetch(other.listed())
    assert (tmp_path / "other" / "late" / "2").read_bytes() == b"two"
    assert sorted(path.name for path in (tmp_path / "other").rglob("*")) == ["1", "2", "a", "last", "late"]


def test_who_goes_on_puts_nothing_twice_and_deletes_what_is_gone(mirror, folder, store, requests):
    """Late files alone: another's note in the store stays."""
    mirror.put()
    put(folder / "a", f"{URL}/note", QUICK)
    (folder / "late" / "1").unlink()
    requests.clear()
    again = Mirror(folder, URL, "late/", QUICK)
    again.compare(again.listed())
    again.put()
    assert [name for kind, name in requests if kind == "put_file"] == []
    assert sorted(store()) == ["a", "late/2", "late/last", "note"]


class Refusing:
    """A store that raises whenever it is written to."""

    def __init__(self, monkeypatch, *errors):
        self.errors, self.calls = list(errors), 0
        memory = type(fsspec.filesystem("memory"))
        before = memory.put_file

        def put_file(store, *paths, **named):
            self.calls += 1
            if self.errors:
                raise self.errors.pop(0)
            return before(store, *paths, **named)

        monkeypatch.setattr(memory, "put_file", put_file)


class NoCredentialsError(Exception):
    """As botocore calls it."""


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (PermissionError("Access Denied"), "Access Denied"),
        (NoCredentialsError("Unable to locate credentials"), "Unable to locate credentials"),
        (FileNotFoundError("NoSuchBucket"), "it does not exist"),
        (NotImplementedError("this is read-only"), "this is read-only"),
    ],
)
def test_a_store_that_cannot_be_written_is_one_line_at_once(tmp_path, store, monkeypatch, error, reason):
    refusing = Refusing(monkeypatch, *[error] * 9)
    with pytest.raises(
        OSError, match=rf"^cannot write {URL}/\.write-test: {reason}; expected a store that y"
    ):
        check_writable(URL, tmp_path)
    assert refusing.calls == 1


def test_what_may_pass_is_tried_again(mirror, store, monkeypatch):
    refusing = Refusing(monkeypatch, ConnectionError("reset"), ConnectionError("reset"))
    mirror.put()
    assert (refusing.calls, len(store())) == (5, 4)


def test_a_store_that_can_be_written_holds_nothing_of_the_trial(tmp_path, store):
    check_writable(URL, tmp_path)
    assert store() == {}
    assert list(tmp_path.iterdir()) == []
