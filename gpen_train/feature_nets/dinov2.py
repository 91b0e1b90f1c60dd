"""DINOv2's ViT-L/14, whose features FD-DINOv2 is taken with; timm's network, weights from a file.

The published weights know 37 x 37 places of patches. For 16 x 16 they are interpolated as DINOv2's own code
does, by a factor of (16 + 0.1) / 37 and without antialiasing, which timm does otherwise.

Source: Oquab et al., arXiv:2304.07193; the distance, its size and resampling: Stein et al., arXiv:2306.04675.
"""

from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from gpen_train.feature_nets.vgg import IMAGENET_MEAN, IMAGENET_STD
from gpen_train.feature_nets.weights import fill, find_weights, read_state
from gpen_train.images import resample
from gpen_train.pretrained.table import TABLE
from gpen_train.shapes import check_shape

DINOV2_FILE = TABLE["dinov2"].file
SIDE, PATCH = 224, 14  # pixels that the network sees; of a patch
INSTALL = 'pip install "gpen-train[dinov2]"'
NUM_BLOCKS, WIDTH, NUM_HEADS = 24, 1024, 16
OFFSET = 0.1  # of DINOv2's interpolation


class DINOv2(nn.Module):
    """images [B, 3, H, W] in [-1, 1] -> the class token behind the last norm, [B, 1024].

    For use in eval mode. Raises ImportError where timm is not installed.
    """

    mean: Tensor
    std: Tensor

    def __init__(self, num_blocks: int = NUM_BLOCKS, width: int = WIDTH, num_heads: int = NUM_HEADS) -> None:
        super().__init__()
        try:
            from timm.models.vision_transformer import VisionTransformer
        except ImportError as error:
            raise ImportError(f"it needs timm, which is not installed: {INSTALL}") from error
        shape: dict[str, Any] = {"embed_dim": width, "depth": num_blocks, "num_heads": num_heads}
        self.network = VisionTransformer(
            img_size=SIDE, patch_size=PATCH, num_classes=0, init_values=1e-5, **shape
        )
        self.num_features = width
        self.register_buffer("mean", torch.tensor(IMAGENET_MEAN).view(3, 1, 1), persistent=False)
        self.register_buffer("std", torch.tensor(IMAGENET_STD).view(3, 1, 1), persistent=False)

    def forward(self, images: Tensor) -> Tensor:
        check_shape("images", images, None, 3, None, None)
        seen = (resample(images.float(), SIDE) + 1) / 2
        return self.network.forward_features((seen - self.mean) / self.std)[:, 0]


def load_dinov2(weights: str | Path | None = None, option: str = "weights.dinov2", **shape: int) -> DINOv2:
    """A frozen DINOv2 in eval mode, from ``weights`` or from the file of that name in ./weights.

    Raises FileNotFoundError that names the file and ``option`` when it is missing, ValueError for another,
    ImportError where timm is not installed.
    """
    path = find_weights(DINOV2_FILE, weights, "FD-DINOv2", option)
    network = DINOv2(**shape)
    state = read_state(path)
    state.pop("mask_token", None)  # of its training
    places = state.get("pos_embed")
    if places is not None and places.ndim == 3:
        state["pos_embed"] = for_side(places, SIDE // PATCH)
    fill(network.network, state, path, f"facebookresearch/dinov2's {DINOV2_FILE}")
    return network.eval().requires_grad_(False)


def for_side(places: Tensor, side: int) -> Tensor:
    """Embeddings of the class token and of n x n places [1, 1 + n * n, D], for ``side`` x ``side`` places."""
    token, grid = places[:, :1], places[:, 1:]
    num = round(grid.shape[1] ** 0.5)
    square = grid.reshape(1, num, num, -1).permute(0, 3, 1, 2).float()
    factor = (side + OFFSET) / num
    fewer = F.interpolate(square, scale_factor=(factor, factor), mode="bicubic", antialias=False)
    return torch.cat([token, fewer.permute(0, 2, 3, 1).reshape(1, side * side, -1)], dim=1)
