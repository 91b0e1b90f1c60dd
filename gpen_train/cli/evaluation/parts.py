"""What an evaluation compares, and by which metrics: from its configuration to the objects."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
import torch.distributed as dist
from omegaconf import DictConfig, OmegaConf

from gpen_train.checkpoints.digest import digest_of
from gpen_train.checkpoints.load import load_gpen
from gpen_train.cli.checkpoint import said
from gpen_train.cli.evaluation.data import Data, listed
from gpen_train.cli.evaluation.names import name_systems
from gpen_train.cli.settings.compose import compose
from gpen_train.cli.weights.provide import provide
from gpen_train.devices import dtype_named
from gpen_train.evaluation.folders import ImageFolder
from gpen_train.evaluation.frechet import Statistics
from gpen_train.evaluation.judges import BUILDERS, Judges, files_needed, find_judges
from gpen_train.evaluation.measures import Measure, measures_of
from gpen_train.evaluation.metrics import SMALLEST_FOR_MS_SSIM
from gpen_train.evaluation.ranks import place
from gpen_train.evaluation.report.model import NotComputed
from gpen_train.evaluation.statistics_file import FFHQ_FILE, read_statistics
from gpen_train.evaluation.systems import BASELINES, Candidate, Restorer, from_files
from gpen_train.feature_nets.inception import Inception
from gpen_train.feature_nets.weights import find_weights
from gpen_train.files import sha256_of
from gpen_train.models.gpen import GPEN
from gpen_train.near import near_names
from gpen_train.places.place import fetched, is_url

OTHER_METRICS = (*BUILDERS, "fid", "kid", "fid_ffhq")
NEED_DEGRADED = ("hole_psnr", "outside_psnr", "hole_ssim", "outside_ssim")


def load_models(config: DictConfig) -> dict[str, GPEN]:
    """The models of ``checkpoint``, by the names of their rows."""
    return {
        name: load_gpen(said(file) if place()[0] == 0 else file, key=config.key)
        for name, file in name_systems(config).checkpoints.items()
    }


def with_task_of(models: dict[str, GPEN], config: DictConfig, overrides: Sequence[str]) -> DictConfig:
    """The configuration for the task that the models say they are for, where none is given."""
    tasks = {name: getattr(getattr(model, "args", None), "task", None) for name, model in models.items()}
    known = {task for task in tasks.values() if task}
    if len(known) > 1:
        found = ", ".join(f"{name} is for {task}" for name, task in tasks.items() if task)
        raise ValueError(
            f"the checkpoints are for several tasks ({found}); evaluate those of one task together"
        )
    if known and not any(override.startswith("task=") for override in overrides):
        return compose("evaluate", [f"task={known.pop()}", *overrides])
    return config


def find_candidates(
    config: DictConfig, models: dict[str, GPEN], data: Data, device: torch.device
) -> tuple[list[Candidate], dict[str, ImageFolder]]:
    """The rows of the table, and the folders of those that are files."""
    precision = dtype_named(config.dtype)
    files, restored = name_systems(config)
    rows = list(BASELINES) if data.pairs.has_degraded else []
    for name, model in models.items():
        restorer = Restorer(model.for_inference(precision).to(device))
        rows.append(Candidate(name, "checkpoint", restorer, files[name], _fingerprint(files[name], model)))
    folders = {}
    for name, root in restored.items():
        folder = ImageFolder(root, data.labels, others_too=config.images is not None)
        folder.check(data.pairs.resolution)
        folders[name] = folder
        rows.append(Candidate(name, "restored", from_files(name), str(root), folder.fingerprint()))
    return rows, folders


def _fingerprint(file: str, model: GPEN) -> str:
    """The SHA-256 of a file, or, of a run's folder and at a URL, of the weights in it."""
    is_file = not is_url(file) and Path(file).is_file()
    return sha256_of(file) if is_file else digest_of(dict(model.state_dict()))


def find_metrics(
    config: DictConfig, data: Data, device: torch.device
) -> tuple[list[Measure], Judges, dict[str, Statistics], list[str]]:
    """What is measured, the networks for it, statistics for FID, and the names of all metrics."""
    known = {measure.metric.name: measure for measure in measures_of(data.protocol["task"])}
    wanted = check_names(config.metrics, [*known, *OTHER_METRICS])
    not_fetched = provide_judges(config, wanted)
    statistics, missing = find_statistics(config, "fid_ffhq" in wanted, not_fetched)
    names = [name for name in wanted if name != "fid_ffhq"] + [f"fid_{name}" for name in statistics]
    resize = config.fid.resize or ("bilinear" if statistics else "antialiased")
    judges = find_judges(names, OmegaConf.to_container(config.weights), resize, device, not_fetched)
    impossible = why_not(data)
    missing += [NotComputed(name, reason) for name, reason in impossible.items() if name in wanted]
    judges.not_computed = missing + judges.not_computed
    own = [known[name] for name in wanted if name in known and name not in impossible]
    return own + judges.measures, judges, statistics, names


def provide_judges(config: DictConfig, wanted: Sequence[str]) -> dict[str, str]:
    """Fetch what the metrics lack, as ``weights.fetch`` says -> why, of the files that could not be had.

    The first of several processes does; the others wait for it.
    """
    not_fetched = {}
    if place()[0] == 0:
        sets = ["fid"] if config.fid.statistics else []
        needed = files_needed([*wanted, *sets], OmegaConf.to_container(config.weights))
        if "fid_ffhq" in wanted and not config.weights.ffhq:
            needed.append(FFHQ_FILE)
        not_fetched = provide(needed, config.weights.fetch, others_wait=True)
    if dist.is_initialized():
        dist.barrier()
    return not_fetched


def find_statistics(
    config: DictConfig, with_ffhq: bool, not_fetched: Mapping[str, str]
) -> tuple[dict[str, Statistics], list[NotComputed]]:
    """What FID is taken against, beside the clean images, by name; and FFHQ's where they are missing."""
    files = {Path(file).stem: fetched(file) for file in listed(config.fid.statistics)}
    missing = []
    if with_ffhq:
        try:
            files["ffhq"] = find_weights(FFHQ_FILE, config.weights.ffhq, "it", "weights.ffhq")
        except FileNotFoundError as error:
            if config.weights.ffhq:
                raise
            missing.append(NotComputed("fid_ffhq", not_fetched.get(FFHQ_FILE, str(error))))
    return {name: read_statistics(file, Inception.num_features) for name, file in files.items()}, missing


def why_not(data: Data) -> dict[str, str]:
    """The metrics that these images cannot have, and why."""
    side, reasons = data.pairs.resolution, {}
    if side < SMALLEST_FOR_MS_SSIM:
        reasons["ms_ssim"] = f"the images are of {side} px; it needs {SMALLEST_FOR_MS_SSIM} or more"
    if not data.pairs.has_degraded:
        reasons |= dict.fromkeys(NEED_DEGRADED, "it needs the degraded images: give data.degraded")
    return reasons


def check_names(given: Sequence[str] | None, known: Sequence[str]) -> list[str]:
    """The metrics asked for, in the table's order; all where none are. ValueError for an unknown one."""
    for name in given or ():
        if name not in known:
            near = near_names(name, known, most=3) or known
            raise ValueError(f"there is no metric {name} for this task; choose from: {', '.join(near)}")
    return [name for name in known if given is None or name in given]
