"""NVlabs' pickles are read without running what they hold."""

import pickle
import pickletools

import pytest
import torch

from gpen_train.checkpoints.formats.declared import Tensor
from gpen_train.checkpoints.formats.maker import Declaring
from gpen_train.checkpoints.formats.nvlabs import Persistent
from gpen_train.checkpoints.read import read
from gpen_train.checkpoints.read_file import read_file
from gpen_train.checkpoints.safe_load import safe_load


@pytest.fixture
def pickled(write_nvlabs, nvlabs_state, tmp_path):
    def write(**options):
        states = {"G": nvlabs_state("G"), "D": nvlabs_state("D"), "G_ema": nvlabs_state("G")}
        return write_nvlabs(tmp_path / "network.pkl", **options, **states)

    return write


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_reads_states_and_arguments(pickled, nvlabs_state, protocol):
    content = safe_load(pickled(protocol=protocol))
    assert list(content) == ["G", "D", "G_ema", "training_set_kwargs", "augment_pipe"]
    average = content["G_ema"]
    assert isinstance(average, Persistent)
    assert average.class_name == "Generator"
    assert (average.init_args, average.init_kwargs) == ((512,), {"img_resolution": 64})
    for network, name in (("G", "G_ema"), ("D", "D")):
        expected = nvlabs_state(network)
        assert content[name].state.keys() == expected.keys()
        assert all(torch.equal(content[name].state[key], tensor) for key, tensor in expected.items())
    assert content["training_set_kwargs"] == {"path": "/data/ffhq.zip", "xflip": True}
    assert content["augment_pipe"] is None


def test_declarations_are_read_without_weights(pickled, nvlabs_state):
    state = read_file(pickled(), Declaring())["G_ema"].state
    assert all(isinstance(tensor, Tensor) for tensor in state.values())
    assert {name: tensor.shape for name, tensor in state.items()} == {
        name: tensor.shape for name, tensor in nvlabs_state("G").items()
    }


def test_its_source_text_is_not_run(pickled, tmp_path):
    canary = tmp_path / "canary"
    path = pickled(source=f"open({str(canary)!r}, 'w')")
    safe_load(path)
    assert not canary.exists()
    pickle.loads(path.read_bytes())  # the source text is a real one
    assert canary.exists()


def test_becomes_a_prior_and_a_discriminator(pickled, nvlabs_state):
    weights = read(pickled())
    assert torch.equal(weights.model.generator.b8.conv0.bias, nvlabs_state("G")["synthesis.b8.conv0.bias"])
    assert torch.equal(weights.discriminator.b4.out.bias, nvlabs_state("D")["b4.out.bias"])


REFUSED = {
    "torch.nn.modules.linear.Linear": lambda: {"G_ema": torch.nn.Linear(2, 2)},
    "torch.storage.UntypedStorage": lambda: {"G_ema": torch.UntypedStorage(4)},
}


@pytest.mark.parametrize("name", REFUSED)
def test_refuses_all_else_by_name(tmp_path, name):
    (tmp_path / "other.pkl").write_bytes(pickle.dumps(REFUSED[name]()))
    with pytest.raises(ValueError, match=f"is refused: its pickle names {name}"):
        safe_load(tmp_path / "other.pkl")


def test_a_network_of_tensorflow_has_a_refusal_of_its_own(tmp_path):
    pickled = b"\x80\x03cdnnlib.tflib.network\nNetwork\n)\x81}b."
    (tmp_path / "ffhq.pkl").write_bytes(pickled)
    with pytest.raises(
        ValueError, match=r"of TensorFlow, .*legacy\.py --source=ffhq\.pkl --dest=converted\.pkl"
    ):
        safe_load(tmp_path / "ffhq.pkl")


@pytest.mark.parametrize("change", ["state", "class_name", "type"])
def test_refuses_a_module_that_lacks_something(pickled, change):
    path = pickled(protocol=3)
    old = {"state": b"\x05\0\0\0state", "class_name": b"\x0a\0\0\0class_name", "type": b"\x04\0\0\0type"}[
        change
    ]
    assert old in path.read_bytes()
    path.write_bytes(path.read_bytes().replace(old, old[:-1] + b"X"))
    with pytest.raises(ValueError, match=r"network\.pkl is truncated or altered") as refusal:
        safe_load(path)
    assert "\n" not in str(refusal.value)


def test_refuses_what_follows_the_pickle(pickled):
    path = pickled()
    path.write_bytes(path.read_bytes() + b"N.")
    with pytest.raises(ValueError, match="2 bytes follow its pickle"):
        safe_load(path)


def test_one_storage_many_times_is_refused(tmp_path):
    """A pickle that takes the same megabyte a thousand times, each time into memory of its own."""
    pickled = pickle.dumps(torch.zeros(2**18), protocol=3)
    megabyte = next(found for opcode, found, _ in pickletools.genops(pickled) if opcode.name == "BINBYTES")
    start = b"\x80\x03ctorch.storage\n_load_from_bytes\nq\x00B" + len(megabyte).to_bytes(4, "little")
    (tmp_path / "many.pkl").write_bytes(start + megabyte + b"q\x01" + b"h\x00h\x01\x85R" * 1000 + b".")
    with pytest.raises(ValueError, match="its storages declare more bytes than the file has"):
        safe_load(tmp_path / "many.pkl")
