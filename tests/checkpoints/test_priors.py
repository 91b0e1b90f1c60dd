"""StyleGAN2 of rosinality and of NVlabs as a prior: their numbers."""

import numpy as np
import pytest
import torch

import gpen_train
from gpen_train.checkpoints import prior_file
from gpen_train.checkpoints.layouts import nvlabs, rosinality
from gpen_train.checkpoints.read import read
from gpen_train.checkpoints.safe_load import safe_load
from gpen_train.models.prior import Prior


def arrays(path) -> dict[str, torch.Tensor]:
    return {name: torch.from_numpy(value) for name, value in np.load(path).items()}


@pytest.fixture(params=["rosinality", "nvlabs"])
def prior_and_numbers(request, fixtures):
    """The prior of a fixture, and the outputs that its own code gave."""
    numbers = arrays(fixtures / f"{request.param}_stylegan2_64_io.npz")
    if request.param == "rosinality":
        return gpen_train.load(fixtures / "rosinality_stylegan2_64.pt"), numbers
    numbers["image_zero_noise"] = numbers.pop("image_no_noise")
    return nvlabs.prior_from_state(arrays(fixtures / "nvlabs_stylegan2_64_G.npz"), "G"), numbers


@torch.no_grad()
def test_gives_its_own_codes_numbers(prior_and_numbers):
    prior, numbers = prior_and_numbers
    assert isinstance(prior, Prior)
    torch.testing.assert_close(prior.mapper(numbers["z"]), numbers["w"], atol=1e-5, rtol=0)
    silent = prior.generator(numbers["w"], noise={})
    torch.testing.assert_close(silent, numbers["image_zero_noise"], atol=1e-4, rtol=0)
    constant = prior.generator(numbers["w"], noise=prior.constant_noise)
    torch.testing.assert_close(constant, numbers["image_const_noise"], atol=1e-4, rtol=0)
    assert (constant - silent).abs().max() > 1e-2  # the noise counts


@torch.no_grad()
def test_one_w_a_layer(prior_and_numbers):
    prior, numbers = prior_and_numbers
    one_each = numbers["w"][:, None].repeat(1, prior.generator.num_styles, 1)
    whole = prior.generator(numbers["w"], noise={})
    assert torch.equal(prior.generator(one_each, noise={}), whole)
    one_each[:, -1] = 0  # the last is torgb's alone
    assert not torch.equal(prior.generator(one_each, noise={}), whole)


@torch.no_grad()
def test_nvlabs_discriminator(fixtures):
    numbers = arrays(fixtures / "nvlabs_stylegan2_64_io.npz")
    judge = nvlabs.discriminator_from_state(arrays(fixtures / "nvlabs_stylegan2_64_D.npz"), "D")
    torch.testing.assert_close(judge(numbers["d_input"]), numbers["d_output"], atol=1e-5, rtol=0)


@torch.no_grad()
def test_truncation_draws_to_the_average_face(fixtures):
    prior = gpen_train.load(fixtures / "rosinality_stylegan2_64.pt")
    assert torch.equal(prior.w_average, safe_load(fixtures / "rosinality_stylegan2_64.pt")["latent_avg"])
    average = prior.generator(prior.w_average[None], noise={})
    torch.testing.assert_close(prior(torch.randn(1, 48), truncation=0, noise={}), average)
    assert not torch.allclose(prior(torch.randn(1, 48), truncation=0.5, noise={}), average, atol=1e-3)


def test_reads_a_training_file_and_counts_what_is_left(fixtures, tmp_path):
    content = safe_load(fixtures / "rosinality_stylegan2_64.pt")
    judge = safe_load(fixtures / "official_discriminator_64.pth")
    halved = {name: tensor / 2 for name, tensor in content["g_ema"].items()}
    for name in halved:
        if name.endswith("kernel"):
            halved[name] = content["g_ema"][name]
    torch.save({"g": halved, "d": judge, "g_ema": content["g_ema"]}, tmp_path / "550000.pt")
    weights = read(tmp_path / "550000.pt")
    assert weights.layout == "rosinality StyleGAN2"
    assert weights.discriminator.resolution == 64
    assert weights.unused == {"g": sum(tensor.numel() for tensor in halved.values())}
    other = read(tmp_path / "550000.pt", key="g")
    assert torch.equal(other.model.generator.b4.const * 2, weights.model.generator.b4.const)
    with pytest.raises(ValueError, match="holds no x; choose the key among: g, d, g_ema"):
        read(tmp_path / "550000.pt", key="x")


def test_a_prior_and_a_discriminator_of_ours_come_back(fixtures, tmp_path):
    prior = gpen_train.load(fixtures / "rosinality_stylegan2_64.pt")
    gpen_train.save(prior, tmp_path / "prior.pth", {"images_seen": 5})
    again = gpen_train.load(tmp_path / "prior.pth")
    assert again.args.images_seen == 5
    again.args.package_version = "0.0.1"
    gpen_train.save(again, tmp_path / "later.pth")
    later = gpen_train.load(tmp_path / "later.pth").args
    assert (later.package_version, later.images_seen) == (gpen_train.__version__, 5)
    for name, tensor in prior.state_dict().items():
        assert torch.equal(again.state_dict()[name], tensor)
    judge = nvlabs.discriminator_from_state(arrays(fixtures / "nvlabs_stylegan2_64_D.npz"), "D", group_size=2)
    prior_file.save_discriminator(judge, tmp_path / "judge.pth")
    weights = read(tmp_path / "judge.pth")
    assert (weights.layout, weights.discriminator.settings) == ("discriminator", judge.settings)
    with pytest.raises(ValueError, match="is a discriminator, which is no whole model"):
        gpen_train.load(tmp_path / "judge.pth")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda s: s.pop("synthesis.b4.const"), "expected StyleGAN2's synthesis.b4.const"),
        (lambda s: s.update({"mapping.embed.weight": torch.zeros(1)}), "conditioned on classes"),
        (lambda s: s["synthesis.b8.resample_filter"].mul_(2), r"another synthesis\.b8\.resample_filter"),
        (lambda s: s.pop("synthesis.b16.torgb.bias"), r"lacks generator\.b16\.torgb\.bias"),
    ],
)
def test_names_what_is_no_stylegan2(fixtures, change, message):
    state = arrays(fixtures / "nvlabs_stylegan2_64_G.npz")
    change(state)
    with pytest.raises(ValueError, match=message):
        nvlabs.prior_from_state(state, "network.pkl")


def test_rosinality_of_other_sizes_is_told_by_its_shapes(fixtures):
    state = safe_load(fixtures / "rosinality_stylegan2_64.pt")["g_ema"]
    assert rosinality.settings_of(state, "file") == {
        "output_resolution": 64,
        "style_dim": 48,
        "mapper_layers": 4,
        "channel_base": 64 * 32,
        "channel_max": 32,
        "injection": "project",
    }
