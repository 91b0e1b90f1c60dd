"""Completion: the words that fit, and bash with the script at work."""

import os
import shutil
import subprocess
import sys

import pytest

from gpen_train.cli.completion.scripts import SCRIPTS
from gpen_train.cli.completion.words import words_for
from gpen_train.cli.main import COMMANDS, main
from gpen_train.cli.settings.configs import choices_of, groups_of


def words(line):
    return [word for word, _ in words_for(line)]


def test_commands_and_their_options():
    assert words("gpen ") == [module.__name__.rpartition(".")[2] for module in COMMANDS]
    assert words("gpen tra") == ["train"]
    assert words("gpen data pre") == ["prepare"]
    assert {"--config", "--print", "--explain", "--multirun"} <= set(words("gpen train --"))
    assert words("gpen restore --device ") == ["auto", "cpu", "cuda"]
    assert words("gpen completion ") == ["bash", "zsh", "fish"]
    assert words_for("gpen weights fetch yunet vgg1") == [
        ("vgg16", "LPIPS (VGG), DISTS, losses.lpips, losses.dists"),
        ("vgg19", "losses.perceptual"),
    ]


@pytest.mark.parametrize("group", groups_of("train"))
def test_every_choice_of_every_group(group):
    assert words(f"gpen train {group}=") == [f"{group}={choice}" for choice in choices_of(group)]


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("gpen train mod", ["model=", "model."]),
        ("gpen train losses.content.k", ["losses.content.kind="]),
        ("gpen train losses.content.kind=l", ["losses.content.kind=l1"]),
        ("gpen train seed=1 compute.tf", ["compute.tf32="]),
        ("gpen train resume=", ["resume=true", "resume=false"]),
        ("gpen train seed=", []),
        ("gpen train data=drawn data.num_i", ["data.num_images="]),
        ("gpen train data=folder data.num_i", []),
        ("gpen evaluate fid.resize=b", ["fid.resize=bilinear"]),
        ("gpen evaluate model=", []),
        ("gpen sweep out model=v2_256,v2_51", ["model=v2_256,v2_512"]),
        ("gpen train --list exp", ["experiment"]),
        ("gpen train --explain losses.conte", ["losses.content."]),
        ("gpen train 'model=v2_51", ["model=v2_512"]),
    ],
)
def test_settings_and_values(line, found):
    assert words(line) == found


def test_files_where_a_setting_is_one(here):
    (here / "runs").mkdir()
    (here / "a b.pth").touch()
    assert words("gpen train init_from=") == ["init_from=a b.pth", "init_from=runs/"]
    assert words("gpen inspect r") == ["runs/"]
    assert words("gpen train --config ru") == ["runs/"]


DRIVER = """
source SCRIPT
COMP_LINE=$1 COMP_POINT=${#1}
COMP_WORDS=(gpen) COMP_CWORD=0
complete -p gpen
_gpen gpen
printf '%s\\n' "${COMPREPLY[@]}"
"""


@pytest.fixture
def install(tmp_path, monkeypatch, capsys):
    """``install(shell)`` -> the file of its script; ``gpen`` is on PATH."""
    gpen = tmp_path / "bin" / "gpen"
    gpen.parent.mkdir()
    gpen.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m gpen_train "$@"\n')
    gpen.chmod(0o755)
    monkeypatch.setenv("PATH", f"{gpen.parent}{os.pathsep}{os.environ['PATH']}")

    def script_of(shell):
        if not shutil.which(shell):
            pytest.skip(f"there is no {shell}")
        assert main(["completion", shell]) == 0
        (tmp_path / "script").write_text(capsys.readouterr().out)
        return tmp_path / "script"

    return script_of


def output_of(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


@pytest.fixture
def bash(install, tmp_path):
    """``bash(line)`` -> what bash would put in the place of its last word."""
    driver = tmp_path / "driver"
    driver.write_text(DRIVER.replace("SCRIPT", str(install("bash"))))

    def complete(line):
        head, *replies = output_of("bash", driver, line).splitlines()
        assert "-F _gpen gpen" in head
        return replies

    return complete


def test_bash_completes_behind_the_equals_sign(bash):
    """There it takes the word to begin: what is given back has no name before it."""
    assert bash("gpen train model=v1_5") == ["v1_512"]
    assert bash("gpen train experiment=quick") == ["quickstart"]
    assert bash("gpen tra") == ["train"]
    assert bash("gpen train losses.content.kind=smo") == ["smooth_l1"]
    assert bash("gpen train data") == ["data=", "data."]


def test_fish_shows_what_each_is(install):
    script = install("fish")

    def fish(line):
        return output_of("fish", "--no-config", "-c", f"source {script}; complete -C '{line}'").splitlines()

    assert fish("gpen tra") == ["train\ttrain a model"]
    assert fish("gpen train losses.content.kind=smo") == ["losses.content.kind=smooth_l1"]
    assert [line.partition("\t")[0] for line in fish("gpen train model=v1_5")] == ["model=v1_512"]


HEAVY = {"torch", "hydra", "omegaconf", "numpy", "rich"}


def test_it_answers_at_once():
    """0.1 s of a free core; what would make it slow is not imported."""
    program = f"""
import sys
from gpen_train.cli.main import main
main(["completion", "bash", "--line", "gpen train model=v2_5"])
assert not set(sys.modules) & {HEAVY!r}
"""
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert found.stdout == "model=v2_512\n"


@pytest.mark.parametrize("shell", SCRIPTS)
def test_a_script_is_one_that_the_shell_takes(shell, install):
    subprocess.run([shell, "-n", install(shell)], check=True)
