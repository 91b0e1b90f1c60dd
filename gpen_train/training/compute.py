"""How the steps are computed, as plain values: but for rounding and drawn noise, it changes no result."""

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace

import torch
from torch import nn

from gpen_train.bounds import bounded, check_choice, check_values, one_of, whole
from gpen_train.training import compiled
from gpen_train.words import plural

AUTO = "auto"  # bfloat16 where the device has it, else float32; compiled on GPUs alone
PRECISIONS = {"32": torch.float32, "bf16-mixed": torch.bfloat16, "16-mixed": torch.float16}
IMAGES = whole(1, 1e6, "a number from 1, such as 8")
OFF = "false"
BOOLEANS = {"false": OFF, "true": "default"}  # YAML's, as text
COMPILE = (AUTO, OFF, *compiled.MODES)
PIXELS = whole(1, 1 << 16, "a number from 1, such as 512")
STEPS = whole(1, 1e9, "a number from 1, such as 10")
THREADS = whole(1, 1024, "a number from 1, such as 1")


@dataclass
class ComputeSettings:
    """The defaults compute everything at once, in float32."""

    # AUTO until ``on`` decides; weights and R1 stay in float32
    precision: str = one_of((AUTO, *PRECISIONS), "32")
    micro_batch: int | None = bounded(IMAGES, None)  # a device takes at a time; None: its whole share
    checkpoint_from: int | None = bounded(PIXELS, None)  # blocks this fine keep no activations, but repeat
    compile: str = OFF  # the passes without a double backward: one of COMPILE; "true" is "default"
    tf32: bool = True  # on GPUs: float32 products on tensor cores, with 10 bits of mantissa
    threads: int | None = bounded(THREADS, None)  # of the CPU, for a process; None: a core each
    # skipped in a row, for gradients that are not finite, before the run goes back
    max_bad_steps: int = bounded(STEPS, 10)

    def __post_init__(self) -> None:
        self.compile = BOOLEANS.get(str(self.compile).lower(), self.compile)

    def on(self, device: str) -> "ComputeSettings":
        """These for devices of one kind, "cuda" or "cpu": with a choice in place of each AUTO."""
        precision, compile = self.precision, self.compile
        if precision == AUTO:
            has_bfloat16 = device == "cuda" and torch.cuda.is_bf16_supported(including_emulation=False)
            precision = "bf16-mixed" if has_bfloat16 else "32"
        if compile == AUTO:
            compile = "default" if device == "cuda" else OFF
        return replace(self, precision=precision, compile=compile)

    @property
    def dtype(self) -> torch.dtype:
        """What convolutions are computed in."""
        return PRECISIONS[self.precision]

    def quicken(self, *networks: nn.Module) -> None:
        """Compile the regions of ``networks``, where that is asked for."""
        if self.compile in compiled.MODES:
            for network in networks:
                compiled.compile_regions(network, self.compile)

    def as_written(self) -> AbstractContextManager:
        """Around passes with a double backward: they are not compiled."""
        return compiled.as_written() if self.compile in compiled.MODES else nullcontext()

    def autocast(self, device: torch.device, enabled: bool = True) -> AbstractContextManager:
        """Convolutions in the precision that is asked for; the meta device knows no autocast."""
        if self.dtype == torch.float32 or device.type == "meta":
            return nullcontext()
        return torch.autocast(device.type, self.dtype, enabled=enabled)

    def apply(self) -> None:
        """Set what is set for the whole process; CPUs have no TF32."""
        if self.threads:
            torch.set_num_threads(self.threads)
        if torch.cuda.is_available():
            torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = self.tf32

    def check(self) -> None:
        """Raise ValueError for an unknown precision or way to compile and for numbers out of their bounds."""
        check_choice("compute.compile", self.compile, COMPILE)
        check_values(self, "compute")


def num_parts(num_images: int, micro_batch: int | None, group: int = 1) -> int:
    """Into how many equal parts a device's share of ``num_images`` is cut, none above ``micro_batch``.

    The parts are of whole groups of ``group`` images, which the discriminator compares with each other.
    Raises ValueError where that cannot be.
    """
    if micro_batch is None:
        return 1
    for parts in range(1, num_images + 1):
        size = num_images // parts
        if num_images % parts == 0 and size % group == 0 and size <= micro_batch:
            return parts
    raise ValueError(
        f"compute.micro_batch is {micro_batch}, and the discriminator compares {group} of a device's "
        f"{plural(num_images, 'image')} with each other; give {group} or more, or a smaller "
        f"model.discriminator.group_size"
    )
