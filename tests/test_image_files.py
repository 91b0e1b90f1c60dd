"""What systems leave behind is passed over everywhere, other files are counted, and all else is read."""

import io
import tarfile
import zipfile
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gpen_train import images
from gpen_train.evaluation.folders import ImageFolder
from gpen_train.image_files import IMAGE_SUFFIXES, is_image_name
from gpen_train.images import decode_size, read_image
from gpen_train.restoration.jobs import find_jobs
from gpen_train.sources.folder import FolderSource, find_images
from gpen_train.sources.shards.source import ShardSource
from gpen_train.sources.zip import ZipSource

RUBBISH = (
    *("._a.jpg", "more/._b.png", ".hidden/c.png", ".DS_Store", "Thumbs.db", "desktop.ini"),
    *("@eaDir/a.jpg", "more/@eaDir/SYNO.png", "__MACOSX/a.jpg", "__MACOSX/._a.jpg"),
)
PHOTOS = ("a.jpg", "more/b.PNG", "x.gif", "y.avif", "z.jp2", "zz.jfif")
OTHERS = ("film.mp4", "more/notes.txt", "raw")


def image_of(colour: str, name: str) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (32, 32), colour).save(file, Image.registered_extensions()[Path(name).suffix.lower()])
    return file.getvalue()


@pytest.fixture
def files() -> dict[str, bytes]:
    photos = {name: image_of("red", name) for name in PHOTOS}
    return photos | dict.fromkeys((*RUBBISH, *OTHERS), b"\0\5\x16\7 no image")


@pytest.fixture
def folder(tmp_path, files) -> Path:
    for name, content in files.items():
        (tmp_path / "photos" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "photos" / name).write_bytes(content)
    return tmp_path / "photos"


def of_zip(folder: Path, files: dict[str, bytes]) -> list[str]:
    with zipfile.ZipFile(folder.parent / "photos.zip", "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return list(ZipSource(folder.parent / "photos.zip", 16).index.labels)


def of_tar(folder: Path, files: dict[str, bytes], before: str = "") -> list[str]:
    with tarfile.open(folder.parent / "photos.tar", "w") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(before + name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return list(ShardSource(folder.parent / "photos.tar", 16).index.labels)


def of_restore(folder: Path, files: dict[str, bytes]) -> list[str]:
    return [job.source.relative_to(folder).as_posix() for job in find_jobs([folder], folder.parent / "out")]


FINDERS: dict[str, Callable[[Path, dict[str, bytes]], list[str]]] = {
    "data.root": lambda folder, files: list(FolderSource(folder, 16).index.labels),
    "check and prepare": lambda folder, files: find_images(folder),
    "restore": of_restore,
    "evaluate": lambda folder, files: ImageFolder(folder).labels,
    "zip": of_zip,
    "tar": of_tar,
    "tar of GNU tar": lambda folder, files: of_tar(folder, files, "./"),
}


@pytest.mark.parametrize("find", FINDERS.values(), ids=FINDERS.keys())
def test_rubbish_is_passed_over_and_others_are_counted(folder, files, find, caplog):
    assert find(folder, files) == list(PHOTOS)
    (line,) = [record.getMessage() for record in caplog.records]
    assert line.startswith("3 files of other kinds are passed over in ")
    assert line.endswith("photos: without a suffix, .mp4, .txt") or ".zip: " in line or ".tar: " in line


def test_what_the_extra_would_read_is_said(tmp_path, caplog):
    (tmp_path / "a.png").write_bytes(image_of("red", "a.png"))
    (tmp_path / "landmarks.json").write_text("{}")
    assert find_images(tmp_path) == ["a.png"]
    assert caplog.text == ""
    (tmp_path / "b.heic").write_bytes(b"no image")
    if not find_spec("pillow_heif"):
        assert find_images(tmp_path) == ["a.png"]
        assert "1 file of another kind is passed over" in caplog.text
        assert 'pip install "gpen-train[heif]"' in caplog.text
    else:
        assert find_images(tmp_path) == ["a.png", "b.heic"]


def test_names():
    assert all(
        is_image_name(f"a{suffix}") and is_image_name(f"A{suffix.upper()}") for suffix in IMAGE_SUFFIXES
    )
    assert is_image_name("./a.png")
    assert is_image_name("../b/br[0]{x}=,.png")
    assert not is_image_name("./.a.png")
    assert not is_image_name("THUMBS.DB/a.png")


@pytest.mark.parametrize("suffix", [".gif", ".webp", ".png", ".avif"])
def test_the_first_frame_of_an_animation_is_read_and_that_is_said_once(tmp_path, suffix, caplog):
    images._say_first_frame.cache_clear()
    frames = [Image.new("RGB", (24, 20), colour) for colour in ("red", "green", "blue")]
    for name in ("a", "b"):
        frames[0].save(tmp_path / (name + suffix), save_all=True, append_images=frames[1:], duration=100)
        image = read_image(tmp_path / (name + suffix))
        assert image.shape == (20, 24, 3)
        assert np.abs(image.astype(int) - (255, 0, 0)).max() <= 12
    (record,) = caplog.records
    assert "of an animated" in record.getMessage()
    caplog.clear()
    images._say_first_frame.cache_clear()
    frames[0].save(tmp_path / f"still{suffix}")
    read_image(tmp_path / f"still{suffix}")
    assert caplog.records == []


@pytest.mark.parametrize("suffix", [".avif", ".jp2", ".heic"])
def test_photographs_of_phones(tmp_path, suffix):
    if suffix == ".heic" and not find_spec("pillow_heif"):
        pytest.skip("needs pillow-heif")
    rows, columns = np.mgrid[0:48, 0:40]
    photo = np.stack((rows * 5, columns * 6, 128 + rows + columns), axis=2).astype(np.uint8)
    Image.fromarray(photo).save(tmp_path / f"a{suffix}", quality=95)
    assert np.abs(read_image(tmp_path / f"a{suffix}").astype(int) - photo).mean() < 4
    assert decode_size((tmp_path / f"a{suffix}").read_bytes(), "a") == (48, 40)
    assert FolderSource(tmp_path, 16)[0].shape == (16, 16, 3)


def test_results_of_formats_that_are_not_written_are_png_and_found_again(folder, tmp_path):
    jobs = find_jobs([folder], tmp_path / "out")
    names = {job.target.relative_to(tmp_path / "out").as_posix() for job in jobs}
    assert names == {"a.jpg", "more/b.PNG", "x.gif.png", "y.avif.png", "z.jp2.png", "zz.jfif.png"}
    for job in jobs:
        images.write_image(job.target, read_image(job.source))
    restored = ImageFolder(tmp_path / "out", ImageFolder(folder).labels)
    assert len(restored) == len(jobs)
