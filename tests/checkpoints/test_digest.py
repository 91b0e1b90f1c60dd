"""The digest in a bundle's args: changed and swapped tensors are told where the format does not."""

import pytest
import torch

from gpen_train.checkpoints.bundle import save_bundle
from gpen_train.checkpoints.digest import digest_of
from gpen_train.checkpoints.formats.maker import Declaring
from gpen_train.checkpoints.load import load
from gpen_train.checkpoints.read_file import read_file
from gpen_train.checkpoints.safe_load import safe_load

CHANGES = {
    "a value": lambda c: c["mapper"]["fc1.weight"].view(-1)[0].add_(1),
    "the sign of a zero": lambda c: c["mapper"]["fc1.bias"].mul_(-0.0),
    "two tensors swapped": lambda c: c["mapper"].update(
        {"fc1.weight": c["mapper"]["fc2.weight"], "fc2.weight": c["mapper"]["fc1.weight"]}
    ),
    "a dtype": lambda c: c["mapper"].update({"fc1.bias": c["mapper"]["fc1.bias"].half()}),
    "a shape": lambda c: c["mapper"].update({"fc1.bias": c["mapper"]["fc1.bias"][None]}),
    "a name": lambda c: c["mapper"].update({"fc9.bias": c["mapper"].pop("fc1.bias")}),
    "one more": lambda c: c["generator"].update({"noise": torch.zeros(1)}),
    "a part": lambda c: c.pop("encoder"),
}


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16, torch.bfloat16])
@pytest.mark.parametrize("legacy", [True, False])
def test_a_bundle_carries_it(small_v2, tmp_path, legacy, dtype):
    path = tmp_path / "bundle.pth"
    save_bundle(small_v2, path, dtype=dtype, legacy=legacy)
    content = safe_load(path)
    assert content["args"].digest == digest_of(content)
    assert len(content["args"].digest) == 64


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_refused_unless_it_was_meant(small_v2, tmp_path, change):
    path = tmp_path / "bundle.pth"
    save_bundle(small_v2, path)
    content = safe_load(path)
    CHANGES[change](content)
    torch.save(content, path)
    with pytest.raises(ValueError, match=r"If that was meant, delete args\.digest") as refusal:
        safe_load(path)
    assert "\n" not in str(refusal.value)
    read_file(path, Declaring())
    del content["args"].digest
    torch.save(content, path)
    assert safe_load(path).keys() == content.keys()


def test_a_flipped_bit_in_a_legacy_file_is_told(small_v2, tmp_path):
    path = tmp_path / "bundle.pth"
    save_bundle(small_v2, path, legacy=True)
    data = bytearray(path.read_bytes())
    data[-1000] ^= 1
    path.write_bytes(data)
    with pytest.raises(ValueError, match="holds other tensors than"):
        load(path)


def test_every_bundle_has_its_own(small_v2, tmp_path):
    save_bundle(small_v2, tmp_path / "first.pth")
    loaded = load(tmp_path / "first.pth")
    save_bundle(loaded, tmp_path / "same.pth")
    with torch.no_grad():
        loaded.mapper.fc1.bias.add_(1)
    save_bundle(loaded, tmp_path / "other.pth")
    first, same, other = (load(tmp_path / f"{name}.pth").args for name in ("first", "same", "other"))
    assert first.digest == same.digest != other.digest


def test_training_may_not_name_one(small_v2, tmp_path):
    with pytest.raises(ValueError, match="training names digest, which the bundle sets itself"):
        save_bundle(small_v2, tmp_path / "bundle.pth", {"digest": "0"})


def test_what_is_no_tensor_is_named():
    with pytest.raises(ValueError, match="holds the int 1 as norm of its mapper; expected a tensor"):
        digest_of({"mapper": {"norm": 1}})
