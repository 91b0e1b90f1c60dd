"""gpen train as a user runs it: what it leaves behind, how it goes on, what it says to bad input."""

import csv
import json
import os
import re
import subprocess
import sys

import numpy as np
import pytest
import torch
from PIL import Image

import gpen_train
from gpen_train.cli.main import main
from gpen_train.cli.run.folder import FOLDER_VARIABLE
from gpen_train.images import read_image, write_image


@pytest.fixture(autouse=True)
def in_an_empty_folder(here):
    """Every run leaves its files there."""


def photos(folder, num, size=32):
    rng = np.random.default_rng(0)
    for number in range(num):
        write_image(folder / f"{number:02d}.png", rng.integers(0, 256, (size, size, 3), dtype=np.uint8))
    return folder


def test_a_run_leaves_all_that_it_promises(here, tiny_train, capsys):
    assert tiny_train() == 0
    out = capsys.readouterr().out
    for row in (
        "degraded",
        "restored, at the start",
        "restored",
        "gain over the input",
        "gain over the start",
    ):
        assert f"│ {row} " in out

    run = here / "run"
    scores = json.loads((run / "evaluation.json").read_text())
    assert scores["images"] == 3
    for subject in ("degraded", "restored"):
        assert {"psnr", "ssim", "frechet"} <= set(scores[subject])
        assert np.isfinite(list(scores[subject].values())).all()
    assert scores["start"].keys() == scores["restored"].keys()
    assert [path.name for path in sorted((run / "samples").iterdir())] == [
        "000000.png",
        "000008.png",
        "000016.png",
    ]
    assert read_image(run / "evaluation.png").shape == (3 * 32, 3 * 32, 3)
    with (run / "metrics.csv").open() as file:
        assert [row["images"] for row in csv.DictReader(file)] == ["0", "4", "8", "12", "16"]

    model = gpen_train.load(run / "export" / "gpen-bfr-32.pth")
    args = model.args
    assert (args.version, args.images_seen, args.batch_size, args.seed) == ("GPEN-BFR-v2.0-32", 16, 4, 0)
    schedule = {"shape": "constant", "rise": 0, "end": 0.1, "until": None}
    assert args.losses["r1"] == {"weight": 10.0, "start": 0, "every": 16, "schedule": schedule}
    assert args.task_settings["degradation"]["stages"]["noise"]["sigma"] == [0, 20]
    assert args.dataset["name"]
    checkpoint = torch.load(run / "checkpoints" / "last.ckpt", weights_only=True)
    for name, tensor in model.state_dict().items():
        assert torch.equal(tensor, checkpoint["state_dict"][f"averaged.model.{name}"])


def test_a_run_says_what_it_is_before_its_first_step(tiny_train, capsys):
    assert tiny_train() == 0
    out = capsys.readouterr().out
    assert "run     run\n" in out
    assert "recipe  gpen_32: 16 images, 4 a step, from random weights\n" in out
    assert re.search(r"model   32 -> 32 px, [\d.]+ M parameters, discriminator [\d.]+ M\n", out)
    assert "data    drawn: 6 images, 3 held out\n" in out
    assert "device  1 x cpu, float32\n" in out
    assert tiny_train("images=24", "resume=true") == 0
    assert "24 images, 16 of them done, 4 a step" in capsys.readouterr().out


def test_resume_goes_on_to_the_same_end(here, tiny_train):
    assert tiny_train("run_dir=whole") == 0
    assert tiny_train("run_dir=parts", "images=8") == 0
    assert tiny_train("run_dir=parts", "resume=true") == 0
    whole, parts = (
        torch.load(here / name / "checkpoints" / "last.ckpt", weights_only=True)
        for name in ("whole", "parts")
    )
    assert whole["images_seen"] == parts["images_seen"] == 16
    for name, tensor in whole["state_dict"].items():
        assert torch.equal(tensor, parts["state_dict"][name]), name
    rows = [list(csv.DictReader((here / name / "metrics.csv").open())) for name in ("whole", "parts")]
    for ours, theirs in zip(*rows, strict=True):
        assert ours == theirs


def test_a_finished_run_resumed_does_nothing_more(here, tiny_train, capsys):
    assert tiny_train() == 0
    before = torch.load(here / "run" / "checkpoints" / "last.ckpt", weights_only=True)["state_dict"]
    assert tiny_train("resume=true") == 0
    after = torch.load(here / "run" / "checkpoints" / "last.ckpt", weights_only=True)["state_dict"]
    assert all(torch.equal(before[name], after[name]) for name in before)
    assert "restored" in capsys.readouterr().out


def test_default_folders_are_numbered_and_found_again(here, tiny_train):
    for _ in range(2):
        assert tiny_train("run_dir=null", "images=4") == 0
    assert tiny_train("run_dir=null", "images=8", "resume=true") == 0
    assert sorted(path.name for path in (here / "runs").iterdir()) == ["gpen_32", "gpen_32-2"]
    checkpoint = torch.load(here / "runs" / "gpen_32-2" / "checkpoints" / "last.ckpt", weights_only=True)
    assert checkpoint["images_seen"] == 8


def test_a_folder_with_bad_files_trains_on_the_rest(here, caplog):
    folder = photos(here / "faces", 37)
    good = (folder / "00.png").read_bytes()
    (folder / "a_truncated.png").write_bytes(good[: len(good) // 2])
    (folder / "b_empty.png").touch()
    (folder / "c_text.png").write_text("not an image")
    Image.new("RGB", (8, 8)).save(folder / "d_small.png")
    arguments = ["model=tiny_v2", f"data.root={folder}", "trainer=cpu", "images=48", "data.num_workers=2"]
    assert main(["train", *arguments, "run_dir=run"]) == 0
    named = [record.getMessage() for record in caplog.records if "left out" in record.getMessage()]
    for name in ("a_truncated", "b_empty", "c_text", "d_small"):
        assert sum(name in line for line in named) == 1, (name, named)


def test_a_folder_mostly_bad_stops(here, one_line):
    folder = photos(here / "faces", 4)
    for number in range(5):
        (folder / f"bad{number}.png").write_text("not an image")
    assert main(["train", "model=tiny_v2", f"data.root={folder}", "trainer=cpu"]) == 1
    assert "5 of 9 image files cannot be used" in one_line()


def test_a_folder_of_five_photos_is_enough(here):
    folder = photos(here / "faces", 5)
    arguments = ["model=tiny_v2", f"data.root={folder}", "trainer=cpu", "images=32", "data.num_workers=0"]
    assert main(["train", *arguments, "run_dir=run"]) == 0
    assert json.loads((here / "run" / "evaluation.json").read_text())["images"] == 1


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        (["data.root=missing"], "the folder missing does not exist"),
        (["data.root=empty"], "the folder empty holds no images"),
        ([], "data.root is not set; give it on the command line: data.root="),
        (
            ["data.root=empty", "optimiser.generator=1"],
            "there is no setting optimiser.generator; did you mean optimizer.generator",
        ),
        (["data.root=empty", "imags=5"], "there is no setting imags; did you mean images"),
        (
            ["data.root=empty", "losses.contentt.weight=5"],
            "there is no setting losses.contentt.weight; did you mean losses.content.weight",
        ),
        (
            ["data.root=empty", "images=many"],
            "images is 'many'; give a whole number of images from 1, such as 64000",
        ),
        (["data.root=empty", "model=v2_4096"], "model=v2_4096 does not exist; did you mean v2_"),
        (
            ["data.root=empty", "experiment=quikstart"],
            "experiment=quikstart does not exist; did you mean quickstart",
        ),
        (
            ["data.root=empty", "model.network.output_resolution=500"],
            "output_resolution is 500; choose a power of two",
        ),
        (["data.root=empty", "losses.content.kind=l7"], "losses.content.kind is 'l7'; choose one of"),
        (["data.root=empty", "optimizer.encoder=-1"], "optimizer.encoder is -1.0; give 0"),
        (["data=drawn", "ema.half_life=0"], "half_life is 0.0; give images above 0"),
        (["data=drawn", "run_dir=file/run"], "cannot write into file/run"),
        (["data=drawn", "losses.lpips.weight=1"], "LPIPS (vgg) needs vgg16-397923af.pth"),
        (["data=drawn", "degradation.stages.noise.sigma=[20,0]"], "degradation stage 'noise'"),
    ],
)
def test_bad_input_gets_one_line(here, one_line, monkeypatch, arguments, wanted):
    monkeypatch.setenv("TORCH_HOME", str(here / "hub"))
    (here / "empty").mkdir()
    (here / "file").touch()
    assert main(["train", "model=tiny_v2", "trainer=cpu", *arguments]) == 1
    line = one_line()
    assert line.startswith("gpen: ")
    assert wanted in line
    assert not (here / "runs").exists()


def test_another_run_in_the_folder_is_left_alone(tiny_train, capsys, one_line, monkeypatch):
    assert tiny_train("images=4") == 0
    capsys.readouterr()
    assert tiny_train() == 1
    assert "run holds a run; add resume=true" in one_line()
    assert tiny_train("resume=true", "seed=5") == 1
    assert "run holds another run: seed is 0 there and 5 here" in one_line()
    monkeypatch.setenv("GPEN_DEBUG", "1")
    with pytest.raises(ValueError, match="holds another run"):
        tiny_train("resume=true", "seed=5")


def test_a_truncated_training_checkpoint_is_named(here, tiny_train, capsys, one_line):
    assert tiny_train("images=4") == 0
    capsys.readouterr()
    last = here / "run" / "checkpoints" / "000000004.ckpt"
    last.write_bytes(last.read_bytes()[:1000])
    assert tiny_train("resume=true") == 1
    message = one_line()
    assert "000000004.ckpt is damaged" in message
    assert "delete it to start anew" in message


def test_a_truncated_checkpoint_falls_back_to_the_one_before(here, tiny_train, capsys):
    assert tiny_train("run_dir=whole") == 0
    assert tiny_train() == 0
    capsys.readouterr()
    last = here / "run" / "checkpoints" / "000000016.ckpt"
    last.write_bytes(last.read_bytes()[:-1000])
    assert tiny_train("resume=true") == 0
    assert "000000016.ckpt is damaged" in capsys.readouterr().err
    whole, again = (
        torch.load(here / run / "checkpoints" / "last.ckpt", weights_only=True)["state_dict"]
        for run in ("whole", "run")
    )
    assert all(torch.equal(tensor, again[name]) for name, tensor in whole.items())
    assert (here / "run" / "metrics.csv").read_text() == (here / "whole" / "metrics.csv").read_text()


def test_help_lists_the_choices(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["train", "--help"])
    assert ended.value.code == 0
    out = capsys.readouterr().out
    assert "experiment=quickstart" in out
    assert "model=" in out
    assert "v2_2048" in out


def test_the_best_is_exported_where_it_is_asked_for(here, tiny_train, capsys):
    assert tiny_train("keep_best=psnr", "keep=1", "report_every=4") == 0
    with (here / "run" / "metrics.csv").open() as file:
        scores = {int(row["images"]): float(row["held_out_psnr"]) for row in csv.DictReader(file)}
    del scores[0]  # before the first step there is nothing to keep
    best = max(scores, key=scores.get)
    assert f"at {best} images" in capsys.readouterr().out
    assert gpen_train.load(here / "run" / "export" / "gpen-bfr-32.pth").args.images_seen == best
    names = {path.name for path in (here / "run" / "checkpoints").iterdir()}
    assert names == {"last.ckpt", "best.ckpt", f"{best:09d}.ckpt", "000000016.ckpt"}
    assert json.loads((here / "run" / "evaluation.json").read_text())["images_seen"] == best


def test_the_command_ends_though_workers_ignore_signals(here, tiny_settings):
    train = [sys.executable, "-m", "gpen_train", "train", *tiny_settings, "run_dir=run"]
    command = [*train, "data.num_workers=1"]
    environment = {name: value for name, value in os.environ.items() if name != FOLDER_VARIABLE}
    done = subprocess.run(command, cwd=here, env=environment, capture_output=True, text=True, timeout=240)
    assert (done.returncode, "Error" in done.stderr) == (0, False), done.stderr
