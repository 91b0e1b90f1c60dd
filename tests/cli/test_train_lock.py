"""One process at a time goes on with a run, and a second is told by whom."""

import errno
import fcntl
import os
import signal
import socket
import time

import pytest

from gpen_train.cli.run.lock import LOCK_FILE, FolderLock

LONG = ("images=80000", "save_every=4", "keep=1", "report_every=0")


def test_a_second_process_is_told_who_trains(tmp_path, ranks, tiny_train, capsys):
    ranks.start(1, *LONG, "data.num_workers=1")
    ranks.wait_for(tmp_path / "run" / "checkpoints" / "last.ckpt")
    (holder,) = ranks.processes
    before = (tmp_path / "run" / "config.yaml").read_bytes()
    assert tiny_train(*LONG, "resume=true") == 1
    (line,) = capsys.readouterr().err.strip().splitlines()
    assert line.startswith(f"gpen: run is being trained by process {holder} on {socket.gethostname()}; ")
    assert (tmp_path / "run" / "config.yaml").read_bytes() == before
    os.kill(holder, signal.SIGKILL)  # its worker lives on for some seconds, and holds nothing
    os.waitpid(holder, 0)
    ranks.processes = []
    assert tiny_train(*LONG, "images=4", "resume=true") == 0


def test_of_several_processes_the_first_alone_holds_it(tmp_path, ranks, written):
    for images in (8, 16):
        ranks.start(2, "data.batch_size=8", f"images={images}", "resume=true")
        assert ranks.wait() == [0, 0], ranks.words(0) + ranks.words(1)
    assert written().checkpoint()["images_seen"] == 16


def test_a_folder_that_is_made_later_is_locked_then(tmp_path):
    with FolderLock(tmp_path / "run") as ours, FolderLock(tmp_path / "run") as theirs:
        assert not (tmp_path / "run").exists()
        ours.take()
        ours.take()
        with pytest.raises(OSError, match=f"is being trained by process {os.getpid()} on "):
            theirs.take()
    with FolderLock(tmp_path / "run"):  # given back
        pass


def test_a_process_that_it_forks_does_not_hold_it(tmp_path):
    (tmp_path / "run").mkdir()
    reader, writer = os.pipe()
    with FolderLock(tmp_path / "run"):
        child = os.fork()
        if not child:
            os.write(writer, b"alive")
            time.sleep(30)
            os._exit(0)
        os.read(reader, 5)
    try:
        with FolderLock(tmp_path / "run"):
            pass
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def test_where_there_are_no_locks_the_run_goes_on(tiny_train, monkeypatch, capsys, written):
    def refuse(file, kind):
        raise OSError(errno.ENOTSUP, "Operation not supported")

    monkeypatch.setattr(fcntl, "flock", refuse)
    assert tiny_train("images=4") == 0
    said = "gpen: run cannot be locked: Operation not supported; see that one run alone writes there"
    assert said in capsys.readouterr().err.splitlines()
    assert written().checkpoint()["images_seen"] == 4


def test_who_held_it_before_leaves_no_words(tmp_path):
    """A longer line of an earlier process is not the end of a shorter one."""
    (tmp_path / LOCK_FILE).write_text("process 123456789012 on a machine with a long name\n")
    with FolderLock(tmp_path):
        assert (tmp_path / LOCK_FILE).read_text() == f"process {os.getpid()} on {socket.gethostname()}\n"
