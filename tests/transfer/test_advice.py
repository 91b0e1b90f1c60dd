"""Every setting that an error of ``take_over`` advises is one that ``gpen train`` takes, and it helps."""

import re
from functools import cache

import pytest
import torch
from omegaconf import DictConfig

from gpen_train.checkpoints.read import Weights
from gpen_train.cli.settings.compose import build, compose
from gpen_train.models.encoders.resnet50 import ResNet50Encoder
from gpen_train.transfer.take_over import take_over

ADVICE = re.compile(r"(\+{0,2}model(?:\.\w+)*=\S+?)(?=[\s;]|$)")
MAX_ERRORS = 6
TINY_PRIOR = ("model=tiny_prior",)
CONCATENATING = (*TINY_PRIOR, "+model.network.injection=concat")
SETTINGS = {  # of what a file holds
    "v1": ("model=tiny_v1",),
    "v2": ("model=tiny_v2",),
    "prior": TINY_PRIOR,
    "concatenating prior": CONCATENATING,
    "v1, finer": ("model=tiny_v1", "model.network.output_resolution=64"),
    "v2, finer": (
        "model=tiny_v2",
        "model.network.output_resolution=64",
        "+model.network.input_resolution=32",
    ),
    "v2, wider": ("model=tiny_v2", "model.network.channel_base=512", "model.network.channel_max=32"),
    "v2, deeper": (
        "model=tiny_v2",
        "model.network.encoder_depths=[1,2,1,1]",
        "model.network.encoder_width=8",
    ),
    "v2, more layers": ("model=tiny_v2", "+model.network.mapper_layers=3", "model.network.style_dim=24"),
    "v2, unfed": ("model=tiny_v2", "+model.network.unfed=noise"),
    "v1, more layers": ("model=tiny_v1", "model.network.mapper_layers=4"),
    "finer prior": (*TINY_PRIOR, "model.network.output_resolution=64"),
    "other discriminator": (
        *("model=tiny_v2", "model.discriminator.channel_base=1024", "model.discriminator.channel_max=32"),
    ),
}
STARTED = {  # what is trained
    "v1": ("model=tiny_v1",),
    "v2": ("model=tiny_v2",),
    "prior": TINY_PRIOR,
    "v1, one size": ("model=tiny_v1", "+model.network.input_resolution=32"),
    "v2, much finer": (
        "model=tiny_v2",
        "model.network.output_resolution=128",
        "+model.network.input_resolution=32",
    ),
    "v1, much finer": ("model=tiny_v1", "model.network.output_resolution=128"),
}
NOT_AT_ALL = "which no prior has"  # an MLP: no setting would do


@cache
def composed(*overrides: str) -> DictConfig:
    return compose("train", ["data=drawn", *overrides])


def networks(config: DictConfig) -> tuple[torch.nn.Module, torch.nn.Module]:
    return build(config.model.network), build(config.model.discriminator)


def start(files: list[Weights], overrides: list[str]) -> list[str]:
    """The messages of the errors, each of whose advice is followed, until the start succeeds."""
    messages = []
    for _ in range(MAX_ERRORS):
        model, discriminator = networks(composed(*overrides))
        try:
            take_over(files, model, discriminator)
        except ValueError as error:
            messages.append(str(error))
            advised = ADVICE.findall(str(error))
            if not advised:
                return messages
            overrides = [*overrides, *advised]
        else:
            return messages
    raise AssertionError(messages)


@pytest.mark.parametrize("old", SETTINGS)
@pytest.mark.parametrize("new", STARTED)
def test_following_the_advice_leads_to_a_start(old, new):
    model, discriminator = networks(composed(*SETTINGS[old]))
    for files in (
        [Weights(model, layout="bundle", source="old.pth")],
        [Weights(discriminator=discriminator, layout="bundle", source="old.pth")],
    ):
        for message in start(files, [*STARTED[new]]):
            assert "\n" not in message
            assert ADVICE.search(message) or (NOT_AT_ALL in message and new == "prior")


def test_of_a_resnet():
    encoder = ResNet50Encoder(32, style_dim=16, width=8, depths=(2, 1, 1, 1))
    state = {name: tensor for name, tensor in encoder.state_dict().items() if not name.startswith("fc.")}
    files = [Weights(encoder=state, layout="torchvision ResNet-50", source="old.pth")]
    (message,) = start(files, ["model=tiny_v2"])
    assert "encoder_width=8 ++model.network.encoder_depths=[2,1,1,1] would fit" in message
    state["layer1.0.conv2.weight"] = torch.ones(16, 16, 3, 3)
    *_, message = start(files, ["model=tiny_v2"])
    assert message.endswith("it is no plain ResNet")
    assert ADVICE.findall("old.pth is a ResNet-50; choose model=v2_512 or another v2") == ["model=v2_512"]
    assert composed("model=v2_512").model.network.output_resolution == 512
