"""``--part I/N``: shares of a work that know nothing of each other make what one run makes."""

import json

import numpy as np
import pytest

from gpen_train.cli.main import main
from gpen_train.drawn import draw_face
from gpen_train.images import write_image

NUM = 7
FRAME = [[0.375, 0.475], [0.625, 0.475], [0.5, 0.6], [0.4, 0.725], [0.6, 0.725]]
COMMANDS = {
    "prepare": ["prepare", "faces", "{out}", "--landmarks", "points.json", "--resolution", "32"],
    "shard": ["shard", "faces", "{out}", "--shard-size", "2"],
    "degrade": ["degrade", "faces", "{out}", "--preset", "gpen", "--resolution", "32"],
    "check": ["check", "faces", "--output", "{out}", "--resolution", "32", "--max-share", "1"],
}
RESULT = {"check": "check.json"}  # of others manifest.json


@pytest.fixture
def faces(here):
    """Faces, one of them no image, and landmarks of all of them."""
    for number in range(NUM):
        write_image(here / "faces" / f"{number}.png", draw_face(0, number, 64))
    (here / "faces" / "3.png").write_text("no image")
    points = (np.array(FRAME) * 64).tolist()
    (here / "points.json").write_text(json.dumps({f"{number}.png": points for number in range(NUM)}))
    return here / "faces"


@pytest.fixture(params=COMMANDS)
def command(request, faces):
    """``command(output, *options)`` -> the exit code; ``command.result`` is what the last part writes."""

    def run(output, *options):
        words = [word.format(out=output) for word in COMMANDS[request.param]]
        return main(["data", *words, "--workers", "0", *options])

    run.result, run.name = RESULT.get(request.param, "manifest.json"), request.param
    return run


def files(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


@pytest.mark.parametrize("parts", [2, 3])
def test_parts_make_what_one_run_makes_byte_for_byte(here, command, parts, capsys):
    code = command("whole")
    said = capsys.readouterr().out
    for number in range(parts, 0, -1):  # in any order
        assert not (here / "parts" / command.result).exists()
        last = command("parts", "--part", f"{number}/{parts}")
        told = capsys.readouterr().out
        assert (f"part {number} of {parts} is done" in told) == (number > 1)
    assert files(here / "whole") == files(here / "parts")
    if command.name in ("degrade", "check"):  # these speak of the whole at the end
        assert told == said.replace("whole", "parts")
        assert last == code


def test_a_part_that_was_killed_is_not_taken_for_done(here, command, monkeypatch):
    command("whole")
    command("parts", "--part", "1/2")
    begun = next(iter((here / "parts").glob(".*.1-of-2.lines")), None)
    if begun is None:  # shards tell by themselves whether they are whole
        sidecar = sorted((here / "parts").glob("*.json"))[0]
        sidecar.unlink()
    else:
        begun.write_bytes(begun.read_bytes().replace(b'{"ended": true}\n', b'{"label": "0.p'))
    command("parts", "--part", "2/2")
    assert not (here / "parts" / command.result).exists()
    command("parts", "--part", "1/2")
    assert files(here / "whole") == files(here / "parts")


def test_a_whole_run_takes_up_what_parts_have_done(here, command):
    command("whole")
    command("parts", "--part", "2/3")
    command("parts")
    assert files(here / "whole") == files(here / "parts")


def test_more_parts_than_there_are_items(here, command):
    command("whole")
    for number in range(1, NUM + 3):
        command("parts", "--part", f"{number}/{NUM + 2}")
    assert files(here / "whole") == files(here / "parts")


def test_what_has_changed_is_done_anew_by_parts_too(here, faces, command):
    command("parts", "--part", "1/2"), command("parts", "--part", "2/2")
    if command.name in ("shard", "degrade"):  # other images are another set
        return
    write_image(faces / "2.png", draw_face(0, 99, 64))
    for part in ("1/2", "2/2"):
        command("parts", "--part", part)
    command("whole")
    assert files(here / "whole") == files(here / "parts")


def test_the_rank_is_a_part(here, faces, monkeypatch):
    options = ["data", "shard", "faces", "out", "--shard-size", "2", "--workers", "0"]
    monkeypatch.setenv("SLURM_NTASKS", "2")
    for rank in ("0", "1"):
        monkeypatch.setenv("SLURM_PROCID", rank)
        main(options)
        assert (here / "out" / "manifest.json").exists() == (rank == "1")


@pytest.mark.parametrize("part", ["0/2", "3/2", "2", "a/b", "1/2/3"])
def test_a_wrong_part_is_refused(here, command, part, one_line):
    assert command("out", "--part", part) == 1
    assert one_line() == f"gpen: --part is {part!r}; expected one such as 1/4 or 4/4"
    assert not (here / "out").exists()
