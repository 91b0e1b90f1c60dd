"""Small models of both families in float64, and files' contents made of them."""

import pytest
import torch

from gpen_train.checkpoints.read import Weights
from gpen_train.models.discriminator import Discriminator
from gpen_train.models.gpen import GPEN, build_gpen
from gpen_train.models.prior import Prior, build_prior

WIDTHS = {"channel_base": 1024, "channel_max": 32}
V1 = {"encoder": "plain", "mapper": "stylegan2", "mapper_layers": 3, "injection": "concat", "style_dim": 16}
V2 = {"encoder_width": 4, "encoder_depths": (1, 1, 1, 1), "style_dim": 16, "input_resolution": 32}


def stirred(module):
    """In float64, with no parameter zero, so that all of them count."""
    module = module.double().eval()
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.add_(0.1 * torch.randn_like(parameter))
    return module


@pytest.fixture(autouse=True)
def _seed():
    torch.manual_seed(0)


@pytest.fixture
def make_gpen():
    """``make_gpen("gpen_v1", 32)`` -> a GPEN; more settings by name."""

    def make(family: str, resolution: int, **settings) -> GPEN:
        values = {**WIDTHS, **(V1 if family == "gpen_v1" else V2), **settings}
        return stirred(build_gpen(resolution, **values))

    return make


@pytest.fixture
def make_prior():
    def make(resolution: int = 32, injection: str = "project", **settings) -> Prior:
        values = {**WIDTHS, "style_dim": 16, "mapper_layers": 3, **settings}
        prior = stirred(build_prior(resolution, injection=injection, **values))
        prior.w_average.copy_(torch.randn(16))
        return prior

    return make


@pytest.fixture
def make_discriminator():
    def make(resolution: int = 32, **settings) -> Discriminator:
        return stirred(Discriminator(resolution, **{**WIDTHS, **settings}))

    return make


@pytest.fixture
def make_weights():
    """``make_weights(model=.., discriminator=..)`` -> what ``read`` gives."""

    def make(**parts) -> Weights:
        return Weights(**parts, layout="bundle", source="old.pth")

    return make
