"""gpen ema: another width of a run's averages, from what it has stored."""

import pytest
import torch

import gpen_train
from gpen_train.checkpoints.averages import combined, profiles_in
from gpen_train.checkpoints.bundle import save_bundle
from gpen_train.checkpoints.layouts.lightning import model_from_checkpoint
from gpen_train.checkpoints.parts import under
from gpen_train.cli.main import main

PROFILES = "ema.profiles=[0.05,0.1]"
LONG = ("images=64", "save_every=4", "report_every=0")


def stored(folder):
    return {path.name: path.read_bytes() for path in (folder / "profiles").iterdir()}


def parameters(model):
    return torch.cat([parameter.detach().flatten() for parameter in model.parameters()])


def test_a_width_that_was_not_stored_is_as_one_that_was_run(tiny_train, here, written, capsys):
    """Two runs, alike but for the widths that they keep."""
    assert tiny_train(*LONG, PROFILES) == 0
    assert tiny_train(*LONG, "ema.profiles=[0.15]", "run_dir=other") == 0
    capsys.readouterr()
    assert main(["ema", "run", "--sigma-rel", "0.15"]) == 0
    said = capsys.readouterr().out
    assert "32 averages of width 0.05, 0.1, up to 64 images" in said
    path = here / "run" / "export" / "gpen-bfr-32-sigma0.15.pth"
    assert f"wrote {path.relative_to(here)}" in said
    found = gpen_train.load(path)
    assert (found.args.sigma_rel, found.args.images_seen) == (0.15, 64)

    checkpoint = written("other").checkpoint()
    model = model_from_checkpoint(checkpoint, "other")
    last = parameters(model_from_checkpoint(checkpoint, "other", key="g"))
    model.load_state_dict(under(checkpoint["state_dict"], "profiles.0.model."))
    own = parameters(model)
    rounding, moved = (own - own.half().float()).norm(), (last - own).norm()
    assert rounding < 0.05 * moved
    assert (parameters(found) - own).norm() < 1.2 * rounding + 0.01 * moved  # what is stored is rounded
    kept = parameters(gpen_train.load(here / "other" / "profiles" / "000000064-0.15.pth"))
    torch.testing.assert_close((kept - own).norm(), rounding)


def test_an_interrupted_run_has_the_same_averages(tiny_train, here, written):
    """Bit for bit: in its checkpoint, and in the files; those of steps that are made again are dropped."""
    assert tiny_train(PROFILES, "run_dir=whole") == 0
    assert tiny_train(PROFILES, "images=8") == 0
    late = here / "run" / "profiles" / "000000010-0.05.pth"
    late.write_bytes(b"of a step that was lost")
    assert tiny_train(PROFILES, "resume=true") == 0
    whole, parts = (written(run).checkpoint()["state_dict"] for run in ("whole", "run"))
    names = [name for name in whole if name.startswith("profiles.")]
    assert len(names) > 50
    assert all(torch.equal(tensor, parts[name]) for name, tensor in whole.items())
    assert stored(here / "run") == stored(here / "whole")
    assert len(stored(here / "run")) == 8  # at 4, 8, 12 and 16 images


def test_off_a_run_is_as_it_was(tiny_train, here, written):
    assert tiny_train("images=4") == 0
    assert not (here / "run" / "profiles").exists()
    assert not any(name.startswith("profiles") for name in written().checkpoint()["state_dict"])


def test_a_prior_too(tiny_train, here):
    assert tiny_train("model=tiny_prior", "task=prior", "losses=prior", "optimizer=prior", PROFILES) == 0
    assert main(["ema", "run", "--sigma-rel", "0.07", "--output", "out/mine.pth"]) == 0
    assert gpen_train.load(here / "out" / "mine.pth").args.sigma_rel == 0.07


@pytest.fixture
def two(here, tiny_model):
    """A run's folder with two averages."""
    for name, number in (("000000100-0.05.pth", 1.0), ("000000200-0.1.pth", 3.0)):
        with torch.no_grad():
            for parameter in tiny_model.parameters():
                parameter.fill_(number)
        save_bundle(tiny_model, here / "run" / "profiles" / name, {"images_seen": 1}, "bfr")
    return here / "run"


def test_files_are_summed_by_their_factors(two):
    files = list(profiles_in(two / "profiles"))
    assert [tuple(profile) for profile in profiles_in(two / "profiles").values()] == [(100, 0.05), (200, 0.1)]
    values = parameters(combined(zip(files, (-0.5, 1.5), strict=True)))
    assert torch.equal(values, torch.full_like(values, 4.0))
    assert parameters(combined(zip(files, (1e-9, 1.0), strict=True))).max() == 3.0


def test_averages_of_two_models_are_refused(two, last_line):
    prior = two / "profiles" / "000000300-0.05.pth"
    prior.write_bytes((two / "profiles" / "000000100-0.05.pth").read_bytes()[:-40])
    assert main(["ema", "run", "--sigma-rel", "0.1"]) == 1
    assert "000000300-0.05.pth" in last_line()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["run", "--sigma-rel", "0.3"],
            "--sigma-rel is 0.3; give a width from 0.001, such as 0.1, at most 0.28",
        ),
        (["run", "--sigma-rel", "nan"], "--sigma-rel is nan; give a width"),
        (
            ["other", "--sigma-rel", "0.1"],
            "other/profiles holds no averages; expected the folder of a run that",
        ),
        (
            ["run", "--sigma-rel", "0.1", "--output", "a.pth"],
            "a.pth is there already; choose another name, or",
        ),
    ],
)
def test_refusals(two, here, last_line, arguments, message):
    (here / "a.pth").touch()
    assert main(["ema", *arguments]) == 1
    assert message in last_line()
    assert main(["ema", "run", "--sigma-rel", "0.1", "--output", "a.pth", "--force"]) == 0


def test_the_estimate_counts_them(tiny_train, capsys):
    assert tiny_train(PROFILES, "estimate=true", "estimate_memory=1") == 0
    assert "disk, 8 averages of 0.105 MB" in capsys.readouterr().out


def test_sharding_is_refused(ranks):
    ranks.start(2, PROFILES, "trainer.strategy=fsdp")
    assert 0 not in ranks.wait()
    assert "ema.profiles keeps whole models, which sharding does not; set ema.profiles=[]" in ranks.words(0)
