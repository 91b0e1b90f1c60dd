"""The settings of every loss: uniform, bounded, told under one name, and refused in one line."""

from dataclasses import fields

import pytest

from gpen_train.bounds import KEY, WEIGHT
from gpen_train.losses.adversarial import Adversarial
from gpen_train.losses.block import GradientPenalty, LossBlock
from gpen_train.losses.built import BuiltLoss
from gpen_train.losses.components import Components
from gpen_train.losses.content import Content
from gpen_train.losses.judged.identity import Identity
from gpen_train.losses.judged.lpips import Lpips
from gpen_train.losses.judged.perceptual import Perceptual
from gpen_train.losses.path_length import PathLength
from gpen_train.losses.r1 import R1
from gpen_train.losses.r2 import R2
from gpen_train.losses.settings import LossSettings

BLOCKS = LossSettings().blocks()


@pytest.mark.parametrize("name", BLOCKS)
def test_a_loss_is_called_as_its_field(name):
    block = BLOCKS[name]
    room = "gpen_train.losses.judged" if block.needs_judge else "gpen_train.losses"
    assert (block.name, type(block).__module__) == (name, f"{room}.{name}")
    assert name in block.term_weights()
    assert [own.name for own in fields(block)][:2] == ["weight", "start"]


@pytest.mark.parametrize("name", BLOCKS)
def test_without_a_weight_it_is_off_and_any_weight_turns_it_on(name):
    block = type(BLOCKS[name])(weight=0.0)
    assert not block.is_on
    weights = [own.name for own in fields(block) if own.type is float and own.metadata[KEY] is WEIGHT]
    assert len(weights) == len(block.term_weights())
    for weight in weights:
        assert type(block)(**{"weight": 0.0, weight: 2.0}).is_on


@pytest.mark.parametrize("name", BLOCKS)
def test_it_counts_from_its_start_on_and_every_so_often(name):
    kind = type(BLOCKS[name])
    loss = BuiltLoss(kind(weight=1.0, start=100), None)
    every = loss.block.interval
    assert [loss.is_due(images, every) for images in (0, 99, 100, 10**6)] == [False, False, True, True]
    assert loss.discriminator_is_due(0, every) == kind.trains_discriminator
    assert [loss.is_due(100, number) for number in range(2 * every)] == 2 * [True, *[False] * (every - 1)]
    assert (every == 1) == (not kind.penalizes)


@pytest.mark.parametrize("name", BLOCKS)
def test_what_it_has_to_do_it_says(name):
    """Terms for a side; a penalty is lazy, and of a network; what is frozen does not learn."""
    kind = type(BLOCKS[name])
    sides = ("discriminator_terms", "generator_terms")
    assert any(getattr(kind, side) is not getattr(LossBlock, side) for side in sides)
    assert issubclass(kind, GradientPenalty) == bool(kind.penalizes)
    assert kind.penalizes in ("", "model", "discriminator")
    assert (kind.penalizes == "discriminator") == (kind.gradient_at in ("clean", "made"))
    assert not kind.needs_judge or kind.build is not LossBlock.build
    assert kind.__doc__


def test_the_defaults_are_the_papers_from_the_first_image_on():
    on = {name: block.weight for name, block in LossSettings().blocks().items() if block.is_on}
    assert on == {"adversarial": 1.0, "feature_matching": 0.02, "content": 1.0, "r1": 10.0}
    assert not any(block.start for block in BLOCKS.values())
    LossSettings().check()


@pytest.mark.parametrize("name", BLOCKS)
def test_wrong_numbers_are_refused_under_their_names(name):
    for setting in ("weight", "start"):
        settings = LossSettings(**{name: type(BLOCKS[name])(**{setting: -1})})
        with pytest.raises(ValueError, match=rf"^losses\.{name}\.{setting} is -1; give .*0"):
            settings.check()


@pytest.mark.parametrize(
    ("block", "message"),
    [
        (Content(kind="l2"), "losses.content.kind is 'l2'; choose one of: smooth_l1, l1, charbonnier"),
        (Content(epsilon=0.0), "losses.content.epsilon is 0.0; give more than 0, such as 0.001"),
        (
            Adversarial(kind="hinge"),
            "losses.adversarial.kind is 'hinge'; choose one of: logistic, relativistic",
        ),
        (R2(every=0), "losses.r2.every is 0; give a number of steps from 1"),
        (Lpips(net="resnet"), "losses.lpips.net is 'resnet'; choose one of: vgg, alex"),
        (Identity(weight=-1), "losses.identity.weight is -1; give 0 to leave it out"),
        (Perceptual(style=-2), "losses.perceptual.style is -2; give 0"),
        (Components(width=0), "losses.components.width is 0; give a number of channels from 1"),
        (R1(every=0), "losses.r1.every is 0; give a number of steps from 1"),
        (PathLength(every=0), "losses.path_length.every is 0; give a number of"),
        (PathLength(shrink=0), "losses.path_length.shrink is 0; give"),
        (
            Perceptual(layers={"conv6_1": 1.0}),
            "losses.perceptual.layers has 'conv6_1'; choose from: conv1_1, relu1_1, conv1_2",
        ),
        (
            Perceptual(weight=1.0, layers={"conv3_4": 0.0}),
            "losses.perceptual.layers gives no layer a weight; give one, such as conv3_4: 1",
        ),
    ],
)
def test_wrong_settings_are_refused_in_one_line(block, message):
    with pytest.raises(ValueError, match=r"losses\.") as caught:
        LossSettings(**{block.name: block}).check()
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_layers_are_each_settings_own():
    Perceptual().layers["conv1_1"] = 5.0
    assert "conv1_1" not in Perceptual().layers
