"""A description needs neither torch nor values: it is that of the file as it is read whole."""

import json
import subprocess
import sys
from argparse import Namespace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from gpen_train.checkpoints.bundle import LEGACY, PARTS, bundle_content
from gpen_train.checkpoints.describe import describe, described
from gpen_train.checkpoints.door import opened
from gpen_train.checkpoints.prior_file import save_discriminator, save_prior
from gpen_train.checkpoints.read import read
from gpen_train.cli.inspect import report
from gpen_train.models.discriminator import Discriminator

OFFICIAL = ("official_bfr_64.pth", "official_discriminator_64.pth", "rosinality_stylegan2_64.pt")
MADE = (
    "bundle.pth",
    "half.pth",
    "old.pth",
    "state.pth",
    "ours.safetensors",
    "plain.safetensors",
    "arrays.pth",
)
OTHERS = ("prior.pth", "judge.pth", "wrapped.pth", "last.ckpt", "odd.pth", "network.pkl")


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("files")


@pytest.fixture
def file(request, fixtures, folder, small_v2, write_nvlabs, nvlabs_state) -> Path:
    """A file of each kind, by name."""
    name, content = request.param, bundle_content(small_v2, {"losses": {"content": 1.0}, "sizes": [1, None]})
    state, path = small_v2.state_dict(), folder / request.param
    named = {f"{part}.{key}": tensor for part in PARTS for key, tensor in content[part].items()}
    metadata = {"layout": "gpen_train", "args": json.dumps(vars(content["args"]))}
    odd = Namespace(dtype=torch.float16, size=torch.Size([1, 2]), count=np.float64(3.5), seen={1, 2})
    training = {"state_dict": {f"model.{n}": t for n, t in state.items()}, "pytorch-lightning_version": "2"}
    files = {
        "half.pth": bundle_content(small_v2, dtype=torch.float16),
        "state.pth": {n: torch.nn.Parameter(t) for n, t in state.items()},
        "arrays.pth": {"params": {name: tensor.numpy() for name, tensor in state.items()}},
        "wrapped.pth": {"params_ema": {f"module.{name}": tensor for name, tensor in state.items()}, "n": 3},
        "last.ckpt": {**training, "images_seen": 8, "record": {"model": small_v2.settings}},
        "odd.pth": {**content, "args": odd},
    }
    if name in OFFICIAL:
        return fixtures / name
    if name == "ours.safetensors":
        save_file(named, path, metadata)
    elif name == "plain.safetensors":
        save_file(dict(state), path)
    elif name == "prior.pth":
        save_prior(read(fixtures / OFFICIAL[2]).model, path)
    elif name == "judge.pth":
        save_discriminator(Discriminator(32, channel_max=8), path, torch.bfloat16)
    elif name == "network.pkl":
        write_nvlabs(path, G_ema=nvlabs_state("G"), D=nvlabs_state("D"))
    else:
        torch.save(files.get(name, content), path, **(LEGACY if name == "old.pth" else {}))
    return path


@pytest.mark.parametrize("file", [*OFFICIAL, *MADE, *OTHERS], indirect=True)
def test_is_that_of_the_file_read_whole(file):
    whole = described(opened(file), file.stat().st_size)
    assert report("it", describe(file)) == report("it", whole)


PROGRAM = """
import sys
from gpen_train.cli.main import main
status = main(["inspect", sys.argv[1]])
print("loaded", *sys.modules, file=sys.stderr)
sys.exit(status)
"""


@pytest.mark.parametrize(
    "file",
    ["bundle.pth", "old.pth", "ours.safetensors", "network.pkl", "arrays.pth", "last.ckpt"],
    indirect=True,
)
def test_gpen_inspect_imports_nothing_heavy(file):
    found = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(file)], capture_output=True, text=True, check=True
    )
    loaded = set(found.stderr.rpartition("loaded")[2].split())
    assert "gpen_train.checkpoints.describe" in loaded
    assert not loaded & {"torch", "numpy", "pytorch_lightning", "omegaconf", "cv2"}
    assert "parameters" in found.stdout
