"""What is written in the layouts that others read: yangxy/GPEN's and safetensors."""

import json
from argparse import Namespace
from pathlib import Path

import pytest
import torch
from safetensors import safe_open

import gpen_train
from gpen_train.checkpoints.build import build_with
from gpen_train.checkpoints.exports.export import name_in_folder, reactor_side
from gpen_train.checkpoints.exports.layouts import layout_for
from gpen_train.checkpoints.exports.safetensors_write import save_safetensors
from gpen_train.checkpoints.layouts.yangxy_names import (
    discriminator_names,
    from_yangxy,
    generator_names,
    to_yangxy,
)
from gpen_train.checkpoints.layouts.yangxy_settings import discriminator_settings_of, settings_of
from gpen_train.checkpoints.layouts.yangxy_write import (
    facegan_options,
    save_yangxy,
    save_yangxy_discriminator,
)
from gpen_train.checkpoints.read import read
from gpen_train.checkpoints.safe_load import safe_load
from gpen_train.models.discriminator import Discriminator
from gpen_train.models.gpen import build_gpen
from gpen_train.models.prior import build_prior

OFFICIAL = {  # px: FaceGAN's options
    256: {"channel_multiplier": 1, "narrow": 0.5},
    512: {"channel_multiplier": 2, "narrow": 1},
    1024: {"channel_multiplier": 2, "narrow": 1},
    2048: {"channel_multiplier": 2, "narrow": 1},
}
TINY = {"encoder_width": 4, "encoder_depths": (1, 1, 1, 1), "style_dim": 8, "channel_max": 8}


def described(state) -> dict[str, tuple[list[int], torch.dtype]]:
    return {name: (list(tensor.shape), tensor.dtype) for name, tensor in state.items()}


def same_bytes(first, second) -> bool:
    return first.keys() == second.keys() and all(
        first[name].dtype == second[name].dtype
        and first[name].shape == second[name].shape
        and first[name].numpy().tobytes() == second[name].numpy().tobytes()
        for name in first
    )


@pytest.fixture(params=OFFICIAL)
def official(request, fixtures) -> tuple[int, dict, dict]:
    """The names and shapes of the official networks, on the meta device."""
    keys = json.loads((fixtures / f"official_keys_{request.param}.json").read_text())
    networks = [keys["generator"], keys["discriminator"]]
    meta = [{name: torch.empty(shape, device="meta") for name, shape in n.items()} for n in networks]
    return request.param, *meta


def test_yangxy_and_bundle_there_and_back_by_value(fixtures, tmp_path):
    source = fixtures / "official_bfr_64.pth"
    gpen_train.save(gpen_train.load(source), tmp_path / "bundle.pth")
    for legacy in (False, True):
        save_yangxy(gpen_train.load(tmp_path / "bundle.pth"), tmp_path / "again.pth", legacy=legacy)
        again = torch.load(tmp_path / "again.pth", weights_only=not legacy)
        assert same_bytes(again, safe_load(source))


def test_yangxy_and_bundle_there_and_back_by_shape(official):
    """At every official size. The filters are constants of our networks, so they need their values."""
    resolution, theirs, _ = official
    names = generator_names(resolution)
    ours = from_yangxy(theirs | names.kernels, names, "official")
    model = build_with(settings_of(theirs), ours, "official")
    bundled = {
        f"{part}.{name}": tensor
        for part in ("encoder", "mapper", "generator")
        for name, tensor in getattr(model, part).state_dict().items()
    }
    assert described(to_yangxy(bundled, names)) == described(theirs)
    assert facegan_options(model.settings) == OFFICIAL[resolution]


def test_the_discriminator_there_and_back(fixtures, official, tmp_path):
    source = fixtures / "official_discriminator_64.pth"
    save_yangxy_discriminator(read(source).discriminator, tmp_path / "again.pth")
    assert same_bytes(torch.load(tmp_path / "again.pth", weights_only=True), safe_load(source))
    resolution, _, theirs = official
    with torch.device("meta"):
        ours = Discriminator(**discriminator_settings_of(theirs)).state_dict()
    assert described(to_yangxy(ours, discriminator_names(resolution))) == described(theirs)


@pytest.mark.slow
@pytest.mark.parametrize("resolution", OFFICIAL)
def test_yangxy_and_bundle_there_and_back_at_full_size(fixtures, tmp_path, resolution):
    keys = json.loads((fixtures / f"official_keys_{resolution}.json").read_text())["generator"]
    random = torch.Generator().manual_seed(resolution)
    theirs = {name: torch.randn(shape, generator=random) for name, shape in keys.items()}
    theirs |= generator_names(resolution).kernels
    torch.save(theirs, tmp_path / "official.pth")
    gpen_train.save(gpen_train.load(tmp_path / "official.pth"), tmp_path / "bundle.pth")
    save_yangxy(gpen_train.load(tmp_path / "bundle.pth"), tmp_path / "again.pth")
    assert same_bytes(torch.load(tmp_path / "again.pth", mmap=True, weights_only=True), theirs)


def test_yangxy_takes_half_precision(fixtures, tmp_path):
    model = gpen_train.load(fixtures / "official_bfr_64.pth")
    save_yangxy(model, tmp_path / "half.pth", torch.float16)
    state = torch.load(tmp_path / "half.pth", weights_only=True)
    assert {tensor.dtype for tensor in state.values()} == {torch.float16}
    loaded = gpen_train.load(tmp_path / "half.pth")
    assert torch.equal(loaded.encoder.fc.weight, model.encoder.fc.weight.half().float())


def test_yangxy_refuses_what_gpen_has_no_place_for(small_v2, tmp_path):
    with pytest.raises(ValueError, match=r"is a gpen_v2 with injection project.*only gpen_v1.*--layout"):
        save_yangxy(small_v2, tmp_path / "v2.pth")
    assert not list(tmp_path.iterdir())


def test_facegan_builds_no_other_widths():
    settings = {"style_dim": 512, "mapper_layers": 8, "channel_base": 32768, "channel_max": 512}
    assert facegan_options(settings) == OFFICIAL[512]
    for change in ({"style_dim": 64}, {"mapper_layers": 2}, {"channel_max": 256}, {"channel_base": 8192}):
        assert facegan_options({**settings, **change}) is None


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_safetensors_hold_what_the_bundle_holds(model, tmp_path, dtype):
    model.args = Namespace(task="inpainting", images_seen=20000, losses={"content": 1.0, "lpips": None})
    model.to(memory_format=torch.channels_last)
    save_safetensors(model, tmp_path / "model.safetensors", dtype=dtype)
    with safe_open(tmp_path / "model.safetensors", framework="pt") as file:
        metadata, names = file.metadata(), set(file.keys())
        weight = file.get_tensor("encoder.fc.weight")
    assert (metadata["format"], metadata["layout"]) == ("pt", "gpen_train")
    args = json.loads(metadata["args"])
    assert (args["task"], args["images_seen"], args["losses"]["lpips"]) == ("inpainting", 20000, None)
    assert args["model"] == model.settings
    assert names == model.state_dict().keys()
    assert torch.equal(weight, model.encoder.fc.weight.to(dtype))


@torch.no_grad()
def test_safetensors_and_bundle_there_and_back(model, tmp_path):
    gpen_train.save(model, tmp_path / "first.pth", {"images_seen": 7}, task="inpainting")
    save_safetensors(gpen_train.load(tmp_path / "first.pth"), tmp_path / "model.safetensors")
    loaded = gpen_train.load(tmp_path / "model.safetensors")
    gpen_train.save(loaded, tmp_path / "second.pth")
    first, second = safe_load(tmp_path / "first.pth"), safe_load(tmp_path / "second.pth")
    assert first["args"] == second["args"]
    assert all(same_bytes(first[part], second[part]) for part in ("encoder", "mapper", "generator"))
    images = torch.linspace(-1, 1, 3 * 32 * 32).reshape(1, 3, 32, 32)
    assert torch.equal(loaded(images), model(images))


def test_a_failed_write_leaves_the_old_file(small_v2, tmp_path, monkeypatch):
    def fail(tensors, path, metadata):
        Path(path).write_bytes(b"half of it")
        raise OSError("No space left on device")

    path = tmp_path / "model.safetensors"
    path.write_bytes(b"old")
    monkeypatch.setattr("gpen_train.checkpoints.exports.safetensors_write.save_file", fail)
    with pytest.raises(OSError, match="No space"):
        save_safetensors(small_v2, path)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_the_ending_says_the_layout():
    endings = {"a.onnx": "onnx", "a.safetensors": "safetensors", "a.ONNX": "onnx"}
    endings |= dict.fromkeys(("a.pth", "a.pt", "a", "runs/", "a.onnx/b.pth"), "bundle")
    assert {name: layout_for(name) for name in endings} == endings


@pytest.mark.parametrize("resolution", [512, 1024, 2048])
def test_reactor_picks_the_right_size_by_name(resolution):
    with torch.device("meta"):
        model = build_gpen(resolution, **TINY)
    assert name_in_folder(model, "onnx") == f"gpen-bfr-{resolution}.onnx"
    assert reactor_side(Path("of-1024") / name_in_folder(model, "onnx")) == resolution


def test_names_in_a_folder():
    with torch.device("meta"):
        model, prior = build_gpen(64, **TINY), build_prior(64, 8, 2, 64, 8)
    model.args = Namespace(task="colorization")
    names = [name_in_folder(model, layout) for layout in ("bundle", "yangxy", "safetensors")]
    assert names == [f"GPEN-Colorization-64.{ending}" for ending in ("pth", "pth", "safetensors")]
    assert name_in_folder(prior, "bundle") == "gpen-prior-64.pth"
