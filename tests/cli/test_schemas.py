"""The JSON schemas of configs/: as the dataclasses and the YAML say, and what composes by them."""

import json

import pytest
from hydra.core.config_store import ConfigStore
from omegaconf import OmegaConf
from schemas import written

from gpen_train.bounds import bounds_of, choices_in
from gpen_train.cli.settings import schema
from gpen_train.cli.settings.catalogue import find, is_known, schema_file, settings
from gpen_train.cli.settings.composing import compose_as
from gpen_train.cli.settings.typed import typed

RUNS = [["experiment=quickstart"], ["data=drawn", "task=inpainting", "losses=gfpgan"], ["data.root=a"]]


@pytest.mark.parametrize("name", schema.OF)
def test_they_are_up_to_date(name):
    """After a change of a setting or of its comment: python scripts/schemas.py."""
    assert json.loads(schema_file(name).read_text("utf-8")) == json.loads(written(name))


@pytest.mark.parametrize("name", schema.OF)
def test_types_and_bounds_are_those_of_the_dataclasses(name):
    made, own = typed(name), schema.OF[name]
    assert bounds_of(made) == bounds_of(own)
    assert choices_in(made) == choices_in(own)
    assert OmegaConf.structured(made) == OmegaConf.structured(own)


@pytest.mark.parametrize("overrides", RUNS)
def test_it_composes_as_the_dataclasses_do(overrides):
    ours = compose_as(schema.OF["train"], "train", overrides).config
    assert compose_as(typed("train"), "train", overrides).config == ours


def test_hydra_is_given_the_schema_that_is_handed_in_and_once(monkeypatch):
    """The same again is there already; another takes its place."""
    store, stored = ConfigStore.instance(), []
    keep = store.store
    monkeypatch.setattr(store, "store", lambda **given: (stored.append(given["node"]), keep(**given)))
    own, made = schema.OF["train"], typed("train")
    compose_as(own, "train", RUNS[0])
    stored.clear()
    for handed in (own, made, made, own, own):
        compose_as(handed, "train", RUNS[0])
    assert stored == [made, own]


@pytest.mark.parametrize("name", schema.OF)
def test_every_setting_of_a_dataclass_is_described(name):
    empty = [setting for setting, node in settings(name) if "x-type" in node and not node["description"]]
    assert empty == []


def test_what_builds_a_model_tells_its_arguments():
    node = find("train", "model.network.injection")
    assert node["default"] == "project"
    assert node["description"]


@pytest.mark.parametrize(
    ("setting", "choices", "known"),
    [
        ("seed", {}, True),
        ("sed", {}, False),
        ("losses.content.weight", {}, True),
        ("losses.content.wight", {}, False),
        ("data.num_images", {"data": "drawn"}, True),
        ("data.num_images", {"data": "folder"}, False),
        ("degradation.stages.again", {"degradation": "gpen"}, True),
        ("model.network.mapper_layers", {"model": "v2_512"}, True),
        ("model.network.foo", {"model": "v2_512"}, False),
        ("trainer.benchmark", {"trainer": "cpu"}, True),
    ],
)
def test_what_is_a_setting(setting, choices, known):
    assert is_known("train", setting, choices) is known
