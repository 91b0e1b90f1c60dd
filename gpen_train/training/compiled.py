"""Networks compiled region by region; passes that are differentiated twice run as they are written.

A region is a resolution block of the generator or of the discriminator, the encoder, or the mapper: small
enough to compile soon, and free of what does not compile, as the noise that is drawn between blocks.
"""

import inspect
from contextlib import AbstractContextManager
from typing import Any

import torch
from torch import nn

from gpen_train.models.synthesis import Synthesis

BACKEND = "inductor"
# CUDA graphs would overwrite the images of a step's first half before its second half has used them.
MODES = {"default": None, "max-autotune": "max-autotune-no-cudagraphs"}
MAX_GRAPHS = 64  # that share the code of nn.Module's call; beyond it torch goes on without compiling


def compile_regions(network: nn.Module, mode: str) -> None:
    """Have each region compiled when it is first called, for the shapes it is called with; ``mode`` of MODES.

    The names and the weights of ``network`` stay as they are, and a copy of it is not compiled.
    """
    torch._dynamo.config.recompile_limit = MAX_GRAPHS
    options: dict[str, Any] = {"mode": MODES[mode]} if MODES[mode] else {}
    if "isolate_recompiles" in inspect.signature(torch.compile).parameters:  # later torch: no shared search
        options |= {"isolate_recompiles": True}
    for region in regions(network):
        region.compile(backend=BACKEND, dynamic=False, **options)


def regions(network: nn.Module) -> list[nn.Module]:
    """The parts of a GPEN, a prior or a discriminator, a generator's blocks in the place of it."""
    found: list[nn.Module] = []
    for part in network.children():
        found += part.children() if isinstance(part, Synthesis) else [part]
    return found


def as_written() -> AbstractContextManager:
    """Within it nothing runs compiled: the gradient of a gradient cannot be compiled."""
    return torch.compiler.set_stance("force_eager")
