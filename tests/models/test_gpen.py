"""GPEN as a whole: every preset builds, resolutions meet, the prior draws, errors say what to do."""

from pathlib import Path

import numpy as np
import pytest
import torch
from omegaconf import OmegaConf

from gpen_train.cli.settings.compose import build
from gpen_train.cli.settings.configs import configs_folder
from gpen_train.models.gpen import build_gpen
from gpen_train.models.prior import Prior

PRESETS = sorted(path.stem for path in (configs_folder() / "model").glob("*.yaml"))
TINY = {
    "encoder_width": 4,
    "encoder_depths": (1, 1, 1, 1),
    "style_dim": 16,
    "channel_base": 256,
    "channel_max": 16,
}
TINY_V1 = {
    "encoder": "plain",
    "mapper": "stylegan2",
    "injection": "concat",
    "style_dim": 16,
    "channel_base": 256,
    "channel_max": 16,
}


def preset(name):
    config = OmegaConf.load(Path(configs_folder()) / "model" / f"{name}.yaml")
    return OmegaConf.create({"model": config}).model


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_builds_and_maps_shapes(name):
    config = preset(name)
    with torch.device("meta"):
        model, discriminator = build(config.network), build(config.discriminator)
        is_prior = isinstance(model, Prior)
        given = (
            torch.empty(4, model.generator.style_dim)
            if is_prior
            else torch.empty(4, 3, *[model.input_resolution] * 2)
        )
        restored = model(given)
        assert restored.shape == (4, 3, model.output_resolution, model.output_resolution)
        assert discriminator(restored).shape == (4, 1)


def test_the_2048_preset_is_a_bundle_of_two_gigabytes():
    with torch.device("meta"):
        model = build(preset("v2_2048").network)
    assert 2.0e9 < 4 * sum(tensor.numel() for tensor in model.state_dict().values()) < 2.2e9
    assert (model.input_resolution, model.output_resolution) == (512, 2048)


def test_v2_has_torchvisions_names_and_no_batch_norm():
    torchvision = pytest.importorskip("torchvision")
    with torch.device("meta"):
        ours = build(preset("v2_512").network).encoder.state_dict()
        theirs = torchvision.models.resnet50().state_dict()
    convolutions = {name: tensor.shape for name, tensor in theirs.items() if tensor.ndim == 4}
    assert {name: tensor.shape for name, tensor in ours.items() if tensor.ndim == 4} == convolutions
    biases = {name.replace(".weight", ".bias") for name in convolutions}
    assert set(ours) == {*convolutions, *biases, "fc.weight", "fc.bias"}
    assert ours["fc.weight"].shape == (512, 2048)


@pytest.mark.parametrize("settings", [TINY, TINY_V1], ids=["v2", "v1"])
def test_settings_rebuild_the_model(settings):
    model = build_gpen(32, **settings)
    again = build_gpen(**model.settings)
    assert again.settings == model.settings
    again.load_state_dict(model.state_dict())
    x = torch.randn(2, 3, 32, 32)
    torch.testing.assert_close(again(x), model(x), rtol=0, atol=0)


def test_input_of_another_size_is_resampled():
    model = build_gpen(32, **TINY).eval()
    flat = torch.full((1, 3, 32, 32), 0.3)
    torch.testing.assert_close(model(torch.full((1, 3, 80, 48), 0.3)), model(flat), rtol=1e-4, atol=1e-4)


def test_blocks_finer_than_the_input_take_nothing_or_noise():
    x = torch.randn(1, 3, 32, 32)
    for unfed, varies in (("nothing", False), ("noise", True)):
        model = build_gpen(64, input_resolution=32, unfed=unfed, **TINY)
        for block in ("b32", "b64"):
            getattr(model.generator, block).conv1.strength.data.fill_(1.0)
        first, second = (model(x, torch.Generator().manual_seed(seed)) for seed in (1, 2))
        assert first.shape == (1, 3, 64, 64)
        assert torch.equal(first, second) != varies


@pytest.mark.parametrize("settings", [TINY, TINY_V1], ids=["v2", "v1"])
def test_sample_takes_numpy_and_repeats_with_the_same_noise(settings):
    model = build_gpen(32, **settings).eval()
    for block in model.generator.children():
        block.conv1.strength.data.fill_(0.5)
    z = np.random.default_rng(0).standard_normal((2, 16))
    with torch.no_grad():
        first, again, other = (model.sample(z, torch.Generator().manual_seed(seed)) for seed in (1, 1, 2))
    assert first.shape == (2, 3, 32, 32)
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_features_reach_every_block():
    """The image of a black input moves each resolution's share: nothing is built and left unused."""
    model = build_gpen(64, **TINY)
    for block in model.generator.children():
        block.conv1.strength.data.fill_(1.0)
    x = torch.randn(2, 3, 64, 64)
    model(x).square().sum().backward()
    unused = [name for name, parameter in model.named_parameters() if parameter.grad is None]
    # Noise strengths have no part where features come; a stage that ends below 4 px feeds the code alone.
    assert all(name.endswith("strength") for name in unused), unused


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"output_resolution": 500}, "output_resolution is 500; choose a power of two"),
        ({"output_resolution": 4}, "is 4; choose a power of two"),
        ({"output_resolution": 32, "input_resolution": 64}, "input_resolution is 64; it may be at most"),
        ({"output_resolution": 32, "encoder": "vit"}, "encoder is 'vit'; choose one of: resnet50, plain"),
        ({"output_resolution": 32, "mapper": "gru"}, "mapper is 'gru'; choose one of: mlp, stylegan2"),
        ({"output_resolution": 32, "injection": "add"}, "injection is 'add'; choose one of: project, concat"),
        ({"output_resolution": 32, "unfed": "ones"}, "unfed is 'ones'; choose one of: nothing, noise"),
        ({"output_resolution": 32, "encoder_depths": (3, 4)}, "encoder_depths is [3, 4]; give four counts"),
        ({**TINY_V1, "output_resolution": 64, "input_resolution": 32}, "'concat' needs features at every"),
    ],
)
def test_wrong_settings_are_refused(wrong, message):
    with pytest.raises(ValueError, match=r"^.*$") as caught, torch.device("meta"):
        build_gpen(**wrong)
    assert message in str(caught.value)
