"""Continuation and division of the batches."""

from collections import Counter
from itertools import chain

import numpy as np
import pytest

from gpen_train.loading.sampler import BatchSampler, held_out_batches
from gpen_train.sources.draws import Draw, Stream, generator
from gpen_train.sources.orders import Passes

TEN = Passes(10, seed=3)


def test_images_are_rounded_up_to_whole_batches():
    sampler = BatchSampler(TEN, 4, 30)
    assert [len(batch) for batch in sampler] == [4] * 8
    assert sampler.num_batches == 8


@pytest.mark.parametrize("images_seen", [0, 4, 7, 12, 29, 30, 99])
def test_continuation_is_the_rest_of_the_run(images_seen):
    whole = [TEN.draw(position) for position in range(40)]
    rest = BatchSampler(TEN, 4, 30, images_seen=images_seen)
    assert list(chain(*rest)) == whole[images_seen:][: 4 * rest.num_batches]
    assert rest.num_batches == len(list(rest))


def test_source_smaller_than_a_batch_goes_on_within_it():
    (batch,) = BatchSampler(Passes(5, seed=0), 16, 16)
    assert len(set(batch)) == 16
    assert Counter(draw.pass_number for draw in batch) == {0: 5, 1: 5, 2: 5, 3: 1}


@pytest.mark.parametrize("world_size", [2, 4])
def test_processes_share_the_batches_of_one(world_size):
    parts = [BatchSampler(TEN, 8, 40, rank=rank, world_size=world_size) for rank in range(world_size)]
    together = [list(chain(*zip(*batch, strict=True))) for batch in zip(*parts, strict=True)]
    assert together == list(BatchSampler(TEN, 8, 40))


def test_refuses_what_it_cannot_divide():
    with pytest.raises(ValueError, match="batch_size is 6 for 4 processes; expected a multiple of 4"):
        BatchSampler(TEN, 6, 40, world_size=4)
    with pytest.raises(ValueError, match="batch_size is 0"):
        BatchSampler(TEN, 0, 40)


def test_held_out_batches_cover_every_image_once():
    assert held_out_batches(5, 2) == [[Draw(0, 0), Draw(1, 0)], [Draw(2, 0), Draw(3, 0)], [Draw(4, 0)]]


def test_generators_of_different_draws_are_independent():
    numbers = [
        generator(seed, stream, Draw(index, pass_number)).integers(2**63)
        for seed in range(3)
        for stream in Stream
        for index in range(5)
        for pass_number in range(5)
    ]
    assert len(set(numbers)) == len(numbers)
    pair = [generator(0, Stream.TRAINING, Draw(index, 0)).normal(size=5000) for index in range(2)]
    assert abs(np.corrcoef(pair)[0, 1]) < 0.06
