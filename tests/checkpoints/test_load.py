"""Layouts are told by content, and gpen_train.load reads those that hold a GPEN."""

import pytest
import torch

import gpen_train
from gpen_train.checkpoints.layout import layout_of
from gpen_train.checkpoints.safe_load import safe_load


def test_reads_a_bundle(model, tmp_path):
    gpen_train.save(model, tmp_path / "bundle.pth", {"images_seen": 7})
    loaded = gpen_train.load(tmp_path / "bundle.pth")
    assert (loaded.training, loaded.args.images_seen) == (False, 7)


def test_reads_the_official_networks(fixtures, tmp_path):
    path = fixtures / "official_bfr_64.pth"
    released = gpen_train.load(path)
    assert released.settings["channel_max"] == 32
    torch.save({"g": {}, "d": {}, "g_ema": safe_load(path)}, tmp_path / "500000.pth")
    averaged = gpen_train.load(tmp_path / "500000.pth")
    for name, tensor in released.state_dict().items():
        assert torch.equal(averaged.state_dict()[name], tensor)


def test_an_official_network_becomes_a_bundle(fixtures, tmp_path):
    model = gpen_train.load(fixtures / "official_bfr_64.pth")
    gpen_train.save(model, tmp_path / "bundle.pth")
    again = gpen_train.load(tmp_path / "bundle.pth")
    assert again.args.version == "GPEN-BFR-v1.0-64"
    images = torch.randn(1, 3, 64, 64)
    with torch.no_grad():
        assert torch.equal(again(images), model(images))


@pytest.mark.parametrize(
    ("content", "layout"),
    [
        ({"state_dict": {}, "pytorch-lightning_version": "2.6"}, "lightning checkpoint"),
        ({"g_ema": {"input.input": 0}, "latent_avg": 0}, "rosinality StyleGAN2"),
        ({"g_ema": {"generator.input.input": 0}}, "yangxy training checkpoint"),
    ],
)
def test_layouts(content, layout):
    assert layout_of(content, "file") == layout


@pytest.mark.parametrize(
    "content", [{"state_dict": {}, "pytorch-lightning_version": "2.6"}, {"a": 1}, [1, 2]]
)
def test_refuses_other_content_in_one_line(tmp_path, content):
    torch.save(content, tmp_path / "other.pth")
    with pytest.raises(ValueError, match=r"other\.pth .* expected") as refusal:
        gpen_train.load(tmp_path / "other.pth")
    assert "\n" not in str(refusal.value)


def test_refuses_a_discriminator(fixtures):
    with pytest.raises(ValueError, match="is a yangxy discriminator, which is no whole model"):
        gpen_train.load(fixtures / "official_discriminator_64.pth")
