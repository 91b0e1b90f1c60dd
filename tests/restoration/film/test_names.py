"""Which films there are, and where each goes."""

from importlib import util

import pytest

from gpen_train.restoration.film import names
from gpen_train.restoration.film.names import check_installed, find_films, is_film


@pytest.fixture
def films(tmp_path):
    """Four files of these names, in tmp_path / "in"."""
    folder = tmp_path / "in"
    (folder / "other").mkdir(parents=True)
    paths = [folder / name for name in ("a.mp4", "B.MOV", "c.avi", "other/a.mp4")]
    for path in paths:
        path.touch()
    return paths


def test_a_film_goes_into_a_file_or_a_folder(films, tmp_path):
    (job,) = find_films([films[0]], tmp_path / "out.mkv")
    assert job.target == tmp_path / "out.mkv"
    assert job.record == tmp_path / "out.mkv.json"
    assert job.unfinished == tmp_path / "out.unfinished.mkv"
    assert [job.target.name for job in find_films(films[:3], tmp_path / "out")] == [
        *("a.mp4", "B.MOV", "c.avi.mkv")
    ]
    (tmp_path / "folder.mp4").mkdir()
    assert find_films([films[0]], tmp_path / "folder.mp4")[0].target == tmp_path / "folder.mp4" / "a.mp4"


@pytest.mark.parametrize(
    ("chosen", "output", "message"),
    [
        ((0, 1), "out.mp4", "for 2 films; expected a folder"),
        ((0, 3), "out", "two films would become"),
        ((0,), "in", "is an input and would be overwritten"),
        ((0,), "in/a.mp4", "is an input and would be overwritten"),
        ((0,), "out.avi", "choose one of: .mp4, .m4v, .mov, .mkv, .webm"),
    ],
)
def test_what_does_not_go(films, tmp_path, chosen, output, message):
    with pytest.raises(ValueError, match=message):
        find_films([films[number] for number in chosen], tmp_path / output)


def test_films_are_not_mixed_and_must_exist(films, tmp_path):
    with pytest.raises(ValueError, match=r"photo.jpg is no film .*; restore films in a command of their own"):
        find_films([films[0], tmp_path / "photo.jpg"], tmp_path / "out")
    with pytest.raises(ValueError, match="does not exist; expected a film"):
        find_films([tmp_path / "none.mp4"], tmp_path / "out")


def test_told_by_the_suffix():
    assert [is_film(name) for name in ("a.mp4", "a.M4V", "a.b/c.webm", "a.png", "mp4")] == [1, 1, 1, 0, 0]


def test_without_the_package_it_says_what_to_install(monkeypatch):
    monkeypatch.setattr(names, "find_spec", lambda name: None if name == "av" else util.find_spec(name))
    with pytest.raises(ValueError, match=r'pip install "gpen-train\[film\]"'):
        check_installed()
