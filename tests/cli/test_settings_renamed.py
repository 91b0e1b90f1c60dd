"""Settings that had other names: old runs go on under the new ones, and a command is told them."""

import pytest
import torch
import yaml

from gpen_train.cli.main import main
from gpen_train.cli.settings.compose import compose
from gpen_train.cli.settings.renamed import NOW_CALLED, with_new_names
from gpen_train.training.module import MOVED


def nested(flat):
    """Dotted names -> dicts in dicts."""
    result = {}
    for name, value in flat.items():
        *way, last = name.split(".")
        inner = result
        for part in way:
            inner = inner.setdefault(part, {})
        inner[last] = value
    return result


def leaves(settings, prefix=""):
    """The other way."""
    flat = {}
    for name, value in settings.items():
        own = f"{prefix}{name}"
        flat |= leaves(value, f"{own}.") if isinstance(value, dict) and value else {own: value}
    return flat


@pytest.fixture
def make_old():
    """``make_old(folder)``: a run's folder as it was written under the old names."""

    def make(folder):
        path = folder / "config.yaml"
        old_names = {new: old for old, new in NOW_CALLED.items()}
        flat = {old_names.get(name, name): v for name, v in leaves(yaml.safe_load(path.read_text())).items()}
        assert flat.keys() & NOW_CALLED.keys() == NOW_CALLED.keys()
        assert not flat.keys() & set(NOW_CALLED.values())
        flat = {  # a loss that was one number had none of what came after
            name: value
            for name, value in flat.items()
            if not any(name.startswith(f"{old}.") for old in NOW_CALLED)
        }
        path.write_text(yaml.safe_dump(nested(flat)))
        for path in (folder / "checkpoints").glob("0*.ckpt"):
            content = torch.load(path, weights_only=True)
            state = content["state_dict"]
            state |= {old: state.pop(new, torch.zeros(())) for old, new in MOVED.items()}
            torch.save(content, path)

    return make


@pytest.mark.parametrize("penalty", [0, 2])
def test_a_run_of_before_goes_on_bit_by_bit(here, tiny_train, written, make_old, penalty):
    settings = [
        f"losses.path_length.weight={penalty}",
        "losses.path_length.every=2",
        "losses.content.kind=l1",
    ]
    assert tiny_train(*settings, "run_dir=whole") == 0
    assert tiny_train(*settings, "images=8") == 0
    make_old(here / "run")
    assert tiny_train(*settings, "resume=true") == 0
    whole, again = (written(run).checkpoint()["state_dict"] for run in ("whole", "run"))
    assert whole.keys() == again.keys()
    assert all(torch.equal(tensor, again[name]) for name, tensor in whole.items())


def test_a_run_of_before_is_told_from_another(here, tiny_train, make_old, one_line, capsys):
    assert tiny_train("images=4") == 0
    make_old(here / "run")
    capsys.readouterr()
    assert tiny_train("resume=true", "losses.content.kind=charbonnier") == 1
    assert "losses.content.kind is l1 there and charbonnier here" in one_line()


@pytest.mark.parametrize("old", NOW_CALLED)
@pytest.mark.parametrize("plus", ["", "+"])
def test_a_command_is_told_the_new_name(here, one_line, old, plus):
    assert main(["train", "model=tiny_v2", "data=drawn", f"{plus}{old}=3", "run_dir=run"]) == 1
    assert f"{old} is called {NOW_CALLED[old]} now; give {NOW_CALLED[old]}=" in one_line()
    assert list(here.iterdir()) == []


def test_groups_that_are_called_as_a_setting_was_take_values_in_braces():
    config = compose("train", ["data=drawn", "losses.content={weight: 5, kind: l1}"])
    assert (config.losses.content.weight, config.losses.content.kind) == (5, "l1")


def test_new_names_are_settings():
    known = leaves({"losses": dict(compose("train", ["data=drawn"]).losses)})
    for new in NOW_CALLED.values():
        assert new.rpartition(".")[0] in known
        assert with_new_names({new: 1}) == {new: 1}
