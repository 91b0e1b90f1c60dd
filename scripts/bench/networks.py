"""Inference and training steps of the networks against a plain reference of the same layers, in one run.

The reference builds each sample's kernel and convolves in groups, filters with zero insertion and a full
2-D convolution, and keeps NCHW memory: the way StyleGAN2 is written without CUDA extensions. Both have the
same weights, and their outputs are compared first. Runs alternate, A B A B; medians and ratios are printed.

    python scripts/bench/networks.py --model v1_256 --runs 3
"""

import argparse
import copy
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from unittest import mock

import torch
import torch.nn.functional as F
from omegaconf import OmegaConf
from torch import Tensor

from gpen_train.cli.settings.compose import build
from gpen_train.cli.settings.configs import configs_folder
from gpen_train.losses import adversarial
from gpen_train.losses.r1 import r1
from gpen_train.models import filters
from gpen_train.models.modulated import ModulatedConv2d


def grouped(self: ModulatedConv2d, x: Tensor, w: Tensor, offset: Tensor) -> Tensor:
    """ModulatedConv2d.forward as the paper writes it."""
    batch, in_channels, height, width = x.shape
    kernel = self.weight * self.weight_gain * self.affine(w)[:, None, :, None, None]  # [B, O, I, k, k]
    if self.demodulate:
        kernel = kernel * torch.rsqrt(kernel.square().sum(dim=(2, 3, 4), keepdim=True) + 1e-8)
    x = x.reshape(1, batch * in_channels, height, width)
    if self.up:
        kernel = kernel.transpose(1, 2).flatten(0, 1)  # [B * I, O, k, k]
        y = filters.blur(F.conv_transpose2d(x, kernel, stride=2, groups=batch), padding=1, gain=4.0)
    else:
        y = F.conv2d(x, kernel.flatten(0, 1), padding=self.size // 2, groups=batch)
    return y.reshape(batch, -1, *y.shape[2:]) * self.gain + offset


def full_filter(x: Tensor, gain: float, up: int, down: int, before: int, after: int) -> Tensor:
    """Zero insertion, a full 2-D convolution, decimation."""
    batch, channels, height, width = x.shape
    x = x.reshape(batch * channels, 1, height, 1, width, 1)
    x = F.pad(x, (0, up - 1, 0, 0, 0, up - 1)).reshape(batch * channels, 1, height * up, width * up)
    x = F.conv2d(F.pad(x, (before, after, before, after)), filters.kernel(gain).to(x)[None, None])
    return x.reshape(batch, channels, *x.shape[2:])[:, :, ::down, ::down]


@contextmanager
def reference() -> Iterator[None]:
    """Within it the networks compute as the reference does."""
    with (
        mock.patch.object(ModulatedConv2d, "forward", grouped),
        mock.patch.object(
            filters, "blur", lambda x, padding, gain=1.0: full_filter(x, gain, 1, 1, padding, padding)
        ),
        mock.patch.object(filters, "downsample", lambda x: full_filter(x, 1.0, 1, 2, 1, 1)),
        mock.patch.object(filters, "upsample", lambda x: full_filter(x, 4.0, 2, 1, 2, 1)),
    ):
        yield


def compare(name: str, ours: Callable[[], None], theirs: Callable[[], None], runs: int) -> None:
    """Time both in turn and print a row."""
    times: dict[str, list[float]] = {"ours": [], "theirs": []}
    for run in range(runs + 1):
        for who, work in (("theirs", theirs), ("ours", ours)):
            start = time.perf_counter()
            work()
            if run:  # the first is a warm-up
                times[who].append(time.perf_counter() - start)
    mine, other = (statistics.median(times[who]) for who in ("ours", "theirs"))
    print(f"| {name} | {other:.2f} | {mine:.2f} | {other / mine:.1f} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", default="v1_256", help="a preset of configs/model")
    parser.add_argument("--batch-size", type=int, default=4, help="of the training steps")
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()

    config = OmegaConf.load(configs_folder() / "model" / f"{options.model}.yaml")
    config = OmegaConf.create({"model": config}).model
    torch.manual_seed(0)
    plain, plain_d = build(config.network), build(config.discriminator)
    fast, fast_d = (copy.deepcopy(net).to(memory_format=torch.channels_last) for net in (plain, plain_d))
    one = torch.randn(1, 3, plain.input_resolution, plain.input_resolution)
    many = torch.randn(options.batch_size, 3, plain.output_resolution, plain.output_resolution)

    def infer(model):
        with torch.inference_mode():
            return model(one.to(memory_format=torch.channels_last) if model is fast else one)

    def train_generator(model, discriminator):
        adversarial.logistic_g(discriminator(model(many))).backward()

    def train_discriminator(discriminator, with_r1):
        clean = many.clone().requires_grad_(with_r1)
        logits = discriminator(clean)
        (r1(logits, clean) if with_r1 else adversarial.logistic_d(logits, -logits)).backward()

    def with_reference(work, *arguments):
        def run():
            with reference():
                work(*arguments)

        return run

    with reference():
        wanted = infer(plain)
    difference = (infer(fast) - wanted).abs().max() / wanted.abs().max()
    print(
        f"{options.model}, {torch.get_num_threads()} threads; largest relative difference {difference:.1e}\n"
    )
    print("| | reference, s | ours, s | ratio |\n|---|---|---|---|")
    compare("inference, batch 1", lambda: infer(fast), with_reference(infer, plain), options.runs)
    compare(
        "generator step",
        lambda: train_generator(fast, fast_d),
        with_reference(train_generator, plain, plain_d),
        options.runs,
    )
    for name, with_r1 in (("discriminator step", False), ("R1 step", True)):
        compare(
            name,
            lambda r1=with_r1: train_discriminator(fast_d, r1),
            with_reference(train_discriminator, plain_d, with_r1),
            options.runs,
        )


if __name__ == "__main__":
    main()
