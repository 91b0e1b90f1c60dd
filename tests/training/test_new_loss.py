"""A loss takes one file and one line in LossSettings: here are both, and they train."""

from dataclasses import dataclass, field

import pytest
import torch
from torch import nn

from gpen_train.losses.block import LossBlock
from gpen_train.losses.built import Judges, build_judges
from gpen_train.losses.settings import LossSettings
from gpen_train.training.callbacks.checkpointing import Checkpoints
from gpen_train.training.part import Part

# What would be the file


def brightness(restored, clean):
    """The difference of the mean brightness."""
    return (restored.mean(dim=(1, 2, 3)) - clean.mean(dim=(1, 2, 3))).abs().mean()


@dataclass
class Brightness(LossBlock):
    """It needs nothing, and has a setting of its own."""

    name = "brightness"

    power: float = 1.0

    def check(self):
        if self.power <= 0:
            raise ValueError(f"losses.brightness.power is {self.power}; give more than 0")

    def generator_terms(self, outcome, network):
        return {"brightness": self.weight * brightness(outcome.made, outcome.clean) ** self.power}


@dataclass
class Critic(LossBlock):
    """It rests on the discriminator's features, and on a network of its own that learns with it."""

    name = "critic"
    needs_features = True

    def build(self):
        return nn.Conv2d(3, 1, 1)

    def discriminator_terms(self, outcome, network):
        return {"d_critic": (network(outcome.made) - network(outcome.clean)).mean()}

    def generator_terms(self, outcome, network):
        return {"critic": self.weight * (network(outcome.made).mean() + outcome.made_features[0].mean())}


@dataclass
class Taste(LossBlock):
    """It rests on a pretrained network."""

    name = "taste"
    needs_judge = True

    def build(self):
        torch.manual_seed(1)
        return nn.Conv2d(3, 1, 1)

    def generator_terms(self, outcome, network):
        return {"taste": self.weight * (network(outcome.made) - network(outcome.clean)).abs().mean()}


# And the lines


@dataclass
class Settings(LossSettings):
    brightness: Brightness = field(default_factory=Brightness)
    critic: Critic = field(default_factory=Critic)
    taste: Taste = field(default_factory=Taste)


@pytest.fixture
def on():
    return {"brightness": Brightness(3.0, power=2.0), "critic": Critic(0.5, start=8), "taste": Taste(0.1)}


@pytest.fixture
def make(make_module, on):
    """A module with the three of them, and what is there."""
    return lambda: make_module(settings=Settings, judges=build_judges(Settings(**on)), **on)


def test_its_term_is_its_weighted_formula(make):
    step = make().step
    restored, clean = torch.randn(4, 3, 32, 32), torch.randn(4, 3, 32, 32)
    terms = step.generator_loss(Part(clean, clean), restored)
    torch.testing.assert_close(terms["brightness"], 3 * brightness(restored, clean) ** 2)
    assert "critic" not in terms  # it has not started
    assert set(terms) == {"adversarial", "feature_matching", "content", "brightness", "taste"}


def test_it_trains_is_logged_and_goes_on_where_it_was(make, make_data, make_trainer, tmp_path):
    whole = make()
    make_trainer().fit(whole, make_data(images=24))
    assert {"brightness", "critic", "d_critic", "taste", "content"} <= set(whole.step.means.peek())
    first, second = make(), make()
    make_trainer(Checkpoints(tmp_path, every=12)).fit(first, make_data(images=12))
    saved = torch.load(tmp_path / "last.ckpt", weights_only=True)["state_dict"]
    assert "critic.weight" in saved
    assert not any("taste" in name for name in saved)
    make_trainer().fit(second, make_data(images=24), ckpt_path=tmp_path / "last.ckpt", weights_only=True)
    wanted, found = whole.state_dict(), second.state_dict()
    assert all(torch.equal(tensor, found[name]) for name, tensor in wanted.items())
    assert not torch.equal(wanted["critic.weight"], make().state_dict()["critic.weight"])


def test_without_its_judge_it_is_left_out(make_module, on):
    step = make_module(settings=Settings, judges=Judges({}), **on).step
    assert {"brightness", "critic"} <= {loss.block.name for loss in step.losses}
    assert "taste" not in {loss.block.name for loss in step.losses}


@pytest.mark.parametrize("setting", ["weight", "power"])
def test_its_settings_are_checked_under_their_names(setting, on):
    Settings(**on).check()
    with pytest.raises(ValueError, match=rf"^losses\.brightness\.{setting} is -1; give"):
        Settings(brightness=Brightness(**{setting: -1})).check()
