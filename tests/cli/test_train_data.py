"""gpen train on each kind of data, as its settings are written on the command line."""

import re
import zipfile

import numpy as np
import pytest

from gpen_train.cli.main import main
from gpen_train.cli.run.folder import FOLDER_VARIABLE
from gpen_train.images import write_image


@pytest.fixture
def photos(tmp_path, monkeypatch):
    """photos/, photos.zip, degraded/ and clean/ with twelve images each."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(FOLDER_VARIABLE, "")  # so that what a run sets is forgotten
    monkeypatch.delenv(FOLDER_VARIABLE)
    rng = np.random.default_rng(0)
    for number in range(12):
        for folder in ("photos", "degraded", "clean"):
            image = rng.integers(0, 256, (32, 32, 3), dtype=np.uint8)
            write_image(tmp_path / folder / f"{number:02d}.png", image)
    with zipfile.ZipFile(tmp_path / "photos.zip", "w") as file:
        for path in (tmp_path / "photos").iterdir():
            file.write(path, path.name)


def train(*settings):
    common = ["model=tiny_v2", "trainer=cpu", "run_dir=run", "images=8", "log_every=4", "data.batch_size=4"]
    return main(["train", *common, "data.num_workers=0", *settings])


PARTS = "[{kind: zip, root: photos.zip, weight: 2}, {kind: pairs, degraded: degraded, clean: clean}]"


@pytest.mark.parametrize(
    "settings",
    [
        ["data=zip", "data.root=photos.zip"],
        ["data=pairs", "data.degraded=degraded", "data.clean=clean", "data.limit=5"],
        ["data=mixture", f"data.parts={PARTS}", "data.num_held_out=2"],
    ],
    ids=lambda settings: settings[0],
)
def test_trains(photos, settings):
    assert train(*settings) == 0


def test_few_held_out_images_are_said_with_what_to_set(photos, capsys):
    assert train("data.root=photos") == 0
    out = capsys.readouterr().out
    assert "photos: 11 images, 1 held out, few to judge by: data.held_out_share=0.2 holds out more\n" in out
    assert train("data.root=photos", "data.held_out_share=0.2", "run_dir=again") == 0
    out = capsys.readouterr().out
    assert re.search(r"data    photos: \d+ images, [2-9] held out\n", out)
    assert train("data.root=photos", "data.num_held_out=1", "run_dir=chosen") == 0
    assert "1 held out\n" in capsys.readouterr().out


def test_the_recipe_that_goes_on_from_the_quickstart_takes_data_of_ones_own(photos):
    experiment = ["experiment=finetune_quickstart", "data=folder", "data.root=photos"]
    assert main(["train", *experiment, "init_from=null", "trainer=cpu", "estimate=true"]) == 0


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (["data=mixture"], "data.parts is not set"),
        (["data=mixture", "data.parts=[{kind: folder, rot: photos}]"], "has no setting rot; it has: root"),
        (["data=pairs", "data.degraded=photos", "data.clean=clean", "task=colorization"], "set task=bfr"),
        (
            ["data.root=photos", "model.network.output_resolution=128"],
            "32 x 32 px, expected at least 64 on the shorter side, as they are to have 128",
        ),
        (
            ["experiment=prior_quickstart", "model=tiny_prior", "data=folder", "data.root=photos"],
            "1 image is held out, and a prior is judged by the distance of two sets; hold out more",
        ),
        (["data=zip", "data.root=photos"], "photos is a folder; expected a zip of images: set data=folder"),
        (["data=folder", "data.root=photos.zip"], "photos.zip is a file; expected a folder of images"),
    ],
)
def test_bad_settings_are_one_line(photos, capsys, settings, message):
    assert train(*settings) == 1
    (line,) = capsys.readouterr().err.strip().splitlines()
    assert message in line
