"""Factors that follow the images seen, by their formula."""

import math

import pytest

from gpen_train.losses.settings import LossSettings
from gpen_train.schedules import SHAPES, Schedule, schedules_in


def test_off_it_is_exactly_one():
    schedule = Schedule()
    assert not schedule.is_on
    assert {schedule.factor(images) for images in (0, 1, 10**9)} == {1.0}


@pytest.mark.parametrize("shape", SHAPES)
def test_the_rise_is_a_straight_line_from_0(shape):
    schedule = Schedule(shape, rise=100, until=1000)
    assert schedule.is_on
    assert [schedule.factor(images) for images in (0, 25, 50, 100)] == [0.0, 0.25, 0.5, 1.0]


@pytest.mark.parametrize(
    ("shape", "wanted"),
    [
        ("constant", [1, 1, 1]),
        ("linear", [1 - 0.8 / 4, 1 - 0.8 / 2, 1 - 0.8 * 3 / 4]),
        ("cosine", [0.2 + 0.4 * (1 + math.cos(math.pi * k / 4)) for k in (1, 2, 3)]),
    ],
)
def test_the_way_to_the_end(shape, wanted):
    """A quarter, a half and three quarters of what is left after the rise."""
    schedule = Schedule(shape, rise=200, end=0.2, until=1000)
    assert [schedule.factor(images) for images in (400, 600, 800)] == pytest.approx(wanted, rel=1e-14)


@pytest.mark.parametrize("shape", ["cosine", "linear"])
@pytest.mark.parametrize("end", [0.0, 0.1, 10.0])
def test_it_stays_at_its_end(shape, end):
    schedule = Schedule(shape, end=end, until=1000)
    values = [schedule.factor(images) for images in range(0, 1001, 50)]
    assert values == sorted(values, reverse=end < 1)
    assert (values[0], values[-1], schedule.factor(10**9)) == (1.0, end, end)


def test_where_no_end_is_given_it_is_the_runs():
    schedules = Schedule("linear", until=500), Schedule("linear"), Schedule()
    for schedule in schedules:
        schedule.ending(1000)
    assert [schedule.until for schedule in schedules] == [500, 1000, None]


def test_an_end_before_the_rise_is_refused():
    with pytest.raises(
        ValueError, match=r"^ema\.schedule\.until is 9; give more than ema\.schedule\.rise, wh"
    ):
        Schedule("cosine", rise=9, until=9).check("ema.schedule")
    Schedule(rise=9, until=9).check("ema.schedule")  # which has no end


def test_all_schedules_of_nested_settings_are_found():
    losses = LossSettings()
    found = list(schedules_in(losses))
    assert [id(schedule) for schedule in found] == [id(losses.r1.schedule), id(losses.r2.schedule)]
