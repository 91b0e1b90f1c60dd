"""Words around numbers: one is no plural, and no number that people read has an exponent."""

import math
import re

import pytest
from floors import PACKAGE

from gpen_train.words import count, decimal, noun, percent, plural


@pytest.mark.parametrize(
    ("number", "words"),
    [(0, "0 photos"), (1, "1 photo"), (2, "2 photos"), (9999, "9999 photos"), (64000, "64,000 photos")],
)
def test_a_count_and_its_noun(number, words):
    assert plural(number, "photo") == words


def test_nouns_that_take_more_than_an_s():
    assert plural(1, "process", "processes") == "1 process"
    assert plural(3, "process", "processes") == "3 processes"
    assert [noun(number, "has", "have") for number in (0, 1, 2)] == ["have", "has", "have"]
    assert count(1234567) == "1,234,567"


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (1e6, 6, "1000000"),
        (1234567.0, 3, "1234567"),
        (2e-5, 6, "0.00002"),
        (0.000123456789, 3, "0.000123"),
        (27.0607, 4, "27.06"),
        (99.96, 3, "100"),
        (-3.50, 6, "-3.5"),
        (0.0, 3, "0"),
        (15, 6, "15"),
        (math.inf, 3, "inf"),
    ],
)
def test_numbers_without_exponents(value, digits, text):
    assert decimal(value, digits) == text


@pytest.mark.parametrize("value", [1e-7, 3.21e-4, 0.5, 7.0, 123.456, 98765.4, 3e9])
def test_what_is_written_is_the_number(value):
    assert float(decimal(value, 6)) == pytest.approx(value, rel=1e-5)


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0.0, "0 %"),
        (1e-5, "less than 0.01 %"),
        (0.0123, "1.2 %"),
        (0.048, "4.8 %"),
        (0.1, "10 %"),
        (0.5049, "50 %"),
        (0.996, "99.6 %"),
        (0.9999, "more than 99.9 %"),
        (1.0, "100 %"),
        (math.nan, "–"),
    ],
)
def test_shares_in_percent(share, text):
    assert percent(share) == text


def test_all_shares_have_few_digits_and_no_exponent():
    for step in range(10001):
        assert re.fullmatch(r"(more than |less than )?\d{1,3}(\.\d{1,2})? %", percent(step / 10000)), step


def test_nobody_makes_plurals_by_hand():
    by_hand = re.compile(
        r"""["'](s|es|ies)["'] if"""  # "s" if number > 1
        r"""|:(\.\d+)?[eg]\} ?%|:\.\d%\}"""  # {share:.2g} %, {share:.0%}
        r"""|\{(len\([^)]*\)|\w*num_\w+|attempts?)\} (images|faces|photos|files|pairs|attempts|names)\b"""
    )
    for path in PACKAGE.rglob("*.py"):
        found = by_hand.search(path.read_text())
        assert not found, f"{path}: {found[0]}; gpen_train/words.py has what to write instead"
