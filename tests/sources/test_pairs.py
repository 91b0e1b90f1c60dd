"""Pairs of files: matched by name, mirrored alike, refused where one lacks its partner."""

import numpy as np
import pytest

from gpen_train.images import write_image
from gpen_train.loading.dataset import PairDataset, collate
from gpen_train.sources.draws import Draw
from gpen_train.sources.ledger import Ledger
from gpen_train.sources.pairs import pair_folders
from gpen_train.sources.split import split
from gpen_train.tasks.bfr import BlindFaceRestoration


@pytest.fixture
def folders(tmp_path):
    """Twelve pairs: the degraded image, 24 x 16 px, has the clean one's number as its grey level."""
    rng = np.random.default_rng(0)
    for number in range(12):
        clean = rng.integers(0, 256, (32, 32, 3), dtype=np.uint8)
        clean[:, :, 0] = number
        write_image(tmp_path / "clean" / "in" / f"{number:02d}.png", clean)
        degraded = np.full((16, 24, 3), number, np.uint8)
        degraded[:, :12] += 100  # the left half is lighter
        write_image(tmp_path / "degraded" / "in" / f"{number:02d}.bmp", degraded)
    return tmp_path / "degraded", tmp_path / "clean"


def test_pairs_have_the_same_name_and_their_own_sizes(folders):
    source = pair_folders(*folders, resolution=16, degraded_resolution=8)
    assert (len(source), source.name, source.label(3)) == (12, "clean", "in/03.png")
    for index in range(12):
        degraded, clean, *_ = source[index]
        assert (degraded.shape, clean.shape) == ((8, 8, 3), (16, 16, 3))
        assert degraded[0, -1, 0] == clean[0, 0, 0] == index


def test_both_images_are_mirrored_or_neither(folders):
    source = pair_folders(*folders, resolution=32, degraded_resolution=8)
    dataset = PairDataset(source, BlindFaceRestoration(chain=None), seed=0)
    mirrored = []
    for index in range(12):
        sample, pair = dataset[Draw(index, 0)], source[index]
        is_mirrored = bool(sample.degraded[0, -1, 0] > 99)
        mirrored.append(is_mirrored)
        step = -1 if is_mirrored else 1
        np.testing.assert_array_equal(sample.degraded, pair.degraded[:, ::step])
        np.testing.assert_array_equal(sample.clean, pair.clean[:, ::step])
    assert 0 < sum(mirrored) < 12
    assert len(collate([dataset[Draw(index, 1)] for index in range(3)]).clean) == 3


def test_the_split_keeps_pairs_together(folders):
    source = pair_folders(*folders, resolution=16, degraded_resolution=8)
    for side in split(source, 64, share=0.3):
        for index in range(len(side)):
            assert side[index].degraded[0, -1, 0] == side[index].clean[0, 0, 0]


def test_a_bad_file_takes_its_partner_with_it(folders):
    degraded, clean = folders
    (degraded / "in" / "03.bmp").write_text("no image")
    (clean / "in" / "05.png").write_bytes(b"")
    ledger = Ledger()
    source = pair_folders(degraded, clean, 16, 8, ledger=ledger)
    assert len(source) == 10
    assert len(ledger.bad) == 2
    assert [source[index].clean[0, 0, 0] for index in range(10)] == [0, 1, 2, 4, 6, 7, 8, 9, 10, 11]


@pytest.mark.parametrize("side", [0, 1])
def test_images_without_a_partner_are_refused_in_one_line(folders, side):
    lonely = sorted(folders[side].rglob("*.*"))[:5]
    others = [
        folders[1 - side] / path.relative_to(folders[side]).with_suffix(s)
        for path in lonely
        for s in (".png", ".bmp")
    ]
    for other in others:
        other.unlink(missing_ok=True)
    with pytest.raises(
        ValueError, match=r"5 images of .* have no partner in .* \(in/00\..*, \.\.\)"
    ) as raised:
        pair_folders(*folders, 16, 8)
    assert str(raised.value).startswith(f"5 images of {folders[side]} have")
    assert "\n" not in str(raised.value)


def test_two_images_of_a_name_are_refused(folders):
    write_image(folders[1] / "in" / "03.jpg", np.zeros((32, 32, 3), np.uint8))
    with pytest.raises(ValueError, match=r"holds in/03\.jpg and in/03\.png; expected one image of a name"):
        pair_folders(*folders, 16, 8)
