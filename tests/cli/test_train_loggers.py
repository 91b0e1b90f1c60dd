"""What gpen train hands to TensorBoard and to Weights & Biases, beside metrics.csv."""

import csv
import json
import sys
import zipfile

import numpy as np
import pytest
import wandb
from pytorch_lightning.loggers import MLFlowLogger, TensorBoardLogger

from gpen_train.cli.run.loggers.to_wandb import build_wandb
from gpen_train.evaluation.report.model import Metric, Report, Score, System


def test_tensorboard_has_the_numbers_and_the_faces(tmp_path, tiny_train):
    accumulator = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    assert tiny_train("logger=tensorboard") == 0
    events = accumulator.EventAccumulator(str(tmp_path / "run" / "tensorboard"))
    events.Reload()
    with (tmp_path / "run" / "metrics.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["held_out_psnr"]]
    found = {event.step: event.value for event in events.Scalars("held_out_psnr")}
    wanted = {int(row["images"]): float(row["held_out_psnr"]) for row in rows}
    assert found == pytest.approx(wanted, rel=1e-4)
    assert [event.step for event in events.Images("held_out")] == list(wanted)
    assert events.Images("held_out")[0].width == 3 * 32


def test_without_tensorboard_one_line_says_what_to_install(tiny_train, monkeypatch, capsys):
    def missing(*_, **__):
        raise ModuleNotFoundError("Neither `tensorboard` nor `tensorboardX` is available")

    monkeypatch.setattr(TensorBoardLogger, "__init__", missing)
    assert tiny_train("logger=tensorboard") == 1
    assert 'pip install "gpen-train[tensorboard]"' in capsys.readouterr().err.splitlines()[-1]


def test_mlflow_has_one_run_with_the_numbers_the_faces_and_the_report(tmp_path, tiny_train, monkeypatch):
    mlflow = pytest.importorskip("mlflow")
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    assert tiny_train("logger=mlflow", "images=8") == 0
    assert tiny_train("logger=mlflow", "resume=true") == 0
    client = mlflow.MlflowClient(f"sqlite:///{tmp_path}/run/mlflow.db")
    (experiment,) = client.search_experiments(filter_string="name = 'gpen_train'")
    (run,) = client.search_runs([experiment.experiment_id])
    assert run.info.run_name == "gpen_32"
    with (tmp_path / "run" / "metrics.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["held_out_psnr"]]
    found = {one.step: one.value for one in client.get_metric_history(run.info.run_id, "held_out_psnr")}
    assert found == pytest.approx({int(row["images"]): float(row["held_out_psnr"]) for row in rows}, rel=1e-4)
    kept = {file.name for file in (tmp_path / "run" / "mlflow").rglob("*") if file.is_file()}
    assert {"000000016.png", "report.html", "report.json"} <= kept
    assert not (tmp_path / "mlruns").exists()


def test_an_mlflow_that_is_away_does_not_stop_the_run(tiny_train, monkeypatch, caplog):
    pytest.importorskip("mlflow")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    assert tiny_train("logger=mlflow", "logger.mlflow.uri=http://127.0.0.1:9", "images=8") == 0
    (message,) = [record.getMessage() for record in caplog.records if "cannot be reached" in record.message]
    assert message.startswith("MLflow cannot be reached (")
    assert message.endswith("; the run goes on without it")


def test_without_mlflow_one_line_says_what_to_install(tiny_train, monkeypatch, capsys):
    def missing(*_, **__):
        raise ModuleNotFoundError("Neither `mlflow` nor `mlflow-skinny` is available")

    monkeypatch.setattr(MLFlowLogger, "__init__", missing)
    assert tiny_train("logger=mlflow") == 1
    assert 'pip install "gpen-train[mlflow]"' in capsys.readouterr().err.splitlines()[-1]


@pytest.fixture
def no_comet_account(tmp_path, monkeypatch):
    """Neither a key in the environment nor in a file."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("COMET_API_KEY", raising=False)


def test_comet_keeps_all_in_files_without_an_account(tmp_path, tiny_train, no_comet_account):
    pytest.importorskip("comet_ml")
    assert tiny_train("logger=comet") == 0
    (kept,) = (tmp_path / "run" / "comet").glob("*.zip")
    assert kept.name.startswith((tmp_path / "run" / "comet_id").read_text())
    with zipfile.ZipFile(kept) as archive:
        lines = [json.loads(line) for line in archive.read("messages.json").decode().splitlines()]
        names = archive.namelist()
    logged = [line["payload"]["metric"] for line in lines if line["type"] == "metric_msg"]
    found = {one["step"]: one["metricValue"] for one in logged if one["metricName"] == "held_out_psnr"}
    with (tmp_path / "run" / "metrics.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["held_out_psnr"]]
    assert found == pytest.approx({int(row["images"]): float(row["held_out_psnr"]) for row in rows}, rel=1e-4)
    assert "report.html" in str(lines)
    assert len(names) == 2 + 3 + len(rows)  # two of its own, three of the report, and the sheets


def test_without_comet_one_line_says_what_to_install(tiny_train, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "comet_ml", None)
    assert tiny_train("logger=comet") == 1
    assert 'pip install "gpen-train[comet]"' in capsys.readouterr().err.splitlines()[-1]


def test_wandb_takes_sheets_and_reports(tmp_path, no_account, monkeypatch):
    logged, kept = [], []
    (logger,) = build_wandb("offline", tmp_path / "run", project="test", name="test", config={})
    monkeypatch.setattr(type(logger.experiment), "log", lambda run, values, **_: logged.append(values))
    monkeypatch.setattr(type(logger.experiment), "log_artifact", lambda run, artifact: kept.append(artifact))
    logger.log_sheet("held_out", np.zeros((8, 12, 3), np.uint8), 16)
    assert isinstance(logged[0]["held_out"][0], wandb.Image)

    metric = Metric("psnr", "PSNR", "dB", "higher", "image")
    system = System("mine", "checkpoint", scores={"psnr": Score(27.0)})
    report = Report({}, [metric], [system], ["0.png"], {"mine": {"psnr": [27.0]}})
    (tmp_path / "report").mkdir()
    (tmp_path / "report" / "report.json").write_text(report.to_json())
    logger.log_report(report, tmp_path / "report")
    table = logged[1]["report"]
    assert (table.columns, table.data) == (["system", "PSNR, dB ↑"], [["mine", 27.0]])
    assert list(kept[0].manifest.entries) == ["report.json"]


def test_trouble_with_wandb_is_a_warning(tmp_path, no_account, monkeypatch, caplog):
    def lost(*_, **__):
        raise ConnectionError("the process is gone")

    (logger,) = build_wandb("offline", tmp_path / "run", project="test", name="test", config={})
    monkeypatch.setattr(type(logger.experiment), "log", lost)
    logger.log_sheet("held_out", np.zeros((8, 12, 3), np.uint8), 16)
    assert "took no metrics at image 16: the process is gone" in caplog.text
