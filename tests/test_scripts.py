"""The scripts, in small: what a run survives, the whole path on portraits, the drawing of curves."""

import json
import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from gpen_train.drawn.render import draw_face
from gpen_train.images import write_image

SCRIPTS = Path(__file__).parents[1] / "scripts"
MEASURES = ("psnr", "ssim", "frechet", "feature")
STAGES = ("prior_portraits", "portraits_128", "own_128")


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_run_killed_five_times_ends_as_if_nothing_had_been(tmp_path):
    """Weights, optimizers, averages, p of the augmentation, path lengths, metrics.csv: in every bit."""
    command = [sys.executable, SCRIPTS / "kill_and_resume.py", "--kills", "5", "--images", "40"]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [*command, "--folder", tmp_path], capture_output=True, text=True, env=environment, timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.strip().endswith("the same in every bit")
    assert done.stdout.count("\nkill ") == 5


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_run_killed_at_every_change_to_its_folder_ends_as_if_nothing_had_been(tmp_path):
    """Also where all images are seen and last.ckpt has not moved yet: the same files, and no others."""
    command = [sys.executable, SCRIPTS / "kill_and_resume.py", "--aimed", "--folder", tmp_path]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.strip().endswith("the same in every bit")
    for moment in ("the link last.ckpt is made", "last.ckpt moves", "an old checkpoint is deleted"):
        assert f"kill before {moment}, after 60 of 60 images" in done.stdout


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="needs a shell")
def test_portraits_take_a_folder_of_faces_to_a_model_of_your_own(tmp_path):
    """Prior, restoration, fine-tuning, each from the one before; started again it trains nothing twice."""
    for folder, count in (("faces", 24), ("own", 12)):
        (tmp_path / folder).mkdir()
        for number in range(count):
            write_image(tmp_path / folder / f"{number}.png", draw_face(count, number, 128))
    narrow = [f"model.{network}.channel_max=8" for network in ("network", "discriminator")]
    settings = ["images=16", "data.num_workers=0", "trainer=cpu", "losses.features.weight=0", *narrow]
    bin_first = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = os.environ | {"PATH": bin_first, "OMP_NUM_THREADS": "1", "SETTINGS": " ".join(settings)}

    def run(*arguments):
        command = [SCRIPTS / "portraits.sh", *arguments]
        return subprocess.run(
            command, capture_output=True, text=True, env=environment, cwd=tmp_path, timeout=500
        )

    done = run("faces", "own")
    assert done.returncode == 0, done.stdout + done.stderr
    assert all(list((tmp_path / f"runs/{stage}/export").glob("*.pth")) for stage in STAGES)
    again = run("faces", "own")
    assert again.returncode == 0, again.stdout + again.stderr
    assert again.stdout.count("16 images, 16 of them done") == len(STAGES)
    usage = run()
    assert usage.returncode == 2
    assert "scripts/portraits.sh FACES [OWN_FACES]" in usage.stderr


def test_curves_show_every_seed_of_the_recipes_asked_for(tmp_path):
    def row(recipe, seed, minutes):
        own = {"recipe": recipe, "seed": seed, "cpu_minutes": minutes}
        return own | dict.fromkeys(MEASURES, minutes + seed)

    rows = [row(recipe, seed, at) for recipe in ("own", "other") for seed in (0, 1) for at in (3.0, 6.0, 9.0)]
    (tmp_path / "results.json").write_text(json.dumps([row("degraded", 0, 0.0), *rows]))
    command = [sys.executable, SCRIPTS / "bench" / "quality_curves.py", tmp_path, tmp_path / "curves.svg"]
    subprocess.run([*command, "--recipes", "own"], check=True)
    drawn = ElementTree.parse(tmp_path / "curves.svg").getroot()
    lines = [line.get("points").split() for line in drawn.iter("{http://www.w3.org/2000/svg}polyline")]
    assert len(lines) == len(MEASURES) * 2
    assert all(len(line) == 3 for line in lines)
    done = subprocess.run([*command, "--recipes", "none"], capture_output=True, text=True)
    assert "choose from: own, other" in done.stderr
