"""The bundle's layout, its round trips, and what it refuses."""

from argparse import Namespace

import numpy as np
import pytest
import torch

from gpen_train.checkpoints.bundle import default_name, from_content, save_bundle, version_of
from gpen_train.checkpoints.load import load
from gpen_train.checkpoints.safe_load import safe_load

TRAINING = {
    "losses": {"content": 1.0, "adversarial": 1.0, "lpips": None},
    "learning_rates": [2e-3, 2e-4],
    "images_seen": 20000,
    "resumed": False,
    "degradation": {"jpeg": {"quality": (60, 100)}},
}


def tensors(path) -> dict[str, torch.Tensor]:
    content = safe_load(path)
    return {
        f"{part}.{name}": tensor
        for part in ("encoder", "mapper", "generator")
        for name, tensor in content[part].items()
    }


@torch.no_grad()
def output(model) -> torch.Tensor:
    images = torch.linspace(-1, 1, 3 * 32 * 32).reshape(1, 3, 32, 32)
    return model(images)


def test_layout(model, tmp_path):
    save_bundle(model, tmp_path / "bundle.pth", TRAINING)
    content = safe_load(tmp_path / "bundle.pth")
    assert list(content) == ["encoder", "mapper", "generator", "args"]
    args = content["args"]
    assert isinstance(args, Namespace)
    number = {"gpen_v1": "v1.0", "gpen_v2": "v2.0"}[model.family]
    assert args.version == f"GPEN-BFR-{number}-{model.output_resolution}"
    assert (args.task, args.images_seen, args.losses) == ("bfr", 20000, TRAINING["losses"])
    assert (args.input_resolution, args.output_resolution) == (32, model.output_resolution)
    assert args.model == model.settings
    assert args.degradation == {"jpeg": {"quality": [60, 100]}}
    storages = [tensor.untyped_storage() for tensor in tensors(tmp_path / "bundle.pth").values()]
    assert len({storage.data_ptr() for storage in storages}) == len(storages)


def test_its_pickle_is_one_that_weights_only_reads(small_v2, tmp_path):
    save_bundle(small_v2, tmp_path / "bundle.pth", TRAINING)
    with torch.serialization.safe_globals([Namespace]):
        assert torch.load(tmp_path / "bundle.pth", weights_only=True)["args"].task == "bfr"


@pytest.mark.parametrize("legacy", [False, True])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float16])
def test_plain_torch_load_reads_every_variant(small_v2, tmp_path, legacy, dtype):
    save_bundle(small_v2, tmp_path / "bundle.pth", TRAINING, dtype=dtype, legacy=legacy)
    content = torch.load(tmp_path / "bundle.pth", map_location="cpu", weights_only=False)
    assert torch.equal(content["encoder"]["fc.weight"], small_v2.encoder.fc.weight.to(dtype))
    assert content["args"].images_seen == 20000


@pytest.mark.parametrize("legacy", [False, True])
def test_save_load_save_keeps_every_byte(model, tmp_path, legacy):
    save_bundle(model, tmp_path / "first.pth", TRAINING, task="inpainting", legacy=legacy)
    loaded = load(tmp_path / "first.pth")
    assert not loaded.training
    assert torch.equal(output(loaded), output(model))
    save_bundle(loaded, tmp_path / "second.pth", legacy=legacy)
    first, second = tensors(tmp_path / "first.pth"), tensors(tmp_path / "second.pth")
    assert first.keys() == second.keys() == model.state_dict().keys()
    assert all(first[name].numpy().tobytes() == second[name].numpy().tobytes() for name in first)
    assert load(tmp_path / "second.pth").args == loaded.args


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_halves_the_file_and_loads_as_float32(model, tmp_path, dtype):
    save_bundle(model, tmp_path / "half.pth", dtype=dtype)
    assert {tensor.dtype for tensor in tensors(tmp_path / "half.pth").values()} == {dtype}
    loaded, as_stored = load(tmp_path / "half.pth"), load(tmp_path / "half.pth", dtype)
    for name, tensor in model.state_dict().items():
        assert loaded.state_dict()[name].dtype == torch.float32
        assert torch.equal(loaded.state_dict()[name], tensor.to(dtype).float())
        assert as_stored.state_dict()[name].dtype == dtype


def test_channels_last_and_views_are_written_plain(small_v2, tmp_path):
    small_v2.to(memory_format=torch.channels_last)
    save_bundle(small_v2, tmp_path / "bundle.pth")
    for name, tensor in tensors(tmp_path / "bundle.pth").items():
        assert tensor.is_contiguous(), name
        assert tensor.untyped_storage().nbytes() == tensor.numel() * tensor.element_size(), name


def test_a_loaded_model_trains(model, tmp_path):
    save_bundle(model, tmp_path / "bundle.pth")
    loaded = load(tmp_path / "bundle.pth").train()
    loaded(torch.zeros(2, 3, 32, 32)).square().mean().backward()
    assert loaded.encoder.fc.weight.grad is not None


def test_names():
    assert default_name("bfr", 2048) == "gpen-bfr-2048.pth"
    assert default_name("inpainting", 1024) == "GPEN-Inpainting-1024.pth"
    assert default_name("colorization", 1024) == "GPEN-Colorization-1024.pth"
    assert version_of("bfr", "gpen_v2", 2048) == "GPEN-BFR-v2.0-2048"
    with pytest.raises(ValueError, match="task is 'deblur'; choose one of: bfr"):
        default_name("deblur", 512)


@pytest.mark.parametrize(
    ("training", "name"),
    [
        ({"rate": np.float64(0.5)}, r"args\.rate is a numpy\.float64"),
        ({"data": {"roots": [1, torch.zeros(1)]}}, r"args\.data\.roots\[1\] is a torch\.Tensor"),
        ({"losses": {(1, 2): 3}}, r"args\.losses is a builtins\.dict"),
        ({"version": "mine"}, "training names version"),
    ],
)
def test_refuses_what_is_no_plain_value(small_v2, tmp_path, training, name):
    with pytest.raises(ValueError, match=name):
        save_bundle(small_v2, tmp_path / "bundle.pth", training)
    assert not list(tmp_path.iterdir())


def test_a_failed_write_leaves_the_old_file(small_v2, tmp_path, monkeypatch):
    path = tmp_path / "bundle.pth"
    path.write_bytes(b"old")

    def fail(content, file, **options):
        file.write(b"half of it")
        raise OSError("No space left on device")

    monkeypatch.setattr(torch, "save", fail)
    with pytest.raises(OSError, match="No space"):
        save_bundle(small_v2, path)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def tampered(model, path, change) -> None:
    save_bundle(model, path)
    content = safe_load(path)
    del content["args"].digest
    change(content)
    torch.save(content, path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda c: c["mapper"].update({"fc1.weight": torch.zeros(16, 15)}),
            r"mapper\.fc1\.weight of shape \[16, 15\]; its model expects \[16, 16\]",
        ),
        (lambda c: c["encoder"].pop("fc.bias"), r"lacks encoder\.fc\.bias \[16\]"),
        (lambda c: c["generator"].update(noise=torch.zeros(1)), r"holds generator\.noise, which its model"),
        (lambda c: c.pop("mapper"), r"is no bundle: it lacks mapper and holds"),
        (lambda c: c.update(args=Namespace(version="x")), "does not say how its model is built"),
        (lambda c: c["args"].model.update(depth=3), "settings that build no model: .*depth"),
        (lambda c: c["args"].model.update(style_dim="x" * 9), "settings that build no model: "),
        (
            lambda c: c["args"].model.update(mapper_layers=10**9),
            "settings that say mapper_layers=",
        ),
        (lambda c: c["args"].model.update(encoder_depths=[1, 10**9]), "settings that say encoder_depths="),
        (
            lambda c: c["args"].model.update(channel_max=16),
            r"b4\.const of shape \[1, 12, 4, 4\]; its model expects \[1, 16, 4, 4\]; "
            r"with channel_max=12 instead of 16 in its settings \(args\.model\) it would fit",
        ),
        (lambda c: c["args"].model.update(mapper_layers=3), "with mapper_layers=2 instead of 3 in its"),
        (
            lambda c: c["args"].model.update(encoder_depths=[1, 1, 2, 1]),
            r"with encoder_depths=\[1, 1, 1, 1\] i",
        ),
        (
            lambda c: c["args"].model.update(style_dim=32, channel_base=1024),
            "with style_dim=16 instead of 32, channel_base=512 instead of 1024 in its settings",
        ),
        (
            lambda c: c["generator"]["b8.conv0.weight"].view(-1)[7].fill_(float("nan")),
            r"holds 1 of 1296 values in generator\.b8\.conv0\.weight that are not finite",
        ),
        (
            lambda c: c["encoder"].update({"fc.bias": torch.full((16,), float("inf"))}),
            r"16 of 16 values in encoder\.fc\.bias",
        ),
    ],
)
def test_refuses_what_does_not_fit(small_v2, tmp_path, change, message):
    path = tmp_path / "bundle.pth"
    tampered(small_v2, path, change)
    with pytest.raises(ValueError, match=message) as refusal:
        from_content(safe_load(path), str(path))
    assert "\n" not in str(refusal.value)
