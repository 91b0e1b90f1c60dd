"""gpen train with degradation.where=device: the CPU draws the plans, the device carries them out."""

import numpy as np
import pytest
import torch

import gpen_train

WHERE = "degradation.where=device"


def test_two_steps(tiny_train, written, capsys):
    assert tiny_train(WHERE, "images=8", "report_every=4") == 0
    assert "restored" in capsys.readouterr().out
    rows = written().rows
    assert [row["images"] for row in rows] == ["0", "4", "8"]
    assert 5 < float(rows[-1]["held_out_psnr"]) < 40
    assert all(np.isfinite(float(value)) for row in rows for value in row.values() if value)
    settings = gpen_train.load(written().folder / "export" / "gpen-bfr-32.pth").args.task_settings
    assert settings["where"] == "device"
    assert settings["degradation"]["stages"]["noise"]["sigma"] == [0, 20]


@pytest.mark.parametrize("num_workers", [0, 2])
def test_a_resumed_run_ends_bit_equal(tiny_train, written, num_workers):
    arguments = (WHERE, "report_every=100", f"data.num_workers={num_workers}")
    assert tiny_train(*arguments, "run_dir=whole") == 0
    assert tiny_train(*arguments, "run_dir=parts", "images=8") == 0
    assert tiny_train(*arguments, "run_dir=parts", "resume=true") == 0
    whole, parts = (written(name).checkpoint()["state_dict"] for name in ("whole", "parts"))
    for name, tensor in whole.items():
        assert torch.equal(tensor, parts[name]), name


def test_the_estimate_is_the_same(tiny_train, capsys):
    assert tiny_train("estimate=true", "estimate_memory=8") == 0
    expected = capsys.readouterr().out
    assert tiny_train("estimate=true", "estimate_memory=8", WHERE) == 0
    assert capsys.readouterr().out == expected


@pytest.mark.parametrize(
    ("overrides", "words"),
    [
        (["degradation.where=gpu"], "where is 'gpu'; choose one of: cpu, device"),
        ([WHERE, "+degradation.stages.compression.formats={webp: 1}"], "draws webp"),
        ([WHERE, "task=inpainting", "task.degrade=true"], "degradation.where is 'device'"),
        ([WHERE, "task=colorization", "task.degrade=true", "degradation=mild"], "where is 'device'"),
    ],
)
def test_what_cannot_be_is_refused(tiny_train, last_line, overrides, words):
    assert tiny_train(*overrides) == 1
    assert words in last_line()


def test_tasks_that_degrade_nothing_need_no_device(tiny_train):
    assert tiny_train(WHERE, "task=inpainting", "images=4") == 0
