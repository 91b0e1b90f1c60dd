"""The losses of a training: which are built, what is frozen, and what a missing file stops."""

from types import SimpleNamespace

import pytest
import torch
from torch import nn

from gpen_train.losses.adversarial import Adversarial
from gpen_train.losses.built import Judges, build_judges, build_losses, learning, penalty_interval
from gpen_train.losses.components import Components
from gpen_train.losses.judged import identity, perceptual
from gpen_train.losses.judged.identity import Identity
from gpen_train.losses.judged.lpips import Lpips
from gpen_train.losses.judged.perceptual import Perceptual
from gpen_train.losses.path_length import PathLength
from gpen_train.losses.r1 import R1
from gpen_train.losses.r2 import R2
from gpen_train.losses.settings import LossSettings


def names(settings, judges=None, with_pairs=True):
    return [loss.block.name for loss in build_losses(settings, judges or Judges({}), with_pairs)]


def all_on():
    """Every loss with a weight."""
    return LossSettings(**{name: type(block)(weight=1.0) for name, block in LossSettings().blocks().items()})


def test_losses_with_a_weight_are_built_in_their_order():
    blocks = all_on().blocks()
    judges = Judges({name: nn.Identity() for name, block in blocks.items() if block.needs_judge})
    assert names(all_on(), judges) == list(blocks)
    assert names(all_on()) == [name for name in blocks if name not in judges]
    assert names(LossSettings()) == ["adversarial", "feature_matching", "content", "r1"]


def test_a_prior_has_no_pairs_to_compare():
    blocks = all_on().blocks()
    assert names(all_on(), with_pairs=False) == [name for name in blocks if not blocks[name].needs_pairs]


def test_a_discriminator_that_nothing_trains_is_not_penalized():
    settings = LossSettings(adversarial=Adversarial(weight=0.0), r2=R2(weight=10.0))
    assert not {"r1", "r2"} & set(names(settings))


def test_networks_of_their_own_are_kept_apart_from_judges():
    own = {"components": Components(weight=1.0, width=4), "path_length": PathLength(weight=1.0)}
    settings = LossSettings(**own, lpips=Lpips(weight=1.0))
    losses = build_losses(settings, Judges({"lpips": nn.Identity()}), with_pairs=True)
    assert list(learning(losses)) == ["components", "path_length"]


def test_the_interval_of_a_networks_penalty():
    settings = LossSettings(r1=R1(every=8), path_length=PathLength(weight=1.0, every=3))
    losses = build_losses(settings, Judges({}), with_pairs=True)
    assert [penalty_interval(losses, network) for network in ("discriminator", "model")] == [8, 3]
    assert penalty_interval(build_losses(LossSettings(), Judges({}), with_pairs=True), "model") is None


def test_judges_stay_frozen_within_a_model_in_training():
    judges = Judges({"lpips": nn.Sequential(nn.Linear(2, 2), nn.Dropout())})
    model = nn.ModuleDict({"judges": judges, "model": nn.Dropout()}).train()
    assert model["model"].training
    assert not any(module.training for module in judges.modules())
    assert not any(parameter.requires_grad for parameter in judges.parameters())


def test_terms_are_weighted_and_those_without_a_weight_are_left_out():
    """A network that gives several terms; what its formula gives stands in test_perceptual.py."""

    def maps(images):
        return {"conv3_4": images[:, :2]}

    images = SimpleNamespace(made=torch.ones(1, 3, 4, 4), clean=torch.zeros(1, 3, 4, 4))
    layers = {"conv3_4": 1.0, "conv1_1": 0.0}
    terms = Perceptual(weight=0.5, style=8.0, layers=layers).generator_terms(images, maps)
    assert {name: term.item() for name, term in terms.items()} == {"perceptual": 0.5, "style": 8.0 * 0.5}
    assert list(Perceptual(style=1.0, layers=layers).generator_terms(images, maps)) == ["style"]


def test_without_weights_nothing_is_needed(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert len(build_judges(LossSettings())) == 0


JUDGED = {name: block for name, block in all_on().blocks().items() if block.needs_judge}


@pytest.mark.parametrize("block", [*JUDGED.values(), Perceptual(style=1.0)])
def test_a_missing_file_stops_before_anything_starts(block, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "hub"))
    with pytest.raises(FileNotFoundError, match=r"\.pth, not found at") as caught:
        build_judges(LossSettings(**{block.name: block}))
    assert f"set losses.{block.name}.weights=FILE" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_settings_reach_the_networks(monkeypatch):
    asked = {}

    def load_vgg19(layers, weights):
        asked["vgg"] = (layers, weights)
        return nn.Identity()

    def load_arcface(weights):
        asked["arcface"] = weights
        return nn.Identity()

    monkeypatch.setattr(perceptual, "load_vgg19", load_vgg19)
    monkeypatch.setattr(identity, "load_arcface", load_arcface)
    settings = LossSettings(
        perceptual=Perceptual(weight=1, layers={"conv1_1": 0.0, "relu2_1": 2.0}, weights="a.pth"),
        identity=Identity(weight=1, weights="b.pth"),
    )
    assert list(build_judges(settings)) == ["perceptual", "identity"]
    assert asked == {"vgg": (["relu2_1"], "a.pth"), "arcface": "b.pth"}
