"""The orders of images: complete, reproducible, near-sequential in shards, weighted in mixtures."""

from collections import Counter

import numpy as np
import pytest

from gpen_train.sources.orders import CYCLE, WINDOW, InTurn, NearbyPasses, Passes, apportion, order_of
from gpen_train.sources.source import Subset


class Numbers:
    """A source of nothing but a length, and groups if given."""

    name, resolution = "numbers", 8

    def __init__(self, num_images, groups=None):
        self.num_images = num_images
        if groups is not None:
            self.groups = np.asarray(groups)

    def __len__(self):
        return self.num_images


def indices(order, start, stop):
    return [order.draw(position).index for position in range(start, stop)]


def test_each_pass_sees_every_image_once_in_its_own_order():
    passes = [indices(Passes(10, seed=0), 10 * n, 10 * n + 10) for n in range(3)]
    assert [sorted(one) for one in passes] == [list(range(10))] * 3
    assert passes[0] != passes[1] != passes[2]
    assert passes[0] != indices(Passes(10, seed=1), 0, 10)
    assert passes[0] != indices(Passes(10, seed=0, part=1), 0, 10)
    assert [Passes(10, 0).draw(position).pass_number for position in (0, 9, 10, 35)] == [0, 0, 1, 3]


def test_positions_may_be_asked_for_in_any_order():
    order, again = Passes(7, seed=2), Passes(7, seed=2)
    forwards = [order.draw(position) for position in range(30)]
    assert [again.draw(position) for position in reversed(range(30))] == forwards[::-1]


def test_nothing_to_train_on_is_an_error():
    with pytest.raises(ValueError, match="found 0 images to train on"):
        Passes(0, seed=0)


def test_shards_are_read_a_few_at_a_time():
    groups = np.repeat(np.arange(20) * 7, 50)  # shard numbers with gaps
    order = NearbyPasses(groups, seed=0)
    passes = [indices(order, 1000 * n, 1000 * n + 1000) for n in range(2)]
    assert [sorted(one) for one in passes] == [list(range(1000))] * 2
    assert passes[0] != passes[1]
    for one in passes:
        windows = groups[one].reshape(-1, WINDOW * 50)
        assert [len(set(window)) for window in windows.tolist()] == [WINDOW] * 5
        assert all(len(set(window[:50])) > 1 for window in windows.tolist())  # and shuffled among them
    firsts = [set(groups[one[: WINDOW * 50]].tolist()) for one in passes]
    assert firsts[0] != firsts[1]


def test_a_part_of_shards_keeps_near_too():
    source = Numbers(100, np.repeat(np.arange(10), 10))
    order = order_of(Subset(source, range(0, 100, 2)), seed=0)
    assert isinstance(order, NearbyPasses)
    assert sorted(indices(order, 0, 50)) == list(range(50))
    assert isinstance(order_of(Subset(Numbers(100), range(50)), seed=0), Passes)


def test_parts_have_places_as_their_weights_say():
    order = InTurn([Numbers(30), Numbers(7)], [3, 1], seed=0)
    draws = [order.draw(position) for position in range(2 * CYCLE)]
    for cycle in (draws[:CYCLE], draws[CYCLE:]):
        assert Counter(draw.index >= 30 for draw in cycle) == {False: 750, True: 250}
    large = [draw for draw in draws if draw.index < 30]
    small = [draw for draw in draws if draw.index >= 30]
    for part, size in ((large, 30), (small, 7)):  # each goes through its own passes, without a seam
        for number in range(len(part) // size):
            one = part[number * size : (number + 1) * size]
            assert {draw.pass_number for draw in one} == {number}
            assert len({draw.index for draw in one}) == size
    assert draws[:CYCLE] != draws[CYCLE:]
    assert [InTurn([Numbers(30), Numbers(7)], [3, 1], seed=0).draw(1234)] == [draws[1234]]


def test_small_weights_count():
    order = InTurn([Numbers(5), Numbers(5), Numbers(5)], [1, 1e-9, 1], seed=0)
    parts = Counter(index // 5 for index in indices(order, 0, CYCLE))
    assert parts[1] == 1
    assert sum(parts.values()) == CYCLE


@pytest.mark.parametrize(
    ("total", "weights", "counts"),
    [
        (1000, [0.7, 0.2, 0.1], [700, 200, 100]),
        (64, [3, 1], [48, 16]),
        (10, [1, 1, 1], [4, 3, 3]),
        (10, [1000, 1, 1], [8, 1, 1]),
        (2, [5, 1], [1, 1]),
    ],
)
def test_apportion(total, weights, counts):
    assert apportion(total, weights) == counts


@pytest.mark.parametrize(
    ("total", "weights"), [(10, [1, 0]), (10, [1, -1]), (1, [1, 1]), (9, [float("nan")])]
)
def test_weights_that_mean_nothing_are_refused(total, weights):
    with pytest.raises(ValueError, match="cannot be divided by the weights"):
        apportion(total, weights)
