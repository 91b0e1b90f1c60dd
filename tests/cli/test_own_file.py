"""A YAML file of the user's: what it chooses, what is above it, and how its mistakes are told."""

import pytest

from gpen_train.cli.main import main, parse
from gpen_train.cli.parsers.own import given
from gpen_train.cli.settings.composing import compose_as
from gpen_train.cli.settings.typed import typed

FILE = """# mine
schema_version: 1
defaults:
  - experiment: quickstart
  - override /model: tiny_v2
images: 2e3
data: {num_images: 6}
model: {network: {mapper_layers: 3}}
losses:
  content: {weight: 7}
degradation:
  stages: {noise: null}
"""


def composed(*arguments, needs_all=True):
    return compose_as(typed("train"), "train", arguments, needs_all=needs_all)


@pytest.fixture
def mine(tmp_path):
    """``mine(text)`` -> what gives the file to a command."""

    def write(text, name="mine.yaml"):
        (tmp_path / name).write_text(text)
        return f"--config={tmp_path / name}"

    return write


def test_it_stands_between_the_experiment_and_the_command_line(mine):
    config, choices, _ = composed(mine(FILE), "seed=3", "losses.content.kind=l1")
    assert (choices["experiment"], choices["model"], choices["data"]) == ("quickstart", "tiny_v2", "drawn")
    assert (config.images, config.data.num_images, config.seed) == (2000, 6, 3)
    assert (config.losses.content.weight, config.losses.content.kind) == (7, "l1")
    assert config.data.batch_size == 4
    assert config.model.network.mapper_layers == 3
    assert config.degradation.stages.noise is None
    config, choices, _ = composed(mine(FILE), "images=50", "model=quickstart")
    assert (config.images, choices["model"]) == (50, "quickstart")


def test_it_may_start_from_another(mine):
    mine(FILE, "base.yaml")
    config = composed(mine("defaults: [base.yaml, {losses: gpen}]\nlosses: {content: {start: 9}}\n")).config
    assert (config.images, config.losses.content.weight, config.losses.content.start) == (2000, 7, 9)


def test_a_later_composition_does_not_know_it(mine):
    composed(mine(FILE))
    assert composed("data=drawn").config.images == 5_000_000


def test_settings_may_stand_on_both_sides_of_the_option():
    options = parse(["train", "seed=1", "--config", "a.yaml", "images=5"])
    assert given(options) == ["--config=a.yaml", "seed=1", "images=5"]


BAD = {
    "imags: 3": "line 2: there is no setting imags; did you mean images",
    "images: -3": "line 2: images is -3; give a number of images from 1",
    "images: abc": "line 2: images is 'abc'; give a whole number of images",
    "compute:\n  tf32: true\n  precision: 17": "line 4: compute.precision is '17'; choose one of: auto, 32",
    "data: {root: x}": "line 2: there is no setting data.root here; it goes with data=folder",
    "losses:\n  content: {wight: 3}": "line 3: there is no setting losses.content.wight; did you mean",
    "losses: 5": "line 2: losses is 5",
    "data: {num_images: abc}": "line 2: data.num_images is 'abc'; give a whole number",
    "model: {network: {foo: 1}}": "line 2: there is no setting model.network.foo",
    "task: {masks: {width: [1, 2]}}": "line 2: there is no setting task.masks here; it goes with task=inp",
    "name: ''": "line 2: name is empty",
    "schema_version: 2": "line 2: schema_version is 2, and this gpen_train has 1",
    "defaults: [{modl: v2_512}]": "line 2: there is no group modl; did you mean model?",
    "defaults:\n  - task: bfr\n  - model: v2_51": "line 4: model=v2_51 does not exist; did you mean v2_512",
    "defaults: [nothing]": "line 2: nothing is no experiment and no .yaml file",
    "defaults: [[1]]": "line 2: defaults holds names",
    "defaults: [missing.yaml]": "missing.yaml (No such file or directory); give a YAML file",
    "defaults: [mine.yaml]": "starts from itself",
    "a: [": "is no file of settings: while parsing",
    "name: ${seed}": "is no file of settings: a value refers to another",
}


@pytest.mark.parametrize("text", BAD, ids=list(range(len(BAD))))
def test_mistakes_are_told_with_file_and_line(text, mine, one_line):
    assert main(["train", "data=drawn", mine(f"# mine\n{text}\n"), "--print"]) == 1
    line = one_line()
    assert "mine.yaml" in line or "missing.yaml" in line
    assert BAD[text] in line


def test_a_mistake_of_the_command_line_is_not_the_files(mine, one_line):
    assert main(["train", mine(FILE), "images=-3", "--print"]) == 1
    assert one_line() == "gpen: images is -3; give a number of images from 1, such as 64000"


@pytest.mark.parametrize("name", ["none.yaml", "."])
def test_what_is_no_file_is_named(name, here, one_line):
    assert main(["train", "--config", name]) == 1
    assert f"cannot read {name} (" in one_line()
