"""`gpen data shard` and `gpen data verify`: what they write, say and refuse."""

import json

import numpy as np
import pytest

from gpen_train.cli.main import main
from gpen_train.images import write_image
from gpen_train.sources.folder import FolderSource
from gpen_train.sources.shards.source import ShardSource


@pytest.fixture
def faces(here):
    for number in range(5):
        image = np.random.default_rng(number).integers(0, 256, (40, 40, 3), dtype=np.uint8)
        write_image(here / "faces" / f"{number}.png", image)
    return here / "faces"


def gpen(*arguments):
    return main(["data", *arguments, "--workers", "0"])


def test_packs_verifies_and_trains_alike(here, faces, capsys):
    assert gpen("shard", "faces", "out", "--resolution", "32", "--shard-size", "2") == 0
    assert "5 images in 3 shards in out" in capsys.readouterr().out
    source, folder = ShardSource("out", 32), FolderSource("faces", 32)
    assert all(np.array_equal(source[index], folder[index]) for index in range(5))
    assert gpen("verify", "out") == 0
    assert "3 of 3 shards in out are as they were written" in capsys.readouterr().out


def test_keeps_the_files_as_they_are_and_packs_anew(here, faces):
    assert gpen("shard", "faces", "out") == 0
    assert ShardSource("out", 32).content(3) == (faces / "3.png").read_bytes()
    assert gpen("shard", "out", "again", "--format", "webp") == 0
    assert json.loads((here / "again" / "manifest.json").read_text())["format"] == "webp"
    assert ShardSource("again", 32).content_key(3) == FolderSource("faces", 32).content_key(3)


def test_packs_drawn_faces(here):
    assert gpen("shard", "drawn", "out", "--resolution", "32", "--num", "3") == 0
    assert [ShardSource("out", 32).label(index) for index in range(3)] == ["000000", "000001", "000002"]


def test_a_damaged_image_is_named_and_the_exit_code_is_1(faces, capsys):
    path = faces / "3.png"
    path.write_bytes(path.read_bytes()[:2000])
    assert gpen("shard", "faces", "out") == 1
    said = capsys.readouterr()
    assert "gpen: left out faces/3.png: " in said.err
    assert "4 images in 1 shard in" in said.out


def test_a_damaged_shard_is_named_and_the_exit_code_is_1(here, faces, capsys):
    gpen("shard", "faces", "out", "--shard-size", "2")
    (here / "out" / "faces-000001.tar").write_bytes(b"")
    assert gpen("verify", "out") == 1
    said = capsys.readouterr()
    assert "faces-000001.tar has 0 bytes; expected" in said.err
    assert "2 of 3 shards" in said.out


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (
            ["shard", "faces", "out", "--format", "keep", "--resolution", "32"],
            "--format keep packs the files as",
        ),
        (["shard", "faces", "out", "--shard-size", "0"], "--shard-size is 0; expected 1 or more"),
        (["shard", "drawn", "out"], "drawn faces have no files to pack; give --resolution"),
        (["shard", "nowhere", "out"], "the folder nowhere does not exist"),
        (["verify", "faces"], "faces/manifest.json does not exist; expected a folder that gpen data shard"),
    ],
)
def test_refuses_in_one_line(here, faces, capsys, arguments, line):
    assert gpen(*arguments) == 1
    said = capsys.readouterr().err
    assert said.startswith(f"gpen: {line}")
    assert said.count("\n") == 1
    assert not (here / "out").exists()
