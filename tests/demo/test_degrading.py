"""What training sees: plans whose numbers can be turned, and stay to the bit where they are not."""

from argparse import Namespace

import numpy as np

from gpen_train.degradations.chain import Step, build_chain
from gpen_train.demo.degrading import STEPS, Knob, clean_face, degrade, draw_plan, knobs_of, turned
from gpen_train.demo.models import Model, own_chains
from gpen_train.drawn import draw_face
from gpen_train.photos.photo import Photo
from gpen_train.restoration.network import Network
from gpen_train.sources.draws import Draw, Stream, generator

CLEAN = draw_face(0, 3, 64)


def test_a_clean_face_is_drawn_or_the_middle_of_a_photograph():
    np.testing.assert_array_equal(clean_face(None, 3, 64), CLEAN)
    photo = np.zeros((64, 100, 3), np.uint8)
    photo[:, 18:82] = CLEAN
    np.testing.assert_array_equal(clean_face(Photo(photo), 3, 64), CLEAN)


def test_a_draw_is_that_of_a_benchmark(chains):
    chain = chains["gpen"]
    expected, _ = chain(CLEAN, generator(0, Stream.VALIDATION, Draw(5, 0)))
    found, _ = chain.apply(CLEAN, draw_plan(chain, CLEAN, 5))
    np.testing.assert_array_equal(found, expected)


def test_every_preset_has_knobs_whose_ends_can_be_carried_out(chains):
    for name, chain in chains.items():
        turnable = set()
        for number in range(6):
            plan = draw_plan(chain, CLEAN, number)
            knobs = knobs_of(chain, plan, chain.frame(CLEAN).scale)
            assert all(knob.low <= knob.value <= knob.high for knob in knobs), name
            for ends in ([knob.low for knob in knobs], [knob.high for knob in knobs]):
                degraded, _ = chain.apply(CLEAN, turned(plan, knobs, ends))
                assert degraded.shape == CLEAN.shape
            turnable |= {knob.name for knob in knobs}
        assert len(turnable) >= 3, (name, turnable)


def test_ends_are_those_of_the_settings():
    chain = build_chain(
        {
            "blur": {"kinds": {"defocus": 1}, "defocus_radius": [1, 6]},
            "noise": {"kinds": {"poisson": 1}, "scale": [0.2, 1.5]},
            "compression": {"quality": [30, 90]},
        },
        scale_with_resolution=False,
    )
    knobs = {knob.title: knob for knob in knobs_of(chain, draw_plan(chain, CLEAN, 0), 1.0)}
    ends = {title: (knob.low, knob.high, knob.whole) for title, knob in knobs.items()}
    assert ends == {
        "blur: disk radius": (1, 6, False),
        "noise: strength": (0.2, 1.5, False),
        "compression: quality": (30, 90, True),
    }


def test_lengths_are_those_of_this_image_and_ends_are_widened_to_what_was_drawn():
    chain = build_chain(
        {"blur": {"kinds": {"isotropic": 1}, "sigma": [1, 9]}, "downsample": {"factor": [2, 4]}}
    )
    (sigma, factor) = knobs_of(chain, draw_plan(chain, CLEAN, 0), chain.frame(CLEAN).scale)
    assert (sigma.low, sigma.high) == (0.125, 1.13)
    assert (factor.low, factor.high) == (2, 4)
    plan = [Step("downsample", "downsample", {"factor": 5.4321})]
    assert knobs_of(chain, plan, 1.0) == [Knob("downsample", "factor", 2, 5.44, 5.4321, False)]


def test_only_what_was_turned_changes():
    plan = [
        Step("noise", "noise", {"strength": 3.14159, "seed": 7}),
        Step("jpeg", "compression", {"quality": 60}),
    ]
    knobs = [Knob("noise", "strength", 0, 20, 3.14159, False), Knob("jpeg", "quality", 30, 90, 60, True)]
    rounded = round(3.14159 / (20 / STEPS)) * 20 / STEPS  # what a slider makes of it
    assert turned(plan, knobs, [rounded, 60]) == plan
    changed = turned(plan, knobs, [12.5, 61.0])
    assert changed[0].drawn == {"strength": 12.5, "seed": 7}
    assert changed[1].drawn == {"quality": 61}
    assert isinstance(changed[1].drawn["quality"], int)
    assert plan[0].drawn["strength"] == 3.14159
    assert [step.drawn for step in turned(plan, knobs, [-5.0, None])] == [
        {"strength": 0, "seed": 7},
        {"quality": 60},
    ]


def test_a_turned_knob_is_seen_and_measured(chains, models):
    chain = chains["gpen"]
    plan = draw_plan(chain, CLEAN, 1)
    knobs = knobs_of(chain, plan, 0.125)
    outcomes = []
    for strength in (0.0, 20.0):
        values = [strength if knob.label == "noise" else knob.value for knob in knobs]
        outcomes.append(degrade(chain, CLEAN, turned(plan, knobs, values), models["bfr"]))
    for outcome in outcomes:
        views = outcome.views
        assert all(image.shape == (64, 64, 3) for view in views.values() for image in view)
        np.testing.assert_array_equal(views["clean | degraded"].before, CLEAN)
        np.testing.assert_array_equal(views["degraded | restored"].before, views["clean | degraded"].after)
    low, high = (outcome.views["clean | degraded"].after.astype(int) for outcome in outcomes)
    assert np.abs(low - high).mean() > 2
    error = ((low / 255 - CLEAN / 255) ** 2).mean()
    assert outcomes[0].said.startswith(f"PSNR {-10 * np.log10(error):.2f} dB degraded, ")


def test_a_model_brings_the_degradations_that_it_was_trained_with(chains, models):
    gpen = models["bfr"].gpen

    own = Model(Network(gpen), "bfr")
    assert own_chains({"mine": own}) == {}
    gpen.args = Namespace(task_settings={"flip": 0.5, "degradation": chains["cctv"].settings})
    try:
        ((name, chain),) = own_chains({"mine": own}).items()
    finally:
        del gpen.args
    assert name == "as mine was trained"
    assert chain.settings == chains["cctv"].settings
