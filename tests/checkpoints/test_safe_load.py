"""What safe_load reads, and that nothing in a file is ever run."""

import io
import os
import pickle
import re
import zipfile
from argparse import Namespace
from collections import OrderedDict
from pathlib import Path

import numpy as np
import pytest
import torch

from gpen_train.checkpoints.formats.maker import Declaring
from gpen_train.checkpoints.formats.unpickler import MAX_STEPS
from gpen_train.checkpoints.formats.values import Reading
from gpen_train.checkpoints.read_file import read_file
from gpen_train.checkpoints.safe_load import safe_load

FORMATS = [(zipped, protocol) for zipped in (True, False) for protocol in (2, 3, 4, 5)]
DTYPES = ["float32", "float16", "bfloat16", "float64", "int64", "int32", "int16", "int8", "uint8", "bool"]


class Payload:
    """Runs a command when a plain unpickler reads it: the command leaves a canary file."""

    def __init__(self, canary: Path) -> None:
        self.canary = canary

    def __reduce__(self):
        return os.system, (f"touch {self.canary}",)


@pytest.fixture
def content():
    args = Namespace(version="GPEN-BFR-v2.0-64", losses={"content": 1.0, "lpips": None}, sizes=[64, True])
    return {
        "encoder": {"weight": torch.randn(40, 30), "half": torch.ones(3).half()},
        "tied": torch.arange(5).bfloat16(),
        "args": args,
    }


def save(content, path: Path, zipped: bool = True, protocol: int = 2) -> Path:
    torch.save(content, path, _use_new_zipfile_serialization=zipped, pickle_protocol=protocol)
    return path


def refusal(path: Path, match: str) -> str:
    with pytest.raises(ValueError, match=match) as error:
        safe_load(path)
    assert "\n" not in str(error.value)
    return str(error.value)


@pytest.mark.parametrize(("zipped", "protocol"), FORMATS)
def test_reads_every_format(content, tmp_path, zipped, protocol):
    path = save(content, tmp_path / "good.pth", zipped, protocol)
    loaded, described = safe_load(path), read_file(path, Declaring())
    assert loaded["args"] == described["args"] == content["args"]
    for name, tensor in content["encoder"].items():
        assert torch.equal(loaded["encoder"][name], tensor)
        assert loaded["encoder"][name].dtype == tensor.dtype
        assert str(described["encoder"][name].dtype) == str(tensor.dtype)
        assert described["encoder"][name].shape == tensor.shape


@pytest.mark.parametrize("zipped", [True, False])
def test_reads_every_dtype_and_shape(tmp_path, zipped):
    tensors = {name: torch.arange(6).reshape(2, 3).to(getattr(torch, name)) for name in DTYPES}
    tensors |= {"scalar": torch.tensor(3.5), "empty": torch.zeros(2, 0, 4), "transposed": torch.randn(3, 4).T}
    tensors |= {"last": torch.randn(2, 3, 4, 4).to(memory_format=torch.channels_last)}
    tensors |= {"part": torch.randn(9)[2:5], "parameter": torch.nn.Parameter(torch.randn(2))}
    loaded = safe_load(save(tensors, tmp_path / "all.pth", zipped))
    for name, tensor in tensors.items():
        assert loaded[name].dtype == tensor.dtype, name
        assert loaded[name].stride() == tensor.stride(), name
        assert torch.equal(loaded[name], tensor), name
        assert type(loaded[name]) is torch.Tensor
        assert not loaded[name].requires_grad


@pytest.mark.parametrize(("zipped", "protocol"), FORMATS)
def test_reads_what_a_training_leaves(tmp_path, zipped, protocol):
    state = {0: {"step": torch.tensor(3.0), "exp_avg": torch.randn(2, 3)}}
    group = {"lr": 2e-3, "betas": (0.0, 0.99), "fused": None, "params": [0, 1]}
    saved = {
        "state_dict": torch.nn.Linear(3, 2).state_dict(),
        "optimizer_states": [{"state": state, "param_groups": [group]}],
        "others": {"size": torch.Size([2, 3]), "dtype": torch.float16, "set": {1, 2}, "none": None},
        "numbers": [1, -(2**40), 2**100, 1.5, True, np.float64(0.25), np.float32(0.5), np.int64(7)],
    }
    loaded = safe_load(save(saved, tmp_path / "last.ckpt", zipped, protocol))
    assert loaded["others"] == saved["others"]
    assert loaded["numbers"] == saved["numbers"]
    assert type(loaded["numbers"][5]) is float
    assert type(loaded["state_dict"]) is OrderedDict
    found = loaded["optimizer_states"][0]
    assert found["param_groups"] == [group]
    assert torch.equal(found["state"][0]["exp_avg"], state[0]["exp_avg"])


@pytest.mark.parametrize("zipped", [True, False])
def test_tensors_that_share_a_storage_still_do(tmp_path, zipped):
    whole = torch.arange(6.0)
    saved = {"whole": whole, "view": whole[2:4], "again": whole}
    loaded = safe_load(save(saved, tmp_path / "shared.pth", zipped))
    loaded["whole"][2] = 9
    assert loaded["view"].tolist() == [9, 3]
    assert loaded["again"][2] == 9


@pytest.mark.parametrize(("zipped", "protocol"), FORMATS)
def test_refuses_a_payload_by_name_and_does_not_run_it(content, tmp_path, zipped, protocol):
    canary = tmp_path / "canary"
    path = save({**content, "extra": Payload(canary)}, tmp_path / "bad.pth", zipped, protocol)
    refusal(path, rf"bad\.pth is refused: its pickle names {os.system.__module__}\.system")
    with pytest.raises(ValueError, match="system"):
        read_file(path, Declaring())
    assert not canary.exists()
    torch.load(path, weights_only=False)  # the payload is a real one
    assert canary.exists()


@pytest.mark.parametrize("protocol", [2, 4])
def test_refuses_a_bare_pickle_by_name(tmp_path, protocol):
    path = tmp_path / "network.pkl"
    path.write_bytes(pickle.dumps({"G": Payload(tmp_path / "canary")}, protocol=protocol))
    refusal(path, "system")
    assert not (tmp_path / "canary").exists()


@pytest.mark.parametrize(("zipped", "protocol"), [(True, 2), (True, 4), (False, 2), (False, 4)])
def test_refuses_truncated_files(content, tmp_path, zipped, protocol):
    path = save(content, tmp_path / "whole.pth", zipped, protocol)
    data = path.read_bytes()
    for size in (1, 9, 40, 300, len(data) // 2, len(data) - 30, len(data) - 1):
        path.write_bytes(data[:size])
        refusal(path, r"whole\.pth is (truncated|no checkpoint)")
    path.write_bytes(data + b"more")
    if not zipped:
        refusal(path, "4 bytes follow its last storage")


@pytest.mark.parametrize("protocol", [2, 4])
def test_refuses_altered_tensors(content, tmp_path, protocol):
    path = save(content, tmp_path / "whole.pth", protocol=protocol)
    data = bytearray(path.read_bytes())
    data[data.index(content["encoder"]["weight"].numpy().tobytes()) + 100] ^= 1
    path.write_bytes(data)
    refusal(path, r"truncated or altered .*data/0 does not match its checksum")


OTHERS = [b"", b"hello world", b"\x89PNG\r\n\x1a\n0000", pickle.dumps({"a": 1}), pickle.dumps(torch.Size)]


@pytest.mark.parametrize("data", OTHERS)
def test_refuses_other_files(tmp_path, data):
    path = tmp_path / "other.pth"
    path.write_bytes(data)
    refusal(path, r"other\.pth is")


def test_refuses_other_zips(content, tmp_path):
    np.savez(tmp_path / "arrays.npz", a=np.zeros(3))
    refusal(tmp_path / "arrays.npz", r"the zip holds \['a.npy'\]; expected one data.pkl")
    path = save(content, tmp_path / "whole.pth")
    with (
        zipfile.ZipFile(path) as old,
        zipfile.ZipFile(tmp_path / "packed.pth", "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            new.writestr(name, old.read(name))
    refusal(tmp_path / "packed.pth", "is compressed")


def test_a_missing_file_and_a_folder_are_os_errors(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"none\.pth does not exist; expected a checkpoint"):
        safe_load(tmp_path / "none.pth")
    with pytest.raises(FileNotFoundError, match="is a folder; expected a checkpoint"):
        safe_load(tmp_path)


# Pickles that are written by hand: each would take memory, time or more from a reader without care.
def lists_of_lists(depth: int) -> bytes:
    """Each list holds the one before it twice: 2 ** depth values."""
    return b"]q\x00" + b"".join(b"](h%ch%ceq%c" % (i, i, i + 1) for i in range(depth))


STORAGE = b"(X\x07\0\0\0storagectorch\nFloatStorage\nX\x01\0\0\x000X\x03\0\0\0cpuK\x04tQ"  # 4 values
TENSOR = b"ctorch._utils\n_rebuild_tensor_v2\n(" + STORAGE
HOSTILE = {
    "a memory that it never filled": b"}j\xff\xff\xff\xff.",
    "4 GB of text": b"X\xff\xff\xff\xff.",
    "2 ** 62 bytes": b"\x8e" + (2**62).to_bytes(8, "little") + b".",
    "lists of lists": lists_of_lists(60) + b".",
    "deep nesting": b"]" * 5000 + b"a" * 4999 + b".",
    "a list in itself": b"]q\x00h\x00a.",
    "steps without end": b"}" * MAX_STEPS,
    "an opcode that calls": b"(cos\nsystem\no.",
    "an extension": b"\x82\x01.",
    "a class's attribute": b"cargparse\nNamespace\nN}X\x01\0\0\0aK\x01s\x86b.",
    "a key that is slow to compare": b"}" + b")" + b"\x85" * 50 + b"Ns.",
    "a key of two lines": b"}X\x03\0\0\0a\nbNs.",
    "a function for a value": b"}X\x01\0\0\0actorch._utils\n_rebuild_parameter\ns.",
    "sizes beyond the storage": TENSOR + b"K\x00(K\x05t(K\x01t\x89)tR.",
    "an offset beyond the storage": TENSOR + b"K\x01(K\x04t(K\x01t\x89)tR.",
    "a stride beyond the storage": TENSOR + b"K\x00(K\x02t(K\x04t\x89)tR.",
    "a tensor that overlaps itself": TENSOR + b"K\x00(M\xff\xffM\xff\xfft(K\x00K\x00t\x89)tR.",
    "a negative size": TENSOR + b"K\x00(J\xff\xff\xff\xfft(K\x01t\x89)tR.",
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("maker", [Reading, Declaring])
def test_refuses_what_would_take_all_memory_or_time(tmp_path, name, maker):
    with zipfile.ZipFile(tmp_path / "hostile.pth", "w") as archive:
        archive.writestr("a/data.pkl", b"\x80\x02" + HOSTILE[name])
        archive.writestr("a/data/0", bytes(16))
    with pytest.raises(ValueError, match=r"hostile\.pth is") as error:
        read_file(tmp_path / "hostile.pth", maker())
    assert "\n" not in str(error.value)
    assert not hasattr(Namespace, "a")


def test_a_place_in_a_memory_of_billions_takes_no_memory(tmp_path):
    with zipfile.ZipFile(tmp_path / "sparse.pth", "w") as archive:
        archive.writestr("a/data.pkl", b"\x80\x02}r\xff\xff\xff\xff.")
    assert safe_load(tmp_path / "sparse.pth") == {}


def test_a_sound_tensor_written_by_hand_is_read(tmp_path):
    with zipfile.ZipFile(tmp_path / "sound.pth", "w") as archive:
        archive.writestr("a/data.pkl", b"\x80\x02" + TENSOR + b"K\x00(K\x02K\x02t(K\x02K\x01t\x89)tR.")
        archive.writestr("a/data/0", np.arange(4, dtype=np.float32).tobytes())
    assert torch.equal(safe_load(tmp_path / "sound.pth"), torch.arange(4.0).reshape(2, 2))


@pytest.mark.parametrize("numel", [3, 5, 2**61])
def test_refuses_a_storage_of_another_size_than_declared(tmp_path, numel):
    buffer = io.BytesIO()
    torch.save(torch.arange(4.0), buffer, _use_new_zipfile_serialization=False)
    declared = b"\x8a\x08" + numel.to_bytes(8, "little")
    altered = re.sub(rb"(cpuq.)K\x04", lambda found: found[1] + declared, buffer.getvalue())
    (tmp_path / "legacy.pth").write_bytes(altered)
    refusal(tmp_path / "legacy.pth", "declared")
    with zipfile.ZipFile(tmp_path / "zip.pth", "w") as archive:
        sizes = b"K\x00(K\x02t(K\x01t\x89)tR."
        archive.writestr("a/data.pkl", b"\x80\x02" + TENSOR.replace(b"cpuK\x04", b"cpu" + declared) + sizes)
        archive.writestr("a/data/0", bytes(16))
    refusal(tmp_path / "zip.pth", "16 bytes where .* are declared")


def test_refuses_one_tensor_under_more_names_than_the_file_has_room_for(tmp_path):
    tensor = torch.zeros(100_000)
    saved = {str(index): tensor for index in range(100)}
    refusal(save(saved, tmp_path / "many.pth"), "tensors declare 40000000 bytes")
