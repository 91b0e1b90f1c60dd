"""The pretrained losses together: what is built, run and frozen, and what a missing file stops."""

import pytest
import torch
from torch import nn

from gpen_train.losses import judges
from gpen_train.losses.judges import Judges, build_judges
from gpen_train.losses.settings import IdentitySettings, LossSettings, LpipsSettings, PerceptualSettings


class Distance(nn.Module):
    """Terms that are multiples of the mean distance, and a count of the calls."""

    def __init__(self, **factors):
        super().__init__()
        self.factors, self.calls = factors, 0
        self.dropout = nn.Dropout(0.5)
        self.weight = nn.Parameter(torch.ones(()))

    def forward(self, restored, clean):
        self.calls += 1
        distance = self.dropout(self.weight * (restored - clean).abs()).mean()
        return {name: factor * distance for name, factor in self.factors.items()}


@pytest.fixture
def built():
    return Judges({"lpips": Distance(lpips=1.0), "perceptual": Distance(perceptual=2.0, style=3.0)})


def test_terms_are_weighted_and_named(built):
    restored, clean = torch.ones(1, 3, 4, 4), torch.zeros(1, 3, 4, 4)
    terms = built(restored, clean, {"lpips": 0.5, "perceptual": 1.0, "style": 10.0, "content": 7.0})
    assert {name: term.item() for name, term in terms.items()} == {
        "lpips": 0.5,
        "perceptual": 2.0,
        "style": 30.0,
    }


def test_what_has_no_weight_yet_is_not_run(built):
    images = torch.ones(1, 3, 4, 4)
    assert set(built(images, images, {"lpips": 0.0, "style": 1.0, "perceptual": 0.0})) == {"style"}
    assert (built["lpips"].calls, built["perceptual"].calls) == (0, 1)


def test_they_stay_frozen_within_a_model_in_training(built):
    model = nn.ModuleDict({"judges": built, "model": nn.Dropout()}).train()
    assert model["model"].training
    assert not any(module.training for module in built.modules())
    assert not any(parameter.requires_grad for parameter in built.parameters())


def test_without_weights_nothing_is_needed(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert len(build_judges(LossSettings())) == 0


@pytest.mark.parametrize(
    ("settings", "file", "option"),
    [
        (LossSettings(lpips=LpipsSettings(weight=1)), "vgg16-397923af.pth", "losses.lpips.weights"),
        (
            LossSettings(perceptual=PerceptualSettings(weight=1)),
            "vgg19-dcbb9e9d.pth",
            "losses.perceptual.weights",
        ),
        (
            LossSettings(perceptual=PerceptualSettings(style=1)),
            "vgg19-dcbb9e9d.pth",
            "losses.perceptual.weights",
        ),
        (LossSettings(identity=IdentitySettings(weight=1)), "model_ir_se50.pth", "losses.identity.weights"),
    ],
)
def test_a_missing_file_stops_before_anything_starts(settings, file, option, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "hub"))
    with pytest.raises(FileNotFoundError) as caught:
        build_judges(settings)
    assert file in str(caught.value)
    assert f"set {option}=FILE" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_settings_reach_the_networks(monkeypatch):
    asked = {}

    def load_vgg19(layers, weights):
        asked["vgg"] = (layers, weights)
        return nn.Identity()

    def load_arcface(weights):
        asked["arcface"] = weights
        return nn.Identity()

    monkeypatch.setattr(judges, "load_vgg19", load_vgg19)
    monkeypatch.setattr(judges, "load_arcface", load_arcface)
    settings = LossSettings(
        perceptual=PerceptualSettings(weight=1, layers={"conv1_1": 0.0, "relu2_1": 2.0}, weights="a.pth"),
        identity=IdentitySettings(weight=1, weights="b.pth"),
    )
    found = build_judges(settings)
    assert asked == {"vgg": (["relu2_1"], "a.pth"), "arcface": "b.pth"}
    assert found["perceptual"].layers == {"relu2_1": 2.0}
