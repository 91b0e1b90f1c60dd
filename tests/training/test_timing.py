"""The time that a run would take: which steps are timed, and how they are weighed."""

import pytest

from gpen_train.cli.run.estimate import build_module
from gpen_train.cli.settings.compose import compose
from gpen_train.training import timing


@pytest.fixture
def module():
    settings = ["model=tiny_v2", "data=drawn", "losses.path_length.weight=2", "losses.adversarial.start=40"]
    config = compose("train", [*settings, "losses.r1.every=8", "losses.path_length.every=4"])
    return build_module(config, "cpu", with_augment=True)


def test_a_cycle_has_each_kind_as_often_as_a_run(module):
    assert timing.kinds(module) == {(True, True): 1, (False, True): 1, (False, False): 6}


def test_the_mean_weighs_each_kind_by_how_often_it_comes(module, monkeypatch):
    seconds = {(True, True): 5.0, (False, True): 3.0, (False, False): 1.0}

    def of(module, num_images, input_side, number):
        return num_images * seconds[timing.kind_of(module, number)] / 100

    monkeypatch.setattr(timing, "_seconds", of)
    assert timing.timed(module, 4, 32) == (pytest.approx(800 / 14), 4)


def test_slow_steps_are_timed_with_one_image(module, monkeypatch):
    taken = []

    def of(module, num_images, input_side, number):
        taken.append((num_images, number))
        return 30.0 * num_images

    monkeypatch.setattr(timing, "_seconds", of)
    assert timing.timed(module, 16, 32) == (pytest.approx(1 / 30), 1)
    assert sorted(taken) == [(1, 0), (1, 1), (1, 4)]  # of each kind one, the first also warms up


def test_real_steps_are_taken_once_all_terms_count(module):
    assert timing.timed(module, 2, 32).images_per_second > 0
    assert module.step.images_seen > 40
    assert module.step.health.skipped == 0
