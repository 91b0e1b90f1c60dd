"""GPENs through Spandrel: the pixels of gpen restore, and no file of another network is taken for one."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from gpen_train.checkpoints.bundle import bundle_content, save_bundle
from gpen_train.checkpoints.exports.safetensors_write import save_safetensors
from gpen_train.checkpoints.layouts.yangxy_write import save_yangxy
from gpen_train.checkpoints.safe_load import safe_load
from gpen_train.cli.main import main
from gpen_train.images import read_image, write_image
from gpen_train.models.gpen import GPEN, build_gpen

pytest.importorskip("spandrel", reason="pip install spandrel")

import spandrel

from gpen_train.integrations.spandrel import GPENArch, install, load

OFFICIAL = Path(__file__).parents[1] / "fixtures" / "official_bfr_64.pth"
SMALL: dict[str, dict] = {
    "gpen_v1": {
        "output_resolution": 32,
        "encoder": "plain",
        "mapper": "stylegan2",
        "mapper_layers": 3,
        "injection": "concat",
    },
    "gpen_v2": {"output_resolution": 64, "encoder_width": 4, "encoder_depths": (1, 2, 1, 1)},
    "gpen_v2, finer than its input": {
        "output_resolution": 64,
        "input_resolution": 32,
        "encoder_width": 4,
        "encoder_depths": (1, 1, 1, 1),
    },
}


def small(name: str) -> GPEN:
    """A model with no parameter at zero, whose output is in range."""
    torch.manual_seed(0)
    model = build_gpen(**SMALL[name], style_dim=16, channel_base=512, channel_max=12).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.1 * torch.randn_like(parameter))
        for side in model.generator.resolutions:
            getattr(model.generator, f"b{side}").torgb.weight.mul_(0.2)
    return model


@pytest.fixture(params=SMALL)
def model(request) -> GPEN:
    return small(request.param)


@pytest.fixture
def loader():
    """Spandrel's, with a registry of its own that knows GPEN."""
    registry = spandrel.MAIN_REGISTRY.copy()
    install(registry)
    return spandrel.ModelLoader(registry=registry)


def face(side: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (side, side, 3), dtype=np.uint8)


def check_pixels(descriptor: Any, checkpoint: Path, side: int, folder: Path) -> None:
    """What ``descriptor`` makes of a face is what gpen restore makes of it with that file."""
    write_image(folder / "face.png", face(side))
    arguments = ["--checkpoint", checkpoint, "--output", folder / "out", "--faces", "aligned"]
    assert main(["restore", *map(str, [folder / "face.png", *arguments])]) == 0
    expected = read_image(folder / "out" / "face.png").astype(int)
    assert 30 < expected.std() < 110
    image = torch.from_numpy(face(side)).permute(2, 0, 1)[None].float() / 255
    restored = descriptor(image)
    assert restored.shape == (1, 3, side * descriptor.scale, side * descriptor.scale)
    assert 0 <= restored.min() <= restored.max() <= 1
    found = (restored[0].permute(1, 2, 0) * 255).round().int().numpy()
    assert np.abs(found - expected).max() <= 1  # floats are rounded elsewhere
    assert (found != expected).mean() < 0.001


def check_descriptor(descriptor: Any, model: GPEN) -> None:
    assert isinstance(descriptor, spandrel.ImageModelDescriptor)
    assert (descriptor.architecture.id, descriptor.purpose) == ("GPEN", "FaceSR")
    assert descriptor.scale == model.output_resolution // model.input_resolution
    assert (descriptor.input_channels, descriptor.output_channels) == (3, 3)
    assert (descriptor.supports_half, descriptor.supports_bfloat16) == (False, False)
    assert descriptor.size_requirements == spandrel.SizeRequirements(square=True)
    assert descriptor.tiling == spandrel.ModelTiling.INTERNAL
    assert descriptor.tags[:2] == [model.family, f"{model.output_resolution}px"]
    assert not descriptor.model.training
    state = model.state_dict()
    assert descriptor.model.state_dict().keys() == state.keys()
    for name, tensor in descriptor.model.state_dict().items():
        assert torch.equal(tensor, state[name])


def test_a_bundle(model, loader, tmp_path):
    """By our function, by torch.load as ComfyUI calls it, and not by Spandrel's own reader."""
    path = tmp_path / "gpen.pth"
    save_bundle(model, path)
    content = torch.load(path, map_location="cpu", weights_only=True)
    for descriptor in (load(path), loader.load_from_state_dict(content)):
        check_descriptor(descriptor, model)
        assert descriptor.tags[2:] == ["bfr"]
    check_pixels(load(path), path, model.input_resolution, tmp_path)
    with pytest.raises(Exception, match=r"argparse\.Namespace"):
        loader.load_from_file(path)


def test_a_safetensors_file(model, loader, tmp_path):
    """Spandrel drops the metadata, so the settings are those that the shapes show."""
    path = tmp_path / "gpen.safetensors"
    save_safetensors(model, path)
    descriptor = loader.load_from_file(path)
    check_descriptor(descriptor, model)
    for name in ("input_resolution", "encoder", "mapper", "mapper_layers", "style_dim", "injection"):
        assert descriptor.model.settings[name] == model.settings[name]
    check_pixels(descriptor, path, model.input_resolution, tmp_path)


@pytest.mark.parametrize("wrapper", [None, "params_ema", "state_dict"])
@pytest.mark.parametrize("prefix", ["", "module.", "_orig_mod."])
def test_a_release_of_yangxy(loader, tmp_path, wrapper, prefix):
    path = tmp_path / "gpen.pth"
    state = {f"{prefix}{name}": tensor for name, tensor in safe_load(OFFICIAL).items()}
    torch.save({wrapper: state} if wrapper else state, path)
    descriptor = loader.load_from_file(path)
    check_descriptor(descriptor, load(OFFICIAL).model)
    assert descriptor.tags == ["gpen_v1", "64px"]
    check_pixels(descriptor, path, 64, tmp_path)


def test_what_we_write_for_yangxy_and_its_training_files(loader, tmp_path):
    model = small("gpen_v1")
    save_yangxy(model, tmp_path / "theirs.pth")
    check_descriptor(loader.load_from_file(tmp_path / "theirs.pth"), model)
    state = safe_load(tmp_path / "theirs.pth")
    torch.save({"g": state, "d": {}, "g_ema": state, "g_optim": {"state": {}}}, tmp_path / "training.pt")
    check_descriptor(loader.load_from_file(tmp_path / "training.pt"), model)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_of_the_size_computes_in_float32(model, loader, tmp_path, dtype):
    path = tmp_path / "gpen.safetensors"
    save_safetensors(model, path, dtype=dtype)
    descriptor = loader.load_from_file(path)
    assert descriptor.dtype == torch.float32
    check_pixels(descriptor, path, model.input_resolution, tmp_path)


def test_other_sizes_are_resampled_and_other_shapes_padded(loader):
    model = small("gpen_v2, finer than its input")
    descriptor = loader.load_from_state_dict(model.state_dict())
    for height, width in ((32, 32), (48, 48), (20, 20), (40, 30)):
        assert descriptor(torch.rand(1, 3, height, width)).shape == (1, 3, 2 * height, 2 * width)
    flat = torch.full((1, 3, 80, 80), 0.3)
    torch.testing.assert_close(
        descriptor(flat).mean(), descriptor(flat[..., :32, :32]).mean(), atol=0.02, rtol=0
    )


def test_the_calls_of_others(loader):
    """chaiNNer's, with what GFPGAN and CodeFormer take; autocast; a move; a second install."""
    model = small("gpen_v1")
    descriptor = loader.load_from_state_dict(bundle_content(model))
    images = torch.rand(1, 3, 32, 32) * 2 - 1
    with torch.inference_mode():
        found = descriptor.model(images, return_rgb=False, weight=0.7)[0]
        torch.testing.assert_close(found, model(images)[0])
    with torch.autocast("cpu", torch.bfloat16):
        low = descriptor(images / 2 + 0.5)
    torch.testing.assert_close(low, (found[None] / 2 + 0.5).clamp(0, 1), atol=0.05, rtol=0)
    with pytest.raises(spandrel.UnsupportedDtypeError):
        descriptor.half()
    assert descriptor.to("cpu").eval().device == torch.device("cpu")
    count = len(loader.registry)
    install(loader.registry)
    assert len(loader.registry) == count


def test_altered_weights_are_refused(loader):
    content = bundle_content(small("gpen_v1"))
    content["encoder"]["fc.bias"][0] += 1
    with pytest.raises(ValueError, match="the state dict holds other tensors than"):
        loader.load_from_state_dict(content)
    state = small("gpen_v2").state_dict()
    state["encoder.fc.bias"][0] = torch.nan
    with pytest.raises(ValueError, match=r"the state dict holds 1 of 16 values in encoder\.fc\.bias"):
        loader.load_from_state_dict(state)


def esrgan() -> dict:
    from spandrel.architectures.ESRGAN import ESRGAN

    return ESRGAN(num_filters=4, num_blocks=1).state_dict()


def gfpgan() -> dict:
    from spandrel.architectures.GFPGAN import GFPGAN

    return GFPGAN(out_size=32, num_style_feat=8, channel_multiplier=1, narrow=0.05, num_mlp=2).state_dict()


def restoreformer() -> dict:
    from spandrel.architectures.RestoreFormer import RestoreFormer

    small = {"n_embed": 8, "embed_dim": 8, "ch": 32, "ch_mult": (1, 1), "num_res_blocks": 1, "z_channels": 8}
    return RestoreFormer(**small, resolution=32, attn_resolutions=(16,)).state_dict()


def codeformer() -> dict:
    extra = pytest.importorskip("spandrel_extra_arches.architectures.CodeFormer")
    return extra.CodeFormer(dim_embd=16, n_head=2, n_layers=1, codebook_size=8, latent_size=16).state_dict()


OTHERS = {"ESRGAN": esrgan, "GFPGAN": gfpgan, "RestoreFormer": restoreformer, "CodeFormer": codeformer}


@pytest.mark.parametrize("name", OTHERS)
def test_others_are_not_taken_for_a_gpen(name):
    make: Callable[[], dict] = OTHERS[name]
    state = make()
    assert not GPENArch().detect(state)
    if name in spandrel.MAIN_REGISTRY:
        assert spandrel.MAIN_REGISTRY[name].detect(state)


@pytest.mark.parametrize("name", ["bundle", "state dict", "yangxy"])
def test_a_gpen_is_not_taken_for_another(model, name):
    contents = {
        "bundle": lambda: bundle_content(model),
        "state dict": model.state_dict,
        "yangxy": lambda: safe_load(OFFICIAL),
    }
    content = contents[name]()
    assert GPENArch().detect(content)
    assert not [found.architecture.id for found in spandrel.MAIN_REGISTRY if found.detect(content)]


def test_parts_of_a_gpen_alone_are_not_claimed(model):
    prior = {name: tensor for name, tensor in model.state_dict().items() if not name.startswith("encoder.")}
    for content in ({}, prior, {"encoder": {}}, {"a": torch.ones(1)}):
        assert not GPENArch().detect(content)
