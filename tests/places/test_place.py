"""What a user names: paths, URLs, copies of what lies at one, and every door that takes either."""

import os
import shutil
from pathlib import Path

import fsspec
import numpy as np
import pytest
import torch

from gpen_train.checkpoints.run_folder import file_of
from gpen_train.checkpoints.safe_load import safe_load
from gpen_train.cli.data.source import open_source
from gpen_train.cli.main import main
from gpen_train.images import UnreadableImageError
from gpen_train.places.place import fetched, is_url
from gpen_train.sources.folder import FolderSource
from gpen_train.sources.hugging_face import HuggingFaceImages
from gpen_train.sources.shards.source import ShardSource
from gpen_train.sources.zip import ZipSource

STORE = "memory://store"
FIXTURE = Path(__file__).parents[1] / "fixtures" / "official_bfr_64.pth"


@pytest.fixture
def upload():
    """``upload(path)`` puts a file or a folder into a store; returns its URL."""
    store = fsspec.filesystem("memory")

    def put(path: Path) -> str:
        files = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
        store.pipe({f"/store/{file.relative_to(path.parent)}": file.read_bytes() for file in files})
        return f"{STORE}/{path.name}"

    yield put
    if store.exists("/store"):
        store.rm("/store", recursive=True)


def copies() -> list[str]:
    return sorted(path.name for path in Path(os.environ["GPEN_CACHE"]).glob("fetched/*/*"))


def same_images(source, other) -> bool:
    labels = [source.label(index) for index in range(len(source))]
    assert labels == [other.label(index) for index in range(len(other))]
    return all(np.array_equal(source[index], other[index]) for index in range(len(source)))


def test_paths_and_urls():
    assert all(map(is_url, ("s3://bucket/a", "zip://a.zip::s3://bucket/b.zip", "https://host/a")))
    assert not any(map(is_url, ("a/b", "/a//b", "C:\\a", "C:/a", "a:b", Path("s3:/a"))))
    assert fetched("a/b.pth") == Path("a/b.pth")


def test_a_file_is_fetched_once_and_again_when_it_changes(tmp_path, serve):
    (tmp_path / "a.pth").write_bytes(b"first")
    server = serve(tmp_path)
    copy = fetched(f"{server.url}/a.pth?download=true")
    assert (copy.name, copy.read_bytes()) == ("a.pth", b"first")
    before = len(server.requests)
    assert fetched(f"{server.url}/a.pth?download=true") == copy
    assert len(server.requests) == before + 1  # whether it has changed
    (tmp_path / "a.pth").write_bytes(b"second")
    assert fetched(f"{server.url}/a.pth?download=true").read_bytes() == b"second"


def test_file_urls_and_missing_files(tmp_path):
    (tmp_path / "a.bin").write_bytes(b"here")
    assert fetched(f"file://{tmp_path}/a.bin").read_bytes() == b"here"
    with pytest.raises(FileNotFoundError, match=r"none\.bin: it does not exist; expected a file that"):
        fetched(f"file://{tmp_path}/none.bin")
    assert copies() == ["a.bin"]


def test_a_folder_of_images_in_a_store(tmp_path, photos, upload):
    source = FolderSource(upload(tmp_path / "photos"), 16)
    assert same_images(source, FolderSource(tmp_path / "photos", 16))
    assert source.name == "photos"
    fsspec.filesystem("memory").rm("/store/photos/001.png")
    with pytest.raises(UnreadableImageError, match=r"photos/001\.png.*it does not exist"):
        source[[source.label(index) for index in range(20)].index("001.png")]
    assert len(FolderSource(f"{STORE}/photos/", 16)) == 19


def test_a_folder_behind_http_is_refused_in_one_line():
    with pytest.raises(ValueError, match=r"cannot be listed, as it is behind http; expected .*pack it"):
        FolderSource("https://host/photos", 16)


@pytest.mark.parametrize("with_lists", [True, False])
def test_shards_in_a_store(tmp_path, shards, upload, with_lists):
    if not with_lists:
        for path in shards.glob("*.json"):
            path.unlink()
    url, folder = upload(shards), FolderSource(tmp_path / "photos", 16)
    assert same_images(ShardSource(f"{url}/", 16), folder)
    assert same_images(ShardSource(f"{url}/photos-{{000000..000002}}.tar", 16), folder)
    assert copies() == []


def test_a_zip_at_a_url_is_fetched(tmp_path, photos, pack, serve, upload):
    path = pack(tmp_path / "photos", tmp_path / "photos.zip")
    for url in (upload(path), f"{serve(tmp_path).url}/photos.zip"):
        assert same_images(ZipSource(url, 16), ZipSource(path, 16))
    assert copies() == ["photos.zip"] * 2


def test_parquet_files_at_a_url_are_fetched(tmp_path, photos, serve, upload):
    pyarrow, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    (tmp_path / "set").mkdir()
    table = pyarrow.table({"image": [path.read_bytes() for path in photos]})
    parquet.write_table(table, tmp_path / "set" / "train.parquet")
    parquet.write_table(table.slice(0, 2), tmp_path / "set" / "test.parquet")
    local = HuggingFaceImages(tmp_path / "set", 16)
    assert len(local) == 20
    for url in (upload(tmp_path / "set"), f"{serve(tmp_path).url}/set/train.parquet"):
        assert same_images(HuggingFaceImages(url, 16), local)


def test_the_command_line_tells_kinds_apart_in_a_store(tmp_path, photos, shards, pack, upload):
    pack(tmp_path / "photos", tmp_path / "photos.zip")
    wanted = {"photos": FolderSource, "shards": ShardSource, "photos.zip": ZipSource}
    for name, kind in wanted.items():
        assert type(open_source(upload(tmp_path / name), 16, 0, 0)) is kind


def test_weights_at_a_url(tmp_path, serve, upload, capsys):
    (tmp_path / "run" / "checkpoints").mkdir(parents=True)
    torch.save({"a": torch.ones(2)}, tmp_path / "run" / "checkpoints" / "last.ckpt")
    upload(tmp_path / "run")
    assert file_of(f"{STORE}/run/") == f"{STORE}/run/checkpoints/last.ckpt"
    server = serve(tmp_path / "run" / "checkpoints")
    for url in (f"{STORE}/run/checkpoints/last.ckpt", f"{server.url}/last.ckpt"):
        assert torch.equal(safe_load(url)["a"], torch.ones(2))
    (tmp_path / "run" / "checkpoints" / "best.ckpt").symlink_to("last.ckpt")
    assert file_of(f"{upload(tmp_path / 'run')}/") == f"{STORE}/run/checkpoints/best.ckpt"
    assert main(["inspect", f"{server.url}/none.pth"]) != 0
    assert "none.pth: the server answers 404" in capsys.readouterr().err


def test_a_runs_folder_behind_http_is_asked_for_once(serve, tmp_path, capsys):
    checkpoints = tmp_path / "run" / "checkpoints"
    checkpoints.mkdir(parents=True)
    shutil.copy(FIXTURE, checkpoints / "last.ckpt")
    server = serve(tmp_path)
    assert main(["inspect", f"{server.url}/run/"]) == 0
    assert f"{server.url}/run/: its last checkpoint" in capsys.readouterr().out
    asked = [path.rpartition("/")[2] for path in server.requests]
    assert asked.count("best.ckpt") == 1
    assert asked.count("last.ckpt") == 2  # what it is, and all of it


@pytest.mark.parametrize("output", ["s3://bucket/out", Path("s3://bucket/out")])
def test_nothing_is_written_to_a_url(output, capsys):
    assert main(["sample", "--checkpoint", "a.pth", "--output", str(output)]) != 0
    assert "nothing is written to a URL, as s3:/" in capsys.readouterr().err
    assert not Path("s3:").exists()
