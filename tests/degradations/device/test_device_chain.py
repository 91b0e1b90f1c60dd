"""The chain on the device: the CPU's for the same plan, the same for the same seed, distributed alike."""

import numpy as np
import pytest
import torch

from gpen_train.degradations.chain import Step, build_chain
from gpen_train.degradations.device import chain as device
from gpen_train.degradations.device.chain import DeviceChain
from gpen_train.degradations.stages import STAGES as CPU_STAGES

PRESETS = (
    "gpen",
    "gpen_64",
    "gpen_64_heavy",
    "gpen_paper",
    "gfpgan",
    "codeformer",
    "codeformer_heavy",
    "restoreformer_pp",
    "real_esrgan",
    "old_photo",
    "cctv",
    "mild",
)


def rng(*seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


def without_noise(plan: list[Step]) -> list[Step]:
    """The numbers of noise differ between the devices."""
    steps = [Step(*step) for step in plan if step.stage != "noise"]
    return [
        step._replace(drawn=step.drawn | {"steps": without_noise(step.drawn["steps"])})
        if step.stage == "patch"
        else step
        for step in steps
    ]


def degrade_both(chain, clean, plans):
    """Pairs of the CPU's chain and of the device's, uint8 [B, h, w, 3] each."""
    pairs = [chain.apply(clean, plan) for plan in plans]
    cpu = [np.stack(images) for images in zip(*pairs, strict=True)]
    batch = torch.from_numpy(np.stack([clean] * len(plans)))
    found = DeviceChain(chain)(batch, plans)
    return cpu, [images.numpy() for images in found]


def psnr(a, b) -> np.ndarray:
    """dB for each image."""
    errors = np.square(a.astype(np.float64) - b).mean((1, 2, 3))
    return 10 * np.log10(255**2 / np.maximum(errors, 1e-10))


@pytest.mark.parametrize("name", PRESETS)
@pytest.mark.parametrize("input_resolution", [None, 48])
def test_a_plan_gives_the_same_image_but_for_its_noise(preset, face, name, input_resolution):
    chain, clean = build_chain(**(preset(name) | {"input_resolution": input_resolution})), face(96)
    plans = [without_noise(chain.draw(chain.frame(clean), rng(1, index))) for index in range(16)]
    (degraded, target), (found, found_target) = degrade_both(chain, clean, plans)
    assert found.shape == degraded.shape
    assert found.dtype == np.uint8
    # A level that is rounded the other way may move a quantized cosine, of the few that small images have.
    assert np.median(psnr(found, degraded)) > 46
    assert psnr(found, degraded).min() > 30
    assert psnr(found_target, target).min() > 60


@pytest.mark.parametrize("name", PRESETS)
def test_degraded_images_are_distributed_alike(preset, face, name):
    chain, clean = build_chain(**preset(name)), face(64)
    plans = [chain.draw(chain.frame(clean), rng(2, index)) for index in range(120)]
    (degraded, target), (found, found_target) = degrade_both(chain, clean, plans)
    expected, observed = psnr(degraded, target), psnr(found, found_target)
    levels = [0.05, 0.25, 0.5, 0.75, 0.95]
    assert np.quantile(observed, levels) == pytest.approx(np.quantile(expected, levels), abs=0.8)  # dB
    assert observed.mean() == pytest.approx(expected.mean(), abs=0.2)
    assert np.corrcoef(observed, expected)[0, 1] > 0.9  # image by image, as only the noise is another


def test_equal_plans_give_equal_images_in_any_batch(preset, face, monkeypatch):
    chain, clean = build_chain(**preset("gpen")), face(64)
    plans = [chain.draw(chain.frame(clean), rng(3, index)) for index in range(6)]
    batch = torch.from_numpy(np.stack([clean] * 6))
    degraded, target = DeviceChain(chain)(batch, plans)
    again = DeviceChain(build_chain(**preset("gpen")))(batch, plans)
    assert torch.equal(degraded, again[0])
    assert torch.equal(target, again[1])
    monkeypatch.setattr(device, "PIXELS_AT_A_TIME", 2 * 64 * 64)
    parts = DeviceChain(chain)(batch, plans)[0].numpy()  # of other sizes within, which may round otherwise
    assert psnr(parts, degraded.numpy()).min() > 42


def test_clean_images_are_left_alone_and_no_gradient_is_kept(preset, face):
    chain = build_chain(**preset("gpen"))
    batch = torch.from_numpy(np.stack([face(32)] * 4))
    before = batch.clone()
    plans = [chain.draw(chain.frame(face(32)), rng(4, index)) for index in range(4)]
    degraded, _ = DeviceChain(chain)(batch, plans)
    assert torch.equal(batch, before)
    assert not degraded.requires_grad
    unchanged = DeviceChain(build_chain(stages={}))(batch, [[]] * 4)
    assert torch.equal(unchanged[0], batch)


def test_a_shared_stage_changes_the_target(face):
    chain = build_chain(stages={"colour_shift": {"p": 1.0}}, shared={"grey": {"p": 0.5}})
    plans = [chain.draw(chain.frame(face(32)), rng(5, index)) for index in range(8)]
    batch = torch.from_numpy(np.stack([face(32)] * 8))
    _, target = DeviceChain(chain)(batch, plans)
    is_grey = [any(label == "grey" for label, *_ in plan) for plan in plans]
    assert 0 < sum(is_grey) < 8
    for image, grey, original in zip(target, is_grey, batch, strict=True):
        assert (image.amax(-1) == image.amin(-1)).all() == grey
        assert grey or torch.equal(image, original)


def test_a_patch_is_degraded_by_a_second_draw(face):
    stages = {"blur": {"sigma": [0.1, 10]}, "downsample": {"factor": [1, 6]}, "resize_back": {}}
    chain, clean = build_chain(stages=stages, patch={"p": 0.6}), face(96)
    plans = [chain.draw(chain.frame(clean), rng(6, index)) for index in range(10)]
    assert 0 < sum(plan[-1][1] == "patch" for plan in plans) < 10
    (degraded, _), (found, _) = degrade_both(chain, clean, plans)
    assert psnr(found, degraded).min() > 50


def test_webp_is_refused_in_one_line():
    chain = build_chain(stages={"squeeze": {"stage": "compression", "formats": {"jpeg": 1, "webp": 1}}})
    with pytest.raises(ValueError, match=r"'squeeze' draws webp.*degradation\.where=cpu") as error:
        DeviceChain(chain)
    assert "\n" not in str(error.value)


def test_all_stages_have_a_version_for_the_device():
    assert device.STAGES.keys() == CPU_STAGES.keys()


def test_a_stage_without_a_version_for_the_device_is_refused(monkeypatch):
    monkeypatch.delitem(device.STAGES, "noise")
    with pytest.raises(ValueError, match=r"'noise' has no version for the device"):
        DeviceChain(build_chain(stages={"noise": {}}))
