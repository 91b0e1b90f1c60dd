"""`gpen demo`: what it refuses at once, and a page that is there until it is ended and leaves nothing."""

import os
import signal
import socket
import subprocess
import sys
import urllib.request

import pytest

import gpen_train
from gpen_train.cli import demo
from gpen_train.cli.main import main


@pytest.fixture
def checkpoint(tiny_model, tmp_path):
    gpen_train.save(tiny_model, tmp_path / "bfr.pth", task="bfr")
    return tmp_path / "bfr.pth"


def test_without_gradio_or_with_an_old_one_it_says_what_to_install(monkeypatch, capsys):
    monkeypatch.setattr(demo, "find_spec", lambda name: None)
    assert main(["demo", "--checkpoint", "none.pth"]) == 1
    assert 'not installed: pip install "gpen-train[demo]"' in capsys.readouterr().err
    monkeypatch.setattr(demo, "find_spec", lambda name: name)
    monkeypatch.setattr(demo, "version", lambda name: "3.18.0")
    assert main(["demo", "--checkpoint", "none.pth"]) == 1
    assert "gradio is 3.18.0; expected 6.31 or later" in capsys.readouterr().err
    monkeypatch.setattr(demo, "version", lambda name: "10.0.0rc1")
    demo.check_gradio()


def test_what_is_out_of_range_is_told_at_once(monkeypatch, capsys):
    monkeypatch.setattr(demo, "check_gradio", lambda: None)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        for options, words in (
            (["--port", "70000"], "--port is 70000; expected 1 to 65535"),
            (["--port", str(port)], f"--port {port} cannot be had: Address already in use; choose another"),
            (["--max-megapixels", "0"], "--max-megapixels is 0; expected 1 or more"),
            ([], "none.pth does not exist"),
        ):
            assert main(["demo", "--checkpoint", "none.pth", *options]) == 1
            assert words in capsys.readouterr().err


@pytest.mark.parametrize("end", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.slow)])
def test_a_page_is_there_until_it_is_ended_and_leaves_nothing_behind(end, checkpoint, tmp_path):
    try:
        demo.check_gradio()
    except ValueError as error:
        pytest.skip(str(error))
    here, temporary = tmp_path / "here", tmp_path / "temporary"
    here.mkdir()
    temporary.mkdir()
    command = [sys.executable, "-m", "gpen_train", "demo", "--checkpoint", str(checkpoint)]
    process = subprocess.Popen(
        [*command, "--device", "cpu"],
        cwd=here,
        env=os.environ | {"TMPDIR": str(temporary)},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        line = next(line for line in process.stdout if "http" in line)
        assert line.startswith("bfr at http://127.0.0.1:")
        with urllib.request.urlopen(line.split()[2]) as response:
            assert response.status == 200
        assert [path.name.startswith("gpen-demo-") for path in temporary.iterdir()] == [True]
        process.send_signal(end)
        assert process.wait(60) == 0
    finally:
        process.kill()
    assert list(here.iterdir()) == []
    assert [path for path in temporary.iterdir() if path.name.startswith("gpen-demo-")] == []
