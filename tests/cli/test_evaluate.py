"""gpen evaluate: any source, frozen sets and folders of others in one table; one line for what is wrong."""

import json
import math

import numpy as np
import pytest
import torch
from PIL import Image

import gpen_train
from gpen_train.cli.main import main
from gpen_train.images import read_image, write_image
from gpen_train.loading.evaluation import SourcePairs
from gpen_train.models.gpen import build_gpen

SIDE, NUM = 32, 4
FAST = ("metrics=[psnr,ssim]", "data.num_workers=0", "device=cpu")


def save_model(path, task="bfr", seed=0):
    torch.manual_seed(seed)
    model = build_gpen(SIDE, encoder_width=4, encoder_depths=(1, 1, 1, 1), style_dim=8, channel_max=8)
    gpen_train.save(model, path, task=task)


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A folder to work in, with a small model and no weights of judges; faces lie in faces/."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "hub"))
    save_model("model.pth")
    assert main(["data", "draw", "faces", "--num", str(NUM), "--resolution", str(SIDE)]) == 0
    return tmp_path


@pytest.fixture
def frozen(place):
    """A frozen set of the faces."""
    make = ["data", "degrade", "faces", "set", "--preset", "gpen", "--seed", "3"]
    assert main([*make, "--resolution", str(SIDE), "--workers", "0"]) == 0
    return place / "set"


@pytest.fixture
def evaluate(place, capsys):
    """``evaluate(*overrides)`` -> the report as JSON, or the one line of an error."""

    def run(*overrides):
        capsys.readouterr()
        code = main(["evaluate", *FAST, *overrides])
        lines = capsys.readouterr().err.strip().splitlines()
        if code:
            assert len(lines) == 1, lines
            return lines[0]
        assert (place / "evaluation" / "report.html").exists()
        return json.loads((place / "evaluation" / "report.json").read_text())

    return run


def scores(report):
    return {system["name"]: system["scores"] for system in report["systems"]}


def test_a_folder_with_a_degradation(evaluate):
    report = evaluate("checkpoint=model.pth", "data.root=faces", "degradation=mild", "seed=5")
    assert list(scores(report)) == ["degraded", "model"]
    assert [metric["name"] for metric in report["metrics"]] == ["psnr", "ssim"]
    assert report["images"] == [f"{i:06d}.png" for i in range(NUM)]
    protocol = report["protocol"]
    assert protocol["task"] == "bfr"
    assert protocol["data"]["images"] == NUM
    assert protocol["degradation"]["seed"] == 5
    assert protocol["degradation"]["settings"]["flip"] == 0
    assert torch.__version__.startswith(protocol["versions"]["torch"])
    psnr = scores(report)["model"]["psnr"]
    assert psnr["low"] <= psnr["mean"] <= psnr["high"]
    assert psnr["mean"] == pytest.approx(np.mean(report["per_image"]["model"]["psnr"]))
    assert len(report["systems"][1]["fingerprint"]) == 64
    assert report["speed"].keys() >= {"reading", "making model", "psnr", "ssim", "all stages"}


def test_a_frozen_set_is_what_its_preset_and_seed_give(evaluate, frozen):
    fixed = evaluate("checkpoint=model.pth", "data.root=set")
    drawn = evaluate("checkpoint=model.pth", "data.root=faces", "degradation=gpen", "seed=3")
    assert fixed["per_image"] == drawn["per_image"]
    assert fixed["protocol"]["degradation"]["preset"] == "gpen"
    manifest = json.loads((frozen / "manifest.json").read_text())
    assert fixed["protocol"]["degradation"]["fingerprint"] == manifest["fingerprint"]


def test_several_checkpoints_and_folders_of_others_stand_in_one_table(evaluate, frozen):
    save_model("other.pth", seed=1)
    for label in ("000000", "000001", "000002", "000003"):
        write_image(f"theirs/{label}_00.jpg", read_image(frozen / "clean" / f"{label}.png"), quality=90)
    report = evaluate("checkpoint=[model.pth,other.pth]", "restored=theirs", "data.root=set")
    assert [system["kind"] for system in report["systems"]] == [
        *("degraded", "checkpoint", "checkpoint", "restored")
    ]
    psnr = {name: score["psnr"]["mean"] for name, score in scores(report).items()}
    assert psnr["theirs"] > 25
    assert psnr["model"] != psnr["other"]
    assert "bicubic" not in psnr  # of equal sizes


def test_bicubic_has_a_row_where_it_changes_something(evaluate):
    small = ("checkpoint=model.pth", "data.root=faces", "degradation.input_resolution=16")
    psnr = {name: score["psnr"]["mean"] for name, score in scores(evaluate(*small)).items()}
    assert list(psnr) == ["degraded", "bicubic", "model"]
    assert psnr["degraded"] != psnr["bicubic"]


def test_the_report_says_where_it_comes_from(evaluate):
    about = evaluate("checkpoint=model.pth", "data.root=faces", "seed=3")["about"]
    assert about["name"] == "model"
    assert about["command"].endswith("checkpoint=model.pth data.root=faces seed=3")
    assert about["command"].startswith("gpen evaluate 'metrics=[psnr,ssim]'")


def test_a_report_that_is_replaced_is_told(evaluate, place, capsys):
    (place / "evaluation").mkdir()
    (place / "evaluation" / "report.json").write_text("{}")
    assert main(["evaluate", *FAST, "checkpoint=model.pth", "data.root=faces", "metrics=[psnr]"]) == 0
    assert "gpen: evaluation holds a report, which this one replaces; output=DIR keeps both" in (
        capsys.readouterr().err.splitlines()
    )


def test_two_folders_and_no_checkpoint(evaluate, frozen):
    report = evaluate("restored=set/degraded", "data.root=set/clean")
    assert list(scores(report)) == ["set/degraded"]  # its own name is a baseline's
    again = evaluate("restored=set/degraded", "data.root=set/clean", "data.degraded=set/degraded")
    by_name = scores(again)
    assert list(by_name) == ["degraded", "set/degraded"]
    assert by_name["set/degraded"] == by_name["degraded"] == scores(report)["set/degraded"]


def test_the_task_is_the_models(evaluate):
    save_model("filler.pth", task="inpainting")
    report = evaluate("checkpoint=filler.pth", "data.root=faces", "metrics=[psnr,hole_psnr,outside_psnr]")
    assert report["protocol"]["task"] == "inpainting"
    found = scores(report)
    assert found["degraded"]["outside_psnr"]["mean"] == "Infinity"
    assert math.isfinite(found["filler"]["hole_psnr"]["mean"])
    save_model("colours.pth", task="colorization")
    report = evaluate("checkpoint=colours.pth", "data.root=faces", "metrics=[chroma_error,colourfulness]")
    assert list(scores(report)["colours"]) == ["chroma_error", "colourfulness"]
    assert "are for several tasks" in evaluate("checkpoint=[filler.pth,colours.pth]", "data.root=faces")


def test_drawn_faces_and_a_part_of_them(evaluate):
    drawn = ("checkpoint=model.pth", "data=drawn", "data.num_images=5", "data.num_held_out=3")
    assert len(evaluate(*drawn, "images=2")["images"]) == 2
    held_out = evaluate(*drawn, "part=held_out")
    assert held_out["images"] == ["000005", "000006", "000007"]


def test_metrics_without_weights_are_listed(evaluate):
    report = evaluate("checkpoint=model.pth", "data.root=faces", "metrics=null")
    reasons = {missing["name"]: missing["reason"] for missing in report["not_computed"]}
    assert reasons.keys() == {
        *("ms_ssim", "lpips_alex", "lpips_vgg", "identity", "deg", "lmd", "fid", "kid", "fid_ffhq"),
        *("dists", "arniqa", "fd_dinov2"),
    }
    assert "set weights.ffhq=FILE" in reasons["fid_ffhq"]
    assert "the images are of 32 px" in reasons["ms_ssim"]
    assert list(scores(report)["model"]) == ["psnr", "psnr_y", "ssim"]


def test_what_is_wrong_is_said_before_the_work(evaluate, frozen, monkeypatch):
    monkeypatch.setattr(SourcePairs, "__getitem__", lambda *_: pytest.fail("the work has begun"))
    monkeypatch.setattr(
        "gpen_train.evaluation.engine.Engine.run", lambda _: pytest.fail("the work has begun")
    )
    common = ("restored=theirs", "data.root=set")
    for i in range(NUM):
        write_image(f"theirs/{i:06d}.png", np.zeros((SIDE, SIDE, 3), np.uint8))
    write_image("theirs/000002.png", np.zeros((16, 16, 3), np.uint8))
    assert "theirs/000002.png is 16 x 16 pixels; expected 32 x 32" in evaluate(*common)
    Image.fromarray(np.zeros((SIDE, SIDE), np.uint8)).save("theirs/000002.png")
    assert "theirs/000002.png is grey (mode L); expected colour" in evaluate(*common)
    (frozen / "../theirs/000002.png").unlink()
    assert "theirs holds 3 images and the data 4" in evaluate(*common)
    write_image("theirs/two.png", np.zeros((SIDE, SIDE, 3), np.uint8))
    assert "theirs holds no image named 000002" in evaluate(*common)
    Image.fromarray(np.zeros((SIDE, SIDE), np.uint8)).save("faces/000001.png")
    assert "faces/000001.png is grey" in evaluate("checkpoint=model.pth", "data.root=faces")


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (["data.root=faces"], "there is nothing to evaluate; give checkpoint=FILE"),
        (["checkpoint=gone.pth", "data.root=faces"], "gone.pth"),
        (["checkpoint=model.pth"], "data.root is not set"),
        (["checkpoint=model.pth", "data.root=nowhere"], "nowhere does not exist"),
        (["checkpoint=model.pth", "data.root=faces", "metrics=[pnsr]"], "no metric pnsr for this task"),
        (["checkpoint=model.pth", "data.root=faces", "weights.alex=gone.pth"], "not found at gone.pth"),
        (["checkpoint=model.pth", "data.root=faces", "dtype=int8"], "dtype is 'int8'; choose one of"),
        (
            ["checkpoint=model.pth", "data.root=faces", "devices=0"],
            "devices is 0; give a number of processes from 1",
        ),
        (["checkpoint=model.pth", "data.root=faces", "restored=faces"], "make them with gpen data degrade"),
        (["checkpoint=model.pth", "data.root=faces", "part=some"], "choose one of: all, held_out"),
        (["checkpoint=model.pth", "data.rot=faces"], "there is no setting data.rot"),
        (
            ["checkpoint=model.pth", "experiment=quickstart"],
            "gpen evaluate has no experiment=; what it chooses is task, data, degradation",
        ),
        (["checkpoint=model.pth", "data.root=faces", "metrics=[niqe]"], "no metric niqe for this task"),
        (
            ["checkpoint=model.pth", "data.root=faces", "metrics=[lpips_vgg]"],
            "none of the metrics asked for can be computed: lpips_vgg: it needs vgg16-397923af.pth",
        ),
        (
            ["checkpoint=model.pth", "data.root=faces", "run_dir=new", "metrics=[psnr]"],
            "there is no new/metrics.csv; run_dir is that of a gpen train, for its curves",
        ),
    ],
)
def test_errors_are_one_line(evaluate, overrides, message):
    if "weights.alex=gone.pth" in overrides:
        overrides = [*overrides, "metrics=[lpips_alex]"]
    assert message in evaluate(*overrides)


@pytest.mark.slow
def test_two_processes_write_what_one_does(evaluate, frozen):
    common = ("checkpoint=model.pth", "data.root=set", "batch_size=1")
    alone, together = evaluate(*common), evaluate(*common, "devices=2")
    for part in ("protocol", "per_image", "systems", "images"):
        assert alone[part] == together[part]


def test_systems_of_equal_file_names_are_told_apart(evaluate, place):
    for run, seed in (("one", 0), ("two", 1)):
        (place / "runs" / run / "export").mkdir(parents=True)
        save_model(f"runs/{run}/export/x.pth", seed=seed)
    paths = [f"runs/{run}/export/x.pth" for run in ("one", "two")]
    report = evaluate(f"checkpoint=[{','.join(paths)}]", "data.root=faces")
    assert list(scores(report)) == ["degraded", "one", "two"]
    report = evaluate(f"checkpoint={{before: {paths[0]}, after: {paths[1]}}}", "data.root=faces")
    assert list(scores(report)) == ["degraded", "before", "after"]
    assert [system["source"] for system in report["systems"][1:]] == paths
