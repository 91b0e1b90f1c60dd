"""ONNX files: what onnxruntime computes from them is what PyTorch computes."""

import importlib.util
import json
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from plugins.onnx_models import TINY, build

from gpen_train.checkpoints.exports import onnx_file
from gpen_train.checkpoints.exports.onnx_file import save_onnx
from gpen_train.checkpoints.exports.onnx_graph import (
    Interface,
    fixed_noise,
    resampling_matrix,
    store_in_float16,
)
from gpen_train.images import resample
from gpen_train.models.gpen import GPEN


@pytest.fixture(scope="module", params=TINY)
def exported(request, tmp_path_factory) -> tuple[GPEN, Path, list[str]]:
    """A model, its ONNX file and what was reported: converting takes seconds, so once for all tests."""
    model = build(TINY[request.param])
    said: list[str] = []
    path = tmp_path_factory.mktemp("onnx") / f"{request.param}.onnx"
    save_onnx(model, path, report=said.append)
    return model, path, said


def run(path: Path, images: torch.Tensor) -> torch.Tensor:
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    return torch.from_numpy(session.run(None, {"input": images.numpy()})[0])


def test_the_interface_is_what_the_tools_expect(exported):
    model, path, _ = exported
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    (taken,), (given,) = session.get_inputs(), session.get_outputs()
    side = model.output_resolution
    assert (taken.name, taken.type, taken.shape) == ("input", "tensor(float)", ["batch", 3, side, side])
    assert (given.name, given.type, given.shape) == ("output", "tensor(float)", ["batch", 3, side, side])


@pytest.mark.parametrize("batch", [1, 2, 3])
@torch.no_grad()
def test_equals_pytorch_with_any_batch(exported, batch):
    model, path, _ = exported
    side = model.output_resolution
    images = torch.rand(batch, 3, side, side, generator=torch.Generator().manual_seed(batch)) * 2 - 1
    features, code = model.encoder(resample(images, model.input_resolution))
    expected = model.generator(model.mapper(code), features, noise=fixed_noise(model))
    assert expected.std() > 0.01
    torch.testing.assert_close(run(path, images), expected, atol=1e-4, rtol=1e-4)


def test_says_what_it_did(exported):
    model, _, said = exported
    assert [line.split(":")[0] for line in said][-2:] == ["batch of 1", "batch of 3"]
    assert any("is one draw, fixed" in line for line in said) == (model.family == "gpen_v2")


def test_carries_the_args_and_nothing_of_the_machine(exported):
    model, path, _ = exported
    proto = onnx.load(path)
    onnx.checker.check_model(proto, full_check=True)
    assert (proto.ir_version, proto.opset_import[0].version) == (8, 18)  # onnxruntime 1.14 reads these
    (entry,) = proto.metadata_props
    assert json.loads(entry.value)["model"] == {**model.settings}
    assert str(Path(onnx_file.__file__).parent).encode() not in path.read_bytes()
    assert list(path.parent.iterdir()) == [path]


def test_float16_halves_what_it_holds_exactly():
    weights = {"exact": np.full((64, 64), 0.375, np.float32), "inexact": np.full((64, 64), 0.1, np.float32)}
    names = ["image", *weights]
    graph = onnx.helper.make_graph(
        [onnx.helper.make_node("Sum", names, ["sum"])],
        "sum",
        [onnx.helper.make_tensor_value_info("image", onnx.TensorProto.FLOAT, [64, 64])],
        [onnx.helper.make_tensor_value_info("sum", onnx.TensorProto.FLOAT, [64, 64])],
        [onnx.numpy_helper.from_array(values, name) for name, values in weights.items()],
    )
    proto = onnx.helper.make_model(graph)
    store_in_float16(proto)
    onnx.checker.check_model(proto)
    types = {tensor.name: tensor.data_type for tensor in proto.graph.initializer}
    assert types == {"exact.float16": onnx.TensorProto.FLOAT16, "inexact": onnx.TensorProto.FLOAT}
    session = onnxruntime.InferenceSession(proto.SerializeToString(), providers=["CPUExecutionProvider"])
    (found,) = session.run(None, {"image": np.ones((64, 64), np.float32)})
    assert np.array_equal(found, 1 + weights["exact"] + weights["inexact"])


@pytest.mark.parametrize(("from_side", "to_side"), [(64, 32), (96, 32), (100, 64), (64, 64)])
def test_the_matrix_is_the_resampling(from_side, to_side):
    images = torch.rand(2, 3, from_side, from_side) * 2 - 1
    matrix = resampling_matrix(from_side, to_side)
    torch.testing.assert_close(matrix @ images @ matrix.T, resample(images, to_side), atol=1e-5, rtol=0)


@pytest.mark.parametrize("wrong", [0.01, float("nan")])
def test_a_difference_is_refused_and_nothing_written(exported, tmp_path, monkeypatch, wrong):
    model, path, _ = exported
    monkeypatch.setattr(onnx_file, "convert", lambda interface: onnx.load(path))
    monkeypatch.setattr(Interface, "forward", lambda self, images: run(path, images) + wrong)
    with pytest.raises(ValueError, match=r"onnxruntime differs from PyTorch by .*not written") as refusal:
        save_onnx(model, tmp_path / "wrong.onnx", report=lambda line: None)
    assert "\n" not in str(refusal.value)
    assert not list(tmp_path.iterdir())


def test_refuses_other_dtypes_and_what_is_too_large(exported, tmp_path, monkeypatch):
    model, _, _ = exported
    with pytest.raises(ValueError, match=r"dtype is torch\.bfloat16.*choose float32"):
        save_onnx(model, tmp_path / "a.onnx", torch.bfloat16)
    monkeypatch.setattr(onnx_file, "MAX_BYTES", 1000)
    with pytest.raises(ValueError, match=r"GB in torch\.float32.*try --dtype float16"):
        save_onnx(model, tmp_path / "a.onnx")
    assert not list(tmp_path.iterdir())


def test_names_the_extra_that_is_missing(exported, tmp_path, monkeypatch):
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "onnxscript" else find(name)
    )
    with pytest.raises(ValueError, match=r'needs onnxscript, .* pip install "gpen-train\[onnx\]"'):
        save_onnx(exported[0], tmp_path / "a.onnx")
