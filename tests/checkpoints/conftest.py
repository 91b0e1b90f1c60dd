"""Small models of both families, and the numbers of the official networks."""

from pathlib import Path

import pytest
import torch

from gpen_train.models.gpen import GPEN, build_gpen

SMALL = {
    "gpen_v2": {
        "output_resolution": 64,
        "input_resolution": 32,
        "encoder_width": 4,
        "encoder_depths": (1, 1, 1, 1),
        "style_dim": 16,
        "channel_base": 512,
        "channel_max": 12,
    },
    "gpen_v1": {
        "output_resolution": 32,
        "encoder": "plain",
        "mapper": "stylegan2",
        "mapper_layers": 8,
        "injection": "concat",
        "style_dim": 16,
        "channel_base": 256,
        "channel_max": 16,
    },
}


@pytest.fixture
def fixtures() -> Path:
    return Path(__file__).parents[1] / "fixtures"


@pytest.fixture(params=SMALL)
def model(request) -> GPEN:
    """A small GPEN in which no parameter is zero, so that all of them count."""
    torch.manual_seed(0)
    model = build_gpen(**SMALL[request.param]).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.1 * torch.randn_like(parameter))
    return model


@pytest.fixture
def small_v2() -> GPEN:
    return build_gpen(**SMALL["gpen_v2"]).eval()
