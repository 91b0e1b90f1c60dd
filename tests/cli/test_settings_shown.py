"""--print, --explain, --list and --schema: what they say, from where, and that torch is not needed for it."""

import json
import subprocess
import sys

import pytest
import yaml

from gpen_train.cli.main import main
from gpen_train.cli.settings.configs import choices_of, configs_folder, groups_of


@pytest.fixture
def said(capsys):
    """``said(*arguments)`` -> the lines that a command prints."""

    def run(*arguments):
        assert main(arguments) == 0
        return capsys.readouterr().out.splitlines()

    return run


def line_for(lines, setting):
    (found,) = (line for line in lines if line.strip().startswith(f"{setting}:"))
    return found


def test_each_value_has_its_place(said):
    lines = said("train", "experiment=quickstart", "--print", "images=50")
    assert line_for(lines, "images").split("#")[1] == " command line"
    assert line_for(lines, "warmup").endswith("# default of the schema")
    number = int(line_for(lines, "num_images").rpartition("configs/data/drawn.yaml:")[2])
    text = (configs_folder() / "data" / "drawn.yaml").read_text().splitlines()
    assert text[number - 1].startswith("num_images:")
    assert "configs/degradation/gpen_64.yaml:" in line_for(lines, "quality")
    assert "configs/losses/scratch.yaml:" in next(line for line in lines if "weight: 50.0" in line)
    assert "configs/experiment/quickstart.yaml:" in line_for(lines, "- model")


def test_a_choice_that_nobody_made_has_its_reason(said):
    assert "auto, as there is no init_from" in line_for(said("train", "--print"), "- losses")
    lines = said("train", "--print", "init_from=a.pth")
    assert " ".join(line_for(lines, "- losses").split()) == "- losses: gpen # auto, as there is an init_from"


def test_what_is_printed_is_a_file_that_says_the_same(said, tmp_path):
    lines = said("train", "experiment=colorization_quickstart", "images=50", "--print")
    (tmp_path / "mine.yaml").write_text("\n".join(lines))
    again = said("train", "--config", str(tmp_path / "mine.yaml"), "--print")
    assert yaml.safe_load("\n".join(again)) == yaml.safe_load("\n".join(lines))
    assert "mine.yaml, line" in line_for(again, "images")


def test_a_missing_value_is_shown_as_one(said):
    assert "has to be given" in line_for(said("evaluate", "--print"), "root")


def test_a_setting_is_explained(said):
    text = "\n".join(said("train", "--explain", "compute.precision", "compute.precision=32"))
    assert "bf16-mixed on GPUs that have it" in text
    assert "choices   auto, 32, bf16-mixed, 16-mixed" in text
    assert "here      '32' (command line)" in text
    text = "\n".join(said("train", "--explain", "losses.r1.every"))
    assert "a whole number" in text
    assert "1 to 1000000: a number of steps from 1" in text


def test_a_group_is_explained(said):
    text = "\n".join(said("train", "--explain", "losses.content"))
    assert "Content: how far restored is from clean" in text
    assert "losses.content.kind     smooth_l1, l1 or charbonnier [smooth_l1]" in text
    text = "\n".join(said("train", "--explain", "model"))
    assert "here      v2_512 (configs/train.yaml" in text
    assert "gpen_v1 at 512 px" in text
    text = "\n".join(said("train", "--explain", "data.num_images"))
    assert "goes with data=drawn" in text
    assert "here" not in text
    assert "default   project" in "\n".join(said("train", "--explain", "model.network.injection"))


@pytest.mark.parametrize("name", ["train", "evaluate"])
def test_every_group_is_listed(name, said):
    groups = [line.split()[0] for line in said(name, "--list")]
    assert groups == list(groups_of(name))
    for group in groups:
        lines = said(name, "--list", f"{group}s")
        assert [line.split()[0] for line in lines] == choices_of(group)
        assert all(len(line.split()) > 2 for line in lines), lines


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["--list", "experimnts"], "gpen: there is no group experimnts; did you mean experiments?"),
        (["--explain", "compute.precison"], "there is no setting compute.precison; did you mean compute.pre"),
        (["--print", "images=-3"], "gpen: images is -3; give a number of images from 1"),
        (["--print", "imges=3"], "there is no setting imges; did you mean images"),
    ],
)
def test_mistakes_end_in_one_line(arguments, line, one_line):
    assert main(["train", *arguments]) == 1
    assert line in one_line()


def test_the_schema_is_printed_and_has_a_version(said):
    found = json.loads("\n".join(said("evaluate", "--schema")))
    assert found["$id"] == "gpen_train/evaluate/1"
    assert found["properties"]["dtype"]["enum"] == ["float32", "bfloat16", "float16"]


HEAVY = {"torch", "pytorch_lightning", "cv2", "albumentations", "numpy", "PIL"}


def loaded_by(*arguments):
    """The exit code of a command in a process of its own, and the modules that are there at its end."""
    program = f"""
import sys
from gpen_train.cli.main import main
code = main({arguments!r})
print("loaded", *sys.modules, file=sys.stderr)
sys.exit(code)
"""
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    return found.returncode, set(found.stderr.split())


@pytest.mark.parametrize(
    "arguments",
    [["--print"], ["--explain", "losses.content"], ["--list", "experiments"], ["--schema"]],
    ids=" ".join,
)
def test_nothing_heavy_is_imported(arguments):
    code, loaded = loaded_by("train", *arguments)
    assert code == 0
    assert not loaded & HEAVY


@pytest.mark.parametrize("command", ["train", "evaluate"])
def test_nor_to_tell_a_mistake(command):
    code, loaded = loaded_by(command, "data=drawn", "sed=1")
    assert code == 1
    assert "sed;" in loaded  # gpen: there is no setting sed; did you mean seed?
    assert not loaded & HEAVY
