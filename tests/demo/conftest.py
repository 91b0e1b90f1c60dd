"""A page with small models."""

import pytest
import torch

from gpen_train.degradations.chain import Chain
from gpen_train.demo.models import Model
from gpen_train.models.gpen import build_gpen
from gpen_train.restoration.network import Network


def tiny(task: str) -> Model:
    torch.manual_seed(0)
    gpen = build_gpen(32, encoder_width=4, encoder_depths=(1, 1, 1, 1), style_dim=8, channel_max=8)
    return Model(Network(gpen), task)


@pytest.fixture(scope="session")
def models() -> dict[str, Model]:
    return {task: tiny(task) for task in ("bfr", "inpainting", "colorization")}


@pytest.fixture(scope="session")
def chains() -> dict[str, Chain]:
    from gpen_train.cli.data.presets import build_preset, preset_names

    return {name: build_preset(name) for name in preset_names()}
