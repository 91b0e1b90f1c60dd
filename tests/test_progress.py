"""The bar appears only for work that takes its time, and passes on every item."""

from gpen_train import progress
from gpen_train.progress import with_progress


def test_appears_only_for_long_work(monkeypatch, capsys):
    assert list(with_progress([3, 4], "quick", 2)) == [3, 4]
    assert "quick" not in capsys.readouterr().err
    monkeypatch.setattr(progress, "PATIENCE", -1.0)
    assert list(with_progress(iter([3, 4]), "slow", 2)) == [3, 4]
    assert "slow" in capsys.readouterr().err


def test_says_how_many_come_a_second(monkeypatch, capsys):
    monkeypatch.setattr(progress, "PATIENCE", -1.0)
    list(with_progress(iter([3, 4, 5]), "slow", 3, speed_of="frames"))
    assert "frames/s" in capsys.readouterr().err
