"""safetensors files, as the library writes them, are read without it, and compared with what they declare."""

import json

import pytest
import torch
from safetensors.torch import save_file

from gpen_train.checkpoints.bundle import PARTS, bundle_content
from gpen_train.checkpoints.formats.maker import Declaring
from gpen_train.checkpoints.formats.values import Reading
from gpen_train.checkpoints.load import load
from gpen_train.checkpoints.read_file import read_file
from gpen_train.checkpoints.safe_load import safe_load

DTYPES = ["float64", "float32", "float16", "bfloat16", "int64", "int32", "int16", "int8", "uint8", "bool"]


@pytest.fixture
def tensors():
    named = {name: torch.arange(6).reshape(2, 3).to(getattr(torch, name)) for name in DTYPES}
    return {**named, "scalar": torch.tensor(2.5), "empty": torch.zeros(3, 0)}


@pytest.fixture
def ours(small_v2, tmp_path):
    content = bundle_content(small_v2)
    named = {f"{part}.{name}": tensor for part in PARTS for name, tensor in content[part].items()}
    metadata = {"format": "pt", "layout": "gpen_train", "args": json.dumps(vars(content["args"]))}
    save_file(named, tmp_path / "ours.safetensors", metadata)
    return tmp_path / "ours.safetensors"


@pytest.mark.parametrize("metadata", [None, {"format": "pt"}])
def test_a_plain_state_dict(tensors, tmp_path, metadata):
    path = tmp_path / "model.safetensors"
    save_file(tensors, path, metadata)
    loaded, described = safe_load(path), read_file(path, Declaring())
    assert loaded.keys() == described.keys() == tensors.keys()
    for name, tensor in tensors.items():
        assert torch.equal(loaded[name], tensor)
        assert str(loaded[name].dtype) == str(described[name].dtype) == str(tensor.dtype)
        assert described[name].shape == tensor.shape


def test_ours_is_a_bundle(small_v2, ours):
    content = safe_load(ours)
    assert set(content) == {"encoder", "mapper", "generator", "args"}
    assert content["args"].model == small_v2.settings
    for name, tensor in load(ours).state_dict().items():
        assert torch.equal(tensor, small_v2.state_dict()[name])


def test_a_changed_value_is_told_by_the_digest(ours):
    data = bytearray(ours.read_bytes())
    data[-1] ^= 1
    ours.write_bytes(data)
    with pytest.raises(ValueError, match="holds other tensors than"):
        safe_load(ours)


def changed(path, **entries) -> None:
    """Write the header of ``path`` anew, with its ``float32`` tensor declared otherwise."""
    data = path.read_bytes()
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    header["float32"] |= entries
    text = json.dumps(header).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text + data[8 + length :])


@pytest.mark.parametrize(
    "entries",
    [
        {"shape": [2, 4]},
        {"shape": [2**40, 2**40]},
        {"shape": [-2, -3]},
        {"shape": [2.0, 3]},
        {"shape": "ab"},
        {"shape": [1] * 100},
        {"dtype": "F64"},
        {"dtype": "F8_E4M3"},
        {"dtype": [1]},
        {"data_offsets": [0, 24]},
        {"data_offsets": [0, 2**60]},
        {"data_offsets": [24]},
        {"data_offsets": None},
    ],
)
def test_refuses_other_declarations(tensors, tmp_path, entries):
    path = tmp_path / "model.safetensors"
    save_file(tensors, path)
    changed(path)
    assert torch.equal(safe_load(path)["float32"], tensors["float32"])
    changed(path, **entries)
    for maker in (Reading(), Declaring()):
        with pytest.raises(ValueError, match=r"model\.safetensors is") as refusal:
            read_file(path, maker)
        assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    "header",
    [
        b'{"a":{},"a":{}}',
        b'{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}',
        b"{" * 5000,
        b'{"__metadata__":{"layout":"gpen_train"},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}',
        b'{"__metadata__":{"layout":"gpen_train","args":"[1]"}}',
        b'{"a\\nb":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}',
    ],
)
def test_refuses_other_headers(tmp_path, header):
    path = tmp_path / "model.safetensors"
    path.write_bytes(len(header).to_bytes(8, "little") + header + bytes(4))
    with pytest.raises(ValueError, match=r"model\.safetensors is truncated or altered") as refusal:
        safe_load(path)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("size", [9, 16, 200, -4, -1])
def test_refuses_truncated_files(tensors, tmp_path, size):
    path = tmp_path / "model.safetensors"
    save_file(tensors, path)
    path.write_bytes(path.read_bytes()[:size])
    for maker in (Reading(), Declaring()):
        with pytest.raises(ValueError, match=r"model\.safetensors is truncated or altered"):
            read_file(path, maker)
