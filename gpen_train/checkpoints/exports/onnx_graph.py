"""A GPEN as an ONNX graph: what is traced, and how it is cleaned and stored."""

import contextlib
import io
import logging
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gpen_train.checkpoints.exports.onnx_half import input_dtype
from gpen_train.models.gpen import GPEN

NOISE_SEED = 0
OPSET, IR_VERSION = 18, 8  # the first that the exporter writes; onnxruntime reads them from 1.14 on


class Interface(nn.Module):
    """What the tools call: image [N, 3, S, S] -> restored [N, 3, S, S], S the output's resolution.

    Where the encoder takes less, the image is resampled by a constant matrix, M @ image @ M^T: the bicubic
    filter of ONNX is another one than PyTorch's. Layers that draw noise take that of ``fixed_noise``.
    """

    matrix: Tensor | None

    def __init__(self, model: GPEN) -> None:
        super().__init__()
        self.model, self.side = model, model.output_resolution
        resampled = model.input_resolution != self.side
        matrix = resampling_matrix(self.side, model.input_resolution) if resampled else None
        self.register_buffer("matrix", matrix)
        self.noise = fixed_noise(model)

    def forward(self, image: Tensor) -> Tensor:
        degraded = image if self.matrix is None else self.matrix @ image @ self.matrix.T
        features, code = self.model.encoder(degraded.to(input_dtype(self.model)))
        return self.model.generator(self.model.mapper(code), features, noise=self.noise)


def resampling_matrix(from_side: int, to_side: int) -> Tensor:
    """[to_side, from_side]: the weights of bicubic antialiased resampling along one side."""
    identity = torch.eye(from_side)[None, None]
    return F.interpolate(identity, (to_side, from_side), mode="bicubic", antialias=True)[0, 0]


def fixed_noise(model: GPEN) -> dict[str, Tensor]:
    """Noise [1, 1, r, r] of each layer that would draw it; empty where ``unfed`` is "nothing"."""
    if model.generator.unfed == "nothing":
        return {}
    random = torch.Generator().manual_seed(NOISE_SEED)
    sides = [side for side in model.generator.resolutions if side > model.input_resolution]
    layers = [(f"b{side}.{layer}", side) for side in sides for layer in ("conv0", "conv1")]
    return {name: torch.randn((1, 1, side, side), generator=random) for name, side in layers}


def convert(interface: Interface) -> Any:
    """The onnx.ModelProto of ``interface``, for any N, its weights within."""
    image = torch.zeros(2, 3, interface.side, interface.side)
    batch = torch.export.Dim("batch")
    with torch.no_grad(), silence():
        # Traced here: left to the exporter, N can silently become a constant. And strictly: otherwise it
        # takes minutes and gigabytes in place of seconds.
        program = torch.export.export(interface, (image,), dynamic_shapes=({0: batch},), strict=True)
        exported = torch.onnx.export(
            program,
            (image,),
            input_names=["input"],
            output_names=["output"],
            opset_version=OPSET,
            dynamo=True,
            verbose=False,
        )
    assert exported is not None  # only dynamo=False returns nothing
    proto = exported.model_proto
    proto.ir_version = IR_VERSION
    clean(proto, batch.__name__)
    return proto


@contextlib.contextmanager
def silence() -> Iterator[None]:
    """Keep the exporter's progress, and its notes about each node, from the terminal."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)


def clean(proto: Any, batch: str) -> None:
    """Drop what the exporter notes about its own machine and source lines; name the free dimension."""
    graph = proto.graph
    for item in (graph, *graph.node, *graph.initializer, *graph.input, *graph.output):
        item.ClearField("metadata_props")
        item.ClearField("doc_string")
    graph.ClearField("value_info")
    for value in (*graph.input, *graph.output):
        value.type.tensor_type.shape.dim[0].dim_param = batch


def store_in_float16(proto: Any) -> None:
    """Store each float32 tensor that float16 holds exactly in float16, and cast it where it is used."""
    from onnx import TensorProto, helper, numpy_helper

    graph = proto.graph
    casts = []
    for tensor in graph.initializer:
        if tensor.data_type != TensorProto.FLOAT:
            continue
        values = numpy_helper.to_array(tensor)
        with np.errstate(over="ignore"):
            half = values.astype(np.float16)
        if np.array_equal(half.astype(np.float32), values):
            name = tensor.name
            tensor.CopyFrom(numpy_helper.from_array(half, f"{name}.float16"))
            casts.append(helper.make_node("Cast", [tensor.name], [name], to=TensorProto.FLOAT))
    nodes = [*casts, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)
