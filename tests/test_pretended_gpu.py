"""What a GPU would refuse, looked for without one: tensors that are left on the CPU, and hidden waits."""

import numpy as np
import pytest
import torch
from torch import nn

from gpen_train.cli.data.presets import build_preset, preset_names
from gpen_train.degradations.device.chain import DeviceChain
from gpen_train.feature_nets.arcface import IRSE50
from gpen_train.feature_nets.inception import Inception
from gpen_train.feature_nets.vgg import VGG19
from gpen_train.images import to_float, to_uint8
from gpen_train.losses.components import ComponentDiscriminators
from gpen_train.losses.judged.identity import identity_of_faces
from gpen_train.losses.judged.perceptual import perceptual_and_style
from gpen_train.models.discriminator import Discriminator
from gpen_train.models.gpen import build_gpen
from gpen_train.models.prior import build_prior
from gpen_train.training.ada.augment import Augment, transform
from gpen_train.training.ada.settings import AugmentSettings

DTYPES = (torch.float32, torch.bfloat16, torch.float16)
NARROW = {"style_dim": 32, "channel_base": 256, "channel_max": 16}
RESNET = {"encoder_width": 8, "encoder_depths": (1, 1, 1, 1)}
V1 = {"encoder": "plain", "injection": "concat", "mapper": "stylegan2"}
GPENS = {"v2": RESNET, "v2, fed with noise": {**RESNET, "input_resolution": 32, "unfed": "noise"}, "v1": V1}


def images(num: int = 4, side: int = 64) -> torch.Tensor:
    return torch.rand(num, 3, side, side) * 2 - 1


def check(made: torch.Tensor, *shape: int) -> None:
    assert (made.device.type, tuple(made.shape)) == ("cuda", shape)


def test_what_a_gpu_refuses_is_refused(on_a_gpu):
    left_behind = torch.ones(3)
    with on_a_gpu(torch.float32):
        there = torch.ones(3)
        with pytest.raises(Exception, match="device"):
            there + torch.ones(3, device="cpu")
        with pytest.raises(Exception, match="cuda"):
            nn.functional.linear(there[None], left_behind[None])
        with pytest.raises(Exception, match="_local_scalar_dense"):
            bool(there.sum() > 2)


def test_autocast_is_at_work(on_a_gpu):
    for dtype in DTYPES:
        with on_a_gpu(dtype):
            assert nn.Linear(2, 2)(torch.ones(1, 2)).dtype == dtype


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("name", GPENS)
def test_gpen(on_a_gpu, name, dtype):
    with on_a_gpu(dtype):
        model = build_gpen(64, **NARROW, **GPENS[name])
        restored = model(images(side=48), torch.Generator("cuda"))
        check(restored, 4, 3, 64, 64)
        check(to_uint8(restored), 4, 64, 64, 3)
        check(model.sample(np.zeros((2, 32)), torch.Generator("cuda")), 2, 3, 64, 64)


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("injection", ["project", "concat"])
def test_prior(on_a_gpu, injection, dtype):
    with on_a_gpu(dtype):
        prior = build_prior(64, mapper_layers=2, injection=injection, **NARROW)
        check(prior.sample(torch.randn(2, 32), truncation=0.5), 2, 3, 64, 64)


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_discriminator(on_a_gpu, dtype):
    with on_a_gpu(dtype):
        check(Discriminator(64, 256, 16)(images()), 4, 1)


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_judges_and_components(on_a_gpu, dtype):
    layers = {"conv1_2": 0.5, "conv3_4": 1.0}
    with on_a_gpu(dtype):
        restored, clean = images(2, 128), images(2, 128)
        check(identity_of_faces(IRSE50().eval(), restored, clean))
        for term in perceptual_and_style(VGG19(list(layers)), layers, restored, clean).values():
            check(term)
        parts = ComponentDiscriminators(width=4)
        check(parts.discriminator_loss(restored, clean))
        for term in parts.generator_loss(restored, clean).values():
            check(term)
        check(Inception().eval()(restored), 2, 2048)


@pytest.mark.parametrize("groups", ["flip", "b", "bg", "bgc"])
def test_augmentation(on_a_gpu, groups):
    with on_a_gpu(torch.float16):
        augment = Augment(AugmentSettings(groups=groups, target=0.6, every=1))
        check(transform(images(), augment.draw(4, 64, torch.Generator("cuda"))), 4, 3, 64, 64)
        augment.update(torch.ones(()), 4)


@pytest.mark.parametrize("name", preset_names())
def test_degradations(on_a_gpu, name):
    chain = build_preset(name)
    frame = chain.frame(np.zeros((64, 64, 3), dtype=np.uint8))
    plans = [chain.draw(frame, np.random.default_rng([3, number])) for number in range(6)]
    with on_a_gpu(torch.float32):
        clean = torch.zeros((6, 64, 64, 3), dtype=torch.uint8)
        degraded, target = DeviceChain(chain)(clean, plans)
        check(to_float(degraded), 6, 3, 64, 64)
        check(target, 6, 64, 64, 3)
