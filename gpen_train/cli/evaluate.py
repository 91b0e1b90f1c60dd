"""gpen evaluate: the numbers of the papers' tables, their protocol beside them, and a page to look at."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import torch
from omegaconf import DictConfig
from rich.console import Console

from gpen_train.cli.about import about
from gpen_train.cli.evaluation.data import Data, build_task, find_data, find_real
from gpen_train.cli.evaluation.metrics import find_metrics
from gpen_train.cli.evaluation.parts import find_candidates, find_priors, load_models, with_task_of
from gpen_train.cli.evaluation.processes import processes
from gpen_train.cli.evaluation.table import result_tables
from gpen_train.cli.output import writable_folder
from gpen_train.cli.parsers.own import given
from gpen_train.cli.settings.compose import compose
from gpen_train.evaluation.build_report import build_report
from gpen_train.evaluation.cases import Examples, Pairs
from gpen_train.evaluation.engine import Engine, Findings
from gpen_train.evaluation.folders import ImageFolder
from gpen_train.evaluation.judges.find import Judges
from gpen_train.evaluation.measures import Measure
from gpen_train.evaluation.report.faces import choose_faces, labels_of
from gpen_train.evaluation.report.model import BASELINES, FILE_NAME, Report, reasons
from gpen_train.evaluation.report.wording import EQUAL_SIZES
from gpen_train.evaluation.report.write import write_report
from gpen_train.evaluation.sets.features import MOST_KEPT
from gpen_train.evaluation.sets.manifold import MOST_COMPARED
from gpen_train.evaluation.systems import Candidate
from gpen_train.loading.evaluation import loading
from gpen_train.processes import rank


def run(options: argparse.Namespace) -> int:
    """Evaluate as the overrides say; returns 0."""
    settings = given(options)
    config = compose("evaluate", settings)
    if config.checkpoint is None and config.restored is None:
        raise ValueError("there is nothing to evaluate; give checkpoint=FILE, or restored=DIR, or both")
    with processes(config.devices, config.device, ["evaluate", *settings]) as device:
        evaluate(config, settings, device)
    return 0


class Compared(NamedTuple):
    """What is evaluated, and on which images."""

    config: DictConfig
    data: Data
    candidates: Sequence[Candidate]
    folders: dict[str, ImageFolder]  # of restored images, by the names of their rows
    draws: bool  # the candidates are priors, whose faces belong to no clean ones


def evaluate(config: DictConfig, overrides: list[str], device: torch.device) -> None:
    """Check everything, make one pass, and write the report; the first process alone writes."""
    torch.backends.cudnn.allow_tf32 = False  # numbers should not depend on the machine
    compared = find_compared(config, overrides, device)
    config, data, candidates = compared[:3]
    measures, judges, statistics, wanted = find_metrics(config, data, device)
    if not measures and not judges.networks:
        why = "; ".join(f"{names}: {reason}" for names, reason in reasons(judges.not_computed))
        raise ValueError(f"none of the metrics asked for can be computed: {why}")
    output = writable_folder(config.output)
    if (output / FILE_NAME).exists() and rank() == 0:
        print(
            f"gpen: {output} holds a report, which this one replaces; output=DIR keeps both", file=sys.stderr
        )
    engine, findings = run_engine(compared, measures, judges, device)
    if rank() > 0:
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
        paired=not compared.draws,
        device=device,
    )
    numbers = {label: number for number, label in enumerate(data.labels)}
    chosen = [numbers[label] for label in labels_of(choose_faces(report))]
    pictures = {data.labels[number]: images for number, images in engine.pictures(chosen).items()}
    page = write_report(report, pictures, output, config.run_dir)
    show(report)
    print(f"report: {page}")


def find_compared(config: DictConfig, overrides: list[str], device: torch.device) -> Compared:
    """Load the checkpoints, and find the images that they restore, or that faces of priors stand beside."""
    models, priors = load_models(config)
    if priors:
        data = find_real(config, next(iter(priors.values())).output_resolution)
        return Compared(config, data, find_priors(config, priors, device), {}, draws=True)
    config = with_task_of(models, config, overrides)
    data = find_data(config, build_task(config, models), models)
    return Compared(config, data, *find_candidates(config, models, data, device), draws=False)


def run_engine(
    compared: Compared, measures: Sequence[Measure], judges: Judges, device: torch.device
) -> tuple[Engine, Findings]:
    """One pass over the images; beside priors, one over the real images before, for their features alone."""
    config, data, candidates, folders, draws = compared
    networks = {name: judge.network for name, judge in judges.networks.items()}

    def engine(rows: Sequence[Candidate], formulas: Sequence[Measure], pairs: Pairs, num: int) -> Engine:
        load = loading(Examples(pairs, folders if rows else {}), config.data.num_workers)
        most_kept = MOST_COMPARED if draws else MOST_KEPT
        common = num, load, config.batch_size, device, pairs.has_clean, most_kept
        return Engine(rows, formulas, networks, *common)

    known = engine([], [], data.real, data.num_real).run().features if data.real and networks else {}
    making = engine(candidates, measures, data.pairs, len(data.labels))
    findings = making.run()
    features = {name: {**known.get(name, {}), **sets} for name, sets in findings.features.items()}
    return making, findings._replace(features=features)


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
    for names, reason in reasons(report.not_computed):
        print(f"{names} {'are' if ', ' in names else 'is'} not computed: {reason}")
