"""Every choice in configs/ composes and builds what it names."""

from functools import cache

import pytest
import torch
from omegaconf import OmegaConf
from plugins.given import open_settings

from gpen_train.cli.run.trainer import build_trainer
from gpen_train.cli.settings.compose import build, compose
from gpen_train.cli.settings.configs import configs_folder
from gpen_train.cli.settings.presets import needed_by
from gpen_train.degradations.chain import Chain
from gpen_train.models.discriminator import group_of
from gpen_train.models.gpen import GPEN
from gpen_train.models.prior import Prior
from gpen_train.tasks.start import bare
from gpen_train.training.compute import num_parts


def choices(group):
    return sorted(path.stem for path in (configs_folder() / group).glob("*.yaml"))


@cache
def settings(*overrides):
    """``overrides`` composed, with what a user has to give."""
    given = [f"{name}=faces" for name in open_settings(overrides)]
    needs_weights = {f"experiment={name}" for name in choices("experiment") if "init_from" in needed_by(name)}
    given += ["init_from=some.pth"] if needs_weights & set(overrides) else []
    return compose("train", [*overrides, *given])


@pytest.mark.parametrize("experiment", choices("experiment"))
def test_experiments(experiment):
    config = settings(f"experiment={experiment}")
    with torch.device("meta"):
        assert isinstance(build(config.model.network), GPEN | Prior)
    for name in ("losses", "optimizer", "augment", "ema", "compute"):
        OmegaConf.to_object(config[name]).check()
    assert config.images > 0


@pytest.mark.parametrize("experiment", choices("experiment"))
def test_an_experiment_fits_on_any_number_of_devices(experiment):
    """Of those that divide its batch: what one takes at a time holds whole groups of the discriminator."""
    config = settings(f"experiment={experiment}")
    with torch.device("meta"):
        group_size = build(config.model.discriminator).settings["group_size"]
    shares = [config.data.batch_size // n for n in (1, 2, 4, 8, 16) if config.data.batch_size % n == 0]
    for share in shares:
        assert num_parts(share, config.compute.micro_batch, group_of(share, group_size)) >= 1


SMALL = [name for name in choices("experiment") if "quickstart" in name or "portraits" in name]


@pytest.mark.parametrize("experiment", SMALL)
def test_a_small_run_starts_on_a_machine_of_eight_gpus(experiment):
    """Which takes them all by itself: their shares are whole, or it asks for one."""
    config = settings(f"experiment={experiment}")
    assert config.trainer.devices == 1 or config.data.batch_size % 8 == 0


@pytest.mark.parametrize("preset", choices("degradation"))
def test_degradations_and_tasks(preset):
    config = settings(f"degradation={preset}")
    for task in choices("task"):
        chain = build(config.degradation)
        assert isinstance(chain, Chain)
        built = build(settings(f"task={task}").task, chain=chain)
        assert built.name == task
        if task != "prior":
            wanted = chain.settings if task == "bfr" else bare(chain).settings
            assert built.settings["degradation"] == wanted


@pytest.mark.parametrize("model", choices("model"))
def test_models_and_discriminators_meet(model):
    config = settings(f"model={model}")
    assert config.model.discriminator.resolution == config.model.network.output_resolution
    assert config.name == f"gpen_{config.model.network.output_resolution}"


@pytest.mark.parametrize("losses", choices("losses"))
def test_losses(losses):
    OmegaConf.to_object(settings(f"losses={losses}").losses).check()


@pytest.mark.parametrize("optimizer", choices("optimizer"))
def test_optimizers(optimizer):
    OmegaConf.to_object(settings(f"optimizer={optimizer}").optimizer).check()


@pytest.mark.parametrize("trainer", choices("trainer"))
def test_trainers(trainer, tmp_path):
    config = settings(f"trainer={trainer}", "trainer.accelerator=cpu", "trainer.devices=1")
    assert build_trainer(config.trainer, tmp_path, [], []).max_epochs == 1


@pytest.mark.parametrize("logger", choices("logger"))
def test_loggers(logger):
    assert "wandb" in settings(f"logger={logger}").logger


def test_the_drawn_data_builds():
    config = settings("experiment=quickstart", "data.num_images=3", "data.num_held_out=2")
    data = build(config.data, resolution=32, task=lambda clean, rng: (clean, clean), images=10, seed=0)
    assert (len(data.train), len(data.held_out)) == (3, 2)
