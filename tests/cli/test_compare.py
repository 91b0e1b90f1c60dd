"""gpen compare: a table of differences, or one line that says why there is none."""

import math
from pathlib import Path

import pytest

from gpen_train.cli.compare import difference_table, signed
from gpen_train.cli.main import main
from gpen_train.evaluation.report.model import Metric, Report, Score, System


@pytest.fixture
def reports(tmp_path):
    """``reports(name, shift, **protocol)`` writes a report whose values are 20, 21, .. plus the shift."""

    def write(name, shift, **protocol):
        values = [20.0 + i + shift for i in range(8)]
        metrics = [Metric("psnr", "PSNR", "dB", "higher", "image"), Metric("fid", "FID", "", "lower", "set")]
        scores = {"psnr": Score(sum(values) / 8), "fid": Score(30.0 - shift)}
        system = System(name, "checkpoint", f"{name}.pth", name, scores)
        images = [f"{i}.png" for i in range(8)]
        report = Report({"seed": 0, **protocol}, metrics, [system], images, {name: {"psnr": values}})
        folder = tmp_path / name
        folder.mkdir()
        (folder / "report.json").write_text(report.to_json())
        return str(folder)

    return write


def test_differences_are_printed(reports, capsys):
    assert main(["compare", reports("small", 0), reports("large", 2) + "/report.json"]) == 0
    out = capsys.readouterr().out
    assert "large less small, 8 images" in out
    (psnr,) = [line for line in out.splitlines() if "PSNR" in line]
    for text in ("23.50", "25.50", "+2.000", "+2.000 to +2.000", "100 %", "better"):
        assert text in psnr
    (fid,) = [line for line in out.splitlines() if "FID" in line]
    assert "−2.000" in fid
    assert "%" not in fid


def test_systems_of_one_name_are_called_by_their_reports(reports, tmp_path, capsys):
    folders = []
    for run, shift in (("first", 0), ("second", 2)):
        Path(reports("system", shift)).rename(tmp_path / run)
        path = tmp_path / run / "report.json"
        path.write_text(path.read_text().replace('"fingerprint": "system"', f'"fingerprint": "{run}"'))
        folders.append(str(path))
    assert main(["compare", *folders]) == 0
    assert "second less first, 8 images" in capsys.readouterr().out


def test_other_protocols_are_refused(reports, capsys):
    first, second = reports("small", 0), reports("large", 2, seed=7, degradation="mild")
    assert main(["compare", first, second]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    (line,) = captured.err.splitlines()
    assert "degradation is not there and mild; seed is 0 and 7" in line
    assert main(["compare", first, second, "--ignore", "seed", "degradation"]) == 0


def test_a_report_with_itself(reports, capsys):
    folder = reports("small", 0)
    assert main(["compare", folder, folder]) == 1
    assert "hold the same systems" in capsys.readouterr().err


def test_no_report(tmp_path, capsys):
    assert main(["compare", str(tmp_path), str(tmp_path)]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"gpen: there is no {tmp_path / 'report.json'}")


def test_signs():
    assert [signed(value, 1) for value in (0.5, 0.0, -0.5, math.nan)] == ["+0.5", "0.0", "−0.5", "–"]
    assert difference_table([], "a", "b", "title").row_count == 0
