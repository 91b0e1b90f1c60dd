"""Writing shards: the same bytes each time, whole or not at all, continued, verified."""

import hashlib
import json
import tarfile

import numpy as np
import pytest

from gpen_train.curation.shards import write
from gpen_train.curation.shards.packing import Packing
from gpen_train.curation.shards.verify import verify
from gpen_train.curation.shards.write import write_shards
from gpen_train.images import decode_image
from gpen_train.sources.folder import FolderSource


@pytest.fixture
def folder(tmp_path, photos):
    return FolderSource(tmp_path / "photos", 16)


def contents(path):
    return {file.name: file.read_bytes() for file in path.iterdir()}


def problems(path):
    return [fault for faults in verify(path, 0)[1] for fault in faults]


def test_the_tars_are_plain_tars(tmp_path, folder):
    write_shards(Packing(folder), tmp_path / "out", 8, num_workers=0)
    members = {}
    for path in sorted((tmp_path / "out").glob("*.tar")):
        with tarfile.open(path) as tar:
            members |= {info.name: tar.extractfile(info).read() for info in tar}
    assert members == {folder.label(i): folder.content(i) for i in range(20)}


def test_the_manifest_holds_names_sizes_and_checksums(tmp_path, folder):
    write_shards(Packing(folder, "png", resize=True), tmp_path, 8, num_workers=0)
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    assert [shard["images"] for shard in manifest["shards"]] == [8, 8, 4]
    assert (manifest["images"], manifest["format"], manifest["resolution"]) == (20, "png", 16)
    for shard in manifest["shards"]:
        content = (tmp_path / shard["name"]).read_bytes()
        assert (len(content), hashlib.sha256(content).hexdigest()) == (shard["size"], shard["sha256"])


def test_equal_bytes_for_any_number_of_workers(tmp_path, folder):
    for num_workers in (0, 2):
        packing = Packing(folder, "webp", resize=True)
        write_shards(packing, tmp_path / str(num_workers), 8, num_workers)
    assert contents(tmp_path / "0") == contents(tmp_path / "2")


@pytest.mark.parametrize(("name", "num_different"), [("png", 0), ("jpg", 1), ("webp", 1)])
def test_formats(folder, name, num_different):
    packed = Packing(folder, name, resize=True)(3)
    image = decode_image(packed.content, "x")
    assert (image.shape[:2], packed.fault) == (packed.shape, "")
    assert np.any(image != folder[3]) == num_different


def test_goes_on_where_it_was_stopped(tmp_path, folder, monkeypatch):
    write_shards(Packing(folder), tmp_path / "whole", 4, num_workers=0)
    begun = []

    class Stopped(Packing):
        def __call__(self, index):
            begun.append(index)
            if len(begun) == 11:
                raise KeyboardInterrupt
            return super().__call__(index)

    with pytest.raises(KeyboardInterrupt):
        write_shards(Stopped(folder), tmp_path / "out", 4, num_workers=0)
    names = [
        name for number in range(2) for name in (f"photos-{number:06d}.json", f"photos-{number:06d}.tar")
    ]
    assert sorted(contents(tmp_path / "out")) == names
    begun[:] = range(100, 120)
    write_shards(Stopped(folder), tmp_path / "out", 4, num_workers=0)
    assert len(begun) == 20 + 12
    assert contents(tmp_path / "out") == contents(tmp_path / "whole")


def test_leftovers_of_a_kill_are_removed_and_a_tar_without_list_is_made_anew(tmp_path, folder):
    write_shards(Packing(folder), tmp_path / "whole", 8, num_workers=0)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / ".photos-000001.tar.77.part").write_bytes(b"half")
    (tmp_path / "out" / "photos-000000.tar").write_bytes(b"whole, but nobody knows")
    write_shards(Packing(folder), tmp_path / "out", 8, num_workers=0)
    assert contents(tmp_path / "out") == contents(tmp_path / "whole")


def test_other_images_or_settings_are_refused(tmp_path, folder, photos):
    write_shards(Packing(folder), tmp_path / "out", 8, num_workers=0)
    with pytest.raises(
        ValueError, match=r"was made with shard_size 8, this run has 9; .*another output folder"
    ):
        write_shards(Packing(folder), tmp_path / "out", 9, num_workers=0)
    photos[0].unlink()
    with pytest.raises(ValueError, match="was made with source"):
        write_shards(Packing(FolderSource(tmp_path / "photos", 16)), tmp_path / "out", 8, num_workers=0)


def test_images_that_do_not_decode_are_left_out(tmp_path, photos, truncate):
    truncate(photos[4])
    source = FolderSource(tmp_path / "photos", 16)
    sidecars, _ = write_shards(Packing(source), tmp_path / "out", 8, num_workers=2)
    assert sum(len(sidecar.labels) for sidecar in sidecars) == 19
    assert [label for sidecar in sidecars for label in sidecar.left_out] == ["004.png"]


def test_a_full_disk_is_one_line_and_leaves_no_half_file(tmp_path, folder, monkeypatch):
    def no_room(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(write, "_add", no_room)
    with pytest.raises(
        OSError, match=r"cannot write .*photos-000000\.tar: No space left on device; make room"
    ):
        write_shards(Packing(folder), tmp_path / "out", 8, num_workers=0)
    assert contents(tmp_path / "out") == {}


def test_names_that_would_collide_are_refused(tmp_path, folder, photos):
    photos[1].with_suffix(".webp").write_bytes(photos[1].read_bytes())
    source = FolderSource(tmp_path / "photos", 16)
    with pytest.raises(ValueError, match=r"001\.png and 001\.webp would both become"):
        write_shards(Packing(source, "png", resize=True), tmp_path / "out", 8, num_workers=0)
    write_shards(Packing(source), tmp_path / "out", 8, num_workers=0)


def test_shards_are_fair_samples(tmp_path):
    class Numbers:
        name, resolution = "numbers", 8

        def __len__(self):
            return 1000

        def content_key(self, index):
            return hashlib.sha256(bytes([index % 256, index // 256])).hexdigest()

    parts = write.deal(Numbers(), 100)
    assert sorted(index for part in parts for index in part) == list(range(1000))
    assert all(part == sorted(part) and 400 < np.mean(part) < 600 for part in parts)


def test_verify_names_what_has_changed(tmp_path, shards):
    assert problems(shards) == []
    path, other = shards / "photos-000001.tar", shards / "photos-000002.tar"
    content = bytearray(path.read_bytes())
    content[700] ^= 1
    path.write_bytes(content)
    other.unlink()
    found = problems(shards)
    assert found[0] == f"{path}: its bytes are not those that were written"
    assert found[1].endswith("is damaged")
    assert found[1].startswith(f"{path}: ")
    assert found[2].startswith(str(other))
    assert len(found) == 3


def test_verify_of_a_truncated_shard(shards):
    path = shards / "photos-000001.tar"
    path.write_bytes(path.read_bytes()[:3000])
    found = problems(shards)
    assert found[0].startswith(f"{path} has 3000 bytes; expected ")
    assert len(found) > 2


def test_verify_needs_a_manifest(tmp_path):
    with pytest.raises(
        FileNotFoundError, match=r"manifest\.json does not exist; expected a folder that gpen data"
    ):
        verify(tmp_path, 0)
