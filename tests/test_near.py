"""What a mistaken name may mean."""

import pytest

from gpen_train.near import meant, near_names, nearest


def test_the_nearest_come_first():
    assert near_names("trian", ["restore", "train", "trains"]) == ["train", "trains"]
    assert near_names("xyz", ["restore"]) == []


def test_without_a_near_one_all_are_said():
    assert nearest("xyz", ["b", "a"]) == "choose one of: a, b"
    assert nearest("trian", ["train", "restore"]) == "did you mean train?"


@pytest.fixture
def here(tmp_path, monkeypatch):
    (tmp_path / "runs" / "quickstart" / "export").mkdir(parents=True)
    (tmp_path / "runs" / "quickstar2").mkdir()
    (tmp_path / "faces.zip").touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ("runs/quickstrat", "runs/quickstart"),
        ("rnus/quickstart", "runs/quickstart"),
        ("runs/quickstar/export", "runs/quickstart/export"),
        ("facs.zip", "faces.zip"),
    ],
)
def test_a_path_that_is_not_there_is_told_the_nearest(here, given, found):
    path = here.__class__(given)
    assert meant(path) == f"; did you mean {found}?"
    assert meant(here / path) == f"; did you mean {here / found}?"


@pytest.mark.parametrize("given", ["nothing/like/it", "runs/zzz", "faces.zip/x"])
def test_of_nothing_like_it_nothing_is_said(here, given):
    assert meant(here.__class__(given)) == ""
