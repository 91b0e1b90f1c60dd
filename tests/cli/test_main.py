"""The command as a whole: what it lists, and that it loads no more than it needs."""

import re
import signal
import subprocess
import sys
from importlib.metadata import entry_points

import pytest

import gpen_train.__main__
from gpen_train.cli.main import main

OPERANDS = {
    "train": [],
    "sweep": ["out", "seed=0,1"],
    "evaluate": [],
    "compare": ["a.json", "b.json"],
    "restore": ["a.png", "--checkpoint", "a.pth", "--output", "out"],
    "export": ["a.pth", "b.pth"],
    "ema": ["run", "--sigma-rel", "0.1"],
    "inspect": ["a.pth"],
    "sample": ["--checkpoint", "a.pth", "--output", "out"],
    "weights": ["list"],
    "data": ["check", "faces"],
    "demo": ["--checkpoint", "a.pth"],
    "bench": [],
    "completion": ["bash"],
}


def test_help_lists_every_command(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    out = capsys.readouterr().out
    listed = re.findall(r"^    (\w+)(?: |$)", out, re.MULTILINE)
    assert listed == list(OPERANDS)


@pytest.mark.parametrize("command", OPERANDS)
def test_every_command_has_help(command, capsys):
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])
    assert ended.value.code == 0
    assert f"usage: gpen {command}" in capsys.readouterr().out


@pytest.mark.parametrize("command", OPERANDS)
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
    assert "COMMAND is 'restor'; did you mean restore" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["trian"], "gpen: error: COMMAND is 'trian'; did you mean train"),
        (["data", "prepar"], "gpen data: error: COMMAND is 'prepar'; did you mean prepare"),
        (["export", "a.pth", "b", "--layout", "onxn"], "--layout is 'onxn'; did you mean onnx"),
        (["xyzw"], "COMMAND is 'xyzw'; choose one of: bench, "),
    ],
)
def test_a_wrong_word_is_told_the_nearest(arguments, line, capsys):
    with pytest.raises(SystemExit):
        main(arguments)
    assert line in capsys.readouterr().err.splitlines()[-1]


HEAVY = {"torch", "pytorch_lightning", "hydra", "omegaconf", "cv2", "albumentations", "numpy", "PIL", "rich"}
ANSWERED = [
    ["--version"],
    ["--help"],
    ["restor"],
    ["train", "--unknown"],
    *([name, "--help"] for name in OPERANDS),
]


@pytest.mark.parametrize("arguments", ANSWERED, ids=" ".join)
def test_what_needs_no_network_is_answered_at_once(arguments):
    """Nothing heavy is imported: torch, Lightning and what they bring take many seconds."""
    program = f"""
import sys
from gpen_train.cli.main import main
try:
    main({arguments!r})
finally:
    print("loaded", *sys.modules, file=sys.stderr)
"""
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    loaded = set(found.stderr.rpartition("loaded")[2].split())
    assert "gpen_train.cli.main" in loaded
    assert not loaded & HEAVY


SWALLOWS = """
import time
try:
    print("importing", flush=True)
    time.sleep(60)
except BaseException:
    raise ImportError("cannot load module more than once per process")
"""


# What the parsers import, and what a command does.
@pytest.mark.parametrize("imported", ["argparse", "omegaconf"])
def test_ctrl_c_while_the_command_is_imported(imported, tmp_path):
    """Also where what is imported takes the exception for its own, as numpy and torch do."""
    (tmp_path / f"{imported}.py").write_text(SWALLOWS)
    program = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); from gpen_train.__main__ import main"
    with subprocess.Popen(
        [sys.executable, "-c", f"{program}; sys.argv[1:] = ['train']; sys.exit(main())"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout.readline() == "importing\n"
        process.send_signal(signal.SIGINT)
        assert process.stderr.read() == "gpen: interrupted\n"
    assert process.returncode == 130


def test_the_installed_command_and_the_module_answer_alike():
    """Both by way of what answers Ctrl-C."""
    (installed,) = entry_points(group="console_scripts", name="gpen")
    assert installed.load() is gpen_train.__main__.main
    found = subprocess.run([sys.executable, "-m", "gpen_train", "--version"], capture_output=True, text=True)
    assert found.stdout == f"gpen_train {gpen_train.__version__}\n"
