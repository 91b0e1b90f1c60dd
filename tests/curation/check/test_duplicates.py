"""Groups of equal and of similar images, against comparing every pair."""

import numpy as np
import pytest

from gpen_train.curation.check import duplicates
from gpen_train.curation.check.duplicates import alike, connected, equal


def by_definition(hashes, max_bits):
    pairs = [
        (i, j)
        for j, other in enumerate(hashes)
        for i, one in enumerate(hashes[:j])
        if (int(one, 16) ^ int(other, 16)).bit_count() <= max_bits
    ]
    return connected(pairs)


@pytest.fixture
def hashes():
    rng = np.random.default_rng(0)
    bits = rng.integers(0, 2, (20, 256), dtype=np.uint8)
    bits[7] = bits[2]
    for number in (3, 9, 13):  # each 6 bits from the one before, the last 12 from the first
        bits[number] = bits[2 if number == 3 else {9: 3, 13: 9}[number]]
        bits[number, number * 10 : number * 10 + 6] ^= 1
    bits[19] = bits[17]
    bits[19, :7] ^= 1
    return [np.packbits(row).tobytes().hex() for row in bits]


@pytest.mark.parametrize("max_bits", [0, 5, 6, 7])
@pytest.mark.parametrize("rows", [4, 512])
def test_alike_equals_its_definition(hashes, max_bits, rows, monkeypatch):
    monkeypatch.setattr(duplicates, "ROWS", rows)
    assert alike(hashes, max_bits) == by_definition(hashes, max_bits)


def test_what_hangs_together_is_one_group(hashes):
    assert alike(hashes, 6) == [[2, 3, 7, 9, 13]]
    assert alike(hashes, 7) == [[2, 3, 7, 9, 13], [17, 19]]
    assert alike([], 6) == alike(hashes[:1], 6) == []


def test_equal_and_connected():
    assert equal(["a", "b", "a", "c", "b", "a"]) == [[0, 2, 5], [1, 4]]
    assert connected([(5, 4), (1, 2), (4, 1), (8, 9)]) == [[1, 2, 4, 5], [8, 9]]
