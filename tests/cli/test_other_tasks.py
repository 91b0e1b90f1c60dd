"""seg2face and sr from the command line: trained, evaluated, restored; what does not fit is one line."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import gpen_train
from gpen_train.cli.main import main
from gpen_train.conventions.labels import to_colours
from gpen_train.drawn import draw_labels
from gpen_train.images import read_image, write_image
from gpen_train.restoration.network import restore_arrays

RELEASED = Path(__file__).parents[1] / "fixtures" / "official_bfr_64.pth"
QUIET = ("device=cpu", "data.num_workers=0", "metrics=[psnr,label_fit,label_fit_gap]", "output=report")


@pytest.fixture
def maps(here):
    """faces/ and maps/ of drawn faces, 32 px; a map of numbers among those of colours."""
    assert main(["data", "draw", "faces", "--num", "4", "--resolution", "32", "--labels", "maps"]) == 0
    Image.fromarray(draw_labels(0, 1, 32)).save("maps/000001.png")
    return here / "maps"


@pytest.fixture
def checkpoint(maps, tiny_model):
    """A function that saves a small model of a task."""

    def save(task):
        gpen_train.save(tiny_model, f"{task}.pth", task=task)
        return f"{task}.pth"

    return save


@pytest.mark.parametrize(
    ("task", "settings", "name"),
    [
        ("seg2face", ["data.labels=true"], "GPEN-Seg2face"),
        ("sr", ["task.factors=[2,4]"], "GPEN-SR"),
    ],
)
def test_trains_and_exports(tiny_train, here, task, settings, name):
    assert tiny_train(f"task={task}", *settings, "images=8", "report_every=8", "save_every=8") == 0
    (bundle,) = (here / "run" / "export").glob(f"{name}-*.pth")
    model = gpen_train.load(bundle)
    assert (model.args.task, model.args.task_settings["flip"]) == (task, 0.5)
    scores = json.loads((here / "run" / "evaluation.json").read_text())
    assert ("label_fit_gap" in scores["restored"]) == (task == "seg2face")
    assert (here / "run" / "report" / "report.html").exists()


def test_trains_on_folders_and_keeps_the_best_fit(maps):
    data = [
        "data=label_maps",
        "data.maps=maps",
        "data.clean=faces",
        "data.batch_size=4",
    ]
    own = ["task=seg2face", "keep_best=label_fit_gap", "images=8", "report_every=4", "run_dir=run"]
    assert main(["train", "model=tiny_v2", "trainer=cpu", "data.num_workers=0", *data, *own]) == 0
    assert (maps.parent / "run" / "checkpoints" / "best.ckpt").exists()


def test_evaluation_of_folders_is_that_of_the_source(checkpoint, maps):
    """Maps as files beside the faces, or by data=label_maps: the same numbers."""
    file = checkpoint("seg2face")
    found = []
    for data in (
        ["data.root=faces", "data.degraded=maps"],
        ["data=label_maps", "data.maps=maps", "data.clean=faces"],
    ):
        assert main(["evaluate", f"checkpoint={file}", *data, *QUIET]) == 0
        report = json.loads((maps.parent / "report" / "report.json").read_text())
        assert report["protocol"]["task"] == "seg2face"
        found.append({system["name"]: system["scores"] for system in report["systems"]})
    assert found[0] == found[1]
    assert found[0]["degraded"]["label_fit"]["mean"] == pytest.approx(1)


def test_restores_maps_of_numbers_and_colours_alike(checkpoint, maps, capsys):
    file = checkpoint("seg2face")
    write_image("maps/deep/000001.png", to_colours(draw_labels(0, 1, 32)))
    assert main(["restore", "maps", "--checkpoint", file, "--output", "out", "--device", "cpu"]) == 0
    assert "face was seen" not in capsys.readouterr().out
    made = read_image("out/000001.png")
    np.testing.assert_array_equal(made, read_image("out/deep/000001.png"))
    expected = restore_arrays(gpen_train.load(file), to_colours(draw_labels(0, 1, 32))[None])[0]
    assert np.abs(made.astype(int) - expected).max() <= 1
    by_hand = gpen_train.Restorer(file)(draw_labels(0, 1, 32)).photo
    assert np.abs(by_hand.astype(int) - expected).max() <= 1


def test_a_larger_map_is_not_interpolated(checkpoint, maps):
    file = checkpoint("seg2face")
    side = gpen_train.load(file).input_resolution
    large = draw_labels(0, 1, 100)
    write_image("large.png", to_colours(large))
    assert main(["restore", "large.png", "--checkpoint", file, "--output", "out", "--device", "cpu"]) == 0
    centres = np.floor((np.arange(side) + 0.5) * len(large) / side).astype(int)
    small = to_colours(large[centres][:, centres])
    expected = restore_arrays(gpen_train.load(file), small[None])[0]
    assert np.abs(read_image("out/large.png").astype(int) - expected).max() <= 1


def test_bad_maps_are_named_and_the_others_done(checkpoint, maps, capsys):
    file = checkpoint("seg2face")
    Image.fromarray(np.full((32, 32), 99, np.uint8)).save("maps/000000.png")
    Image.fromarray(np.full((32, 32, 3), (9, 8, 7), np.uint8)).save("maps/000002.png")
    Image.fromarray(np.zeros((32, 48), np.uint8)).save("maps/000003.png")
    assert main(["restore", "maps", "--checkpoint", file, "--output", "out", "--device", "cpu"]) == 1
    captured = capsys.readouterr()
    assert "restored 1 of 4" in captured.out
    said = captured.err.splitlines()
    for number, message in (
        ("0", "is no label map: the label 99 is of none of the 19 classes, 0 to 18; expected a PNG"),
        ("2", "is no label map: the colour (9, 8, 7) at row 0, column 0 is of none of the 19 classes"),
        ("3", "it is 48 x 32 pixels; expected a square"),
    ):
        (line,) = [line for line in said if f"maps/00000{number}.png" in line]
        assert message in line


@pytest.mark.parametrize(
    ("task", "options", "message"),
    [
        ("seg2face", ["--faces", "all"], "faces is 'all'; in label maps no faces are looked for"),
        ("seg2face", ["--strength", "0.5"], "strength is 0.5; of a label map nothing is kept"),
        ("seg2face", ["--task", "sr"], "--task is sr, and seg2face.pth is of seg2face; leave it out"),
        (
            "seg2face",
            ["--keep-luma"],
            "--keep-luma is for models of colorization, and this one is of seg",
        ),
    ],
)
def test_options_that_do_not_fit_are_one_line(checkpoint, capsys, task, options, message):
    arguments = ["maps", "--checkpoint", checkpoint(task), "--output", "out", "--device", "cpu"]
    assert main(["restore", *arguments, *options]) == 1
    (line,) = capsys.readouterr().err.strip().splitlines()
    assert message in line


def test_a_file_that_does_not_name_its_task_takes_the_option(maps):
    options = ["--checkpoint", str(RELEASED), "--device", "cpu", "--faces", "aligned"]
    assert main(["restore", "maps/000001.png", *options, "--output", "as_map", "--task", "seg2face"]) == 0
    assert main(["restore", "maps/000001.png", *options, "--output", "as_face"]) == 0
    as_map, as_face = (read_image(f"{folder}/000001.png") for folder in ("as_map", "as_face"))
    assert np.abs(as_map.astype(int) - as_face).max() > 0  # whose numbers were taken as dark greys


def test_small_faces_are_enlarged_by_a_model_of_sr(checkpoint, here):
    file = checkpoint("sr")
    assert main(["data", "draw", "small", "--num", "2", "--resolution", "32"]) == 0
    options = ["--checkpoint", file, "--output", "large", "--faces", "aligned", "--device", "cpu"]
    assert main(["restore", "small", *options]) == 0
    model = gpen_train.load(file)
    expected = restore_arrays(model, read_image("small/000001.png")[None])[0]
    assert np.abs(read_image("large/000001.png").astype(int) - expected).max() <= 1
    assert len(expected) == model.output_resolution


def test_sr_is_evaluated_at_the_factors_asked_for(checkpoint, maps):
    file, psnr = checkpoint("sr"), {}
    for factor in (2, 8):
        settings = [
            "data.root=faces",
            "task=sr",
            f"task.factors=[{factor}]",
            "metrics=[psnr]",
            *QUIET[:2],
            "output=report",
        ]
        assert main(["evaluate", f"checkpoint={file}", *settings]) == 0
        report = json.loads((maps.parent / "report" / "report.json").read_text())
        (degraded,) = [system for system in report["systems"] if system["name"] == "degraded"]
        psnr[factor] = degraded["scores"]["psnr"]["mean"]
    assert math.isfinite(psnr[2])
    assert psnr[2] > psnr[8] + 3
