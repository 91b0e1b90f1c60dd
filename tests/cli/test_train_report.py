"""The report that a training ends with: the same pairs and numbers as evaluation.json, and the curves."""

import csv
import json
import re

import pytest

from gpen_train.evaluation.report.compare import check_comparable
from gpen_train.evaluation.report.model import read_report


def test_a_run_ends_with_a_report(tmp_path, tiny_train, capsys):
    assert tiny_train() == 0
    run = tmp_path / "run"
    assert "faces to look at: run/report/report.html" in capsys.readouterr().out
    report = read_report(run / "report")
    assert [system.name for system in report.systems] == ["degraded", "gpen-bfr-32"]  # of one size
    scores = json.loads((run / "evaluation.json").read_text())
    for place, subject in ((0, "degraded"), (1, "restored")):
        for metric in ("psnr", "ssim"):
            assert report.systems[place].scores[metric].mean == pytest.approx(
                scores[subject][metric], rel=1e-4
            )
    assert len(report.images) == scores["images"] == 3
    assert report.protocol["task"] == "bfr"
    page = (run / "report" / "report.html").read_text()
    assert 'id="training"' in page
    assert report.about.name == "run"
    assert report.about.command.startswith("gpen train model=tiny_v2 data=drawn")
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d \S+", report.about.made)
    assert "<code>run/export/gpen-bfr-32.pth</code>" in page
    assert page.count("data:image/webp") == 3 * 3


def test_the_reports_of_two_runs_can_be_compared(tmp_path, tiny_train):
    assert tiny_train() == 0
    first = read_report(tmp_path / "run" / "report")
    (tmp_path / "run").rename(tmp_path / "first")
    assert tiny_train("images=8") == 0
    check_comparable(first, read_report(tmp_path / "run" / "report"))


def test_the_best_by_lpips_needs_its_weights_before_the_run(tmp_path, tiny_train, monkeypatch, capsys):
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    assert tiny_train("keep_best=lpips") == 1
    assert "vgg16-397923af.pth" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


def test_the_best_by_frechet_distance(tmp_path, tiny_train):
    assert tiny_train("keep_best=frechet", "report_every=4") == 0
    with (tmp_path / "run" / "metrics.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["held_out_frechet"]][1:]
    best = min(rows, key=lambda row: float(row["held_out_frechet"]))
    assert (tmp_path / "run" / "checkpoints" / "best.ckpt").resolve().stem == f"{int(best['images']):09d}"
