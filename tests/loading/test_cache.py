"""The shared cache: same images, read once, seen by every process."""

import multiprocessing

import numpy as np
import pytest
import torch

from gpen_train.images import UnreadableImageError
from gpen_train.loading import cache
from gpen_train.loading.cache import SharedCache, cached
from gpen_train.sources.mixture import Mixture
from gpen_train.sources.pairs import PairSource


class Ramps:
    """Images of 16 px and one value each; number 3 cannot be read."""

    name, resolution = "ramps", 16

    def __init__(self, num_images: int):
        self.num_images, self.reads = num_images, 0

    def __len__(self):
        return self.num_images

    def __getitem__(self, index):
        self.reads += 1
        if index == 3:
            raise UnreadableImageError("3.png", "damaged")
        return np.full((16, 16, 3), 50 * index, np.uint8)

    def label(self, index):
        return f"number {index}"

    def content_key(self, index):
        return f"{index:064x}"

    def fingerprint(self):
        return "ramps"


def test_each_image_is_read_once_and_stays_itself():
    source = Ramps(5)
    shared = SharedCache(source)
    for _ in range(3):
        np.testing.assert_array_equal(shared[2], Ramps(5)[2])
        np.testing.assert_array_equal(shared[0], Ramps(5)[0])
    assert source.reads == 2
    shared[2][:] = 0  # what is given out is the caller's own
    np.testing.assert_array_equal(shared[2], Ramps(5)[2])
    assert (len(shared), shared.name, shared.resolution, shared.label(4)) == (5, "ramps", 16, "number 4")
    assert shared.fingerprint() == source.fingerprint()
    assert shared.content_key(4) == source.content_key(4)
    assert shared.groups is None


def test_unreadable_stays_unreadable():
    shared = SharedCache(Ramps(5))
    for _ in range(2):
        with pytest.raises(UnreadableImageError, match=r"3\.png"):
            shared[3]


@pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="needs fork")
def test_what_one_process_fills_another_sees():
    shared = SharedCache(Ramps(5))
    process = multiprocessing.get_context("fork").Process(target=shared.__getitem__, args=(1,))
    process.start()
    process.join(30)
    assert shared.filled.tolist() == [False, True, False, False, False]
    np.testing.assert_array_equal(shared.pixels[1].numpy(), Ramps(5)[1])


def test_only_what_is_asked_for_is_filled():
    shared = SharedCache(Ramps(5))
    shared.fill([2, 4], 0, "reading")
    assert shared.filled.tolist() == [False, False, True, False, True]
    shared.fill([2, 0], 0, "reading")
    assert shared.source.reads == 3


def test_too_large_a_source_is_not_cached(monkeypatch, caplog):
    source = Ramps(10)  # 7680 bytes
    monkeypatch.setattr(cache, "free_shared_memory", lambda: 2 * 7680)
    assert isinstance(cached(source), SharedCache)
    monkeypatch.setattr(cache, "free_shared_memory", lambda: 2 * 7680 - 1)
    assert cached(source) is source
    assert "ramps is read anew in each pass" in caplog.text


def test_what_another_process_took_meanwhile_is_not_taken(monkeypatch, caplog):
    def full(num_bytes):
        raise RuntimeError("unable to allocate shared memory(shm): No space left on device (28)")

    source = Ramps(10)
    monkeypatch.setattr(torch.UntypedStorage, "_new_shared", full)
    assert cached(source) is source
    assert "ramps is read anew in each pass" in caplog.text


def test_what_is_made_of_others_has_a_cache_around_each():
    sources = [Ramps(5) for _ in range(3)]
    mixture = Mixture([sources[0], PairSource(*sources[1:])], [1, 2])
    assert cache.num_bytes(mixture) == 15 * 16 * 16 * 3
    shared = cached(mixture)
    for _ in range(3):
        np.testing.assert_array_equal(shared[2], sources[0][2])
        np.testing.assert_array_equal(shared[5 + 2].clean, sources[2][2])
    assert [source.reads for source in sources] == [4, 1, 4]
    assert shared.weights == [1, 2]
    assert shared.fingerprint() == mixture.fingerprint()
