"""The weights of the terms over a run, and what is refused."""

import pytest

from gpen_train.losses.settings import (
    ComponentSettings,
    IdentitySettings,
    LossSettings,
    LpipsSettings,
    PathLengthSettings,
    PerceptualSettings,
)

ALL = LossSettings(
    adversarial=0.1,
    adversarial_start=10,
    content=2.0,
    content_start=20,
    feature_matching=0.02,
    feature_matching_start=30,
    lpips=LpipsSettings(weight=0.8, start=40),
    perceptual=PerceptualSettings(weight=1.0, style=50.0, start=50),
    identity=IdentitySettings(weight=10.0, start=60),
    components=ComponentSettings(weight=0.5, style=200.0, start=70),
    path_length=PathLengthSettings(weight=2.0, start=80),
)
STARTS = {
    "adversarial": (10, 0.1),
    "content": (20, 2.0),
    "feature_matching": (30, 0.02),
    "lpips": (40, 0.8),
    "perceptual": (50, 1.0),
    "style": (50, 50.0),
    "identity": (60, 10.0),
    "components": (70, 0.5),
    "components_style": (70, 200.0),
    "path_length": (80, 2.0),
}


@pytest.mark.parametrize("images_seen", [0, 9, 10, 45, 50, 79, 80, 10**6])
def test_terms_count_from_their_start_on(images_seen):
    wanted = {name: weight if images_seen >= start else 0 for name, (start, weight) in STARTS.items()}
    assert ALL.weights_at(images_seen) == wanted


def test_the_defaults_are_the_papers_from_the_first_image_on():
    on = {name: weight for name, weight in LossSettings().weights_at(0).items() if weight}
    assert on == {"adversarial": 1.0, "content": 1.0, "feature_matching": 0.02}


def test_complete_settings_pass():
    ALL.check()
    assert set(ALL.generator_terms()) == set(STARTS)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            LossSettings(identity=IdentitySettings(weight=-1)),
            "losses.identity.weight is -1; give 0 to leave it out",
        ),
        (LossSettings(perceptual=PerceptualSettings(style=-2)), "losses.perceptual.style is -2; give 0"),
        (LossSettings(components=ComponentSettings(start=-3)), "losses.components.start is -3; give"),
        (
            LossSettings(path_length=PathLengthSettings(every=0)),
            "losses.path_length.every is 0; give a number of",
        ),
        (LossSettings(path_length=PathLengthSettings(shrink=0)), "losses.path_length.shrink is 0; give"),
        (LossSettings(content_epsilon=0.0), "losses.content_epsilon is 0.0; give more than 0, such as 0.001"),
        (
            LossSettings(perceptual=PerceptualSettings(layers={"conv6_1": 1.0})),
            "losses.perceptual.layers has 'conv6_1'; choose from: conv1_1, relu1_1, conv1_2",
        ),
        (
            LossSettings(perceptual=PerceptualSettings(weight=1.0, layers={"conv3_4": 0.0})),
            "losses.perceptual.layers gives no layer a weight; give one, such as conv3_4: 1",
        ),
    ],
)
def test_wrong_settings_are_refused_in_one_line(settings, message):
    with pytest.raises(ValueError, match=r"losses\.") as caught:
        settings.check()
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_layers_are_each_settings_own():
    PerceptualSettings().layers["conv1_1"] = 5.0
    assert "conv1_1" not in PerceptualSettings().layers
