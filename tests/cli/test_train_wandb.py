"""gpen train with Weights & Biases: one run there, however often it is interrupted here."""

import pytest
import wandb

pytestmark = pytest.mark.usefixtures("no_account")


def offline_ids(run):
    # offline-run-TIME-ID, and a number after it where two begin in one second
    return [path.name.split("-")[3] for path in sorted((run / "wandb").glob("offline-run-*"))]


def test_a_resumed_run_goes_on_in_the_same_run(tmp_path, tiny_train):
    assert tiny_train("logger=wandb", "images=8") == 0
    wandb.finish()
    assert tiny_train("logger=wandb", "resume=true") == 0
    ids = offline_ids(tmp_path / "run")
    assert len(ids) == 2
    assert set(ids) == {(tmp_path / "run" / "wandb_id").read_text()}


def test_a_server_that_is_away_does_not_stop_the_run(tmp_path, tiny_train, monkeypatch, caplog):
    init = wandb.init

    def unreachable(mode, **arguments):
        if mode == "online":
            raise wandb.errors.CommError("no such host\nand more")
        return init(mode=mode, **arguments)

    monkeypatch.setenv("WANDB_API_KEY", "a" * 40)
    monkeypatch.setattr(wandb, "init", unreachable)
    assert tiny_train("logger=wandb", "images=8") == 0
    assert offline_ids(tmp_path / "run") == [(tmp_path / "run" / "wandb_id").read_text()]
    (message,) = [record.getMessage() for record in caplog.records if "cannot be reached" in record.message]
    assert "(no such host)" in message
    assert "wandb sync run/wandb/offline-run-*" in message


def test_without_its_process_the_run_goes_on(tmp_path, tiny_train, monkeypatch, caplog):
    def silent(**_):
        raise wandb.errors.CommError("no answer")

    monkeypatch.setattr(wandb, "init", silent)
    assert tiny_train("logger=wandb", "images=8") == 0
    assert "(no answer); the run goes on without it" in caplog.text


def test_a_number_that_is_not_taken_does_not_stop_the_run(tiny_train, monkeypatch, caplog):
    def lost(*_, **__):
        raise ConnectionError("the process is gone")

    monkeypatch.setattr(wandb.Run, "log", lost)
    assert tiny_train("logger=wandb", "images=8") == 0
    assert "took no metrics at image 4: the process is gone" in caplog.text
