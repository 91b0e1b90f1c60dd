"""gpen sweep: combinations, their folders, going on, failures, signals, and the table."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from gpen_train.cli import sweep
from gpen_train.cli.main import main
from gpen_train.cli.run.outcomes import Outcome, outcome_of, ranked
from gpen_train.cli.settings.grid import combinations


def test_all_combinations_the_last_setting_fastest():
    found = combinations(["experiment=quickstart", "losses.content.weight=10,50", "seed=range(0,2)"])
    assert [one.varied for one in found] == [
        {"losses.content.weight": content, "seed": seed} for content in ("10", "50") for seed in ("0", "1")
    ]
    assert found[1].overrides == ["experiment=quickstart", "losses.content.weight=10", "seed=1"]
    assert [one.folder for one in found][:2] == ["content.weight-10_seed-0", "content.weight-10_seed-1"]
    (single,) = combinations(["model=tiny_v2", "data.root='a,b'"])
    assert single.varied == {}
    assert single.folder == "run"
    assert [one.varied["name"] for one in combinations(["name=choice(a,'b c')"])] == ["a", "b\\ c"]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (["seed=0,1", "run_dir=x"], "a sweep sets run_dir itself: leave it out"),
        (["seed=0", "seed=1"], "seed is given twice; give its values together, as seed=A,B"),
        (["seed=0,0"], "two runs of the sweep would be called seed-0"),
        (["seed = 0,1"], "has spaces around ="),
        (["seed"], "is no setting; give NAME=VALUE"),
        (["data.root=a=b"], "cannot be read; quotes go around"),
        (["sed=0,1"], "there is no setting sed"),
        (["model=tiny_v2", "data=drawn", "images=8,-5"], "images is -5"),
        (["data=drawn", "model=tiny_v2", "seed=0,1", "--part", "3/2"], "--part is '3/2'"),
    ],
)
def test_what_cannot_be_is_told_before_the_first_run(settings, message, here, capsys):
    assert main(["sweep", "out", *settings]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert message in line
    assert list(here.iterdir()) == []


@pytest.fixture
def trained(monkeypatch, here):
    """Instead of training: what ``gpen train`` would leave; returns the folders, and the codes to give."""
    folders, codes = [], {}

    def train_in(folder, settings):
        folders.append(folder.name)
        code = codes.get(folder.name, 0)
        if not code:
            (folder / "export").mkdir(parents=True)
            (folder / "export" / "a.pth").touch()
            psnr = 20 + len(folders)
            lines = f"images,held_out_psnr,held_out_ssim\n0,10,0.1\n8,{psnr},0.5\n16,,\n"
            (folder / "metrics.csv").write_text(lines)
            monkeypatch.setattr(sweep, "differences", lambda folder, config: [])
        return code

    monkeypatch.setattr(sweep, "train_in", train_in)
    return folders, codes


def test_the_table_has_the_best_first_and_what_is_done_stays(trained, here, tiny_settings, capsys):
    folders, _ = trained
    command = ["sweep", "out", *tiny_settings, "seed=0,1"]
    assert main(command) == 0
    assert folders == ["seed-0", "seed-1"]
    runs = json.loads((here / "out" / "table.json").read_text())["runs"]
    assert [(run["folder"], run["images"], run["scores"]["psnr"]) for run in runs] == [
        ("seed-1", 16, 22.0),
        ("seed-0", 16, 21.0),
    ]
    head, _, first, _ = (here / "out" / "table.md").read_text().splitlines()
    assert head == "| seed | images | PSNR, dB | SSIM |"
    assert first == "| 1 | 16 | 22.00 | 0.5000 |"
    assert "22.00" in capsys.readouterr().out
    assert main([*command[:-1], "seed=0,1,2"]) == 0
    assert folders == ["seed-0", "seed-1", "seed-2"]
    assert main([*command, "--by", "lpips"]) == 1
    assert "the runs have: psnr, ssim" in capsys.readouterr().err


def test_parts_share_the_runs(trained, tiny_settings):
    folders, _ = trained
    for part in ("2/2", "1/2"):
        assert main(["sweep", "out", *tiny_settings, "seed=0,1,2", "--part", part]) == 0
    assert folders == ["seed-1", "seed-0", "seed-2"]


def test_a_run_that_fails_is_named_and_a_signal_ends_all(trained, tiny_settings, capsys):
    folders, codes = trained
    codes["seed-0"] = 1
    assert main(["sweep", "out", *tiny_settings, "seed=0,1"]) == 1
    assert folders == ["seed-0", "seed-1"]
    assert "gpen: 1 run failed: seed-0" in capsys.readouterr().err
    codes["seed-2"] = 143
    assert main(["sweep", "out", *tiny_settings, "seed=2,3"]) == 143
    assert folders == ["seed-0", "seed-1", "seed-2"]


def test_ranks_by_what_is_better():
    low, high, none = (
        Outcome(name, {}, 8, scores)
        for name, scores in {"low": {"lpips": 0.2}, "high": {"lpips": 0.4}, "none": {}}.items()
    )
    assert ranked([none, high, low], None) == [low, high, none]
    with pytest.raises(ValueError, match="the runs have: lpips"):
        ranked([low], "psnr")


def test_a_run_that_has_not_begun_has_no_scores(tmp_path):
    assert outcome_of(tmp_path, "run", {"seed": "0"}) == Outcome("run", {"seed": "0"}, 0, {})


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_real_sweep_is_stopped_and_goes_on(number, here, tiny_settings):
    """A signal writes the run's checkpoint and ends the sweep; the same command does the rest."""
    command = [sys.executable, "-m", "gpen_train", "sweep", "out", *tiny_settings]
    long = [item for item in command if not item.startswith(("images=", "save_every="))]
    process = subprocess.Popen(
        [*long, "images=4000", "save_every=40", "seed=0,1"], start_new_session=True, cwd=here
    )
    while not (here / "out" / "seed-0" / "checkpoints" / "last.ckpt").exists():
        assert process.poll() is None
        time.sleep(0.1)
    if number == signal.SIGINT:  # as a terminal does
        os.killpg(process.pid, number)
    else:
        process.send_signal(number)
    assert process.wait(60) == 128 + number
    assert not (here / "out" / "seed-1").exists()
    seen = outcome_of(here / "out", "seed-0", {}).images
    assert 0 < seen < 4000
    short = [*long, f"images={max(64, -(-seen // 4) * 4 + 8)}", "save_every=40", "seed=0,1"]
    for run in ("seed-0", "seed-1"):  # a run's length may be changed
        assert not (here / "out" / run / "export").exists()
    assert subprocess.run(short, cwd=here, timeout=300).returncode == 0
    for run in ("seed-0", "seed-1"):
        assert any((here / "out" / run / "export").iterdir())
