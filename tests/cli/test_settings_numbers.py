"""Every number of the composed settings has its bounds: tried with -1, 0, NaN and 1e30."""

import math
import re

import pytest
from omegaconf import OmegaConf

from gpen_train.cli.main import main
from gpen_train.cli.run.build import build_task
from gpen_train.cli.run.check import check_run
from gpen_train.cli.settings.compose import compose
from gpen_train.cli.settings.numbers import check_all_values, find_bounds, leaves
from gpen_train.cli.settings.schema import EvaluateSettings, TrainSettings

NULL_AS_A_RULE = (
    *("data.limit=9", "data.min_size=16", "data.num_workers=2", "degradation.input_resolution=16"),
    *("optimizer.mapper=0.1", "optimizer.schedule.until=9", "losses.r1.schedule.until=9"),
    *("losses.r2.schedule.until=9", "losses.pyramid.end=9", "report_every=9", "save_every=9"),
    *("ema.schedule.until=9", "ema.profiles=[0.05,0.1]"),
    *("compute.micro_batch=2", "compute.checkpoint_from=64", "estimate_memory=2", "trainer.devices=1"),
)
CONFIGS = {
    "nulls": ("train", ["data=shards", "data.root=faces", *NULL_AS_A_RULE]),
    "inpainting": ("train", ["task=inpainting", "data=drawn", "degradation=codeformer", "model=quickstart"]),
    "colorization": ("train", ["task=colorization", "data=drawn", "degradation=old_photo", "model=v1_512"]),
    "real_esrgan": ("train", ["data=drawn", "degradation=real_esrgan", "trainer.devices=[0]"]),
    "cctv": ("train", ["data=drawn", "degradation=cctv", "model=tiny_prior"]),
    "mixture": ("train", ["data=mixture", "data.parts=[{kind: drawn, num_images: 4, weight: 2, limit: 3}]"]),
    "evaluate": ("evaluate", ["data.root=faces", "images=4", "resolution=64", "degradation=gfpgan"]),
}
SCHEMAS = {"train": TrainSettings, "evaluate": EvaluateSettings}
# What 0 means something for; elsewhere it is refused or, in a task's and a degradation's own numbers, either.
MAY_BE_0 = re.compile(
    r"losses\.(style_mixing|focal_frequency\.alpha|.*weight|.*style|.*start|.*layers\..*)|.*\.schedule\.(rise|end)"
    r"|optimizer\.(?!schedule).*|augment\.(p|target)|ema\.ramp|seed|(log|report|save)_every"
    r"|data\.(held_out_share|num_held_out|num_workers)|data\.parts\[0\]\.weight"
    r"|model\.discriminator\.group_size|trainer\.devices\[0\]"
)
OWN = re.compile(r"(degradation\.(stages|shared|sets|patch)|task)\b.*")  # of classes that know them
MAY_BE_NEGATIVE = re.compile(r".*\.(shift|hue|brightness|gains|tone|warmth|angle|cast|colou?r.*)\[\d\]")


@pytest.fixture(scope="module")
def composed():
    return {label: compose(name, overrides) for label, (name, overrides) in CONFIGS.items()}


def is_number(value):
    return isinstance(value, int | float) and not isinstance(value, bool)


def with_value(config, setting, value):
    """Its plain values, with another one at a place that may lie in a list."""
    changed = OmegaConf.to_container(config)
    *way, last = [int(part) if part.isdecimal() else part for part in re.findall(r"[^.\[\]]+", setting)]
    inner = changed
    for part in way:
        inner = inner[part]
    inner[last] = value
    return changed


def refusal(name, config, setting, value):
    """The line that refuses it, or None; by the bounds, then by the classes that are built."""
    changed = with_value(config, setting, value)
    try:
        check_all_values(SCHEMAS[name], changed)
        if OWN.match(setting):
            build_task(OmegaConf.create({group: changed[group] for group in ("task", "degradation")}))
    except ValueError as error:
        return str(error)
    return None


@pytest.mark.parametrize("label", CONFIGS)
def test_no_number_is_without_bounds(composed, label):
    name, config = CONFIGS[label][0], composed[label]
    numbers = [(setting, value) for setting, value in leaves(OmegaConf.to_container(config))]
    numbers = [setting for setting, value in numbers if is_number(value)]
    assert len(numbers) > 10
    unbounded = [s for s in numbers if not OWN.match(s) and find_bounds(SCHEMAS[name], s) is None]
    assert unbounded == []


@pytest.mark.parametrize("value", [-1, 0, math.nan, 1e30])
@pytest.mark.parametrize("label", CONFIGS)
def test_every_number_is_refused_out_of_its_bounds(composed, label, value):
    name, config = CONFIGS[label][0], composed[label]
    wrong = {}
    for setting, own in leaves(OmegaConf.to_container(config)):
        if not is_number(own):
            continue
        line = refusal(name, config, setting, value)
        if line is not None:
            is_right = "\n" not in line and setting.split("[")[0].split(".")[-1] in line
            is_right &= value != 0 or not MAY_BE_0.fullmatch(setting)
        elif value == 0:
            is_right = bool(MAY_BE_0.fullmatch(setting) or OWN.match(setting))
        else:
            is_right = value == -1 and bool(MAY_BE_NEGATIVE.fullmatch(setting))
        if not is_right:
            wrong[setting] = line
    assert wrong == {}


@pytest.mark.parametrize(
    ("override", "wanted"),
    [
        ("images=-5", "images is -5; give a number of images from 1"),
        ("images=0", "images is 0; give a number of images from 1"),
        ("data.batch_size=-1", "data.batch_size is -1; give"),
        ("data.batch_size=1.5", "data.batch_size is 1.5; give a whole number of images from 1"),
        ("data.batch_size=true", "data.batch_size is True; give a whole number"),
        ("data.batch_size=null", "data.batch_size is null; give a whole number"),
        ("data.limit=2k", "data.limit is '2k'; give a whole number of images from 1, such as 64000: data"),
        ("losses.content.weight=nan", "losses.content.weight is nan; give 0 to leave it out, or more"),
        ("losses.content.weight=1e30", "losses.content.weight is 1e+30; give 0 to leave it out, or more, at"),
        ("trainer.devices=0", "trainer.devices is 0; give auto, or a number of devices from 1"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("more", [[], ["estimate=true"]])
def test_a_run_and_an_estimate_refuse_it_and_leave_nothing(here, one_line, override, wanted, more):
    command = ["train", "model=tiny_v2", "data=drawn", "trainer=cpu", "run_dir=run", override, *more]
    assert main(command) == 1
    assert wanted in one_line()
    assert list(here.iterdir()) == []


@pytest.mark.parametrize("number", ["1e6", "1e+6", "1000000.0", "1.0E6"])
def test_a_whole_number_may_be_written_as_a_float(number):
    config = compose("train", ["data=drawn", f"images={number}", f"data.limit={number}"])
    assert (config.images, config.data.limit) == (1_000_000, 1_000_000)
    assert isinstance(config.data.limit, int)


@pytest.mark.parametrize(
    ("overrides", "wanted"),
    [
        (["data.batch_size=1.5"], "data.batch_size is 1.5"),
        (["keep_best=PSNR"], "keep_best is 'PSNR'; choose one of: psnr"),
        (["degradation.stages.noise.sigma=[20,5]"], "degradation stage 'noise': sigma is [20, 5]"),
        (["+foo=1"], "there is no setting foo"),
        (["+data.foo=1"], "data of the kind drawn has no setting foo"),
        (["+losses.foo=1"], "there is no setting losses.foo"),
        (["+data.parts=[]"], "data of the kind drawn has no setting parts"),
        (["trainer.accelerator=vulkan"], "trainer.accelerator is 'vulkan'; choose one of: auto, cpu"),
        (["task.flip=2"], "flip is 2; expected a probability"),
        (["~keep"], "keep is taken away; leave out ~keep"),
    ],
)
@pytest.mark.parametrize("more", [[], ["estimate=true"]])
def test_an_estimate_refuses_what_training_does(here, one_line, overrides, wanted, more):
    assert main(["train", "model=tiny_v2", "data=drawn", "trainer.devices=1", *overrides, *more]) == 1
    assert wanted in one_line()
    assert list(here.iterdir()) == []


def test_a_core_each_is_the_default_for_workers():
    assert compose("train", ["data=drawn"]).data.num_workers is None


def test_what_is_right_passes(composed):
    for label in ("nulls", "inpainting", "colorization", "mixture"):
        check_run(composed[label])
