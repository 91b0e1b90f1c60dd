"""Reading weights files: what is accepted, and what is said about the others."""

import pytest
import torch
from torch import nn

from gpen_train.feature_nets.weights import fill, read_state


def network():
    return nn.Sequential(nn.Conv2d(3, 4, 1), nn.BatchNorm2d(4))


def test_all_tensors_are_filled(tmp_path):
    source, target = network(), network()
    torch.save(source.state_dict(), tmp_path / "net.pth")
    fill(target, read_state(tmp_path / "net.pth"), tmp_path / "net.pth", "net.pth")
    for name, tensor in source.state_dict().items():
        assert torch.equal(tensor, target.state_dict()[name]), name


def test_old_files_lack_batch_norms_counter(tmp_path):
    state = {name: t for name, t in network().state_dict().items() if "tracked" not in name}
    target = network()
    fill(target, state, tmp_path / "net.pth", "net.pth")
    assert torch.equal(target[0].weight, state["0.weight"])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"0.weight": None}, "lacks, or has in another shape, 0.weight; expected a net"),
        ({"1.bias": torch.zeros(5)}, "lacks, or has in another shape, 1.bias; expected a net"),
        ({"head.weight": torch.zeros(2)}, "also holds head.weight; expected a net"),
    ],
)
def test_other_states_are_refused(tmp_path, change, message):
    state = {name: t for name, t in (network().state_dict() | change).items() if t is not None}
    with pytest.raises(ValueError, match="expected a net") as caught:
        fill(network(), state, tmp_path / "net.pth", "a net")
    assert str(caught.value) == f"{tmp_path / 'net.pth'} {message}"


def test_other_contents_are_refused(tmp_path):
    torch.save({"state": {"weight": torch.zeros(1)}}, tmp_path / "nested.pth")
    with pytest.raises(ValueError, match=r"nested\.pth holds a dict; expected a state dict"):
        read_state(tmp_path / "nested.pth")
    (tmp_path / "page.pth").write_text("<html>not found</html>")
    with pytest.raises(ValueError, match=r"page\.pth is no readable .*; download it again") as caught:
        read_state(tmp_path / "page.pth")
    assert "\n" not in str(caught.value)


def test_code_in_a_file_is_not_run(tmp_path):
    class Payload:
        def __reduce__(self):
            return (open, (str(tmp_path / "ran"), "w"))

    torch.save({"weight": Payload()}, tmp_path / "evil.pth")
    with pytest.raises(ValueError, match="no readable weights file"):
        read_state(tmp_path / "evil.pth")
    assert not (tmp_path / "ran").exists()
