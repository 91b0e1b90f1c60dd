"""Landmarks from an ONNX network: where they lie in the picture, and what is no such network."""

import pytest
import torch
from torch import nn

from gpen_train.feature_nets.landmarks import load_landmarks

pytest.importorskip("onnxruntime")
SIDE = 64


class Brightest(nn.Module):
    """The brightest column and row of a face, as one landmark; maps of half the size say what its unit is."""

    def __init__(self, with_maps):
        super().__init__()
        self.with_maps = with_maps

    def forward(self, face):
        grey = face.mean(dim=1)
        point = torch.stack([grey.amax(1).argmax(1), grey.amax(2).argmax(1)], dim=1)[:, None] + 0.5
        score = torch.ones_like(point[..., :1])
        if not self.with_maps:
            return torch.cat([point, score], dim=2)
        return torch.cat([point / 2, score], dim=2), face.mean(dim=1, keepdim=True)[..., ::2, ::2]


@pytest.fixture(params=[True, False])
def file(request, tmp_path):
    path = tmp_path / "net.onnx"
    outputs = ["landmarks", "heatmaps"][: 1 + request.param]
    torch.onnx.export(
        Brightest(request.param).eval(),
        (torch.zeros(1, 3, SIDE, SIDE),),
        path,
        input_names=["input"],
        output_names=outputs,
        dynamo=False,
    )
    return path


@pytest.mark.parametrize("resolution", [256, 512])
def test_landmarks_are_in_pixels_of_512(file, resolution):
    images = torch.full((2, 3, resolution, resolution), -1.0)
    images[0, :, resolution // 2 : resolution // 2 + 4, resolution // 4 : resolution // 4 + 4] = 1.0
    images[1, :, resolution // 4 : resolution // 4 + 4, resolution // 2 : resolution // 2 + 4] = 1.0
    found = load_landmarks(file)(images)
    assert found.shape == (2, 1, 2)
    torch.testing.assert_close(found[0, 0], torch.tensor([130.0, 258.0]), rtol=0, atol=8)
    torch.testing.assert_close(found[1, 0], torch.tensor([258.0, 130.0]), rtol=0, atol=8)


def test_other_files(tmp_path, monkeypatch):
    (tmp_path / "text.onnx").write_text("nothing")
    with pytest.raises(ValueError, match=r"text\.onnx is no ONNX network of square images; expected 2dfan4"):
        load_landmarks(tmp_path / "text.onnx")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    with pytest.raises(
        FileNotFoundError, match=r"landmark distance needs 2dfan4\.onnx.*weights\.landmarks=FILE"
    ):
        load_landmarks()
