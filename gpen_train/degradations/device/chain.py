"""The chain on the device: the plans that the CPU's chain draws, carried out for a whole batch."""

from collections.abc import Callable, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor

from gpen_train.degradations.chain import Chain, Step
from gpen_train.degradations.device.batch import Size, quantize
from gpen_train.degradations.device.blur import blur
from gpen_train.degradations.device.colour import colour_jitter, colour_shift, grey, haze
from gpen_train.degradations.device.geometry import interlacing, shift
from gpen_train.degradations.device.jpeg import compression
from gpen_train.degradations.device.noise import noise
from gpen_train.degradations.device.paper import paper
from gpen_train.degradations.device.resize import downsample, rescale, resize, resize_back
from gpen_train.degradations.device.scratches import scratches
from gpen_train.degradations.device.tone import fading, low_light
from gpen_train.degradations.device.video import video_compression
from gpen_train.degradations.stages import name_of

Plan = Sequence[Step]

# Images [3, h, w] and what was drawn for each -> images; uint8 and float32 as on the CPU.
STAGES: dict[str, Callable[[Sequence[Tensor], Sequence[dict[str, Any]]], list[Tensor]]] = {
    "blur": blur,
    "downsample": downsample,
    "rescale": rescale,
    "noise": noise,
    "compression": compression,
    "video_compression": video_compression,
    "resize_back": resize_back,
    "grey": grey,
    "haze": haze,
    "colour_shift": colour_shift,
    "colour_jitter": colour_jitter,
    "fading": fading,
    "paper": paper,
    "scratches": scratches,
    "low_light": low_light,
    "interlacing": interlacing,
    "shift": shift,
}
PIXELS_AT_A_TIME = 2**24  # of clean images: four of 2048 px, for less than 2 GB


class DeviceChain:
    """Degrade a batch as ``chain`` does it one by one: ``degraded, clean = device_chain(clean, plans)``.

    Plans are drawn by the chain. The result of a plan is the chain's but for rounding, and for the numbers of
    the noise, which come from the same seed but another generator. Raises ValueError for a chain with a stage
    that has no version for the device.
    """

    def __init__(self, chain: Chain):
        for label, stage in (chain.shared | chain.stages).items():
            if name_of(stage) not in STAGES:
                raise ValueError(
                    f"degradation stage {label!r} has no version for the device; set degradation.where=cpu"
                )
            if getattr(stage, "formats", {}).get("webp"):
                raise ValueError(
                    f"degradation stage {label!r} draws webp, and the device knows jpeg alone; "
                    f"set degradation.where=cpu or degradation.stages.{label}.formats.webp=0"
                )
        self.chain = chain

    @torch.no_grad()
    def __call__(self, clean: Tensor, plans: Sequence[Plan]) -> tuple[Tensor, Tensor]:
        """Return (degraded, clean): uint8 [B, H, W, 3] -> uint8 [B, h, w, 3], uint8 [B, H, W, 3]."""
        at_a_time = max(1, PIXELS_AT_A_TIME // (clean.shape[1] * clean.shape[2]))
        pairs: list[tuple[Tensor, Tensor]] = []
        with full_precision():
            for start in range(0, len(plans), at_a_time):
                some = slice(start, start + at_a_time)
                pairs += self._pairs(clean[some], plans[some])
        degraded, targets = zip(*pairs, strict=True)
        return _stacked(degraded), _stacked(targets)

    def _pairs(self, clean: Tensor, plans: Sequence[Plan]) -> list[tuple[Tensor, Tensor]]:
        size = self.chain.frame(clean[0]).size
        targets = list(clean.permute(0, 3, 1, 2).contiguous())
        targets = [quantize(image) for image in carry_out(targets, plans, list(self.chain.shared))]
        return list(zip(self._degrade(targets, size, plans), targets, strict=True))

    def _degrade(self, images: Sequence[Tensor], size: Size, plans: Sequence[Plan]) -> list[Tensor]:
        """Return uint8 of ``size``, without what is shared with the clean image."""
        degraded = [quantize(image) for image in carry_out(images, plans, list(self.chain.stages))]
        degraded = resize(degraded, [size] * len(images), ["bilinear"] * len(images))
        patched = [number for number, plan in enumerate(plans) if plan and plan[-1].stage == "patch"]
        if patched:
            squares = [plans[number][-1].drawn for number in patched]
            others = self._degrade(
                [images[n] for n in patched], size, [square["steps"] for square in squares]
            )
            for number, other, square in zip(patched, others, squares, strict=True):
                degraded[number] = _pasted(degraded[number], other, **square)
        return degraded


def carry_out(images: Sequence[Tensor], plans: Sequence[Plan], labels: Sequence[str]) -> list[Tensor]:
    """Apply the steps of these labels, in this order, each to all images that have it in their plans."""
    images = list(images)
    steps = [{step.label: step for step in plan} for plan in plans]
    for label in labels:
        members = {number: plan[label] for number, plan in enumerate(steps) if label in plan}
        if members:
            stage = STAGES[next(iter(members.values())).stage]
            results = stage([images[n] for n in members], [step.drawn for step in members.values()])
            for number, image in zip(members, results, strict=True):
                images[number] = image
    return images


@contextmanager
def full_precision():
    """Matrix products in float32: with the 10 bits of TF32, levels would be off by up to a quarter."""
    matmul = torch.backends.cuda.matmul
    before, matmul.allow_tf32 = matmul.allow_tf32, False
    try:
        yield
    finally:
        matmul.allow_tf32 = before


def _pasted(image: Tensor, other: Tensor, top: int, left: int, side: int, **_: Any) -> Tensor:
    image, square = image.clone(), (slice(None), slice(top, top + side), slice(left, left + side))
    image[square] = other[square]
    return image


def _stacked(images: Sequence[Tensor]) -> Tensor:
    """Planes [3, H, W] -> pixels [B, H, W, 3]."""
    return torch.stack(list(images)).permute(0, 2, 3, 1).contiguous()
