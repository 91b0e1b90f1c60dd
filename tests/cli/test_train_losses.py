"""Two steps from the command line with every loss that needs no file, and with each choice of theirs."""

import math

import pytest

from gpen_train.bounds import choices_in
from gpen_train.losses.settings import LossSettings

BLOCKS = {name: block for name, block in LossSettings().blocks().items() if not block.needs_judge}
CHOICES = [
    (name.split(".")[0], f"losses.{name}={choice}")
    for name, choices in choices_in(LossSettings).items()
    if name.split(".")[0] in BLOCKS
    for choice in choices
]
OTHERS = [("adversarial", "losses.adversarial.adaptive=true"), ("pyramid", "losses.pyramid.end=4")]


@pytest.mark.parametrize(("name", "setting"), [*((name, "seed=0") for name in BLOCKS), *CHOICES, *OTHERS])
def test_two_steps(tiny_train, written, name, setting):
    common = ("images=8", "report_every=0", "save_every=8", f"losses.{name}.weight=1")
    assert tiny_train(*common, setting) == 0
    assert written().checkpoint()["images_seen"] == 8
    first, second = written().rows
    weights = type(BLOCKS[name])(weight=1.0).term_weights()
    for term in (term for term, weight in weights.items() if weight):
        assert math.isfinite(float(first[term])), term
    assert ("adversarial_weight" in first) == ("adaptive" in setting)
    assert bool(second.get("pyramid")) == (name == "pyramid" and "end" not in setting)
