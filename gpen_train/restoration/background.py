"""What is not a face, enlarged by a network that the package spandrel reads, tile by tile."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np
import torch
from torch import Tensor

from gpen_train.checkpoints.digest import digest_of
from gpen_train.checkpoints.safe_load import safe_load
from gpen_train.photos.photo import Photo, enlarge

EXTRA = 'pip install "gpen-train[background]"'
TILE = 512  # pixels a side of what the network sees at a time ..
MARGIN = 32  # .. of which those along an inner edge are not used: they lack their neighbours
KNOWN = "a super-resolution network that spandrel reads, such as RealESRGAN_x4plus.pth"


class Tile(NamedTuple):
    """A part of a photograph, in its pixels: what the network sees, and what is used of the result."""

    seen: tuple[slice, slice]  # rows, columns
    used: tuple[slice, slice]

    def within(self, factor: int) -> tuple[slice, slice]:
        """``used`` as rows and columns of what was seen, ``factor`` times enlarged."""
        rows, columns = (
            slice((used.start - seen.start) * factor, (used.stop - seen.start) * factor)
            for used, seen in zip(self.used, self.seen, strict=True)
        )
        return rows, columns

    def enlarged(self, factor: int) -> tuple[slice, slice]:
        """``used`` as rows and columns of the photograph ``factor`` times enlarged."""
        rows, columns = (slice(used.start * factor, used.stop * factor) for used in self.used)
        return rows, columns


@dataclass(frozen=True)
class Enlarger:
    """``enlarger(photo, factor)``: the photograph at ``factor`` times its size, as ``Photo.enlarged``.

    The network's own factor may be another: what it makes of a tile is resampled, by area or Lanczos'
    filter. However large the photograph, one tile and what is made of it are held beside the result.
    """

    network: Any  # spandrel's ImageModelDescriptor: [1, C, h, w] in [0, 1] -> [1, C, h * scale, w * scale]
    device: torch.device
    dtype: torch.dtype = torch.float32  # of the convolutions
    tile: int = TILE
    margin: int = MARGIN

    @property
    def weights(self) -> str:
        """A digest that tells this network from others."""
        state = {name: tensor.cpu() for name, tensor in self.network.model.state_dict().items()}
        return digest_of({"model": state})

    def __call__(self, photo: Photo, factor: int) -> Photo:
        """Depth and channels stay; alpha, which is no picture, is enlarged by Lanczos' filter.

        Raises ValueError where the network yields what is no number.
        """
        height, width, channels = photo.pixels.shape
        out = np.empty((height * factor, width * factor, channels), photo.pixels.dtype)
        for tile in tiles(height, width, self.tile, self.margin):
            levels = self._enlarge(photo.pixels[tile.seen], factor)
            out[tile.enlarged(factor)] = levels[tile.within(factor)]
        return replace(photo, pixels=out, alpha=None if photo.alpha is None else enlarge(photo.alpha, factor))

    def _enlarge(self, levels: np.ndarray, factor: int) -> np.ndarray:
        """[h, w, C] -> [h * factor, w * factor, C] of the same type."""
        height, width, channels = levels.shape
        top = np.iinfo(levels.dtype).max
        image = self._restore(levels.astype(np.float32) / top)  # [h * scale, w * scale, 1 or 3]
        if image.shape[2] != channels:  # grey, by a network for colours
            image = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)[..., None]
        if self.network.scale != factor:
            filter_ = cv2.INTER_AREA if self.network.scale > factor else cv2.INTER_LANCZOS4
            image = cv2.resize(image, (width * factor, height * factor), interpolation=filter_)
            image = image.reshape(height * factor, width * factor, channels)
        return np.rint(image * top).clip(0, top).astype(levels.dtype)

    @torch.inference_mode()
    def _restore(self, image: np.ndarray) -> np.ndarray:
        """Floats [h, w, 1 or 3] in [0, 1] through the network; one for grey takes a colour at a time."""
        x = torch.from_numpy(np.ascontiguousarray(image.transpose(2, 0, 1))).to(self.device)  # [C, h, w]
        channels = self.network.input_channels
        parts = x.expand(channels, -1, -1)[None] if channels == 3 else x[:, None]  # [1, 3, ..] or [C, 1, ..]
        made = torch.cat([self._through(part[None]) for part in parts])
        made = made[0] if channels == 3 else made[:, 0]
        if not made.isfinite().all():
            raise ValueError("the background's network yields what is no number; try --dtype float32")
        return np.ascontiguousarray(made.permute(1, 2, 0).cpu().numpy())

    def _through(self, part: Tensor) -> Tensor:
        with torch.autocast(self.device.type, self.dtype, enabled=self.dtype != torch.float32):
            return self.network(part).float()


def tiles(height: int, width: int, tile: int = TILE, margin: int = MARGIN) -> Iterator[Tile]:
    """Tiles of at most ``tile`` pixels a side; what is used of them covers a photograph once.

    Where a network's pixels depend on none further than ``margin`` away, its tiles are those of the whole.
    """
    for rows_seen, rows in _spans(height, tile, margin):
        for columns_seen, columns in _spans(width, tile, margin):
            yield Tile((rows_seen, columns_seen), (rows, columns))


def _spans(length: int, tile: int, margin: int) -> Iterator[tuple[slice, slice]]:
    """What is seen and what is used of it, along one axis."""
    start = 0
    while start < length:
        first = max(start - margin, 0)
        last = min(first + tile, length)
        stop = last if last == length else last - margin
        yield slice(first, last), slice(start, stop)
        start = stop


def load_enlarger(
    path: str | Path,
    factor: int,  # that it is for
    device: torch.device,
    dtype: torch.dtype = torch.float32,
) -> Enlarger:
    """The network in the file at ``path``, ready; nothing in the file is executed.

    Raises ValueError, in one line, where there is nothing to enlarge, spandrel is not installed, or the file
    holds no network that enlarges any picture; OSError where it cannot be read.
    """
    if factor == 1:
        raise ValueError(
            "--background enlarges, and --upscale is 1, which leaves what is no face as it is; "
            "give --upscale 2 or 4, or leave --background out"
        )
    if find_spec("spandrel") is None:
        raise ValueError(f"--background needs a package that is not installed: {EXTRA}")
    from spandrel import ModelLoader, canonicalize_state_dict

    content = safe_load(path)
    try:
        network = ModelLoader().load_from_state_dict(canonicalize_state_dict(content))
    except Exception as error:  # forty architectures, each with errors of its own for what is none
        raise ValueError(f"{path} holds no network that spandrel knows; expected {KNOWN}") from error
    check_enlarges(network, path)
    takes = {torch.float16: network.supports_half, torch.bfloat16: network.supports_bfloat16}
    network.to(device, torch.float32).eval()
    return Enlarger(network, device, dtype if takes.get(dtype, False) else torch.float32)


def check_enlarges(network: Any, path: str | Path) -> None:
    """Raise ValueError unless the network takes any picture, in colour or grey, and enlarges it."""
    found = f"{path} is a {network.architecture.name}"
    if network.purpose != "SR":
        use = {"FaceSR": "faces alone", "Inpainting": "holes"}.get(network.purpose, "pictures at their size")
        raise ValueError(f"{found}, which is for {use}; expected {KNOWN}")
    if network.input_channels not in (1, 3) or network.output_channels != network.input_channels:
        raise ValueError(
            f"{found} of {network.input_channels} channels in and {network.output_channels} out; expected 3, "
            f"or 1 for grey: {KNOWN}"
        )
