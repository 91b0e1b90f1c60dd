"""What safe_load reads, and that nothing in a file is ever run."""

import os
import pickle
from argparse import Namespace
from pathlib import Path

import pytest
import torch

from gpen_train.checkpoints.pickle_scan import scan_pickle
from gpen_train.checkpoints.safe_load import RESTRICTED_PICKLE, RefusedGlobal, safe_load

FORMATS = [(zipped, protocol) for zipped in (True, False) for protocol in (2, 3, 4, 5)]


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


@pytest.mark.parametrize(("zipped", "protocol"), FORMATS)
@pytest.mark.parametrize("mmap", [False, True])
def test_reads_every_format(content, tmp_path, zipped, protocol, mmap):
    loaded = safe_load(save(content, tmp_path / "good.pth", zipped, protocol), mmap=mmap)
    assert loaded["args"] == content["args"]
    for name, tensor in content["encoder"].items():
        assert torch.equal(loaded["encoder"][name], tensor)
        assert loaded["encoder"][name].dtype == tensor.dtype


@pytest.mark.parametrize(("zipped", "protocol"), FORMATS)
def test_refuses_a_payload_by_name_and_does_not_run_it(content, tmp_path, zipped, protocol):
    canary = tmp_path / "canary"
    path = save({**content, "extra": Payload(canary)}, tmp_path / "bad.pth", zipped, protocol)
    with pytest.raises(
        ValueError, match=rf"bad\.pth is refused: its pickle names {os.system.__module__}\.system"
    ):
        safe_load(path)
    assert not canary.exists()
    torch.load(path, weights_only=False)  # the payload is a real one
    assert canary.exists()


@pytest.mark.parametrize("protocol", [2, 4])
def test_refuses_a_bare_pickle_by_name(tmp_path, protocol):
    path = tmp_path / "network.pkl"
    path.write_bytes(pickle.dumps({"G": Payload(tmp_path / "canary")}, protocol=protocol))
    with pytest.raises(ValueError, match="system"):
        safe_load(path)
    assert not (tmp_path / "canary").exists()


def test_a_global_hidden_from_the_scan_is_stopped_by_the_unpickler(tmp_path):
    """The names on the stack are popped away, so that reading opcodes in order sees OrderedDict."""
    hidden = (
        b"\x80\x04\x8c\x02os\x8c\x06system\x8c\x0bcollections\x8c\x0bOrderedDict00\x93"
        + b"\x8c"
        + bytes([len(f"touch {tmp_path}/canary")])
        + f"touch {tmp_path}/canary".encode()
        + b"\x85R."
    )
    path = tmp_path / "hidden.pkl"
    path.write_bytes(hidden)
    with path.open("rb") as file:
        assert scan_pickle(file).named == (("collections", "OrderedDict"),)
    with path.open("rb") as file, pytest.raises(RefusedGlobal, match="system"):
        RESTRICTED_PICKLE.load(file)
    assert not (tmp_path / "canary").exists()


@pytest.mark.parametrize(("zipped", "protocol"), [(True, 2), (True, 4), (False, 2), (False, 4)])
def test_refuses_truncated_files_in_one_line(content, tmp_path, zipped, protocol):
    path = save(content, tmp_path / "whole.pth", zipped, protocol)
    data = path.read_bytes()
    for size in (1, 9, 40, 300, len(data) // 2, len(data) - 30, len(data) - 1):
        path.write_bytes(data[:size])
        with pytest.raises(ValueError, match=r"whole\.pth is (truncated|no PyTorch checkpoint)") as refusal:
            safe_load(path)
        assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("protocol", [2, 4])
def test_refuses_altered_tensors(content, tmp_path, protocol):
    path = save(content, tmp_path / "whole.pth", protocol=protocol)
    data = bytearray(path.read_bytes())
    data[data.index(content["encoder"]["weight"].numpy().tobytes()) + 100] ^= 1
    path.write_bytes(data)
    with pytest.raises(ValueError, match=r"truncated or altered .*data/0 does not match its checksum"):
        safe_load(path)


@pytest.mark.parametrize("data", [b"", b"hello world", b"\x89PNG\r\n\x1a\n0000", pickle.dumps({"a": 1})])
def test_refuses_other_files(tmp_path, data):
    path = tmp_path / "other.pth"
    path.write_bytes(data)
    with pytest.raises(ValueError, match=r"other\.pth is") as refusal:
        safe_load(path)
    assert "\n" not in str(refusal.value)


def test_a_missing_file_and_a_folder_are_os_errors(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"none\.pth does not exist; expected a checkpoint"):
        safe_load(tmp_path / "none.pth")
    with pytest.raises(FileNotFoundError, match="is a folder; expected a checkpoint"):
        safe_load(tmp_path)
