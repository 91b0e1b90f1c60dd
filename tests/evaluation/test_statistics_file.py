"""Statistics of FID: pytorch-fid's and BasicSR's files, and what is no such file."""

import re

import numpy as np
import pytest
import torch

from gpen_train.evaluation.statistics_file import read_statistics

MEAN = np.arange(4.0)
COVARIANCE = np.eye(4) + 0.5


def test_pytorch_fids_file(tmp_path):
    np.savez(tmp_path / "ffhq.npz", mu=MEAN, sigma=COVARIANCE)
    found = read_statistics(tmp_path / "ffhq.npz", 4)
    np.testing.assert_array_equal(found.mean, MEAN)
    np.testing.assert_array_equal(found.covariance, COVARIANCE)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("is_zip", [True, False])
def test_basicsrs_file(tmp_path, is_zip, dtype):
    """Arrays in a pickle, as it saves them, and in PyTorch's newer format."""
    content = {"name": "FFHQ", "size": 512, "mean": MEAN.astype(dtype), "cov": COVARIANCE.astype(dtype)}
    torch.save(content, tmp_path / "ffhq.pth", _use_new_zipfile_serialization=is_zip)
    found = read_statistics(tmp_path / "ffhq.pth")
    np.testing.assert_array_equal(found.mean, MEAN)
    np.testing.assert_array_equal(found.covariance, COVARIANCE)
    assert found.mean.dtype == torch.float64


class Payload:
    def __reduce__(self):
        return (print, ("executed",))


def test_what_is_no_such_file(tmp_path, capsys):
    def refuses(name, message):
        with pytest.raises(ValueError, match=message) as raised:
            read_statistics(tmp_path / name, 4)
        assert "\n" not in str(raised.value)
        assert name in str(raised.value)

    torch.save({"mean": Payload()}, tmp_path / "evil.pth")
    refuses("evil.pth", "no readable file of statistics")
    assert "executed" not in capsys.readouterr().out
    (tmp_path / "torn.npz").write_bytes(b"PK\x03\x04 and no more")
    refuses("torn.npz", "no readable .npz")
    np.savez(tmp_path / "other.npz", weights=MEAN)
    refuses("other.npz", re.escape("lacks 'mu'; expected mu [D] and sigma [D, D]"))
    np.savez(tmp_path / "small.npz", mu=MEAN[:2], sigma=COVARIANCE[:2, :2])
    refuses("small.npz", re.escape("holds mu [2] and sigma [2, 2]; expected [4] and [4, 4]"))
    refuses("some.txt", "expected pytorch-fid's .npz")
    with pytest.raises(OSError, match="none"):
        read_statistics(tmp_path / "none.pth")
