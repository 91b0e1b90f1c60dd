"""Masks found by name: one for all, or one of each in a folder."""

from pathlib import Path

import numpy as np
import pytest

from gpen_train.images import write_image
from gpen_train.restoration.jobs import find_jobs, find_masks

BLACK = np.zeros((8, 8, 3), np.uint8)


@pytest.fixture
def jobs(tmp_path):
    for name in ("faces/a.jpg", "faces/deep/b.png"):
        write_image(tmp_path / name, BLACK)
    return find_jobs([tmp_path / "faces"], tmp_path / "out")


def masks_of(jobs, tmp_path, mask: str) -> dict[str, str]:
    found = find_masks(tmp_path / mask, jobs, tmp_path / "out")
    return {source.name: path.relative_to(tmp_path).as_posix() for source, path in found.items()}


def test_one_mask_serves_all(jobs, tmp_path):
    write_image(tmp_path / "mask.png", BLACK)
    assert masks_of(jobs, tmp_path, "mask.png") == {"a.jpg": "mask.png", "b.png": "mask.png"}


def test_a_folder_holds_one_of_each_name_whatever_its_suffix(jobs, tmp_path):
    for name in ("masks/a.png", "masks/deep/b.png", "masks/deep/b.jpg", "masks/c.png"):
        write_image(tmp_path / name, BLACK)
    assert masks_of(jobs, tmp_path, "masks") == {"a.jpg": "masks/a.png", "b.png": "masks/deep/b.png"}


def test_a_mask_that_lacks_is_named(jobs, tmp_path):
    write_image(tmp_path / "masks" / "a.png", BLACK)
    with pytest.raises(ValueError, match=r"holds no mask for .*b\.png; expected one in .*deep.b\.png"):
        masks_of(jobs, tmp_path, "masks")
    Path(tmp_path / "masks" / "a.png").unlink()
    with pytest.raises(ValueError, match=r"for .*a\.jpg and 1 more"):
        masks_of(jobs, tmp_path, "masks")
    with pytest.raises(ValueError, match=r"none\.png does not exist"):
        masks_of(jobs, tmp_path, "none.png")
