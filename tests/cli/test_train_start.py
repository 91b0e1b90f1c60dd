"""Losses and rates follow the weights that a run starts from, and the run says which and why."""

import pytest
from omegaconf import OmegaConf

from gpen_train.cli.settings.compose import compose
from gpen_train.cli.settings.presets import preset

OWN = ["data.root=faces", "model=tiny_v2"]


@pytest.mark.parametrize(
    ("overrides", "expected"),
    [
        ([], ("scratch", "scratch")),
        (["init_from=null"], ("scratch", "scratch")),
        (["init_from=prior.pth"], ("gpen", "paper")),
        (["init_from=[prior.pth,resnet50.pth]"], ("gpen", "paper")),
        (["init_from=prior.pth", "optimizer=scratch"], ("gpen", "scratch")),
        (["optimizer=paper", "losses=gfpgan"], ("gfpgan", "paper")),
        (["experiment=bfr_512", "init_from=prior.pth"], ("gpen", "paper")),
        (["experiment=bfr_512", "init_from=null"], ("scratch", "scratch")),
        (["experiment=paper_bfr_512", "init_from=null"], ("paper", "paper")),
        (["experiment=finetune", "init_from=prior.pth"], ("scratch", "finetune")),
    ],
)
def test_what_is_not_chosen_follows_the_start(overrides, expected):
    config = compose("train", [*OWN, *overrides])
    for group, name in zip(("losses", "optimizer"), expected, strict=True):
        wanted = preset(group, name)
        assert OmegaConf.masked_copy(config[group], list(wanted)) == wanted


def test_single_settings_are_kept_on_top(capsys):
    config = compose("train", [*OWN, "losses.content.weight=7", "optimizer.generator=0.5"])
    assert (config.losses.content.weight, config.losses.content.kind) == (7, "l1")
    assert (config.optimizer.generator, config.optimizer.beta1) == (0.5, 0.9)


def test_a_run_says_which_and_why(tiny_train, capsys):
    assert tiny_train("images=4") == 0
    out = capsys.readouterr().out
    terms = "adversarial 1, feature_matching 0.02, content 50, r1 10"
    assert f"losses  {terms} (losses=scratch, as there is no init_from)\n" in out
    rates = (
        "encoder 0.002, generator 0.008, discriminator 0.001 (optimizer=scratch, as there is no init_from)"
    )
    assert f"rates   {rates}\n" in out
    assert tiny_train("images=4", "init_from=run", "run_dir=next", "optimizer.encoder=1e-3") == 0
    out = capsys.readouterr().out
    assert "content 1, r1 10 (losses=gpen, as there is an init_from)\n" in out
    assert "rates   encoder 0.001, generator 0.0002, discriminator 2e-05\n" in out
