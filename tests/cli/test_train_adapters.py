"""gpen train optimizer.adapters=RANK: fine-tuning that leaves the model's own weights as they are."""

import pytest
import torch

from gpen_train.checkpoints.load import load
from gpen_train.checkpoints.safe_load import safe_load
from gpen_train.checkpoints.save import save
from gpen_train.cli.main import main
from gpen_train.models.gpen import build_gpen

ADAPTERS = ("init_from=old.pth", "optimizer.adapters=2", "optimizer.frozen=[mapper,generator.b4]")


@pytest.fixture
def old(here):
    """The weights of a file, of the kind that ``model=tiny_v2`` builds."""
    torch.manual_seed(0)
    settings = {"encoder_width": 4, "encoder_depths": [1, 1, 1, 1], "channel_base": 256, "channel_max": 16}
    save(build_gpen(32, style_dim=16, **settings), here / "old.pth")
    return load(here / "old.pth")


def test_a_run_exports_a_bundle_without_them(old, here, tiny_train, capsys):
    assert tiny_train(*ADAPTERS) == 0
    out = capsys.readouterr().out
    assert "M parameters, 0.00" in out
    assert "M in adapters of rank 2 learn, discriminator" in out
    content = safe_load(here / "run" / "export" / "gpen-bfr-32.pth")
    assert content["args"].learning_rates["adapters"] == 2
    before, after = old.state_dict(), load(here / "run").state_dict()
    assert before.keys() == after.keys()
    for name, tensor in before.items():
        kept = name.startswith(("mapper.", "generator.b4.")) or not name.endswith(".weight")
        assert torch.equal(after[name], tensor) == kept, name
    exported = load(here / "run" / "export" / "gpen-bfr-32.pth").state_dict()
    assert all(torch.equal(exported[name], tensor) for name, tensor in after.items())
    assert main(["inspect", "run"]) == 0
    assert "adapters" in capsys.readouterr().out

    assert tiny_train("init_from=run", "init_key=g", "run_dir=next", "images=4") == 0
    assert "adapters" not in capsys.readouterr().out


def test_a_stopped_run_ends_bit_equal(old, here, tiny_train, written):
    for run, parts in (("whole", (16,)), ("parts", (8, 16))):
        for images in parts:
            assert tiny_train(*ADAPTERS, f"images={images}", f"run_dir={run}", "resume=true") == 0
    ours, theirs = (written(run).checkpoint() for run in ("whole", "parts"))
    assert ours["state_dict"].keys() == theirs["state_dict"].keys()
    assert all(torch.equal(tensor, theirs["state_dict"][name]) for name, tensor in ours["state_dict"].items())


def test_two_processes_do_what_one_does(old, ranks, written):
    """The gradients of a step of 2 x 4 images and of one of 8; the adapters of both start alike."""
    moments = []
    for num in (1, 2):
        run = ("data.batch_size=8", "images=8", f"run_dir={num}")
        ranks.start(num, *ADAPTERS, *run)
        assert ranks.wait() == [0] * num, ranks.words(0)
        state = written(str(num)).checkpoint()["optimizer_states"][0]["state"]
        moments.append([state[number]["exp_avg"] for number in sorted(state)])
    assert len(moments[0]) > 60
    for one, two in zip(*moments, strict=True):
        assert (one - two).norm() <= 1e-5 * one.norm() + 5e-7


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (ADAPTERS, "optimizer.adapters are added to whole weights, which sharding splits; set"),
        (["optimizer.name=muon"], "optimizer.name=muon takes whole weights, which sharding splits; set"),
    ],
)
def test_sharding_is_refused(old, ranks, settings, message):
    ranks.start(2, *settings, "trainer.strategy=fsdp")
    assert 0 not in ranks.wait()
    assert message in ranks.words(0)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (["optimizer.adapters=4"], "optimizer.adapters is 4 and there is no init_from: adapters are for"),
        (["optimizer.adapters=-1"], "optimizer.adapters is -1; give a rank such as 4, or 0 for none"),
        (["optimizer.adapters=many"], "optimizer.adapters is 'many'; give a rank such as 4, or 0"),
        (["optimizer.frozen=[generator.b5]"], "optimizer.frozen has 'generator.b5', which is no part of"),
        (["optimizer.adapter=4"], "there is no setting optimizer.adapter; did you mean optimizer.adapters"),
    ],
)
def test_refusals(old, tiny_train, one_line, settings, message):
    assert tiny_train(*settings) == 1
    assert message in one_line()
