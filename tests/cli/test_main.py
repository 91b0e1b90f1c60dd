"""The command as a whole: what it lists, and that it loads no more than it needs."""

import signal
import subprocess
import sys

import pytest

from gpen_train.cli.main import COMMANDS, main


def test_help_lists_every_command(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    out = capsys.readouterr().out
    assert all(f"    {command} " in out for command in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command, capsys):
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])
    assert ended.value.code == 0
    assert f"usage: gpen {command}" in capsys.readouterr().out


OPERANDS = {
    "train": [],
    "sweep": ["out", "seed=0,1"],
    "evaluate": [],
    "compare": ["a.json", "b.json"],
    "restore": ["a.png", "--checkpoint", "a.pth", "--output", "out"],
    "export": ["a.pth", "b.pth"],
    "inspect": ["a.pth"],
    "sample": ["--checkpoint", "a.pth", "--output", "out"],
    "data": ["check", "faces"],
    "demo": ["--checkpoint", "a.pth"],
}


@pytest.mark.parametrize("command", COMMANDS)
def test_an_unknown_option_is_answered_by_the_commands_own_usage(command, capsys):
    with pytest.raises(SystemExit) as ended:
        main([command, *OPERANDS[command], "--unknown"])
    assert ended.value.code == 2
    err = capsys.readouterr().err
    assert err.startswith(f"usage: gpen {command} ")
    assert err.endswith("error: unknown option: --unknown\n")


def test_an_unknown_command_is_refused(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["restor"])
    assert ended.value.code == 2
    assert "invalid choice: 'restor'" in capsys.readouterr().err


def test_inspect_does_not_wait_for_lightning():
    program = (
        "import sys; from gpen_train.cli import main; main.build_parser(['inspect']); print(*sys.modules)"
    )
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    loaded = found.stdout.split()
    assert "gpen_train.cli.inspect" in loaded
    assert "pytorch_lightning" not in loaded


SWALLOWS = """
import time
try:
    print("importing", flush=True)
    time.sleep(60)
except BaseException:
    raise ImportError("cannot load module more than once per process")
"""


def test_ctrl_c_while_the_command_is_imported(tmp_path):
    """Also where what is imported takes the exception for its own, as numpy and torch do."""
    (tmp_path / "omegaconf.py").write_text(SWALLOWS)
    program = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); from gpen_train.cli.main import main"
    with subprocess.Popen(
        [sys.executable, "-c", f"{program}; sys.exit(main(['train']))"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout.readline() == "importing\n"
        process.send_signal(signal.SIGINT)
        assert process.stderr.read() == "gpen: interrupted\n"
    assert process.returncode == 130


def test_ctrl_c_later_is_an_exception_again():
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    with pytest.raises(SystemExit):
        main(["--version"])
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
