"""ONNX files in float16: what computes in it, and how far facefusion's pictures are from those of float32."""

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from omegaconf import OmegaConf
from plugins.onnx_models import TINY, build

from gpen_train.checkpoints.exports.onnx_file import TOLERANCES, save_onnx
from gpen_train.checkpoints.exports.onnx_graph import Interface
from gpen_train.checkpoints.exports.onnx_half import in_float16
from gpen_train.models.gpen import GPEN

MODELS = Path(__file__).parents[2] / "configs" / "model"
FLOAT, HALF = onnx.TensorProto.FLOAT, onnx.TensorProto.FLOAT16


@torch.no_grad()
def in_range(model: GPEN) -> GPEN:
    """``model`` with images of at most 1: they are the sum of what the layers to RGB give."""
    side = model.output_resolution
    image = Interface(model)(smooth(side).permute(2, 0, 1)[None] * 2 - 1)
    for resolution in model.generator.resolutions:
        layer = getattr(model.generator, f"b{resolution}").torgb
        layer.weight.div_(image.abs().max())
        layer.bias.div_(image.abs().max())
    return model


def smooth(side: int) -> torch.Tensor:
    """A picture without detail, [side, side, 3] in [0, 1]."""
    coarse = torch.rand(1, 3, 5, 5, generator=torch.Generator().manual_seed(3))
    return torch.nn.functional.interpolate(coarse, (side, side), mode="bilinear")[0].permute(1, 2, 0)


def as_facefusion(run_model, frame: np.ndarray) -> np.ndarray:
    """facefusion's steps around a face enhancer: BGR levels [S, S, 3] -> floats of levels, 0 to 255."""
    crop = (frame[:, :, ::-1] / 255.0 - 0.5) / 0.5
    output = run_model(np.expand_dims(crop.transpose(2, 0, 1), axis=0).astype(np.float32))[0]
    return ((np.clip(output, -1, 1) + 1) / 2).transpose(1, 2, 0)[:, :, ::-1] * 255.0


@torch.no_grad()
def check_as_facefusion(model: GPEN, path: Path) -> None:
    """What the file makes of a face through facefusion's steps is within a level of what ``model`` makes."""
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    (taken,), (given,) = session.get_inputs(), session.get_outputs()
    side = model.output_resolution
    assert (taken.name, taken.type, taken.shape) == ("input", "tensor(float)", ["batch", 3, side, side])
    assert (given.name, given.type, given.shape) == ("output", "tensor(float)", ["batch", 3, side, side])
    interface = Interface(model)
    frame = (smooth(side) * 255).round().byte().numpy()
    expected = as_facefusion(lambda image: interface(torch.from_numpy(image)).numpy(), frame)
    found = as_facefusion(lambda image: session.run(None, {"input": image})[0], frame)
    assert expected.std() > 5
    assert np.abs(found - expected).max() <= 1


@pytest.fixture(scope="module", params=TINY)
def exported(request, tmp_path_factory) -> tuple[GPEN, Path]:
    """A model with images in range, and its file: converting takes seconds, so once for all tests."""
    model = in_range(build(TINY[request.param]))
    path = tmp_path_factory.mktemp("half") / "half.onnx"
    assert save_onnx(model, path, torch.float16, report=lambda line: None) <= TOLERANCES[torch.float16]
    return model, path


def test_facefusion_makes_the_same_picture(exported):
    check_as_facefusion(*exported)


def test_convolutions_compute_in_float16_and_colours_in_float32(exported):
    model, path = exported
    proto = onnx.shape_inference.infer_shapes(onnx.load(path))
    onnx.checker.check_model(proto, full_check=True)
    types = {value.name: value.type.tensor_type.elem_type for value in proto.graph.value_info}
    types |= {tensor.name: tensor.data_type for tensor in proto.graph.initializer}
    sides = model.generator.resolutions
    found = {HALF: 0, FLOAT: 0}
    for node in proto.graph.node:
        if node.op_type in ("Conv", "ConvTranspose"):
            found[types[node.output[0]]] += 1
        if node.op_type in ("Gemm", "Pow", "Sqrt", "LayerNormalization"):
            assert types[node.output[0]] == FLOAT, node.name
    assert found[FLOAT] == 2 * len(sides) - 1  # to RGB, and the image doubled
    assert found[HALF] > 2 * len(sides) - 1


@pytest.mark.parametrize("name", TINY)
@torch.no_grad()
def test_activations_are_limited_and_the_model_stays_as_it_was(name):
    model = build(TINY[name])
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    images = torch.rand(2, 3, model.output_resolution, model.output_resolution) * 2 - 1
    expected, found = Interface(model)(images), Interface(in_float16(model))(images)
    assert found.dtype == torch.float32
    torch.testing.assert_close(found, expected, atol=0.01, rtol=0)
    assert all(torch.equal(before[name], tensor) for name, tensor in model.state_dict().items())
    for side in model.generator.resolutions:  # far beyond float16's 65504, but for the limit
        getattr(model.generator, f"b{side}").conv1.bias.add_(6e4)
    assert Interface(in_float16(model))(images).isfinite().all()


@pytest.mark.slow
@pytest.mark.parametrize("dtype", [torch.float32, torch.float16])
@pytest.mark.parametrize("preset", ["v1_256", "v1_512", "v2_512"])
def test_full_size(preset, dtype, tmp_path):
    settings = OmegaConf.to_container(OmegaConf.load(MODELS / f"{preset}.yaml").network)
    settings.pop("_target_")
    model, said = in_range(build(settings, 0.02)), []
    before = model.encoder.fc.weight.clone()
    assert save_onnx(model, tmp_path / "full.onnx", dtype, report=said.append) <= TOLERANCES[dtype]
    assert [line.split(":")[0] for line in said][-2:] == ["batch of 1", "batch of 3"]
    num_bytes = sum(parameter.numel() for parameter in model.parameters()) * dtype.itemsize
    assert (tmp_path / "full.onnx").stat().st_size == pytest.approx(num_bytes, rel=0.02)
    assert torch.equal(model.encoder.fc.weight, before)
    if dtype == torch.float16:
        check_as_facefusion(model, tmp_path / "full.onnx")
