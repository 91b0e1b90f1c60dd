"""gpen inspect tells what a file is."""

import argparse
import os
from pathlib import Path

import pytest
import torch

import gpen_train
from gpen_train.checkpoints.bundle import bundle_content
from gpen_train.checkpoints.describe import describe
from gpen_train.checkpoints.prior_file import save_discriminator, save_prior
from gpen_train.checkpoints.read import read
from gpen_train.checkpoints.safe_load import safe_load
from gpen_train.cli import inspect
from gpen_train.cli.main import main
from gpen_train.cli.settings.compose import build, compose
from gpen_train.cli.shown.preset import preset_of
from gpen_train.models.discriminator import Discriminator
from gpen_train.models.encoders.resnet50 import ResNet50Encoder
from gpen_train.models.gpen import GPEN, build_gpen

FIXTURES = Path(__file__).parents[1] / "fixtures"


@pytest.fixture(scope="module")
def model() -> GPEN:
    return build_gpen(32, encoder_width=4, encoder_depths=(1, 1, 1, 1), style_dim=8, channel_max=8)


def size(module: torch.nn.Module) -> str:
    return f"{sum(parameter.numel() for parameter in module.parameters()):,}"


def told(capsys, path) -> dict[str, str]:
    """What the command prints, as name -> value; the first line with a name counts."""
    assert inspect.run(argparse.Namespace(file=str(path))) == 0
    lines = [line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines()]
    return {line[0]: line[1] for line in reversed(lines) if len(line) == 2}


@pytest.mark.parametrize(
    ("settings", "preset"),
    [
        ({"output_resolution": 256, "channel_base": 16384}, "v2_256"),
        (
            {"output_resolution": 32, "encoder": "plain", "mapper": "stylegan2", "mapper_layers": 2}
            | {"style_dim": 16, "channel_base": 256, "channel_max": 16, "injection": "concat"},
            "tiny_v1",
        ),
        ({"output_resolution": 32, "style_dim": 24}, None),
    ],
)
def test_the_preset_that_a_network_was_built_with_is_named(settings, preset):
    with torch.device("meta"):
        built = build_gpen(**settings).settings
    assert preset_of(built) == preset


def test_a_bundle_says_what_to_train_it_with(tmp_path, capsys):
    network = compose("train", ["model=tiny_v2", "data=drawn"]).model.network
    gpen_train.save(build(network), tmp_path / "a.pth")
    assert (
        "train it with  model=tiny_v2\n"
        in (main(["inspect", str(tmp_path / "a.pth")]), capsys.readouterr().out)[1]
    )


@pytest.mark.parametrize("options", [{}, {"dtype": torch.float16}, {"legacy": True}])
def test_a_bundle(model, tmp_path, capsys, options):
    path = tmp_path / "bundle.pth"
    gpen_train.save(model, path, {"losses": {"content": 0.5}, "images_seen": 99}, **options)
    facts = told(capsys, path)
    assert (facts["layout"], facts["family"], facts["version"]) == ("bundle", "gpen_v2", "GPEN-BFR-v2.0-32")
    assert facts["resolution"] == "input 32 px, output 32 px"
    assert facts["dtype"] == ("float16" if "dtype" in options else "float32")
    for part in ("encoder", "mapper", "generator"):
        assert facts[part] == size(getattr(model, part))
    assert facts["total"] == size(model)
    assert (facts["losses.content"], facts["images_seen"]) == ("0.5", "99")


@pytest.mark.parametrize(
    "args",
    [
        argparse.Namespace(),
        argparse.Namespace(model={}, version=None, output_resolution="big"),
        argparse.Namespace(model=[1], input_resolution=[32]),
        None,
        3,
    ],
)
def test_a_bundle_whose_args_lack_what_they_should_hold(model, tmp_path, capsys, args):
    torch.save({**bundle_content(model), "args": args}, tmp_path / "bundle.pth")
    facts = told(capsys, tmp_path / "bundle.pth")
    assert (facts["layout"], facts["family"], facts["resolution"]) == ("bundle", "gpen_v2", "output 32 px")
    assert (facts["total"], facts["style_dim"]) == (size(model), "8")


def test_a_state_dict_alone(model, tmp_path, capsys):
    torch.save(model.state_dict(), tmp_path / "state.pth")
    facts = told(capsys, tmp_path / "state.pth")
    assert (facts["layout"], facts["family"], facts["total"]) == ("GPEN state dict", "gpen_v2", size(model))
    assert facts["resolution"] == f"input {model.input_resolution} px, output 32 px"
    assert (facts["encoder"], facts["style_dim"]) == (size(model.encoder), "8")


def test_text_in_a_file_does_not_move_the_cursor(model, tmp_path, capsys):
    content = bundle_content(model)
    content["args"].version = "GPEN\n\x1b[2Jv9"
    torch.save(content, tmp_path / "bundle.pth")
    assert told(capsys, tmp_path / "bundle.pth")["version"] == "GPEN\\n\\x1b[2Jv9"


def test_the_official_networks(capsys):
    facts = told(capsys, FIXTURES / "official_bfr_64.pth")
    assert (facts["layout"], facts["family"], facts["style_dim"]) == ("yangxy generator", "gpen_v1", "64")
    assert facts["resolution"] == "input 64 px, output 64 px"
    model = gpen_train.load(FIXTURES / "official_bfr_64.pth")
    for part in ("encoder", "mapper", "generator"):
        assert facts[part] == size(getattr(model, part))
    facts = told(capsys, FIXTURES / "official_discriminator_64.pth")
    assert (facts["layout"], facts["discriminator"]) == ("yangxy discriminator", "104,193")
    assert facts["resolution"] == "input 64 px"


def test_a_training_of_yangxy(tmp_path, capsys):
    network = safe_load(FIXTURES / "official_bfr_64.pth")
    judge = safe_load(FIXTURES / "official_discriminator_64.pth")
    content = {"g": network, "d": judge, "g_ema": dict(network), "g_optim": {"state": {}}, "d_optim": {}}
    torch.save(content, tmp_path / "500000.pth")
    facts = told(capsys, tmp_path / "500000.pth")
    assert (facts["layout"], facts["family"]) == ("yangxy training checkpoint", "gpen_v1")
    whole = gpen_train.load(FIXTURES / "official_bfr_64.pth")
    assert (facts["generator"], facts["discriminator"]) == (size(whole.generator), "104,193")
    assert facts["unaveraged"] == size(whole)


def test_rosinality(capsys):
    facts = told(capsys, FIXTURES / "rosinality_stylegan2_64.pt")
    assert (facts["layout"], facts["family"]) == ("rosinality StyleGAN2", "stylegan2")
    assert (facts["resolution"], facts["style_dim"]) == ("output 64 px", "48")
    prior = gpen_train.load(FIXTURES / "rosinality_stylegan2_64.pt")
    assert (facts["mapper"], facts["generator"]) == (size(prior.mapper), size(prior.generator))


def test_nvlabs(write_nvlabs, nvlabs_state, tmp_path, capsys):
    states = {"G": nvlabs_state("G"), "D": nvlabs_state("D"), "G_ema": nvlabs_state("G")}
    facts = told(capsys, write_nvlabs(tmp_path / "network.pkl", **states))
    assert (facts["layout"], facts["family"]) == ("NVlabs StyleGAN2", "stylegan2")
    assert facts["version"] == "of NVlabs, class Generator"
    assert (facts["resolution"], facts["dtype"]) == ("output 64 px", "float32")
    weights = read(tmp_path / "network.pkl")
    prior = weights.model
    assert (facts["mapper"], facts["generator"]) == (size(prior.mapper), size(prior.generator))
    assert facts["discriminator"] == size(weights.discriminator)
    assert facts["unaveraged"] == size(prior)


def test_another_network_of_nvlabs(write_nvlabs, tmp_path, capsys):
    write_nvlabs(tmp_path / "stylegan3.pkl", G_ema={"synthesis.input.freqs": torch.ones(3)})
    facts = told(capsys, tmp_path / "stylegan3.pkl")
    assert (facts["layout"], facts["family"], facts["resolution"]) == (
        "NVlabs StyleGAN2",
        "unknown",
        "unknown",
    )


def test_resnet(tmp_path, capsys):
    encoder = ResNet50Encoder(32, style_dim=10, width=2, depths=(1, 1, 1, 1))
    state = encoder.state_dict() | {
        "bn1.running_mean": torch.zeros(2),
        "bn1.num_batches_tracked": torch.tensor(1),
    }
    torch.save(state, tmp_path / "resnet50.pth")
    facts = told(capsys, tmp_path / "resnet50.pth")
    assert (facts["layout"], facts["family"]) == ("torchvision ResNet-50", "resnet50")
    assert (facts["total"], facts["dtype"], facts["resolution"]) == (size(encoder), "float32", "unknown")
    assert facts["classifier"] == size(encoder.fc)


def test_a_prior_and_a_discriminator_of_ours(tmp_path, capsys):
    prior = gpen_train.load(FIXTURES / "rosinality_stylegan2_64.pt")
    save_prior(prior, tmp_path / "prior.pth")
    facts = told(capsys, tmp_path / "prior.pth")
    assert (facts["layout"], facts["family"], facts["resolution"]) == ("prior", "stylegan2", "output 64 px")
    assert facts["total"] == size(prior)
    judge = Discriminator(32, channel_max=8)
    save_discriminator(judge, tmp_path / "judge.pth", torch.bfloat16)
    facts = told(capsys, tmp_path / "judge.pth")
    assert (facts["layout"], facts["resolution"]) == ("discriminator", "input 32 px")
    assert (facts["discriminator"], facts["dtype"]) == (size(judge), "bfloat16")


def test_a_training_checkpoint(model, tmp_path, capsys):
    state = {f"model.{name}": tensor for name, tensor in model.state_dict().items()}
    state |= {f"averaged.{name}": tensor for name, tensor in state.items()}
    state |= {"discriminator.b": torch.zeros(4, 2), "path_length": torch.zeros(())}
    content = {"state_dict": state, "pytorch-lightning_version": "2.6", "images_seen": 640}
    torch.save({**content, "record": {"model": model.settings}}, tmp_path / "last.ckpt")
    facts = told(capsys, tmp_path / "last.ckpt")
    assert (facts["layout"], facts["family"]) == ("lightning checkpoint", "gpen_v2")
    assert facts["version"] == "a training after 640 images"
    assert facts["resolution"] == "input 32 px, output 32 px"
    assert (facts["averaged"], facts["generator"]) == (size(model), size(model.generator))
    assert (facts["discriminator"], facts["others"]) == ("8", "1")
    content = {"state_dict": {"a": torch.zeros(3)}, "pytorch-lightning_version": "2.6"}
    torch.save(content, tmp_path / "other.ckpt")
    facts = told(capsys, tmp_path / "other.ckpt")
    assert (facts["layout"], facts["resolution"], facts["total"]) == ("lightning checkpoint", "unknown", "3")


def test_the_values_stand_in_one_column(capsys):
    inspect.run(argparse.Namespace(file=str(FIXTURES / "official_bfr_64.pth")))
    facts = capsys.readouterr().out.split("\n\n")[0].splitlines()
    assert {line.index(line.split(maxsplit=1)[1]) for line in facts} == {len("resolution  ")}


class Payload:
    def __init__(self, canary):
        self.canary = canary

    def __reduce__(self):
        return os.mkdir, (str(self.canary),)


def test_runs_nothing(tmp_path):
    torch.save({"encoder": Payload(tmp_path / "canary")}, tmp_path / "evil.pth")
    with pytest.raises(ValueError, match="mkdir"):
        describe(tmp_path / "evil.pth")
    assert not (tmp_path / "canary").exists()


@pytest.mark.parametrize("data", [b"", b"not a checkpoint", b"PK\x03\x04 cut off"])
def test_bad_files_are_named_in_one_line(tmp_path, data):
    (tmp_path / "bad.pth").write_bytes(data)
    with pytest.raises(ValueError, match=r"bad\.pth is") as refusal:
        describe(tmp_path / "bad.pth")
    assert "\n" not in str(refusal.value)
