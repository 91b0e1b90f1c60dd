"""The report of a run: its model on the held-out images, with the pairs that were looked at all along."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import torch
from pytorch_lightning.loggers import Logger

from gpen_train.cli.about import about
from gpen_train.evaluation.build_report import build_report
from gpen_train.evaluation.cases import Cases
from gpen_train.evaluation.engine import Engine
from gpen_train.evaluation.judges.find import OF_RUNS, find_judges
from gpen_train.evaluation.judges.table import BUILDERS
from gpen_train.evaluation.measures import measures_of
from gpen_train.evaluation.metrics import SMALLEST_FOR_MS_SSIM
from gpen_train.evaluation.metrics_log import METRICS_FILE
from gpen_train.evaluation.report.faces import choose_faces, labels_of
from gpen_train.evaluation.report.model import Report
from gpen_train.evaluation.report.write import write_report
from gpen_train.evaluation.systems import BASELINES, Candidate, Restorer
from gpen_train.files import sha256_of
from gpen_train.loading.datamodule import FaceDataModule
from gpen_train.sources.source import Source
from gpen_train.tasks.unfinished import finish
from gpen_train.training.module import TrainingModule
from gpen_train.training.restoration import RestorationModule

FOLDER = "report"


def report_run(
    module: TrainingModule,
    data: FaceDataModule,
    exported: Path,
    folder: Path,
    loggers: Sequence[Logger],
    command: Sequence[str],  # that is run: train, and its settings
) -> Path | None:
    """Evaluate, write folder/report and hand it to the loggers that take it -> the page.

    Metrics whose weights are not in ./weights are left out, and named on the page. Where the training had
    several processes, the first evaluates alone. None for a prior, which restores nothing.
    """
    if not isinstance(module, RestorationModule):
        return None
    model, held_out = module.step.averaged.model, data.held_out
    assert held_out is not None
    device, names = next(model.parameters()).device, (*BUILDERS, *OF_RUNS)
    judges = find_judges(names, {}, device=device)
    measures = [
        measure
        for measure in measures_of(module.record["task"])
        if measure.metric.name != "ms_ssim" or held_out.resolution >= SMALLEST_FOR_MS_SSIM
    ]
    own = Candidate(exported.stem, "checkpoint", Restorer(model), str(exported), sha256_of(exported))
    systems, measures = [*BASELINES, own], measures + judges.measures
    labels = [held_out.label(index) for index in range(len(held_out))]

    def load(batches: Sequence[Sequence[int]]) -> Iterator[Cases]:
        return held_out_cases(module, data, batches, device)

    networks = {name: judge.network for name, judge in judges.networks.items()}
    engine = Engine(
        *(systems, measures, networks, len(labels), load, data.batch_size, device),
        is_shared=False,  # the other processes have ended, or wait
    )
    report = build_report(
        systems,
        measures,
        judges,
        {},
        names,
        labels,
        engine.run(),
        protocol_of(data, held_out),
        about(folder.resolve().name, command, device),
    )
    chosen = [labels.index(label) for label in labels_of(choose_faces(report))]
    pictures = {labels[number]: images for number, images in engine.pictures(chosen).items()}
    has_curves = (folder / METRICS_FILE).exists()  # a short run may have logged nothing
    page = write_report(report, pictures, folder / FOLDER, folder if has_curves else None)
    keep_report(report, page.parent, loggers)
    return page


def held_out_cases(
    module: RestorationModule, data: FaceDataModule, batches: Sequence[Sequence[int]], device: torch.device
) -> Iterator[Cases]:
    """Those of the held-out batches whose numbers are asked for."""
    wanted, first = {tuple(numbers) for numbers in batches}, 0
    for batch in data.val_dataloader():
        numbers = list(range(first, first + len(batch.clean)))
        first += len(numbers)
        if tuple(numbers) in wanted:
            batch = finish(module.transfer_batch_to_device(batch, device, 0), module.device_chain)
            yield Cases(numbers, batch.clean.shape[1], batch.degraded, batch.clean)


def protocol_of(data: FaceDataModule, held_out: Source) -> dict[str, Any]:
    """What the numbers depend on, under the names that `gpen evaluate` gives it."""
    task: Any = data.task
    described = {
        "name": data.name,
        "part": "held out",
        "fingerprint": held_out.fingerprint(),
        "images": len(held_out),
        "resolution": held_out.resolution,
    }
    degradation = {"settings": task.settings, "seed": data.seed}
    return {"task": task.name, "data": described, "degradation": degradation, "precision": "float32"}


def keep_report(report: Report, folder: Path, loggers: Sequence[Logger]) -> None:
    """Hand the report to every logger that takes one."""
    for logger in loggers:
        if hasattr(logger, "log_report"):
            logger.log_report(report, folder)
