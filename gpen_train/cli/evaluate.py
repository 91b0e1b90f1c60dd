"""gpen evaluate: the numbers of the papers' tables, their protocol beside them, and a page to look at."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import torch
from omegaconf import DictConfig
from rich.console import Console

from gpen_train.cli.about import about
from gpen_train.cli.evaluation.data import build_task, find_data
from gpen_train.cli.evaluation.parts import find_candidates, find_metrics, load_models, with_task_of
from gpen_train.cli.evaluation.processes import processes
from gpen_train.cli.evaluation.table import result_tables
from gpen_train.cli.output import writable_folder
from gpen_train.cli.parsers.own import given
from gpen_train.cli.settings.compose import compose
from gpen_train.evaluation.build_report import build_report
from gpen_train.evaluation.cases import Examples
from gpen_train.evaluation.engine import Engine
from gpen_train.evaluation.ranks import place
from gpen_train.evaluation.report.faces import choose_faces, labels_of
from gpen_train.evaluation.report.model import BASELINES, FILE_NAME, Report
from gpen_train.evaluation.report.wording import EQUAL_SIZES
from gpen_train.evaluation.report.write import write_report
from gpen_train.evaluation.systems import Candidate
from gpen_train.loading.evaluation import loading


def run(options: argparse.Namespace) -> int:
    """Evaluate as the overrides say; returns 0."""
    settings = given(options)
    config = compose("evaluate", settings)
    if config.checkpoint is None and config.restored is None:
        raise ValueError("there is nothing to evaluate; give checkpoint=FILE, or restored=DIR, or both")
    with processes(config.devices, config.device, ["evaluate", *settings]) as device:
        evaluate(config, settings, device)
    return 0


def evaluate(config: DictConfig, overrides: list[str], device: torch.device) -> None:
    """Check everything, make one pass, and write the report; the first process alone writes."""
    torch.backends.cudnn.allow_tf32 = False  # numbers should not depend on the machine
    models = load_models(config)
    config = with_task_of(models, config, overrides)
    data = find_data(config, build_task(config, models), models)
    candidates, folders = find_candidates(config, models, data, device)
    measures, judges, statistics, wanted = find_metrics(config, data, device)
    if not measures and judges.features is None:
        reasons = "; ".join(f"{missing.name}: {missing.reason}" for missing in judges.not_computed)
        raise ValueError(f"none of the metrics asked for can be computed: {reasons}")
    output = writable_folder(config.output)
    if (output / FILE_NAME).exists() and place()[0] == 0:
        print(
            f"gpen: {output} holds a report, which this one replaces; output=DIR keeps both", file=sys.stderr
        )
    load = loading(Examples(data.pairs, folders), config.data.num_workers)
    engine = Engine(candidates, measures, judges.features, len(data.labels), load, config.batch_size, device)
    findings = engine.run()
    if place()[0] > 0:
        return
    report = build_report(
        candidates,
        measures,
        judges,
        statistics,
        wanted,
        data.labels,
        findings,
        data.protocol,
        about(name_of_report(config, candidates), ["evaluate", *overrides], device),
    )
    numbers = {label: number for number, label in enumerate(data.labels)}
    chosen = [numbers[label] for label in labels_of(choose_faces(report))]
    pictures = {data.labels[number]: images for number, images in engine.pictures(chosen).items()}
    page = write_report(report, pictures, output, config.run_dir)
    show(report)
    print(f"report: {page}")


def name_of_report(config: DictConfig, candidates: Sequence[Candidate]) -> str:
    """The training's folder where one is given, else the systems that restore."""
    if config.run_dir:
        return Path(config.run_dir).resolve().name
    return ", ".join(candidate.name for candidate in candidates if candidate.kind not in BASELINES)


def show(report: Report) -> None:
    """Print the table, a row a metric, and what is missing from it."""
    console = Console()
    for table in result_tables(report, console.width):
        console.print(table)
    if report.has_equal_sizes:
        print(EQUAL_SIZES)
    for missing in report.not_computed:
        print(f"{missing.name} is not computed: {missing.reason}")
