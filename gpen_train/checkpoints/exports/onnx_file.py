"""ONNX files as facefusion and ReActor take them, compared with PyTorch before they are kept."""

import importlib.util
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from gpen_train.checkpoints.bundle import bundle_args
from gpen_train.checkpoints.exports.onnx_graph import Interface, convert, store_in_float16
from gpen_train.checkpoints.exports.onnx_half import in_float16
from gpen_train.files import atomic_path
from gpen_train.models.gpen import GPEN

DTYPES = (torch.float32, torch.float16)
PACKAGES = ("onnx", "onnxscript", "onnxruntime")
# The largest accepted difference from PyTorch in float32, of images in [-1, 1]: 2 / 255 is a level of 8 bits.
TOLERANCES = {torch.float32: 1e-3, torch.float16: 2 / 255}
MAX_BYTES = 2**31 - 2**24  # protobuf ends at 2 GiB, and the graph takes some of it
BATCHES = (1, 3)
LARGEST_OF_BATCHES = 512  # px; finer models are compared with one image only, for memory's sake


def save_onnx(
    model: GPEN,
    path: str | Path,
    dtype: torch.dtype = torch.float32,
    report: Callable[[str], None] = print,
) -> float:
    """Write ``model`` as one ONNX file; returns its largest difference from PyTorch.

    ``input`` and ``output`` are float32 [N, 3, S, S], RGB in [-1, 1], S the output's resolution; N is free
    and the output not clipped. With ``dtype`` float16 the weights are stored so, and it computes as
    ``in_float16`` says. The file appears only when onnxruntime has computed the same images with it as
    PyTorch with ``model``.

    Raises ValueError for another dtype, packages that are missing, weights above 2 GB, and a difference
    above that of TOLERANCES.
    """
    check_packages()
    check_dtype(dtype)
    check_size(model, dtype)
    interface = Interface(model)
    if interface.noise:
        report(f"blocks above {model.input_resolution} px draw noise anew; in the file it is one draw, fixed")
    if dtype == torch.float16:
        proto = convert(Interface(in_float16(model)))
        store_in_float16(proto)
    else:
        proto = convert(interface)
    proto.metadata_props.add(key="args", value=json.dumps(vars(bundle_args(model))))
    with atomic_path(path) as temporary:
        temporary.write_bytes(proto.SerializeToString())
        del proto
        report("converted to ONNX; comparing it with PyTorch")
        return compare(interface, temporary, TOLERANCES[dtype], report)


def compare(interface: Interface, path: Path, tolerance: float, report: Callable[[str], None]) -> float:
    """The largest difference between onnxruntime and PyTorch over BATCHES; ValueError above ``tolerance``.

    Where the images go beyond [-1, 1], as those of a model at its start do, it is a share of their largest
    value: floats have as many digits there.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3  # errors
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    random = torch.Generator().manual_seed(0)
    batches = BATCHES if interface.side <= LARGEST_OF_BATCHES else BATCHES[:1]
    largest = 0.0
    for batch in batches:
        images = torch.rand((batch, 3, interface.side, interface.side), generator=random) * 2 - 1
        with torch.inference_mode():
            expected = interface(images).numpy()
        (found,) = session.run(["output"], {"input": images.numpy()})
        difference = float(np.abs(found - expected).max() / max(1.0, np.abs(expected).max()))
        report(f"batch of {batch}: largest difference {difference:.1e}")
        if not difference <= tolerance:  # also where it is NaN
            raise ValueError(
                f"onnxruntime differs from PyTorch by {difference:.1e} in a batch of {batch}; expected at "
                f"most {tolerance:.1e}, so it is not written: try --dtype float32, or other versions of "
                f"{', '.join(PACKAGES)}"
            )
        largest = max(largest, difference)
    return largest


def check_packages() -> None:
    """Raise ValueError unless the packages are there that write, convert and run ONNX files."""
    missing = [name for name in PACKAGES if importlib.util.find_spec(name) is None]
    if missing:
        raise ValueError(
            f'ONNX needs {", ".join(missing)}, which is not installed: pip install "gpen-train[onnx]"'
        )


def check_dtype(dtype: torch.dtype) -> None:
    """Raise ValueError unless ONNX files are written with weights of ``dtype``."""
    if dtype not in DTYPES:
        raise ValueError(
            f"dtype is {dtype}, in which no ONNX file is written; choose float32, or float16 for half of it"
        )


def check_size(model: GPEN, dtype: torch.dtype) -> None:
    """Raise ValueError where the weights do not fit into one file."""
    num_bytes = sum(parameter.numel() for parameter in model.parameters()) * dtype.itemsize
    if num_bytes > MAX_BYTES:
        raise ValueError(
            f"the weights take {num_bytes / 1e9:.2f} GB in {dtype}, and an ONNX file holds at most "
            f"{MAX_BYTES / 1e9:.2f} GB; try --dtype float16"
        )
