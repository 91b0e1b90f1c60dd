"""Which checkpoints gpen train writes and keeps, on a signal too, and that damaged ones are noticed."""

import os
import signal

import numpy as np
import pytest
import torch

from gpen_train.loading.datamodule import FaceDataModule
from gpen_train.training import step
from gpen_train.training.part import part_of
from gpen_train.training.restoration import RestorationModule


def test_ctrl_c_before_the_first_step(tiny_train, monkeypatch, last_line):
    def interrupt(self, stage):
        os.kill(os.getpid(), signal.SIGINT)

    handler = signal.getsignal(signal.SIGINT)
    monkeypatch.setattr(FaceDataModule, "setup", interrupt)
    assert tiny_train() == 130
    assert last_line() == "gpen: interrupted"
    assert signal.getsignal(signal.SIGINT) == handler


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGTERM, 143), (signal.SIGUSR1, 138), (signal.SIGINT, 130)]
)
def test_a_signal_ends_with_its_code(tiny_train, monkeypatch, capsys, number, code, written):
    def send(batch, part, count):
        if part_of(batch, part, count).clean.sum() and len(seen) == 1:
            os.kill(os.getpid(), number)
        seen.append(batch)
        return part_of(batch, part, count)

    seen = []
    monkeypatch.setattr(step, "part_of", send)
    assert tiny_train("save_every=0") == code
    assert "stopped at 4 of 16 images; resume=true goes on from there" in capsys.readouterr().out
    assert written().checkpoints == ["000000004", "last"]
    monkeypatch.setattr(step, "part_of", part_of)
    assert tiny_train("save_every=0", "resume=true") == 0
    assert written().checkpoint()["images_seen"] == 16


def test_the_last_few_checkpoints_are_kept(tiny_train, written):
    assert tiny_train("keep=2") == 0
    assert written().checkpoints == ["000000012", "000000016", "last"]
    assert written().checkpoint()["images_seen"] == 16


def test_the_best_checkpoint_is_kept_beside_the_last(tiny_train, monkeypatch, written):
    """With scores that fall, and across a resumption."""
    evaluate = RestorationModule.evaluate

    def falling(module, *arguments, **named):
        evaluation = evaluate(module, *arguments, **named)
        return evaluation._replace(logged={"held_out_psnr": 30.0 - module.images_seen})

    monkeypatch.setattr(RestorationModule, "evaluate", falling)
    arguments = ["keep=1", "keep_best=psnr", "report_every=4"]
    assert tiny_train(*arguments, "images=8") == 0
    assert written().checkpoints == ["000000004", "000000008", "best", "last"]
    assert tiny_train(*arguments, "resume=true") == 0
    assert written().checkpoints == ["000000004", "000000016", "best", "last"]
    assert written().checkpoint("best")["images_seen"] == 4


def test_an_unknown_score_is_refused_at_once(tiny_train, last_line):
    assert tiny_train("keep_best=psrn") == 1
    assert "keep_best is 'psrn'; choose one of: psnr, ssim" in last_line()


def test_what_a_killed_process_left_is_removed(tmp_path, tiny_train):
    assert tiny_train("images=4") == 0
    leftover = tmp_path / "run" / "checkpoints" / ".000000008.ckpt.123.part"
    leftover.write_bytes(b"half")
    assert tiny_train("resume=true") == 0
    assert not leftover.exists()


def test_any_damage_is_noticed(tmp_path, tiny_train, written):
    """A cut and a changed byte anywhere: the run ends as if nothing had been."""
    assert tiny_train() == 0
    whole = {name: tensor.clone() for name, tensor in written().checkpoint()["state_dict"].items()}
    path = tmp_path / "run" / "checkpoints" / "000000016.ckpt"
    content = path.read_bytes()
    rng = np.random.default_rng(0)
    for place in [0, 1, len(content) - 1, *rng.integers(0, len(content), 3)]:
        changed = bytearray(content)
        changed[place] ^= 0xFF
        path.write_bytes(changed if place % 2 else content[:place])
        assert tiny_train("resume=true") == 0
        for name, tensor in written().checkpoint()["state_dict"].items():
            assert torch.equal(tensor, whole[name]), (name, place)


def test_a_kill_before_last_moves_is_mended_where_all_images_are_seen(tmp_path, tiny_train, written):
    """The numbered file is there, the link leads to the one before, and one too many is kept."""
    assert tiny_train("keep=3") == 0
    folder = tmp_path / "run" / "checkpoints"
    (folder / "last.ckpt").unlink()
    (folder / "last.ckpt").symlink_to("000000012.ckpt")
    assert tiny_train("keep=2", "resume=true") == 0
    assert written().checkpoints == ["000000012", "000000016", "last"]
    assert written().checkpoint()["images_seen"] == 16
