"""GPEN: encoder, mapper and generator as one network, and how it is built from plain values."""

from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Tensor, nn

from gpen_train.images import resample
from gpen_train.models.channels import check_resolution
from gpen_train.models.encoders.plain import PlainEncoder
from gpen_train.models.encoders.resnet50 import ResNet50Encoder
from gpen_train.models.inference import frozen
from gpen_train.models.mapper import MLPMapper, StyleGAN2Mapper
from gpen_train.models.synthesis import Synthesis
from gpen_train.shapes import check_shape

MAPPERS = {"mlp": MLPMapper, "stylegan2": StyleGAN2Mapper}


class GPEN(nn.Module):
    """degraded [B, 3, h, w] in [-1, 1]  ->  restored [B, 3, R, R], nominally in [-1, 1] (not clipped).

        features, code = encoder(degraded);   w = mapper(code);   restored = generator(w, features)

    Input of another size is resampled to ``input_resolution``. ``settings`` holds ``build_gpen``'s arguments.

    Source: GPEN, arXiv:2105.06070, section 3.
    """

    def __init__(self, encoder: nn.Module, mapper: nn.Module, generator: Synthesis, settings: dict) -> None:
        super().__init__()
        self.encoder, self.mapper, self.generator = encoder, mapper, generator
        self.settings = settings

    @property
    def input_resolution(self) -> int:
        return self.encoder.resolution

    @property
    def output_resolution(self) -> int:
        return self.generator.resolutions[-1]

    @property
    def family(self) -> str:
        """ "gpen_v1" where features are concatenated, "gpen_v2" where they are projected."""
        return "gpen_v1" if self.settings["injection"] == "concat" else "gpen_v2"

    def forward(
        self,
        degraded: Tensor,
        random: torch.Generator | None = None,  # draws the noise
        all_sides: bool = False,  # the images after every block, coarse to fine, in the place of the last
    ) -> Tensor | list[Tensor]:
        check_shape("degraded", degraded, None, 3, None, None)
        features, code = self.encoder(resample(degraded, self.input_resolution))
        return self.generator(self.mapper(code), features, random, all_sides=all_sides)

    def for_inference(self, dtype: torch.dtype = torch.float32) -> "GPEN":
        """A copy without gradients that computes the same in less time, from the weights as they are now.

        Convolutions have weights and maps of ``dtype``. The copy is for use: it has other parameters, and is
        neither trained nor stored.
        """
        return frozen(self, dtype)

    def sample(self, z: np.ndarray | Tensor, random: torch.Generator | None = None) -> Tensor:
        """Faces from the prior alone: normal z [N, D] -> images [N, 3, R, R]. ``random`` draws the noise."""
        parameter = next(self.mapper.parameters())
        z = torch.as_tensor(z).to(parameter)
        check_shape("z", z, None, self.generator.style_dim)
        return self.generator(self.mapper(z), None, random)


def build_gpen(
    output_resolution: int,  # pixels per side, a power of two
    input_resolution: int | None = None,  # what the encoder sees; None: the output's, at most 512
    encoder: str = "resnet50",  # "resnet50" (without batch norm) or "plain" (yangxy/GPEN)
    encoder_width: int = 64,  # of the ResNet's stem
    encoder_depths: Sequence[int] = (3, 4, 6, 3),  # of the ResNet's stages
    style_dim: int = 512,  # of z, code and w
    mapper: str = "mlp",  # "mlp" or "stylegan2"
    mapper_layers: int = 2,
    channel_base: int = 32768,  # the generator has channel_base / resolution channels,
    channel_max: int = 512,  # at most this many
    injection: str = "project",  # of features: "project" or "concat" (yangxy/GPEN)
    unfed: str = "nothing",  # what blocks finer than the input take: "nothing" or "noise"
) -> GPEN:
    """Build a GPEN from plain values; the YAML and the ``args`` of a bundle hold these and no others.

    Raises ValueError for a resolution that is no power of two and for an unknown choice.
    """
    if input_resolution is None:
        input_resolution = min(output_resolution, 512)
    settings = {
        "output_resolution": output_resolution,
        "input_resolution": input_resolution,
        "encoder": encoder,
        "encoder_width": encoder_width,
        "encoder_depths": list(encoder_depths),
        "style_dim": style_dim,
        "mapper": mapper,
        "mapper_layers": mapper_layers,
        "channel_base": channel_base,
        "channel_max": channel_max,
        "injection": injection,
        "unfed": unfed,
    }
    check_resolution("output_resolution", output_resolution)
    if input_resolution > output_resolution:
        raise ValueError(
            f"input_resolution is {input_resolution}; it may be at most the output's {output_resolution}"
        )
    if mapper not in MAPPERS:
        raise ValueError(f"mapper is {mapper!r}; choose one of: {', '.join(MAPPERS)}")
    encoders: dict[str, Callable[[], PlainEncoder | ResNet50Encoder]] = {
        "resnet50": lambda: ResNet50Encoder(
            input_resolution, style_dim, encoder_width, tuple(encoder_depths)
        ),
        "plain": lambda: PlainEncoder(input_resolution, style_dim, channel_base, channel_max),
    }
    if encoder not in encoders:
        raise ValueError(f"encoder is {encoder!r}; choose one of: {', '.join(encoders)}")
    built = encoders[encoder]()
    generator = Synthesis(
        output_resolution, style_dim, channel_base, channel_max, built.feature_channels, injection, unfed
    )
    return GPEN(built, MAPPERS[mapper](style_dim, mapper_layers), generator, settings)
