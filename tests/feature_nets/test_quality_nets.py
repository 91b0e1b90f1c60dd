"""DISTS and ARNIQA: torchmetrics' numbers with weights from files, and nothing is fetched."""

import re
import zipfile

import pytest
import torch
import torchvision
from torchmetrics.functional.image.arniqa import _ARNIQA
from torchmetrics.functional.image.dists import DISTSNetwork

from gpen_train.feature_nets.arniqa import load_arniqa, read_regressor
from gpen_train.feature_nets.dists import load_dists


@pytest.fixture(autouse=True)
def _no_network(monkeypatch):
    monkeypatch.setattr("torch.hub.load_state_dict_from_url", lambda *_, **__: pytest.fail("it is fetched"))


def images(seed):
    return torch.rand(2, 3, 64, 64, generator=torch.Generator().manual_seed(seed))


def write_vgg(path):
    torch.manual_seed(0)
    backbone = torchvision.models.vgg16(weights=None, init_weights=True)
    state = {name: tensor for name, tensor in backbone.state_dict().items() if name.startswith("features")}
    torch.save(state, path)
    return state


@torch.inference_mode()
def test_dists_is_torchmetrics(tmp_path, monkeypatch):
    state = write_vgg(tmp_path / "vgg.pth")
    whole = torchvision.models.vgg16(weights=None)
    whole.load_state_dict(state, strict=False)
    monkeypatch.setattr("torchmetrics.functional.image.dists.vgg16", lambda weights: whole)
    theirs = DISTSNetwork()
    ours = load_dists(tmp_path / "vgg.pth")
    assert torch.equal(ours(images(0), images(1)), theirs(images(0), images(1)))
    assert ours(images(0), images(0)).abs().max() < 1e-5
    assert torch.equal(ours.alpha, theirs.alpha)
    torch.save({"features.0.weight": torch.zeros(2)}, tmp_path / "other.pth")
    with pytest.raises(ValueError, match=r"other\.pth holds no VGG-16; expected torchvision's vgg16"):
        load_dists(tmp_path / "other.pth")


class Regressor(torch.nn.Module):
    """Of ARNIQA's published file, a TorchScript archive."""

    def __init__(self, size):
        super().__init__()
        self.weights = torch.nn.Parameter(torch.randn(1, size))
        self.biases = torch.nn.Parameter(torch.tensor(0.7))

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        return features @ self.weights.T + self.biases


@torch.inference_mode()
def test_arniqa_is_torchmetrics(tmp_path, monkeypatch):
    torch.manual_seed(0)
    encoder = torch.nn.Sequential(*list(torchvision.models.resnet50().children())[:-1])
    state = {f"model.{name}": tensor for name, tensor in encoder.state_dict().items()}
    torch.save({**state, "projector.0.weight": torch.zeros(2)}, tmp_path / "encoder.pth")
    regressor = torch.jit.script(Regressor(4096))
    regressor.save(tmp_path / "regressor.pth")
    answers = {"ARNIQA.pth": torch.load(tmp_path / "encoder.pth"), "regressor_koniq10k.pth": regressor}
    monkeypatch.setattr("torch.hub.load_state_dict_from_url", lambda url, **_: answers[url.split("/")[-1]])
    theirs = _ARNIQA()
    ours = load_arniqa(tmp_path / "encoder.pth", tmp_path / "regressor.pth")
    expected = theirs.eval()(images(0), normalize=True)
    assert torch.equal(ours(images(0), normalize=True), expected)
    assert expected[0] != expected[1]


def test_a_regressor_that_is_none(tmp_path):
    torch.jit.script(Regressor(16)).save(tmp_path / "small.pth")
    weight, bias = read_regressor(tmp_path / "small.pth", 16)
    assert (weight.shape, bias.shape) == ((16,), (1,))
    with pytest.raises(ValueError, match=r"small\.pth holds no regressor of 4096 features"):
        read_regressor(tmp_path / "small.pth", 4096)
    (tmp_path / "text.pth").write_text("x")
    with pytest.raises(ValueError, match=r"text\.pth holds no regressor"):
        read_regressor(tmp_path / "text.pth", 16)
    with zipfile.ZipFile(tmp_path / "empty.zip", "w"):
        pass
    with pytest.raises(ValueError, match=r"empty\.zip holds no regressor"):
        read_regressor(tmp_path / "empty.zip", 16)
    with pytest.raises(FileNotFoundError, match=re.escape("ARNIQA needs ARNIQA.pth")):
        load_arniqa(tmp_path / "gone.pth")
