"""The types of settings: what configs/train.yaml and configs/evaluate.yaml may hold."""

from dataclasses import dataclass, field
from typing import Any

from hydra.core.config_store import ConfigStore
from omegaconf import MISSING

from gpen_train.losses.settings import LossSettings
from gpen_train.training.ada.settings import AugmentSettings
from gpen_train.training.compute import ComputeSettings
from gpen_train.training.ema import AveragingSettings
from gpen_train.training.optimizers import LearningRates


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
    trainer: Any = MISSING
    logger: Any = MISSING

    name: str = MISSING
    run_dir: str | None = None
    resume: bool = False
    init_from: Any = None
    init_key: str = "g_ema"
    estimate: bool = False
    estimate_memory: float | None = None
    images: int = MISSING
    seed: int = 0
    log_every: int = MISSING
    report_every: int = MISSING
    save_every: int = MISSING
    keep: int = MISSING
    keep_best: str | None = None


@dataclass
class FidSettings:
    """What configs/evaluate.yaml says of FID."""

    statistics: Any = None
    resize: str | None = None


@dataclass
class JudgeFiles:
    """Files of pretrained networks that judge; None: under their own names in ./weights."""

    alex: str | None = None
    vgg: str | None = None
    arcface: str | None = None
    landmarks: str | None = None
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
    part: str = MISSING
    images: int | None = None
    resolution: int | None = None
    seed: int = 0
    metrics: list[str] | None = None
    fid: FidSettings = field(default_factory=FidSettings)
    weights: JudgeFiles = field(default_factory=JudgeFiles)
    batch_size: int = MISSING
    device: str = MISSING
    devices: int = MISSING
    dtype: str = MISSING


def register() -> None:
    """Make the schemas known to Hydra; calling it again changes nothing."""
    ConfigStore.instance().store(name="schema", node=TrainSettings)
    ConfigStore.instance().store(name="evaluate_schema", node=EvaluateSettings)
