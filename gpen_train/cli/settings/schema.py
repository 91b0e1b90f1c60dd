"""The types of settings: what configs/train.yaml and configs/evaluate.yaml may hold."""

from dataclasses import dataclass, field
from typing import Any

from omegaconf import MISSING

from gpen_train.bounds import bounded, one_of
from gpen_train.cli.settings.limits import (
    BATCH,
    CHECKPOINTS,
    DEVICES,
    EVERY,
    IMAGES,
    MEMORY,
    OFTEN,
    PIXELS,
    SEED,
)
from gpen_train.devices import DTYPES
from gpen_train.evaluation.scores import SCORES
from gpen_train.feature_nets.inception import RESIZES
from gpen_train.losses.settings import LossSettings
from gpen_train.training.ada.settings import AugmentSettings
from gpen_train.training.compute import ComputeSettings
from gpen_train.training.ema import AveragingSettings
from gpen_train.training.optimizers import LearningRates


@dataclass
class FetchSettings:
    """What becomes of pretrained files that are missing."""

    fetch: bool | None = None


@dataclass
class TrainSettings:
    """Groups first, then plain values; a group of type Any is checked by what it builds."""

    task: Any = MISSING
    model: Any = MISSING
    data: Any = MISSING
    degradation: Any = MISSING
    losses: LossSettings = field(default_factory=LossSettings)
    optimizer: LearningRates = field(default_factory=LearningRates)
    augment: AugmentSettings = field(default_factory=AugmentSettings)
    ema: AveragingSettings = field(default_factory=AveragingSettings)
    compute: ComputeSettings = field(default_factory=ComputeSettings)
    weights: FetchSettings = field(default_factory=FetchSettings)
    trainer: Any = MISSING
    logger: Any = MISSING

    name: str = MISSING
    run_dir: str | None = None
    resume: bool = False
    init_from: Any = None
    init_key: str = "g_ema"
    estimate: bool = False
    estimate_memory: float | None = bounded(MEMORY, None)
    profile: bool = False
    images: int = bounded(IMAGES, MISSING)
    seed: int = bounded(SEED, 0)
    log_every: int = bounded(EVERY, MISSING)
    report_every: int | None = bounded(OFTEN, MISSING)
    save_every: int | None = bounded(OFTEN, MISSING)
    keep: int = bounded(CHECKPOINTS, MISSING)
    keep_best: str | None = one_of(SCORES, None)


@dataclass
class FidSettings:
    """What configs/evaluate.yaml says of FID."""

    statistics: Any = None
    resize: str | None = one_of(RESIZES, None)


@dataclass
class JudgeFiles(FetchSettings):
    """Files of pretrained networks that judge; None: under their own names in ./weights."""

    alex: str | None = None
    vgg: str | None = None
    arcface: str | None = None
    landmarks: str | None = None
    arniqa: str | None = None
    arniqa_regressor: str | None = None
    dinov2: str | None = None
    inception: str | None = None
    ffhq: str | None = None


@dataclass
class EvaluateSettings:
    """What configs/evaluate.yaml may hold; a group of type Any is checked by what it builds."""

    task: Any = MISSING
    data: Any = MISSING
    degradation: Any = MISSING

    checkpoint: Any = None
    key: str = "g_ema"
    restored: Any = None
    output: str = MISSING
    run_dir: str | None = None
    part: str = one_of(("all", "held_out"), MISSING)
    images: int | None = bounded(IMAGES, None)
    samples: int = bounded(IMAGES, MISSING)
    resolution: int | None = bounded(PIXELS, None)
    seed: int = bounded(SEED, 0)
    metrics: list[str] | None = None
    fid: FidSettings = field(default_factory=FidSettings)
    weights: JudgeFiles = field(default_factory=JudgeFiles)
    batch_size: int = bounded(BATCH, MISSING)
    device: str = MISSING
    devices: int = bounded(DEVICES, MISSING)
    dtype: str = one_of(DTYPES, MISSING)


OF = {"train": TrainSettings, "evaluate": EvaluateSettings}  # the file in configs -> its schema
