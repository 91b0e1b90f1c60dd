"""The experiments of full size take real steps, at their resolution and at a reduced width."""

import pytest
import torch

from gpen_train.cli.main import main
from gpen_train.cli.run.folder import FOLDER_VARIABLE
from gpen_train.feature_nets.arcface import IRSE50

NARROW = {
    "v1": ("model.network.channel_base=4096", "model.network.channel_max=16", "++model.network.style_dim=32"),
    "v2": (
        "model.network.channel_base=8192",
        "model.network.channel_max=16",
        "++model.network.style_dim=32",
        "+model.network.encoder_width=4",
    ),
    "prior": ("model.network.channel_base=8192", "model.network.channel_max=16"),
}
EXPERIMENTS = {"paper_bfr_512": "v1", "yangxy_bfr_512": "v1", "bfr_2048": "v2", "prior_2048": "prior"}


@pytest.mark.slow
@pytest.mark.parametrize("experiment", EXPERIMENTS)
def test_two_steps(tiny_experiment, tmp_path, experiment):
    if experiment == "yangxy_bfr_512":
        torch.manual_seed(0)
        (tmp_path / "weights").mkdir()
        torch.save(IRSE50().state_dict(), tmp_path / "weights" / "model_ir_se50.pth")
    before, after = tiny_experiment(experiment, *NARROW[EXPERIMENTS[experiment]])
    assert after["images_seen"] == 2
    moved = [n for n, t in before["state_dict"].items() if not torch.equal(t, after["state_dict"][n])]
    for network in ("model.generator", "discriminator", "averaged.model"):
        assert any(name.startswith(network) for name in moved), network


@pytest.fixture
def tiny_experiment(tmp_path, monkeypatch):
    """``tiny_experiment(name, *overrides)`` -> the checkpoints after one step and after two."""

    def train(experiment, *overrides):
        common = (
            f"experiment={experiment}",
            "init_from=null",
            "run_dir=run",
            "trainer=cpu",
            "data.num_workers=0",
            "data=drawn",
            "data.num_images=1",
            "data.num_held_out=0",
            "data.batch_size=1",
            "model.discriminator.channel_base=4096",
            "model.discriminator.channel_max=16",
            "keep_best=null",
            "images=2",
            "save_every=1",
        )
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv(FOLDER_VARIABLE, "")
        monkeypatch.delenv(FOLDER_VARIABLE)
        assert main(["train", *common, *overrides]) == 0
        folder = tmp_path / "run" / "checkpoints"
        return [torch.load(folder / f"{n:09d}.ckpt", weights_only=True) for n in (1, 2)]

    return train
