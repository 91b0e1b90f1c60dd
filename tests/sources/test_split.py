"""What is held out: by content, stable, whole, and never all."""

import shutil

import numpy as np
import pytest

from gpen_train.images import write_image
from gpen_train.sources.folder import FolderSource
from gpen_train.sources.ledger import Ledger
from gpen_train.sources.split import fraction, split
from gpen_train.sources.zip import ZipSource


class Keys:
    """A source of given content keys, all decodable."""

    name, resolution = "keys", 16

    def __init__(self, fractions):
        self.keys = [f"{int(fraction * 16**13):013x}{'0' * 51}" for fraction in fractions]

    def __len__(self):
        return len(self.keys)

    def __getitem__(self, index):
        return np.zeros((16, 16, 3), np.uint8)

    def content_key(self, index):
        return self.keys[index]


def labels(source):
    return {source.label(index) for index in range(len(source))}


def names(source):
    return {label.rpartition("/")[2] for label in labels(source)}


def test_images_below_the_share_are_held_out_and_the_lowest_are_shown():
    source = Keys([0.9, 0.04, 0.5, 0.01, 0.02, 0.051, 0.03])
    train, held_out = split(source, 2, share=0.05)
    assert train.indices.tolist() == [0, 2, 5]  # 1 and 6 are neither trained on nor shown
    assert held_out.indices.tolist() == [3, 4]
    assert split(source, 64, share=0.05).held_out.indices.tolist() == [1, 3, 4, 6]


def test_one_at_least_is_held_out_unless_none_is_wanted():
    source = Keys([0.9, 0.7, 0.8])
    train, held_out = split(source, 64, share=0.05)
    assert (train.indices.tolist(), held_out.indices.tolist()) == ([0, 2], [1])
    assert split(source, 0) == (source, None)


@pytest.mark.parametrize("fractions", [[0.5], [0.01], [0.01, 0.01]])
def test_nothing_left_to_train_on_is_one_line(fractions):
    with pytest.raises(ValueError, match=r"keys holds \d usable images?; expected 2 or more") as raised:
        split(Keys(fractions), 64)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(("num_held_out", "share"), [(-1, 0.02), (64, 1.0), (64, -0.1)])
def test_numbers_that_mean_nothing_are_refused(num_held_out, share):
    with pytest.raises(ValueError, match="expected 0 or more images, and a share below 1"):
        split(Keys([0.1, 0.2]), num_held_out, share)


def test_keys_are_spread_evenly():
    rng = np.random.default_rng(0)
    fractions = [fraction(rng.bytes(32).hex()) for _ in range(5000)]
    counts, _ = np.histogram(fractions, bins=10, range=(0, 1))
    assert (abs(counts - 500) < 100).all()
    assert (fraction("0" * 64), fraction("8" + "0" * 63)) == (0, 0.5)
    assert fraction("f" * 64) < 1


def test_no_image_changes_sides_when_others_come_or_go(tmp_path, make_photos):
    """Of 60 photos and 140 more, later packed, renamed and moved."""
    photos = make_photos(tmp_path / "all", 200)
    few = tmp_path / "few"
    few.mkdir()
    for path in photos[:60]:
        shutil.copy(path, few)
    sides = [split(FolderSource(root, 16), 64, share=0.2) for root in (few, tmp_path / "all")]
    (train_few, held_few), (train_all, held_all) = [map(names, both) for both in sides]
    assert 5 < len(held_few) < 25
    assert train_few < train_all
    assert held_few < held_all
    assert not train_all & held_all
    for path in few.iterdir():
        path.rename(path.with_name(f"renamed {path.name}"))
    few.rename(tmp_path / "moved")
    held_out = split(FolderSource(tmp_path / "moved", 16), 64, share=0.2).held_out
    assert {label.removeprefix("renamed ") for label in labels(held_out)} == held_few


def test_the_same_files_in_a_zip_are_split_alike(tmp_path, make_photos, pack):
    make_photos(tmp_path / "photos", 60)
    archive = pack(tmp_path / "photos", tmp_path / "photos.zip")
    folder, zipped = (
        split(source, 64, share=0.2)
        for source in (FolderSource(tmp_path / "photos", 16), ZipSource(archive, 16))
    )
    assert labels(folder.train) == labels(zipped.train)
    assert labels(folder.held_out) == labels(zipped.held_out)
    assert folder.train.fingerprint() == zipped.train.fingerprint()


def test_copies_are_on_the_same_side(tmp_path, make_photos):
    photos = make_photos(tmp_path / "a", 30)
    for path in photos:
        shutil.copy(path, path.with_name(f"copy of {path.name}"))
    held_out = split(FolderSource(tmp_path / "a", 16), 64, share=0.3).held_out
    originals = {label for label in labels(held_out) if "copy of" not in label}
    assert len(held_out) == 2 * len(originals)


@pytest.mark.parametrize("share", [0.3, 0.0])
def test_truncated_files_are_on_neither_side(tmp_path, photos, truncate, caplog, share):
    source = FolderSource(tmp_path / "photos", 16)
    before = split(source, 64, share)
    chosen = before.held_out.label(0)
    truncate(tmp_path / "photos" / chosen)
    ledger = Ledger(len(source))
    after = split(source, 64, share, ledger)
    assert len(after.held_out) == max(1, len(before.held_out) - 1)
    assert chosen not in labels(after.train) | labels(after.held_out)
    assert caplog.text.count(chosen) == len(ledger.bad) == 1


def test_photos_that_are_all_alike_cannot_be_split(tmp_path):
    for number in range(3):
        write_image(tmp_path / f"{number}.png", np.zeros((16, 16, 3), np.uint8))
    train, held_out = split(FolderSource(tmp_path, 16), 64, share=0)
    assert (len(train), len(held_out)) == (2, 1)
