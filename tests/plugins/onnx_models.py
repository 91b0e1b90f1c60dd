"""Models for the tests of ONNX files: tiny ones of both families, livelier than at the start."""

import torch

from gpen_train.models.gpen import GPEN, build_gpen

TINY = {
    "gpen_v1": {
        "output_resolution": 8,
        "encoder": "plain",
        "mapper": "stylegan2",
        "mapper_layers": 2,
        "injection": "concat",
        "style_dim": 8,
        "channel_base": 128,
        "channel_max": 8,
    },
    "gpen_v2": {
        "output_resolution": 16,
        "input_resolution": 8,
        "encoder_width": 4,
        "encoder_depths": (1, 1, 1, 1),
        "style_dim": 8,
        "channel_base": 128,
        "channel_max": 8,
        "unfed": "noise",
    },
}


def build(settings: dict, scale: float = 0.1) -> GPEN:
    """A model in which no parameter is zero, so that all of them count."""
    torch.manual_seed(0)
    model = build_gpen(**settings)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(scale * torch.randn_like(parameter))
    return model
