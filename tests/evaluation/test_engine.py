"""One pass: every system and metric by hand, one decode an image, and the same over two processes."""

import os
import socket

import numpy as np
import pytest
import torch
import torch.distributed as dist
from torch import nn

from gpen_train.evaluation.cases import Examples
from gpen_train.evaluation.engine import Engine
from gpen_train.evaluation.frechet import RandomFeatures
from gpen_train.evaluation.measures import measures_of
from gpen_train.evaluation.metrics import psnr
from gpen_train.evaluation.sets.distances import distances
from gpen_train.evaluation.systems import BASELINES, Candidate, Restorer, from_files

NUM, SIDE = 11, 32
MEASURES = [measure for measure in measures_of("bfr") if measure.metric.name in ("psnr", "ssim")]


class Noisy(nn.Module):
    """Restores by adding noise of its own."""

    def forward(self, degraded, random):
        noise = torch.randn(degraded.shape, generator=random)
        return nn.functional.interpolate(degraded + 0.1 * noise, scale_factor=2)


class RandomPairs:
    """Clean images of noise; the degraded ones have half their size."""

    name, resolution = "noise", SIDE

    def __init__(self):
        self.decoded = []

    def __len__(self):
        return NUM

    def __getitem__(self, index):
        self.decoded.append(index)
        rng = np.random.default_rng(index)
        clean = rng.integers(0, 256, (SIDE, SIDE, 3), dtype=np.uint8)
        return clean[::2, ::2] // 2 + index, clean

    def label(self, index):
        return str(index)


class Features(RandomFeatures):
    num_features = 64


def engine(batch_size=4, pairs=None, same_size=False):
    pairs = pairs or RandomPairs()
    files = [255 - RandomPairs()[i][1] for i in range(NUM)]
    examples = Examples(pairs, {"files": files})
    candidates = [
        *BASELINES,
        Candidate("model", "checkpoint", Restorer(Noisy())),
        Candidate("files", "restored", from_files("files")),
    ]
    return Engine(
        candidates,
        MEASURES,
        {"inception": Features()},
        NUM,
        lambda batches: map(examples.__getitem__, batches),
        batch_size,
    )


def test_every_value_is_that_of_its_image():
    findings = engine().run()
    assert list(findings.values) == ["degraded", "bicubic", "model", "files"]
    for i in range(NUM):
        degraded, clean = (torch.from_numpy(image)[None] for image in RandomPairs()[i])
        repeated = degraded.repeat_interleave(2, 1).repeat_interleave(2, 2)
        assert findings.values["degraded"]["psnr"][i] == pytest.approx(float(psnr(repeated, clean)))
        assert findings.values["files"]["psnr"][i] == pytest.approx(float(psnr(255 - clean, clean)))
    ssims = [findings.values[name]["ssim"].mean() for name in ("degraded", "bicubic", "model")]
    assert len(set(ssims)) == 3


def test_one_decode_serves_all():
    pairs = RandomPairs()
    findings = engine(pairs=pairs).run()
    assert pairs.decoded == list(range(NUM))
    stages = {"reading", "making model", "psnr", "features of inception", "all stages"}
    assert findings.speed.keys() >= stages
    assert all(rate > 0 for rate in findings.speed.values())


def test_pictures_are_those_that_were_measured():
    running = engine()
    values = running.run().values["model"]["psnr"]
    pictures = running.pictures([9, 2])
    assert list(pictures) == [9, 2]
    assert pictures[9].keys() == {"clean", "degraded", "bicubic", "model", "files"}
    for number, images in pictures.items():
        restored, clean = (torch.from_numpy(images[name])[None] for name in ("model", "clean"))
        assert values[number] == pytest.approx(float(psnr(restored, clean)))


def test_baselines_of_equal_images_are_measured_once():
    counted = []

    def count(images, clean, degraded):
        counted.append(len(images.pixels))
        return torch.zeros(len(images.pixels))

    class EqualPairs(RandomPairs):
        def __getitem__(self, index):
            return (super().__getitem__(index)[1],) * 2

    equal = Examples(EqualPairs(), {})
    measures = [MEASURES[0]._replace(formula=count)]
    running = Engine(BASELINES, measures, {}, NUM, lambda batches: map(equal.__getitem__, batches), 4)
    assert running.run().features == {}
    assert counted == [4, 4, 3]


def changes_the_last(cases):
    """The degraded images as they are, but for those of the last batch."""
    return cases.degraded + 1 if cases.numbers[-1] == NUM - 1 else cases.degraded


def in_processes(num, work):
    """``work()`` in forked processes that know each other -> what it returned in each."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{probe.getsockname()[1]}"
    ends = []
    for rank in range(num):
        reading, writing = os.pipe()
        process = os.fork()
        if not process:
            code = 1
            try:
                torch.set_num_threads(1)
                dist.init_process_group("gloo", init_method=address, rank=rank, world_size=num)
                with os.fdopen(writing, "wb") as file:
                    file.write(work().tobytes())
                code = 0
            finally:
                os._exit(code)
        os.close(writing)
        ends.append((process, os.fdopen(reading, "rb")))
    found = []
    for process, file in ends:
        with file:
            found.append(np.frombuffer(file.read()))
        assert os.waitpid(process, 0)[1] == 0
    return found


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.parametrize("batch_size", [3, 8])
def test_two_processes_find_what_one_does(batch_size):
    """Of 8 images a batch, there are fewer batches than two for each process."""

    def work():
        findings = engine(batch_size).run()
        values = [column for by_metric in findings.values.values() for column in by_metric.values()]
        sets = distances(findings.features, ["fid", "kid"], {})
        scores = [[score.mean, score.low, score.high] for found in sets.values() for score in found.values()]
        return np.concatenate([*values, *scores])

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    alone = work()
    torch.set_num_threads(threads)
    for together in in_processes(2, work):
        np.testing.assert_array_equal(together[: 8 * NUM], alone[: 8 * NUM])  # of each image: every bit
        np.testing.assert_allclose(together[8 * NUM :], alone[8 * NUM :], rtol=1e-6)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_what_one_process_finds_different_all_do():
    """Of three batches the last is another's than the first process's second."""

    def work():
        found = engine(batch_size=4)
        as_they_are = Candidate("as they are", "degraded", lambda cases: cases.degraded)
        found.candidates = [as_they_are, Candidate("nearly", "restored", changes_the_last)]
        found.measures, found.networks = [], {}
        return np.array([name in found.run().same for name in ("as they are", "nearly")], float)

    for num in (2, 3):
        assert [list(same) for same in in_processes(num, work)] == [[0.0, 0.0]] * num
