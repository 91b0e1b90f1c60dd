"""Training goes on over damaged shards and a failing server, and says what was skipped."""

import logging

import numpy as np
import pytest
import torch

from gpen_train.cli.main import main
from gpen_train.cli.run.folder import FOLDER_VARIABLE
from gpen_train.loading.datamodule import FaceDataModule
from gpen_train.places.patience import Patience
from gpen_train.sources.folder import FolderSource
from gpen_train.sources.shards.source import ShardSource

QUICK = Patience(attempts=3, time_out=10, pause=0.01)
NUM_BATCHES = 8


def noisy(clean, rng):
    """A task whose degraded image shows the random draw."""
    return (clean + rng.integers(0, 99, clean.shape)).astype(np.uint8), clean


def batches_of(source, num_workers):
    """Two passes over 20 images, as the Trainer would have them."""
    images = 5 * NUM_BATCHES
    data = FaceDataModule(source, None, noisy, images, 5, num_workers, cache=False, ledger=source.ledger)
    batches = [data.on_before_batch_transfer(batch, 0) for batch in data.train_dataloader()]
    data.teardown("fit")
    return batches


def samples_of(batches):
    """What was made of each image, in each pass: the order may differ."""
    pairs = zip(torch.cat([b.clean for b in batches]), torch.cat([b.degraded for b in batches]), strict=True)
    return sorted((clean.numpy().tobytes(), degraded.numpy().tobytes()) for clean, degraded in pairs)


@pytest.mark.parametrize("num_workers", [0, 2])
def test_the_same_samples_as_from_the_folder(tmp_path, shards, serve, num_workers):
    wanted = samples_of(batches_of(FolderSource(tmp_path / "photos", 16), 0))
    for where in (shards, f"{serve(shards).url}/", f"file://{shards}/"):  # here, by http, by fsspec
        assert samples_of(batches_of(ShardSource(where, 16, patience=QUICK), num_workers)) == wanted


@pytest.mark.parametrize("num_workers", [0, 2])
def test_a_server_that_fails_every_tenth_time_costs_nothing(shards, serve, num_workers, caplog):
    server = serve(shards)
    source = ShardSource(server.url + "/", 16, patience=QUICK)
    wanted = samples_of(batches_of(source, 0))
    server.trouble = lambda handler, number: number % 10 == 0 and handler.send_error(500) is None
    assert samples_of(batches_of(source, num_workers)) == wanted
    assert "left out" not in caplog.text


@pytest.mark.parametrize("num_workers", [0, 2])
def test_what_the_server_never_gives_is_skipped_and_counted(shards, serve, num_workers, caplog):
    caplog.set_level(logging.WARNING)
    server = serve(shards)
    source = ShardSource(server.url + "/", 16, patience=QUICK)
    server.trouble = lambda handler, _: handler.path.endswith("2.tar") and handler.send_error(503) is None
    batches = batches_of(source, num_workers)
    assert [len(batch.clean) for batch in batches] == [5] * NUM_BATCHES
    assert caplog.text.count("the server answers 503 Service Unavailable, after 3 attempts") == 4
    assert caplog.text.count("skipped 4 of 20 images") == 1


@pytest.mark.parametrize("num_workers", [0, 2])
def test_damaged_members_and_a_shard_cut_short_are_skipped_and_counted(shards, num_workers, caplog):
    caplog.set_level(logging.WARNING)
    whole = ShardSource(shards, 16)
    first, second = (shards / f"photos-{number:06d}.tar" for number in range(2))
    for index in np.flatnonzero(whole.groups == 0)[:2]:
        content, place = bytearray(first.read_bytes()), int(whole.index.places[index, 1])
        content[place + 60 : place + 70] = bytes(10)
        first.write_bytes(content)
    last = whole.index.places[whole.groups == 1, 1].max()
    second.write_bytes(second.read_bytes()[: last + 30])
    batches = batches_of(ShardSource(shards, 16), num_workers)
    assert [len(batch.clean) for batch in batches] == [5] * NUM_BATCHES
    assert caplog.text.count("are not those that were written") == 2
    assert caplog.text.count("its shard is cut short") == 1
    assert caplog.text.count("skipped 3 of 20 images") == 1


def test_gpen_train_over_a_failing_server_with_a_damaged_shard(shards, serve, tmp_path, monkeypatch, caplog):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(FOLDER_VARIABLE, raising=False)
    path = shards / "photos-000002.tar"
    content = bytearray(path.read_bytes())
    content[600:610] = bytes(10)  # in the first image
    path.write_bytes(content)
    server = serve(shards)
    server.trouble = lambda handler, number: number % 10 == 0 and handler.send_error(500) is None
    data = (f"data.root={server.url}/", "data.batch_size=4", "data.num_workers=2", "data.cache=false")
    length = ("images=40", "log_every=4", "report_every=40", "save_every=40", "run_dir=run")
    assert main(["train", "model=tiny_v2", "trainer=cpu", "data=shards", *data, *length]) == 0
    assert caplog.text.count("left out") == 1
    assert caplog.text.count("skipped 1 of 20 images") == 1
