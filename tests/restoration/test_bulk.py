"""Files in bulk: what is carried from reading to writing, with workers and without."""

import numpy as np
import pytest
import torch

from gpen_train.images import resize_area
from gpen_train.models.gpen import build_gpen
from gpen_train.photos.photo import Photo
from gpen_train.photos.read import read_photo
from gpen_train.photos.write import write_photo
from gpen_train.restoration import bulk
from gpen_train.restoration.bulk import Bench, restore_files
from gpen_train.restoration.jobs import Job
from gpen_train.restoration.network import Network
from gpen_train.restoration.settings import Settings
from gpen_train.restoration.tasks import method_for

PROFILE, SIDES = b"a profile of colours", (40, 64, 97)


@pytest.fixture(scope="module")
def tiny_model():
    """A GPEN of 32 px."""
    torch.manual_seed(0)
    return build_gpen(32, encoder_width=4, encoder_depths=(1, 1, 1, 1), style_dim=8, channel_max=8).eval()


@pytest.fixture
def faces(tmp_path):
    """Jobs of square files with a profile: two of eight bits, one of sixteen with alpha."""
    jobs = []
    for number, side in enumerate(SIDES):
        kind, top = (np.uint16, 65536) if number % 2 else (np.uint8, 256)
        levels = np.random.default_rng(number).integers(0, top, (side, side, 4), dtype=kind)
        source = tmp_path / f"{number}.png"
        alpha = levels[..., 3] if number % 2 else None
        write_photo(source, Photo(levels[..., :3], alpha, profile=PROFILE))
        jobs.append(Job(source, tmp_path / "out" / source.name, source.name))
    return jobs


@pytest.mark.parametrize("num_workers", [0, 2])
@pytest.mark.parametrize("strength", [1, 0.25])
def test_an_aligned_face_is_what_the_model_makes_of_it(tiny_model, faces, num_workers, strength):
    """The model's own pixels, blended with the input's, and the profile of the file."""
    method = method_for(tiny_model, Settings(faces="aligned", strength=strength), "bfr")
    network = Network(tiny_model)
    records = list(restore_files(network, faces, Bench(method), num_workers))
    assert [record["size"] for record in records] == [[side, side] for side in SIDES]
    for job in faces:
        seen = read_photo(job.source)
        written = read_photo(job.target)
        assert written.profile == PROFILE
        assert written.alpha is None
        restored = network([seen.rgb])[0]
        same_size = resize_area(seen.rgb, len(restored)).astype(float)
        expected = strength * restored + (1 - strength) * same_size
        assert np.abs(written.pixels - expected).max() < 1


@pytest.mark.parametrize(("kind", "times"), [("aligned", 1), ("photograph", 2)])
def test_only_photographs_are_read_twice(tiny_model, faces, monkeypatch, kind, times):
    """They may be large, and would be sent from the process that reads to the one that writes."""
    read = []
    monkeypatch.setattr(bulk, "read_input", lambda path, task: (read.append(path), read_photo(path))[1])
    if kind == "photograph":
        monkeypatch.setattr("gpen_train.restoration.pictures._find", lambda photo, settings: [])
    method = method_for(tiny_model, Settings(faces="aligned" if kind == "aligned" else "all"), "bfr")
    records = list(restore_files(Network(tiny_model), faces, Bench(method)))
    assert not any("problem" in record for record in records)
    assert sorted(read) == sorted([job.source for job in faces] * times)
