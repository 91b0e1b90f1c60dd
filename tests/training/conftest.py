"""A tiny GPEN, its discriminator, and data of 32 px that costs nothing to make."""

import numpy as np
import pytest
import torch
from omegaconf import OmegaConf

from gpen_train.cli.run.trainer import build_trainer
from gpen_train.loading.datamodule import FaceDataModule
from gpen_train.losses.path_length import PathLength
from gpen_train.losses.r1 import R1
from gpen_train.losses.settings import LossSettings
from gpen_train.models.discriminator import Discriminator
from gpen_train.models.gpen import build_gpen
from gpen_train.models.prior import build_prior
from gpen_train.training import compiled
from gpen_train.training.ada.settings import AugmentSettings
from gpen_train.training.compute import ComputeSettings
from gpen_train.training.ema import AveragingSettings
from gpen_train.training.optimizers import LearningRates
from gpen_train.training.prior import PriorModule, PriorStep
from gpen_train.training.restoration import RestorationModule, RestorationStep


class Noise:
    """A source of random images."""

    name, resolution = "noise", 32

    def __init__(self, num_images, first=0):
        self.num_images, self.first = num_images, first

    def __len__(self):
        return self.num_images

    def __getitem__(self, index):
        rng = np.random.default_rng(self.first + index)
        return rng.integers(0, 256, (32, 32, 3), dtype=np.uint8)

    def label(self, index):
        return str(index)

    def fingerprint(self):
        return f"noise {self.num_images}"


def darken(clean, rng):
    """A task: the degraded image is darker by a random factor."""
    return (clean * rng.uniform(0.2, 0.8)).astype(np.uint8), clean


@pytest.fixture
def make_module():
    """``make_module(**losses)`` -> a RestorationModule of a tiny GPEN, the same at every call.

    ``settings`` is the dataclass of the losses, ``judges`` are the pretrained networks of some of them,
    ``rates`` are what the optimizer's settings have beside the rates.
    """

    def make(
        unfed="nothing", compute=None, augment=None, settings=LossSettings, judges=None, rates=(), **losses
    ):
        torch.manual_seed(0)
        model = build_gpen(
            32,
            input_resolution=16 if unfed == "noise" else None,
            encoder_width=4,
            encoder_depths=(1, 1, 1, 1),
            style_dim=16,
            channel_base=256,
            channel_max=16,
            unfed=unfed,
        )
        step = RestorationStep(
            model,
            Discriminator(32, 256, 16),
            settings(**{"r1": R1(every=2), **losses}),
            rates=LearningRates(**{"encoder": 1e-3, "generator": 2e-3, "discriminator": 1e-3, **dict(rates)}),
            averaging=AveragingSettings(half_life=100),
            compute=compute or ComputeSettings(),
            augment=augment or AugmentSettings(),
            judges=judges,
        )
        return RestorationModule(step)

    return make


@pytest.fixture
def make_prior():
    """``make_prior(**losses)`` -> a PriorModule of a tiny StyleGAN2, the same at every call."""

    def make(compute=None, rates=(), **losses):
        torch.manual_seed(0)
        step = PriorStep(
            build_prior(32, style_dim=16, mapper_layers=2, channel_base=256, channel_max=16),
            Discriminator(32, 256, 16),
            LossSettings(**{"r1": R1(every=2), "path_length": PathLength(2.0), **losses}),
            rates=LearningRates(**{"encoder": 1e-3, "generator": 2e-3, "discriminator": 1e-3, **dict(rates)}),
            averaging=AveragingSettings(half_life=100),
            compute=compute or ComputeSettings(),
            augment=AugmentSettings(),
        )
        return PriorModule(step)

    return make


@pytest.fixture
def make_data():
    """``make_data(images)`` -> batches of 4 pairs from 10 images of noise, 4 others held out."""

    def make(images, num_workers=0, batch_size=4):
        sources = Noise(10), Noise(4, first=100)
        return FaceDataModule(*sources, darken, images, batch_size, num_workers, cache=False)

    return make


@pytest.fixture
def make_trainer(tmp_path):
    settings = {"accelerator": "cpu", "devices": 1, "num_nodes": 1, "strategy": "auto"}

    def make(*callbacks, loggers=()):
        return build_trainer(OmegaConf.create(settings), tmp_path, list(callbacks), list(loggers))

    return make


@pytest.fixture
def graphs(monkeypatch):
    """The graphs that are compiled, which run as they are."""
    found = []

    def count(graph, inputs):
        found.append(graph)
        return graph.forward

    monkeypatch.setattr(compiled, "BACKEND", count)
    torch._dynamo.reset()
    yield found
    torch._dynamo.reset()
