"""A run in a store: what is kept there, and that another machine goes on from it bit for bit."""

import os
import signal

import fsspec
import pytest
import torch

import gpen_train
from gpen_train.checkpoints.safe_load import safe_load
from gpen_train.cli.main import main
from gpen_train.places.file import RemoteFile
from gpen_train.training import step
from gpen_train.training.part import part_of

URL = "memory://bucket/runs/x"


@pytest.fixture
def store():
    """The names below the URL."""
    memory = fsspec.filesystem("memory")
    memory.makedirs("/bucket", exist_ok=True)
    yield lambda: sorted(name.removeprefix("/bucket/runs/x/") for name in memory.find("/bucket/runs/x"))
    memory.rm("/bucket", recursive=True)


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """``machine(name)`` -> another one: with an empty cache, where the folders of such runs lie."""

    def change(name):
        monkeypatch.setenv("GPEN_CACHE", str(tmp_path / name))
        return tmp_path / name

    return change


def stop_in_the_middle(monkeypatch):
    """SIGTERM within the second step."""

    def send(batch, part, count):
        if len(seen) == 5:
            os.kill(os.getpid(), signal.SIGTERM)
        seen.append(batch)
        return part_of(batch, part, count)

    seen = []
    monkeypatch.setattr(step, "part_of", send)


def assert_same(one, other):
    """Of two checkpoints, every tensor and all else that decides how it goes on."""
    assert one.keys() == other.keys()
    for name, tensor in one["state_dict"].items():
        assert torch.equal(tensor, other["state_dict"][name]), name
    for ours, theirs in zip(one["optimizer_states"], other["optimizer_states"], strict=True):
        assert ours["param_groups"] == theirs["param_groups"]
        for number, state in ours["state"].items():
            assert all(torch.equal(value, theirs["state"][number][name]) for name, value in state.items())
    assert (one["images_seen"], str(one["means"])) == (other["images_seen"], str(other["means"]))


def test_another_machine_goes_on_bit_for_bit(tiny_train, store, machine, monkeypatch, tmp_path, capsys):
    assert tiny_train("keep_best=psnr", "report_every=4") == 0
    machine("first")
    with monkeypatch.context() as stopping:
        stop_in_the_middle(stopping)
        assert tiny_train("keep_best=psnr", "report_every=4", "save_every=0", f"run_dir={URL}") == 143
    assert "checkpoints/000000008.ckpt" in store()
    second = machine("second")
    assert tiny_train("keep_best=psnr", "report_every=4", f"run_dir={URL}", "resume=true") == 0
    assert f"run     {URL}, by way of {second}" in capsys.readouterr().out
    (ours,) = second.glob("runs/*/x")
    assert_same(
        safe_load(tmp_path / "run/checkpoints/last.ckpt"), safe_load(ours / "checkpoints" / "last.ckpt")
    )
    memory = fsspec.filesystem("memory")
    assert memory.cat_file("/bucket/runs/x/metrics.csv") == (tmp_path / "run" / "metrics.csv").read_bytes()
    local = sorted(p.relative_to(ours).as_posix() for p in ours.rglob("*") if p.is_file())
    assert store() == [name for name in local if not name.startswith(".")]
    assert {"checkpoints/best.ckpt", "report/report.html", "samples/000016.png"} <= {*store()}
    newest = memory.cat_file("/bucket/runs/x/checkpoints/000000016.ckpt")
    assert memory.cat_file("/bucket/runs/x/checkpoints/last.ckpt") == newest


def test_a_run_that_came_back_goes_on_where_the_other_machine_was(tiny_train, store, machine, tmp_path):
    machine("first")
    assert tiny_train(f"run_dir={URL}", "images=8") == 0
    machine("second")
    assert tiny_train(f"run_dir={URL}", "images=12", "resume=true") == 0
    first = machine("first")
    assert tiny_train(f"run_dir={URL}", "images=16", "resume=true", "keep=2") == 0
    (ours,) = first.glob("runs/*/x")
    rows = (ours / "metrics.csv").read_text().splitlines()
    assert [row.partition(",")[0] for row in rows] == ["images", "0", "4", "8", "12", "16"]
    kept = [name for name in store() if name.endswith(".ckpt")]
    assert kept == [f"checkpoints/{name}.ckpt" for name in ("000000012", "000000016", "last")]


def test_the_folder_here_is_used_as_it_is(tiny_train, store, machine, monkeypatch):
    machine("first")
    assert tiny_train(f"run_dir={URL}", "images=8") == 0

    def download(*_):
        raise AssertionError("nothing is to be fetched")

    monkeypatch.setattr(RemoteFile, "download", download)
    assert tiny_train(f"run_dir={URL}", "images=12", "resume=true") == 0


def test_a_run_that_is_there_is_not_written_over(tiny_train, store, machine, one_line, capsys):
    machine("first")
    assert tiny_train(f"run_dir={URL}") == 0
    before = store()
    second = machine("second")
    capsys.readouterr()
    assert tiny_train(f"run_dir={URL}") == 1
    assert one_line() == (
        f"gpen: {URL} holds a run; add resume=true to go on with it, or choose another run_dir"
    )
    assert not list(second.rglob("*.ckpt"))
    assert tiny_train(f"run_dir={URL}", "resume=true", "seed=3") == 1
    assert f"{URL} holds another run: seed is 0 there and 3 here" in one_line()
    assert store() == before


def test_commands_read_it(tiny_train, store, machine, here, make_photos, capsys):
    machine("first")
    assert tiny_train(f"run_dir={URL}") == 0
    make_photos(here / "faces", 2)
    assert main(["inspect", f"{URL}/"]) == 0
    assert f"{URL}/: its last checkpoint" in capsys.readouterr().out
    assert main(["inspect", URL]) == 0
    assert f"{URL}: its last checkpoint" in capsys.readouterr().out
    assert main(["restore", "faces", "--checkpoint", f"{URL}/", "--output", "restored"]) == 0
    assert main(["export", f"{URL}/", "out.pth"]) == 0
    assert gpen_train.load("out.pth").output_resolution == 32
    settings = ("data.root=faces", "images=2", "metrics=[psnr]", "output=out", f"run_dir={URL}")
    assert main(["evaluate", f"checkpoint={URL}/", *settings]) == 0
    assert ", over the images seen" in (here / "out" / "report.html").read_text()


@pytest.fixture
def failing(monkeypatch):
    """``failing(when)``: the store takes no file whose name ``when`` is true of."""
    memory = type(fsspec.filesystem("memory"))
    before = memory.put_file

    def refuse(when):
        def put_file(self, path, target, **named):
            if when(target):
                raise PermissionError("Access Denied")
            return before(self, path, target, **named)

        monkeypatch.setattr(memory, "put_file", put_file)

    return refuse


def test_a_store_that_takes_nothing_is_one_line_before_the_work(
    tiny_train, store, machine, failing, one_line
):
    first = machine("first")
    failing(lambda name: True)
    assert tiny_train(f"run_dir={URL}") == 1
    assert one_line().startswith(
        f"gpen: cannot write {URL}/.write-test: Access Denied; expected a store that"
    )
    assert not list(first.rglob("config.yaml"))


def test_a_store_that_fails_later_does_not_stop_the_run(tiny_train, store, machine, failing, capsys):
    """It ends with 1, as not all of its work is done; what is missing is put by the next."""
    first = machine("first")
    failing(lambda name: "write-test" not in name)
    assert tiny_train(f"run_dir={URL}") == 1
    lines = [line for line in capsys.readouterr().err.splitlines() if "cannot write" in line]
    assert all("Access Denied" in line for line in lines)
    assert "; the run goes on in " in lines[0]
    assert lines[-1].endswith(
        "the run is whole in " + f"{next(first.glob('runs/*/x'))}, resume=true puts it there"
    )
    assert store() == []
    failing(lambda name: False)
    assert tiny_train(f"run_dir={URL}", "resume=true") == 0
    assert "checkpoints/last.ckpt" in store()


@pytest.mark.parametrize(
    ("url", "line"),
    [
        ("http://127.0.0.1:9/run", "nothing is written by http; expected a folder here, or one in a store"),
        ("nowhere://run", "there is no way to read nowhere://run"),
    ],
)
def test_what_is_no_store_is_one_line(url, line, tiny_train, one_line):
    assert tiny_train(f"run_dir={url}") == 1
    assert line in one_line()
