"""GPEN as an architecture of Spandrel, the package by which ComfyUI, chaiNNer and others read models.

    from gpen_train.integrations import spandrel

    spandrel.install()  # from here on spandrel.ModelLoader reads GPENs
    model = spandrel.load("gpen-bfr-512.pth")  # an ImageModelDescriptor, of any file that we read

Spandrel: https://github.com/chaiNNer-org/spandrel
"""

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from gpen_train.checkpoints.known import layout_within
from gpen_train.checkpoints.layout import BUNDLE, STATE, YANGXY_GENERATOR, YANGXY_TRAINING
from gpen_train.checkpoints.load import gpen_from_content, load_gpen
from gpen_train.images import resample
from gpen_train.models.gpen import GPEN

try:
    from spandrel import (
        MAIN_REGISTRY,
        Architecture,
        ArchRegistry,
        ArchSupport,
        ImageModelDescriptor,
        ModelTiling,
        SizeRequirements,
        StateDict,
    )
except ImportError as missing:
    raise ValueError("spandrel is not installed, which this module is for: pip install spandrel") from missing

LAYOUTS = (BUNDLE, STATE, YANGXY_GENERATOR, YANGXY_TRAINING)  # those that hold a GPEN


class FaceGPEN(GPEN):
    """A GPEN that shares the parts of ``model``, and passes over arguments that are for other networks.

    chaiNNer calls every face network as GFPGAN's and CodeFormer's: with ``return_rgb`` and ``weight``.
    """

    def __init__(self, model: GPEN) -> None:
        super().__init__(model.encoder, model.mapper, model.generator, model.settings)
        self.args = getattr(model, "args", argparse.Namespace())

    def forward(
        self, degraded: Tensor, random: torch.Generator | None = None, all_sides: bool = False, **others: Any
    ) -> Tensor | list[Tensor]:
        return super().forward(degraded, random, all_sides)


class GPENArch(Architecture[FaceGPEN]):
    """Finds GPENs by their keys: bundles, our state dicts, yangxy/GPEN's releases and training files."""

    def __init__(self) -> None:
        super().__init__(id="GPEN", detect=lambda state: layout_within(state) in LAYOUTS)

    def load(self, state_dict: StateDict) -> ImageModelDescriptor[FaceGPEN]:
        """The model of what a file holds, in eval mode on the CPU.

        Raises ValueError, in one line, for weights that are altered, not finite, or of another network.
        """
        return self.descriptor(gpen_from_content(_on_cpu(state_dict), "the state dict"))

    def descriptor(self, model: GPEN) -> ImageModelDescriptor[FaceGPEN]:
        """``model`` as Spandrel takes it: RGB [1, 3, S, S] in [0, 1] -> [1, 3, S * scale, S * scale].

        An image of another shape is padded to a square; of another size it is resampled to the network's,
        and the result back. It is one aligned face, so it is not to be cut into tiles.
        """
        face, task = FaceGPEN(model).eval(), getattr(getattr(model, "args", None), "task", None)
        return ImageModelDescriptor(
            face,
            face.state_dict(),
            architecture=self,
            purpose="FaceSR",
            tags=[model.family, f"{model.output_resolution}px", *([task] if task else [])],
            supports_half=False,  # weights stay in float32; torch.autocast computes in less
            supports_bfloat16=False,
            scale=scale_of(model),
            input_channels=3,
            output_channels=3,
            size_requirements=SizeRequirements(square=True),
            tiling=ModelTiling.INTERNAL,
            call_fn=restore,
        )


def scale_of(model: GPEN) -> int:
    """How many times the output's side is the input's."""
    return model.output_resolution // model.input_resolution


def restore(model: GPEN, image: Tensor) -> Tensor:
    """A face [1, 3, S, S] in [0, 1] -> restored [1, 3, S * scale, S * scale] in [0, 1], not clipped.

    Where S is what the network takes, nothing is resampled.
    """
    restored = model(image * 2 - 1)
    return (resample(restored, image.shape[-1] * scale_of(model)) + 1) / 2


def install(registry: ArchRegistry = MAIN_REGISTRY) -> None:
    """Add GPEN to ``registry``, once: the ``ModelLoader``s of all programs in this process use Spandrel's.

    ``torch.load(weights_only=True)``, with which ComfyUI reads files, takes ``argparse.Namespace`` from here
    on, in which a bundle has its settings: plain values, which can run nothing.
    """
    registry.add(ArchSupport.from_architecture(GPENArch()), ignore_duplicates=True)
    torch.serialization.add_safe_globals([argparse.Namespace])


def load(path: str | Path) -> ImageModelDescriptor[FaceGPEN]:
    """The GPEN in a file of any layout that we read, or of a run's folder, for Spandrel; on the CPU.

    Files that Spandrel's own reader refuses too: bundles, training checkpoints. Raises as ``load_gpen``.
    """
    return GPENArch().descriptor(load_gpen(path))


def _on_cpu(value: Any) -> Any:
    """``value`` with its tensors on the CPU, where layouts are read; a loader may have put them elsewhere."""
    if isinstance(value, Mapping):
        return {key: _on_cpu(entry) for key, entry in value.items()}
    return value.cpu() if isinstance(value, Tensor) else value
