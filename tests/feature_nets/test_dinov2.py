"""DINOv2: its published names, its blocks by their definition, and its interpolation of places."""

import math
import re

import pytest
import torch
from torch.nn import functional as F

from gpen_train.feature_nets.dinov2 import DINOV2_FILE, DINOv2, for_side, load_dinov2
from gpen_train.images import resample

SHAPE = {"num_blocks": 2, "width": 24, "num_heads": 3}
pytest.importorskip("timm")


def published(width=24, num_blocks=2, side=37):
    """A state dict under the names and of the shapes that dinov2_vitl14_pretrain.pth has, but narrower."""
    random = torch.Generator().manual_seed(0)
    shapes = {
        **{"cls_token": (1, 1, width), "pos_embed": (1, 1 + side**2, width), "mask_token": (1, width)},
        **{"patch_embed.proj.weight": (width, 3, 14, 14), "patch_embed.proj.bias": (width,)},
        **{"norm.weight": (width,), "norm.bias": (width,)},
    }
    for number in range(num_blocks):
        linear = {"attn.qkv": (3, 1), "attn.proj": (1, 1), "mlp.fc1": (4, 1), "mlp.fc2": (1, 4)}
        for name, (rows, columns) in linear.items():
            shapes[f"blocks.{number}.{name}.weight"] = (rows * width, columns * width)
            shapes[f"blocks.{number}.{name}.bias"] = (rows * width,)
        for name in ("norm1.weight", "norm1.bias", "norm2.weight", "norm2.bias", "ls1.gamma", "ls2.gamma"):
            shapes[f"blocks.{number}.{name}"] = (width,)
    return {name: 0.3 * torch.randn(shape, generator=random) for name, shape in shapes.items()}


def by_definition(state, images, num_heads=3, num_blocks=2):
    """The forward pass of a vision transformer with layer scale, as the paper writes it."""
    mean, std = (torch.tensor(v).view(3, 1, 1) for v in ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)))
    seen = ((resample(images, 224) + 1) / 2 - mean) / std
    patches = F.conv2d(seen, state["patch_embed.proj.weight"], state["patch_embed.proj.bias"], stride=14)
    x = torch.cat([state["cls_token"].expand(len(images), 1, -1), patches.flatten(2).transpose(1, 2)], dim=1)
    x = x + for_side(state["pos_embed"], 16)

    def norm(x, name):
        return F.layer_norm(x, x.shape[-1:], state[f"{name}.weight"], state[f"{name}.bias"], 1e-6)

    def linear(x, name):
        return x @ state[f"{name}.weight"].T + state[f"{name}.bias"]

    for number in range(num_blocks):
        block = f"blocks.{number}."
        heads = linear(norm(x, f"{block}norm1"), f"{block}attn.qkv").unflatten(2, (3, num_heads, -1))
        q, k, v = heads.permute(2, 0, 3, 1, 4)  # [B, heads, N, width / heads]
        seen = (q @ k.transpose(2, 3) / math.sqrt(q.shape[-1])).softmax(dim=-1) @ v
        x = x + state[f"{block}ls1.gamma"] * linear(seen.transpose(1, 2).flatten(2), f"{block}attn.proj")
        wide = F.gelu(linear(norm(x, f"{block}norm2"), f"{block}mlp.fc1"))
        x = x + state[f"{block}ls2.gamma"] * linear(wide, f"{block}mlp.fc2")
    return norm(x, "norm")[:, 0]


@torch.inference_mode()
def test_equals_its_definition(tmp_path):
    state = published()
    torch.save(state, tmp_path / DINOV2_FILE)
    network = load_dinov2(tmp_path / DINOV2_FILE, **SHAPE)
    images = torch.rand(2, 3, 96, 96, generator=torch.Generator().manual_seed(1)) * 2 - 1
    assert network.num_features == 24
    torch.testing.assert_close(network(images), by_definition(state, images), rtol=1e-4, atol=1e-4)


def test_the_full_size_has_the_published_names_and_shapes():
    with torch.device("meta"):
        ours = {name: tensor.shape for name, tensor in DINOv2().network.state_dict().items()}
    theirs = {name: tensor.shape for name, tensor in published(1024, 24, side=16).items()}
    del theirs["mask_token"]
    assert ours == theirs


def test_places_are_where_dinov2_puts_them():
    """A ramp stays one, at (i + 0.5) * 37 / 16.1 - 0.5, as nearly as bicubic can; the class token stays."""
    ramp = torch.arange(37.0).repeat(37, 1)
    places = torch.cat([torch.tensor([7.0]), ramp.flatten()])[None, :, None]
    found = for_side(places, 16)[0, :, 0]
    assert found[0] == 7
    expected = (torch.arange(16) + 0.5) * 37 / 16.1 - 0.5
    torch.testing.assert_close(found[1:].reshape(16, 16)[4][1:-1], expected[1:-1], rtol=0, atol=0.06)


def test_another_file(tmp_path):
    torch.save({"cls_token": torch.zeros(1, 1, 24)}, tmp_path / "other.pth")
    with pytest.raises(ValueError, match=r"other\.pth lacks, .*expected facebookresearch/dinov2's"):
        load_dinov2(tmp_path / "other.pth", **SHAPE)
    with pytest.raises(FileNotFoundError, match=re.escape("FD-DINOv2 needs dinov2_vitl14_pretrain.pth")):
        load_dinov2(tmp_path / "gone.pth")
