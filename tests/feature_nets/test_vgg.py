"""VGG-19 against torchvision's."""

import pytest
import torch
from torchvision.models.vgg import cfgs, make_layers

from gpen_train.feature_nets.vgg import VGG19, VGG19_FILE, layer_names, load_vgg19


def test_names_and_shapes_are_torchvisions():
    with torch.device("meta"):
        ours, theirs = VGG19(["pool5"]), make_layers(cfgs["E"])
    wanted = {f"features.{name}": t.shape for name, t in theirs.state_dict().items()}
    assert {name: t.shape for name, t in ours.state_dict().items()} == wanted
    kinds = [type(layer).__name__.lower()[:4].replace("maxp", "pool") for layer in theirs]
    assert [name[:4] for name in layer_names()] == kinds
    places = [layer_names().index(f"conv{last}") for last in ("1_2", "2_2", "3_4", "4_4", "5_4")]
    assert places == [2, 7, 16, 25, 34]


@pytest.fixture
def released(tmp_path):
    """The first two stages of a VGG-19 in a file under torchvision's name, with a part of the rest."""
    torch.manual_seed(0)
    network = make_layers([64, 64, "M", 128, 128, "M"])
    state = {f"features.{name}": tensor for name, tensor in network.state_dict().items()}
    state["classifier.6.bias"] = torch.zeros(1000)
    torch.save(state, tmp_path / VGG19_FILE)
    return tmp_path / VGG19_FILE, network.eval()


@torch.no_grad()
def test_features_are_torchvisions_of_normalised_images(released):
    path, reference = released
    network = load_vgg19(["conv1_2", "relu2_2", "pool1"], path)
    images = torch.rand(2, 3, 20, 24)
    mean, std = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])
    normalised = (images - mean.view(3, 1, 1)) / std.view(3, 1, 1)
    maps = network(images * 2 - 1)
    assert set(maps) == {"conv1_2", "relu2_2", "pool1"}
    for layer, last in (("conv1_2", 2), ("pool1", 4), ("relu2_2", 8)):
        torch.testing.assert_close(maps[layer], reference[: last + 1](normalised), rtol=1e-4, atol=1e-5)


def test_it_is_frozen_and_no_longer_than_needed(released):
    network = load_vgg19(["conv1_2"], released[0])
    assert len(network.features) == 3
    assert not network.training
    assert not any(parameter.requires_grad for parameter in network.parameters())
    images = torch.zeros(1, 3, 8, 8, requires_grad=True)
    network(images)["conv1_2"].sum().backward()
    assert images.grad.abs().sum() > 0


def test_missing_and_wrong_files_are_named(released, tmp_path, monkeypatch):
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "hub"))
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    with pytest.raises(
        FileNotFoundError,
        match=r"vgg19-dcbb9e9d\.pth, not found at .*losses\.perceptual\.weights=FILE",
    ):
        load_vgg19(["conv1_2"])
    with pytest.raises(ValueError, match=r"lacks, or has in another shape, features\.10\.weight"):
        load_vgg19(["conv3_1"], released[0])


def test_unknown_layers_are_refused():
    with pytest.raises(ValueError, match="VGG-19 has no layer conv3_9; give some like conv3_4"):
        VGG19(["conv1_2", "conv3_9"])
    with pytest.raises(ValueError, match="VGG-19 has no layer to take"):
        VGG19([])
