"""torch.export: a GPEN as one graph, for any number of images, saved and loaded without our code."""

import io

import pytest
import torch

from gpen_train.models.gpen import build_gpen

TINY = {"style_dim": 8, "channel_base": 128, "channel_max": 8}
FAMILIES: dict[str, dict] = {
    "gpen_v1": {"encoder": "plain", "mapper": "stylegan2", "injection": "concat"},
    "gpen_v2": {"encoder_width": 4, "encoder_depths": (1, 1, 1, 1), "input_resolution": 8},
}


@pytest.mark.parametrize("family", FAMILIES)
@torch.no_grad()
def test_the_graph_gives_the_same_images_for_any_batch(family):
    torch.manual_seed(0)
    model = build_gpen(16, **TINY, **FAMILIES[family]).eval()
    images = torch.rand(2, 3, 16, 16) * 2 - 1
    batch = torch.export.Dim("batch")
    program, file = torch.export.export(model, (images,), dynamic_shapes=({0: batch},)), io.BytesIO()
    torch.export.save(program, file)
    file.seek(0)
    graph = torch.export.load(file).module()
    for count in (1, 3):
        images = torch.rand(count, 3, 16, 16) * 2 - 1
        torch.testing.assert_close(graph(images), model(images))
