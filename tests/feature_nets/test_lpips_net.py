"""LPIPS with a backbone from a file, and what is said when the file is missing or another."""

import pytest
import torch
import torchvision

from gpen_train.feature_nets.lpips_net import BACKBONE_FILES, load_lpips


@pytest.fixture
def backbone(tmp_path):
    """torchvision's AlexNet with random weights, under the name of its release."""
    torch.manual_seed(0)
    network = torchvision.models.alexnet(weights=None)
    torch.save(network.state_dict(), tmp_path / BACKBONE_FILES["alex"])
    return tmp_path / BACKBONE_FILES["alex"], network


@torch.no_grad()
def test_the_backbone_is_the_files(backbone):
    path, network = backbone
    judge = load_lpips("alex", path)
    x = torch.rand(1, 3, 64, 64)
    torch.testing.assert_close(judge.net(x)[4], network.features[:12](x))
    assert judge(x, x).abs().max() == 0
    assert judge(x, -x).item() > 0
    assert not any(parameter.requires_grad for parameter in judge.parameters())


def test_a_missing_backbone_names_file_and_option(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "hub"))
    with pytest.raises(
        FileNotFoundError, match=r"vgg16-397923af\.pth, not found at weights/.*losses\.lpips\.weights=FILE"
    ):
        load_lpips("vgg")


def test_another_file_is_refused(tmp_path):
    torch.save({"fc.weight": torch.zeros(1)}, tmp_path / "other.pth")
    with pytest.raises(ValueError, match=r"other\.pth holds no 'features\.0\.weight'"):
        load_lpips("alex", tmp_path / "other.pth")


def test_an_unknown_net_is_refused():
    with pytest.raises(ValueError, match=r"net is 'squeeze'; choose one of: vgg, alex"):
        load_lpips("squeeze")
