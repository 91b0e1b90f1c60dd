"""Paper on the device: the surfaces of gpen_train.degradations.paper, from the same seeds and numbers."""

import math
from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from gpen_train.degradations.device.batch import pack, quantize, sizes_of, unpack
from gpen_train.degradations.noise import normal
from gpen_train.degradations.paper import HEIGHT, LIGHT


def paper(images: Sequence[Tensor], drawn: Sequence[dict[str, Any]]) -> list[Tensor]:
    """Lay the surface of the drawn paper over each image: uint8 or float32 [3, h, w] -> uint8."""
    surfaces = [
        values["strength"] * SURFACES[values["kind"]](*size, values["grain"], values["seed"], image.device)
        for image, size, values in zip(images, sizes_of(images), drawn, strict=True)
    ]
    levels = pack(images) + pack([surface[None] for surface in surfaces])
    return unpack(quantize(levels), sizes_of(images))


def clouds(height: int, width: int, grain: float, seed: int, device: torch.device) -> Tensor:
    """Smooth noise whose lumps are ``grain`` pixels wide: float32 [H, W], standard deviation about 1."""
    rows, columns = (math.ceil(side / grain) + 3 for side in (height, width))
    coarse = torch.from_numpy(normal(rows, columns, HEIGHT, seed)).to(device)
    field = F.interpolate(coarse[None, None], scale_factor=grain, mode="bicubic")[0, 0]
    first = int(grain)  # beyond the border, where lumps would be cut
    return field[first : first + height, first : first + width]


def relief(field: Tensor) -> Tensor:
    """A surface of given heights under grazing light: its slope along LIGHT, standard deviation 1."""
    along, across = field.new_tensor([-1.0, 0, 1]), field.new_tensor([1.0, 2, 1])
    kernel = math.cos(LIGHT) * torch.outer(across, along) + math.sin(LIGHT) * torch.outer(along, across)
    slope = F.conv2d(F.pad(field[None, None], (1, 1, 1, 1), mode="reflect"), kernel[None, None])[0, 0]
    return slope / slope.std(correction=0).clamp(min=1e-6)


def fibre(height: int, width: int, grain: float, seed: int, device: torch.device) -> Tensor:
    """The felt of matt paper: lumps of two sizes."""
    fine = clouds(height, width, grain, seed, device)
    coarse = clouds(height, width, 3 * grain, seed ^ 1, device)
    return relief(fine + 2 * coarse)


def silk(height: int, width: int, grain: float, seed: int, device: torch.device) -> Tensor:
    """The embossed honeycomb of prints of the 1970s, at an angle that the seed gives."""
    angle = (seed % 1000) / 1000 * math.pi / 3
    field = 0.3 * clouds(height, width, grain, seed, device)
    y, x = (2 * math.pi / grain * torch.arange(side, device=device) for side in (height, width))
    for turn in range(3):
        wave = angle + turn * math.pi / 3
        field += torch.cos(math.cos(wave) * x + math.sin(wave) * y[:, None])
    return relief(field)


def mottle(height: int, width: int, grain: float, seed: int, device: torch.device) -> Tensor:
    """Stains and unevenly faded areas."""
    return clouds(height, width, 20 * grain, seed, device)


SURFACES = {"fibre": fibre, "silk": silk, "mottle": mottle}
