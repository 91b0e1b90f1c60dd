"""The bundle of the 2048 preset: its size, and that it comes back as it was."""

from pathlib import Path

import pytest
import torch
from omegaconf import OmegaConf

from gpen_train.checkpoints.bundle import save_bundle
from gpen_train.checkpoints.load import load
from gpen_train.models.gpen import GPEN, build_gpen

PRESET = Path(__file__).parents[2] / "configs" / "model" / "v2_2048.yaml"
BYTES = (2.0e9, 2.2e9)  # in float32


def build(device: str) -> GPEN:
    settings = OmegaConf.to_container(OmegaConf.load(PRESET).network)
    settings.pop("_target_")
    with torch.device(device):
        return build_gpen(**settings).eval()


def test_size_without_memory():
    num_bytes = sum(tensor.numel() * 4 for tensor in build("meta").state_dict().values())
    assert BYTES[0] <= num_bytes <= BYTES[1]


@pytest.mark.slow
@torch.inference_mode()
def test_size_on_disk_and_equal_outputs(tmp_path):
    torch.manual_seed(0)
    model = build("cpu")
    degraded = torch.rand(1, 3, 512, 512) * 2 - 1
    restored = model(degraded)
    save_bundle(model, tmp_path / "float32.pth")
    save_bundle(model, tmp_path / "float16.pth", dtype=torch.float16)
    del model

    size = (tmp_path / "float32.pth").stat().st_size
    assert BYTES[0] <= size <= BYTES[1]
    assert (tmp_path / "float16.pth").stat().st_size == pytest.approx(size / 2, rel=0.01)

    assert torch.equal(load(tmp_path / "float32.pth")(degraded), restored)
    (tmp_path / "float32.pth").unlink()
    half = load(tmp_path / "float16.pth")(degraded)
    assert (half - restored).abs().max() < 0.02 * restored.abs().max()
