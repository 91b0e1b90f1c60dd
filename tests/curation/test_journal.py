"""A journal keeps what is done through kills, and never mixes two runs."""

import json

import pytest

from gpen_train.curation.journal import Journal
from gpen_train.curation.share import Share
from gpen_train.files import read_json

SETTINGS = {"format": 1, "seed": 0, "range": (1, 2)}


def begin(path, labels, settings=SETTINGS):
    journal = Journal(path, settings)
    for label in labels:
        journal.add({"label": label, "value": len(label)})
    return journal


def test_becomes_one_file_in_the_order_asked_for(tmp_path):
    path = tmp_path / "new" / "manifest.json"
    with begin(path, ["b", "a"]) as journal:
        journal.finish({"total": 2}, ["a", "b"])
    assert json.loads(path.read_text()) == {
        **{"format": 1, "seed": 0, "range": [1, 2], "total": 2},
        "images": [{"label": "a", "value": 1}, {"label": "b", "value": 1}],
    }
    assert list(path.parent.iterdir()) == [path]


def test_goes_on_after_a_kill_in_the_middle_of_a_line(tmp_path):
    path = tmp_path / "manifest.json"
    begin(path, ["a", "bb"])  # never closed, as after a kill
    lines = tmp_path / ".manifest.json.lines"
    lines.write_bytes(lines.read_bytes()[:-4])
    with Journal(path, SETTINGS) as journal:
        assert "a" in journal.records
        assert "bb" not in journal.records
        journal.add({"label": "bb", "value": 7})
        journal.finish({}, ["a", "bb"])
    assert [record["value"] for record in read_json(path)["images"]] == [1, 7]


def test_goes_on_from_a_finished_file(tmp_path):
    path = tmp_path / "manifest.json"
    with begin(path, ["a"]) as journal:
        journal.finish({}, ["a"])
    with begin(path, ["b"]) as journal:
        assert "a" in journal.records
    with Journal(path, SETTINGS) as journal:  # stopped before it could finish
        assert set(journal.records) == {"a", "b"}


@pytest.mark.parametrize("finished", [True, False])
def test_refuses_other_settings(tmp_path, finished):
    path = tmp_path / "manifest.json"
    with begin(path, ["a"]) as journal:
        if finished:
            journal.finish({}, ["a"])
    with pytest.raises(ValueError, match=r"made with seed 0, this run has 1; .*another output") as caught:
        Journal(path, {**SETTINGS, "seed": 1})
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("content", ["no JSON", "[1, 2]"])
def test_refuses_a_file_that_is_none_of_its_own(tmp_path, content):
    path = tmp_path / "manifest.json"
    path.write_text(content)
    with pytest.raises(ValueError, match="manifest"):
        Journal(path, SETTINGS)
    assert path.read_text() == content


def test_removes_what_a_killed_writer_left(tmp_path):
    leftover = tmp_path / "more" / ".a.png.123.part"
    leftover.parent.mkdir()
    leftover.touch()
    Journal(tmp_path / "manifest.json", SETTINGS)
    assert not leftover.exists()


def test_the_last_share_keeps_what_the_others_did_anew_while_it_worked(tmp_path):
    path = tmp_path / "manifest.json"
    with begin(path, ["a", "bb"]) as journal:
        journal.finish({}, ["a", "bb"])
    with Journal(path, SETTINGS, share=Share(1, 2)) as one, Journal(path, SETTINGS, share=Share(2, 2)) as two:
        one.add({"label": "a", "value": 10})  # its file has changed since
        assert not one.end_share(["a", "bb"])
        two.add({"label": "bb", "value": 20})
        assert two.end_share(["a", "bb"])
        two.finish({}, ["a", "bb"])
    assert [record["value"] for record in read_json(path)["images"]] == [10, 20]
    assert list(tmp_path.iterdir()) == [path]
