"""numpy's arrays in pickles of others: plain data, of which no more is made than the file has."""

import argparse
import pickle

import numpy as np
import pytest
import torch

from gpen_train.checkpoints.formats.arrays import Array
from gpen_train.checkpoints.read import read
from gpen_train.checkpoints.safe_load import safe_load
from gpen_train.cli import inspect

ARRAYS = {
    "empty": np.zeros((0, 3), np.float32),
    "single": np.array(3.5),
    "matrix": np.arange(12, dtype=np.int32).reshape(3, 4),
    "columns": np.asfortranarray(np.arange(12, dtype=np.float16).reshape(3, 4)),
    "large": np.arange(5000, dtype=np.float64),
    "bools": np.array([True, False]),
}


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
@pytest.mark.parametrize("legacy", [False, True])
def test_come_through_with_their_values(tmp_path, protocol, legacy):
    options = {"pickle_protocol": protocol, "_use_new_zipfile_serialization": not legacy}
    torch.save(dict(ARRAYS), tmp_path / "arrays.pth", **options)
    found = safe_load(tmp_path / "arrays.pth")
    for name, array in ARRAYS.items():
        assert isinstance(found[name], Array)
        np.testing.assert_array_equal(found[name].values.numpy(), array)
        assert found[name].values.numpy().dtype == array.dtype


def test_a_state_dict_of_arrays_is_read(fixtures, tmp_path):
    state = safe_load(fixtures / "official_bfr_64.pth")
    torch.save({"params": {name: t.numpy() for name, t in state.items()}}, tmp_path / "arrays.pth")
    model, whole = read(tmp_path / "arrays.pth").model, read(fixtures / "official_bfr_64.pth").model
    assert all(torch.equal(t, whole.state_dict()[name]) for name, t in model.state_dict().items())


@pytest.mark.parametrize(
    "array",
    [
        np.array([{}], object),
        np.array(["a"]),
        np.zeros(2, ">f4"),
        np.zeros(2, [("a", "f4")]),
        np.zeros(2, "c8"),
    ],
)
def test_all_but_plain_numbers_is_refused(tmp_path, array):
    torch.save({"a": array}, tmp_path / "other.pth")
    with pytest.raises(ValueError, match=r"other\.pth is .*(declared|names)") as refusal:
        safe_load(tmp_path / "other.pth")
    assert "\n" not in str(refusal.value)


def test_the_same_bytes_many_times_are_refused(tmp_path):
    start = pickle.dumps(np.zeros(2**17), protocol=3)[:-1]  # without STOP
    whole = b"\x80\x03]" + (start[2:] + b"a")
    place = start.index(b"B" + (2**20).to_bytes(4, "little")) + 5 + 2**20
    again = b"cnumpy._core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85C\x01b\x87R"
    index = start[place + 1 : place + 2] if start[place : place + 1] == b"q" else None
    assert index is not None  # the bytes are in the memo
    state = b"(K\x01J\x00\x00\x02\x00\x85cnumpy\ndtype\nX\x02\x00\x00\x00f8\x85R\x89h" + index + b"tb"
    (tmp_path / "many.pkl").write_bytes(whole + (again + state + b"a") * 1000 + b".")
    with pytest.raises(ValueError, match="takes the same bytes again and again"):
        safe_load(tmp_path / "many.pkl")


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_a_stylegan3_is_named(write_nvlabs, tmp_path, capsys, protocol):
    """Its layers keep arrays beside their parameters."""
    state = {"synthesis.input.freqs": torch.ones(3), "mapping.fc0.weight": torch.ones(2, 2)}
    path = write_nvlabs(tmp_path / "r.pkl", protocol=protocol, G_ema=state, arrays=ARRAYS)
    with pytest.raises(
        ValueError, match=r"r\.pkl holds a StyleGAN3; of NVlabs' networks only StyleGAN2 is read"
    ):
        read(path)
    assert inspect.run(argparse.Namespace(file=str(path))) == 0
    assert "not read    it holds a StyleGAN3" in capsys.readouterr().out
