"""By which metrics an evaluation measures: what they need is looked for, and fetched, before the work."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
import torch.distributed as dist
from omegaconf import DictConfig, OmegaConf

from gpen_train.cli.evaluation.data import Data, listed
from gpen_train.cli.weights.provide import provide
from gpen_train.evaluation.frechet import Statistics
from gpen_train.evaluation.judges.find import OF_PRIORS, SETS, Judges, files_needed, find_judges
from gpen_train.evaluation.judges.plugin import PREFIX, pyiqa_measure
from gpen_train.evaluation.judges.table import BUILDERS
from gpen_train.evaluation.measures import Measure, measures_of
from gpen_train.evaluation.metrics import SMALLEST_FOR_MS_SSIM
from gpen_train.evaluation.report.model import NotComputed
from gpen_train.evaluation.statistics_file import FFHQ_FILE, read_statistics
from gpen_train.feature_nets.inception import Inception
from gpen_train.feature_nets.weights import find_weights
from gpen_train.near import near_names
from gpen_train.places.place import fetched
from gpen_train.processes import rank
from gpen_train.tasks.prior import CleanImages

NO_CLEAN = "it needs the clean images: give data.root"
NEED_DEGRADED = ("hole_psnr", "outside_psnr", "hole_ssim", "outside_ssim", "label_fit", "label_fit_gap")


def find_metrics(
    config: DictConfig, data: Data, device: torch.device
) -> tuple[list[Measure], Judges, dict[str, Statistics], list[str]]:
    """What is measured, the networks for it, statistics for FID, and the names of all metrics."""
    is_prior = data.protocol["task"] == CleanImages.name
    known = {} if is_prior else {one.metric.name: one for one in measures_of(data.protocol["task"])}
    judges_too = [name for name, judge in BUILDERS.items() if not (is_prior and judge.needs_clean)]
    plugged = [name for name in config.metrics or () if name.startswith(PREFIX)]
    given = None if config.metrics is None else [name for name in config.metrics if name not in plugged]
    asked = check_names(given, [*known, *judges_too, *(OF_PRIORS if is_prior else SETS), "fid_ffhq"])
    impossible = why_no_real(data) if is_prior else why_not(data)
    wanted = [name for name in asked if name not in impossible]
    not_fetched = provide_judges(config, wanted)
    statistics, missing = find_statistics(config, "fid_ffhq" in wanted, not_fetched)
    names = [name for name in wanted if name != "fid_ffhq"] + [f"fid_{name}" for name in statistics]
    resize = config.fid.resize or ("bilinear" if statistics else "antialiased")
    judges = find_judges(names, OmegaConf.to_container(config.weights), resize, device, not_fetched)
    missing += [NotComputed(name, impossible[name]) for name in asked if name in impossible]
    judges.not_computed = missing + judges.not_computed
    for measure in (pyiqa_measure(name, device) for name in plugged):
        if measure.needs_clean and not data.pairs.has_clean:
            judges.not_computed.append(NotComputed(measure.metric.name, NO_CLEAN))
        else:
            judges.measures.append(measure)
    return [known[name] for name in wanted if name in known] + judges.measures, judges, statistics, names


def provide_judges(config: DictConfig, wanted: Sequence[str]) -> dict[str, str]:
    """Fetch what the metrics lack, as ``weights.fetch`` says -> why, of the files that could not be had.

    The first of several processes does; the others wait for it.
    """
    not_fetched = {}
    if rank() == 0:
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
    if not data.pairs.has_clean:
        own = [one.metric.name for one in measures_of(data.protocol["task"]) if one.needs_clean]
        others = [name for name, judge in BUILDERS.items() if judge.needs_clean]
        reasons |= dict.fromkeys([*own, *others, *SETS], NO_CLEAN)
    return reasons


def why_no_real(data: Data) -> dict[str, str]:
    """The metrics that priors cannot have without real faces, and why."""
    return {} if data.real else dict.fromkeys(OF_PRIORS, "it needs real faces: give data.root")


def check_names(given: Sequence[str] | None, known: Sequence[str]) -> list[str]:
    """The metrics asked for, in the table's order; all where none are. ValueError for an unknown one."""
    for name in given or ():
        if name not in known:
            near = near_names(name, known, most=3) or known
            raise ValueError(f"there is no metric {name} for this task; choose from: {', '.join(near)}")
    return [name for name in known if given is None or name in given]
