"""Datasets of Hugging Face: the Hub's, what save_to_disk leaves, and parquet; the images are a folder's."""

import json
import os
import pickle
import sys
from pathlib import Path

import numpy as np
import pytest

from gpen_train.images import UnreadableImageError
from gpen_train.sources.folder import FolderSource
from gpen_train.sources.hugging_face import HuggingFaceImages

pyarrow = pytest.importorskip("pyarrow")
parquet = pytest.importorskip("pyarrow.parquet")
IMAGE = pyarrow.struct({"bytes": pyarrow.binary(), "path": pyarrow.string()})


@pytest.fixture
def rows(tmp_path, photos):
    """As ``datasets`` stores images, not in the order of their names."""
    root = tmp_path / "photos"
    return [{"bytes": p.read_bytes(), "path": p.relative_to(root).as_posix()} for p in reversed(photos)]


def table_of(rows, **columns):
    return pyarrow.table({**columns, "image": pyarrow.array(rows, IMAGE)})


def save_to_disk(folder, rows, num_files=2):
    """What ``datasets.Dataset.save_to_disk`` writes."""
    folder.mkdir(parents=True)
    files = [f"data-{number:05d}-of-{num_files:05d}.arrow" for number in range(num_files)]
    for number, name in enumerate(files):
        part = table_of(rows[number::num_files])
        with (
            pyarrow.OSFile(str(folder / name), "wb") as file,
            pyarrow.ipc.new_stream(file, part.schema) as out,
        ):
            out.write_table(part, max_chunksize=3)
    (folder / "state.json").write_text(json.dumps({"_data_files": [{"filename": name} for name in files]}))
    return folder


def times_of_unpacked():
    """When each file was made of a parquet file."""
    found = Path(os.environ["GPEN_CACHE"]).rglob("*.arrow")
    return {path: path.stat().st_mtime_ns for path in found}


def check_equal(source, root):
    folder = FolderSource(root, 16)
    assert [source.label(i) for i in range(len(source))] == [folder.label(i) for i in range(len(folder))]
    assert [source.content_key(i) for i in range(20)] == [folder.content_key(i) for i in range(20)]
    assert all(np.array_equal(source[i], folder[i]) for i in range(20))


def test_a_saved_dataset_equals_the_folder(tmp_path, rows):
    source = HuggingFaceImages(save_to_disk(tmp_path / "saved", rows), 16)
    check_equal(source, tmp_path / "photos")
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(source))[3], source[3])


def test_a_saved_dataset_with_splits(tmp_path, rows):
    save_to_disk(tmp_path / "saved" / "train", rows)
    save_to_disk(tmp_path / "saved" / "test", rows[:5])
    (tmp_path / "saved" / "dataset_dict.json").write_text('{"splits": ["train", "test"]}')
    check_equal(HuggingFaceImages(tmp_path / "saved", 16), tmp_path / "photos")
    assert len(HuggingFaceImages(tmp_path / "saved", 16, split="test")) == 5
    with pytest.raises(ValueError, match="has no split 'dev'; it has: train, test"):
        HuggingFaceImages(tmp_path / "saved", 16, split="dev")


def test_parquet_files_equal_the_folder_and_are_unpacked_once(tmp_path, rows):
    (tmp_path / "hub" / "data").mkdir(parents=True)
    for number, part in enumerate((rows[:12], rows[12:])):
        path = tmp_path / "hub" / "data" / f"train-{number:05d}-of-00002.parquet"
        parquet.write_table(table_of(part, text=["a"] * len(part)), path)
    parquet.write_table(table_of(rows[:2]), tmp_path / "hub" / "data" / "test-00000-of-00001.parquet")
    check_equal(HuggingFaceImages(tmp_path / "hub", 16), tmp_path / "photos")
    assert len(HuggingFaceImages(tmp_path / "hub", 16, split="test")) == 2
    with pytest.raises(FileNotFoundError, match="no dataset with a split 'dev'"):
        HuggingFaceImages(tmp_path / "hub", 16, split="dev")
    unpacked = times_of_unpacked()
    assert len(unpacked) == 3
    HuggingFaceImages(tmp_path / "hub", 16)
    assert times_of_unpacked() == unpacked


def test_images_without_names_of_their_own_are_numbered(tmp_path, rows):
    same = [{**row, "path": "face.png"} for row in rows[:3]]
    source = HuggingFaceImages(save_to_disk(tmp_path / "saved", same, num_files=1), 16)
    assert [source.label(index) for index in range(3)] == ["00000000", "00000001", "00000002"]


def test_plain_bytes_and_the_choice_of_the_column(tmp_path, rows):
    content = [row["bytes"] for row in rows]
    path = tmp_path / "a.parquet"
    parquet.write_table(pyarrow.table({"key": list(range(20)), "face": content}), path)
    assert len(HuggingFaceImages(path, 16)) == 20
    parquet.write_table(pyarrow.table({"face": content, "mask": content}), path)
    with pytest.raises(ValueError, match=r"has 2 columns that may hold images; .* one of face, mask"):
        HuggingFaceImages(path, 16)
    assert len(HuggingFaceImages(path, 16, column="mask")) == 20
    with pytest.raises(ValueError, match="has no images in 'key'; set"):
        HuggingFaceImages(path, 16, column="key")


def test_images_that_lie_beside_the_dataset(tmp_path, photos):
    rows = [{"bytes": None, "path": str(path)} for path in photos]
    check_equal(HuggingFaceImages(save_to_disk(tmp_path / "saved", rows), 16), tmp_path / "photos")


def test_bad_images_are_left_out(tmp_path, rows, caplog):
    rows[0] = {"bytes": None, "path": "elsewhere.png"}
    rows[1] = {"bytes": b"no image", "path": "text.png"}
    half = rows[2]["bytes"][: len(rows[2]["bytes"]) // 2]
    rows[2] = {"bytes": half, "path": "half.png"}
    source = HuggingFaceImages(save_to_disk(tmp_path / "saved", rows), 16)
    assert len(source) == 18
    assert "elsewhere.png: No such file" in caplog.text
    with pytest.raises(UnreadableImageError):
        source[[source.label(i) for i in range(18)].index("half.png")]


@pytest.fixture
def hub(tmp_path, rows, monkeypatch):
    """One dataset on the Hub, photographer/faces, that ``datasets`` prepares in a folder of the test."""
    datasets = pytest.importorskip("datasets")
    (tmp_path / "hub").mkdir()
    parquet.write_table(table_of(rows), tmp_path / "hub" / "train-00000-of-00001.parquet")
    load = datasets.load_dataset
    cache = {"cache_dir": str(tmp_path / "prepared")}

    def load_dataset(name, split):
        if name != "photographer/faces":
            raise ConnectionError(f"Couldn't reach {name!r} on the Hub\nand more")
        return load("parquet", data_files={"train": str(tmp_path / "hub" / "*")}, split=split, **cache)

    monkeypatch.setattr(datasets, "load_dataset", load_dataset)


def test_a_name_of_the_hub_equals_the_folder(tmp_path, hub, monkeypatch):
    source = HuggingFaceImages("photographer/faces", 16)
    check_equal(source, tmp_path / "photos")
    assert all(path.is_relative_to(tmp_path / "prepared") for path in source.files)
    monkeypatch.chdir(tmp_path)
    save_to_disk(tmp_path / "photographer" / "faces", [{"bytes": source.content(0), "path": "a.png"}], 1)
    assert len(HuggingFaceImages("photographer/faces", 16)) == 1  # what is here goes first


@pytest.mark.parametrize(
    ("root", "split", "message"),
    [
        (
            "data/typo",
            "train",
            "nothing at data/typo here, .*Couldn't reach 'data/typo' on the Hub;",
        ),
        ("photographer/faces", "dev", "with the split 'dev': Unknown split"),
        ("photographer/faces", "train[:5]", "expected the name of one, as split or held_out_split"),
    ],
)
def test_what_the_hub_does_not_give_is_one_line(hub, root, split, message):
    with pytest.raises((OSError, ValueError), match=message) as caught:
        HuggingFaceImages(root, 16, split=split)
    assert "\n" not in str(caught.value)


def test_the_hub_needs_datasets(monkeypatch):
    monkeypatch.setitem(sys.modules, "datasets", None)
    with pytest.raises(
        ValueError, match=r'needs datasets, which is not installed: pip install "gpen-train\[hf\]"'
    ):
        HuggingFaceImages("photographer/faces", 16)


def test_a_folder_that_datasets_saved(tmp_path, rows):
    datasets = pytest.importorskip("datasets")
    datasets.Dataset(table_of(rows)).cast_column("image", datasets.Image()).save_to_disk(
        tmp_path / "saved", num_shards=2
    )
    source, folder = HuggingFaceImages(tmp_path / "saved", 16), FolderSource(tmp_path / "photos", 16)
    place_of = {source.content_key(i): i for i in range(20)}  # of names, it keeps the last part alone
    for index in range(20):
        place = place_of[folder.content_key(index)]
        assert source.label(place) == Path(folder.label(index)).name
        np.testing.assert_array_equal(source[place], folder[index])


def test_no_dataset_is_one_line(tmp_path, photos):
    with pytest.raises(FileNotFoundError, match="a folder of images is read with data=folder"):
        HuggingFaceImages(tmp_path / "photos", 16)
    (tmp_path / "a.parquet").write_bytes(b"no parquet at all")
    with pytest.raises(
        ValueError, match=r"a\.parquet cannot be read .* expected an Arrow or a parquet file"
    ) as raised:
        HuggingFaceImages(tmp_path / "a.parquet", 16)
    assert "\n" not in str(raised.value)
