"""The prior: StyleGAN2 alone, without an encoder. It is the memory of faces that a GPEN builds on."""

import numpy as np
import torch
from torch import Tensor, nn

from gpen_train.models.channels import check_resolution
from gpen_train.models.inference import frozen
from gpen_train.models.mapper import StyleGAN2Mapper
from gpen_train.models.synthesis import Noise, Synthesis
from gpen_train.shapes import check_shape


class Prior(nn.Module):
    """z [B, D]  ->  image [B, 3, R, R], nominally in [-1, 1] (not clipped).

        w = mapper(z);   image = generator(w)

    ``w_average`` [D] is the mean of w, to which truncation draws. ``constant_noise`` holds the noise that
    StyleGAN2's checkpoints keep for still images. ``settings`` holds ``build_prior``'s arguments.

    Source: StyleGAN2, arXiv:1912.04958; truncation: StyleGAN, arXiv:1812.04948, appendix B.
    """

    def __init__(self, mapper: StyleGAN2Mapper, generator: Synthesis, settings: dict) -> None:
        super().__init__()
        self.mapper, self.generator = mapper, generator
        self.settings = settings
        self.constant_noise: Noise = {}
        self.register_buffer("w_average", torch.zeros(generator.style_dim))

    @property
    def output_resolution(self) -> int:
        return self.generator.resolutions[-1]

    def forward(
        self,
        z: Tensor,
        random: torch.Generator | None = None,  # draws the noise
        truncation: float = 1.0,  # 1: none; 0: the average face
        noise: Noise | None = None,  # in place of drawn noise, as ``constant_noise``; {}: none
    ) -> Tensor:
        check_shape("z", z, None, self.generator.style_dim)
        w = self.mapper(z)
        if truncation != 1:
            w = torch.lerp(self.w_average, w.to(self.w_average), truncation)  # autocast may have narrowed w
        return self.generator(w, None, random, noise)

    def for_inference(self, dtype: torch.dtype = torch.float32) -> "Prior":
        """A copy without gradients that computes the same in less time, from the weights as they are now.

        Convolutions have weights and maps of ``dtype``. The copy is for use: it has other parameters, and is
        neither trained nor stored.
        """
        return frozen(self, dtype)

    def sample(
        self, z: np.ndarray | Tensor, random: torch.Generator | None = None, truncation: float = 1.0
    ) -> Tensor:
        """Faces from normal z [N, D] -> images [N, 3, R, R]. ``random`` draws the noise."""
        return self(torch.as_tensor(z).to(self.w_average), random, truncation)


def build_prior(
    output_resolution: int,  # pixels per side, a power of two
    style_dim: int = 512,  # of z and w
    mapper_layers: int = 8,
    channel_base: int = 32768,  # the generator has channel_base / resolution channels,
    channel_max: int = 512,  # at most this many
    injection: str = "project",  # of noise: "project" (added, as StyleGAN2) or "concat" (as gpen_v1)
) -> Prior:
    """Build a prior from plain values. Raises ValueError for a resolution that is no power of two."""
    check_resolution("output_resolution", output_resolution)
    settings = {
        "output_resolution": output_resolution,
        "style_dim": style_dim,
        "mapper_layers": mapper_layers,
        "channel_base": channel_base,
        "channel_max": channel_max,
        "injection": injection,
    }
    generator = Synthesis(output_resolution, style_dim, channel_base, channel_max, {}, injection)
    return Prior(StyleGAN2Mapper(style_dim, mapper_layers), generator, settings)
