"""Sources by a word on the command line: each kind is told by what is there."""

import zipfile

import numpy as np
import pytest

from gpen_train.cli.data import source
from gpen_train.cli.data.source import open_source
from gpen_train.cli.main import main
from gpen_train.drawn import DrawnFaces, draw_face
from gpen_train.images import write_image
from gpen_train.sources.folder import FolderSource
from gpen_train.sources.shards.source import ShardSource
from gpen_train.sources.zip import ZipSource


@pytest.fixture
def faces(tmp_path):
    for number in range(3):
        write_image(tmp_path / "faces" / f"{number}.png", draw_face(0, number, 64))
    return tmp_path / "faces"


def test_kinds_of_the_same_faces(faces, tmp_path):
    with zipfile.ZipFile(tmp_path / "faces.ZIP", "w") as archive:
        for path in sorted(faces.iterdir()):
            archive.write(path, path.name)
    assert main(["data", "shard", str(faces), str(tmp_path / "shards"), "--workers", "0"]) == 0
    (shard,) = (tmp_path / "shards").glob("*.tar")
    kinds = {"drawn": DrawnFaces, str(faces): FolderSource, str(tmp_path / "faces.ZIP"): ZipSource}
    kinds |= {str(tmp_path / "shards"): ShardSource, str(shard): ShardSource}
    for where, kind in kinds.items():
        opened = open_source(where, 64, 3, 0)
        assert type(opened) is kind
        assert len(opened) == 3
        for number in range(3):
            np.testing.assert_array_equal(opened[number], draw_face(0, number, 64))


@pytest.mark.parametrize(
    "name", ["faces.parquet", "data/state.json", "data/dataset_dict.json", "data/a.parquet"]
)
def test_datasets_of_hugging_face(tmp_path, name, monkeypatch):
    monkeypatch.setattr(source, "HuggingFaceImages", lambda where, resolution: ("dataset", where, resolution))
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.touch()
    where = str(path.parent if "/" in name else path)
    assert open_source(where, 64, 3, 0) == ("dataset", where, 64)


def test_what_is_not_there_is_one_line(tmp_path):
    for name in ("none", "none.zip", "none.tar", "none.parquet"):
        with pytest.raises((OSError, ValueError), match="none") as caught:
            open_source(str(tmp_path / name), 64, 3, 0)
        assert "\n" not in str(caught.value)
