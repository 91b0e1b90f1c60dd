"""A run's folder as a checkpoint: the best where the run keeps one, else the last, in every command."""

import pytest
import torch

import gpen_train
from gpen_train.cli.main import main


@pytest.fixture
def run(here, tiny_train):
    """A run of 16 images whose best checkpoint is that of 8; last.ckpt leads to 16."""
    assert tiny_train() == 0
    (here / "run" / "checkpoints" / "best.ckpt").symlink_to("000000008.ckpt")
    return here / "run"


COMMANDS = {
    "export": ["export", "run", "out.pth"],
    "inspect": ["inspect", "run"],
    "restore": ["restore", "faces", "--checkpoint", "run", "--output", "out"],
    "sample": ["sample", "--checkpoint", "run", "--num", "1", "--output", "out"],
    "evaluate": ["evaluate", "checkpoint=run", "data.root=faces", "images=2", "output=out", "metrics=[psnr]"],
}


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_takes_the_best_and_says_so(name, run, here, make_photos, capsys):
    make_photos(here / "faces", 2)
    capsys.readouterr()
    assert main(COMMANDS[name]) == 0
    assert "run: its best checkpoint, of 8 images\n" in capsys.readouterr().out


def test_the_weights_are_the_best_ones(run, here):
    by_folder = gpen_train.load(run).state_dict()
    best, last = (gpen_train.load(run / "checkpoints" / f"{n:09d}.ckpt").state_dict() for n in (8, 16))
    assert all(torch.equal(by_folder[name], best[name]) for name in best)
    assert not all(torch.equal(best[name], last[name]) for name in best)
    assert main(["export", "run", "out.pth"]) == 0
    exported = gpen_train.load("out.pth").state_dict()
    assert all(torch.equal(exported[name], best[name]) for name in best)


def test_a_run_starts_from_the_best_of_another(run, tiny_train, capsys):
    capsys.readouterr()
    assert tiny_train("run_dir=second", "init_from=run") == 0
    assert "init_from run/checkpoints/best.ckpt" in capsys.readouterr().out


def test_without_a_best_one_it_is_the_last(run, capsys):
    (run / "checkpoints" / "best.ckpt").unlink()
    assert main(["inspect", "run"]) == 0
    assert "run: its last checkpoint, of 16 images\n" in capsys.readouterr().out


def test_a_named_checkpoint_is_that_one(run, capsys):
    assert main(["inspect", "run/checkpoints/000000012.ckpt"]) == 0
    assert "checkpoint, of" not in capsys.readouterr().out


def test_a_folder_that_is_no_runs_gets_one_line(here, one_line):
    (here / "empty").mkdir()
    assert main(["inspect", "empty"]) == 1
    assert "empty holds no checkpoints/last.ckpt; expected a run's folder" in one_line()


def test_a_best_that_is_not_asked_for_any_more_is_let_go(here, tiny_train, written):
    assert tiny_train("keep_best=psnr", "report_every=4") == 0
    assert "best" in written().checkpoints
    assert tiny_train("report_every=4", "images=20", "resume=true") == 0
    assert "best" not in written().checkpoints
