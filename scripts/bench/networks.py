"""Inference and training steps of the networks against a plain reference of the same layers, in one run.

The reference builds each sample's kernel and convolves in groups, filters with zero insertion and a full
2-D convolution, and keeps NCHW memory: the way StyleGAN2 is written without CUDA extensions. Both have the
same weights, and their outputs are compared first. Runs alternate, A B A B; medians and ratios are printed.
Times are CPU seconds of all threads, which other programs disturb least.

    python scripts/bench/networks.py --model v1_256 --runs 3
    python scripts/bench/networks.py --model v1_512 --inference --threads 1
    python scripts/bench/networks.py --model v1_512 --peak for_inference
"""

import argparse
import copy
import resource
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from unittest import mock

import torch
import torch.nn.functional as F
from omegaconf import OmegaConf
from torch import Tensor, nn

from gpen_train.cli.settings.compose import build
from gpen_train.cli.settings.configs import configs_folder
from gpen_train.losses import adversarial
from gpen_train.losses.r1 import squared_gradient
from gpen_train.models import filters
from gpen_train.models.modulated import ModulatedConv2d

WAYS = ("reference", "eager", "for_inference", "bfloat16")


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


def compare(name: str, works: dict[str, Callable[[], object]], runs: int) -> None:
    """Time all in turn and print a row: seconds of each, and how many times as fast as the first."""
    times: dict[str, list[float]] = {who: [] for who in works}
    for run in range(runs + 1):
        for who, work in works.items():
            start = time.process_time()
            work()
            if run:  # the first is a warm-up
                times[who].append(time.process_time() - start)
    first, *others = (statistics.median(values) for values in times.values())
    cells = [f"{first:.2f}", *(f"{seconds:.2f} ({first / seconds:.2f}x)" for seconds in others)]
    print(f"| {name} | {' | '.join(cells)} |", flush=True)


def with_reference(work: Callable, *arguments: object) -> Callable[[], object]:
    """``work`` of these arguments, computed as the reference does."""

    def run() -> object:
        with reference():
            return work(*arguments)

    return run


@torch.inference_mode()
def infer(model: nn.Module, image: Tensor) -> Tensor:
    return model(image)


def inferences(model: nn.Module, chosen: Sequence[str]) -> dict[str, Callable[[], Tensor]]:
    """Each way to restore one image, by its column."""
    image = torch.randn(1, 3, *[model.input_resolution] * 2)
    channels_last = image.to(memory_format=torch.channels_last)
    made = {
        "reference": lambda: with_reference(infer, model, image),
        "eager": lambda: partial(
            infer, copy.deepcopy(model).to(memory_format=torch.channels_last), channels_last
        ),
        "for_inference": lambda: partial(infer, model.for_inference(), channels_last),
        "bfloat16": lambda: partial(infer, model.for_inference(torch.bfloat16), channels_last),
    }
    return {name: made[name]() for name in chosen}


def print_inference(model: nn.Module, ways: Sequence[str], runs: int) -> None:
    """Compare ways to restore an image, in turn; ratios are to the first."""
    works = inferences(model, ways)
    wanted = works[ways[0]]()
    largest = {
        name: ((work() - wanted).abs().max() / wanted.abs().max()).item() for name, work in works.items()
    }
    differences = ", ".join(f"{name} {value:.1e}" for name, value in largest.items() if value)
    print(f"largest relative difference from {ways[0]}: {differences}\n")
    print(f"| | {' | '.join(ways)} |\n|---{'|---' * len(ways)}|")
    compare("inference, batch 1", works, runs)


def print_peak(model: nn.Module, way: str) -> None:
    """Say how much memory this process has taken, which restores an image in one way alone."""
    work = inferences(model, [way])[way]
    del model  # as a program that only restores lets it go
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    work()
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"{way}, GiB at most: {before / 2**20:.2f} until the model was ready, {after / 2**20:.2f} in all")


def print_training(plain: nn.Module, plain_d: nn.Module, batch_size: int, runs: int) -> None:
    """Compare the steps of training."""
    fast, fast_d = (copy.deepcopy(net).to(memory_format=torch.channels_last) for net in (plain, plain_d))
    many = torch.randn(batch_size, 3, *[plain.output_resolution] * 2)

    def train_generator(model, discriminator):
        adversarial.logistic_g(discriminator(model(many))).backward()

    def train_discriminator(discriminator, with_r1):
        clean = many.clone().requires_grad_(with_r1)
        logits = discriminator(clean)
        (squared_gradient(logits, clean) if with_r1 else adversarial.logistic_d(logits, -logits)).backward()

    print("\n| | reference | ours |\n|---|---|---|")
    steps = {
        "generator step": (train_generator, (plain, plain_d), (fast, fast_d)),
        "discriminator step": (train_discriminator, (plain_d, False), (fast_d, False)),
        "R1 step": (train_discriminator, (plain_d, True), (fast_d, True)),
    }
    for name, (step, theirs, ours) in steps.items():
        compare(name, {"reference": with_reference(step, *theirs), "ours": partial(step, *ours)}, runs)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", default="v1_256", help="a preset of configs/model")
    parser.add_argument("--batch-size", type=int, default=4, help="of the training steps")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--threads", type=int, help="how many torch uses")
    parser.add_argument("--inference", action="store_true", help="leave the steps of training out")
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=WAYS, help="columns of inference")
    parser.add_argument("--peak", choices=WAYS, help="print the memory that one image took in this way")
    options = parser.parse_args()

    if options.threads:
        torch.set_num_threads(options.threads)
    config = OmegaConf.load(configs_folder() / "model" / f"{options.model}.yaml")
    config = OmegaConf.create({"model": config}).model
    torch.manual_seed(0)
    processor = torch.backends.cpu.get_cpu_capability()
    print(f"{options.model}, {torch.get_num_threads()} threads, {processor}")
    if options.peak:
        print_peak(build(config.network), options.peak)
        return
    print_inference(build(config.network), options.ways, options.runs)
    if not options.inference:
        print_training(build(config.network), build(config.discriminator), options.batch_size, options.runs)


if __name__ == "__main__":
    main()
