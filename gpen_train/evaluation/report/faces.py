"""Which faces a report shows: a system's best, median and worst, or the first of all."""

import math

from gpen_train.evaluation.report.model import Metric, Report

JUDGES = ("lpips_alex", "lpips_vgg", "lpips", "psnr")  # the first that there is decides
NUM_FIRST = 6  # where nothing ranks them
Chosen = dict[str, dict[str, list[str]]]  # system -> best, median, worst; or first -> labels


def judge_of(report: Report) -> Metric | None:
    """The metric that faces are ranked by; None where there is none of an image."""
    by_name = {metric.name: metric for metric in report.metrics if metric.scope == "image"}
    known = [by_name[name] for name in JUDGES if name in by_name]
    return next(iter(known or by_name.values()), None)


def choose_faces(report: Report, num_each: int = 2) -> Chosen:
    """The labels of ``num_each`` best, median and worst faces, the best and the worst of all first.

    Of every system that restores, or of the baselines where none does. Images without a value are left out;
    of few images fewer are chosen, and of less than three some for more than one reason. The first images
    where no metric is of single ones.
    """
    judge = judge_of(report)
    if judge is None:
        return {system.name: {"first": report.images[:NUM_FIRST]} for system in report.restoring}
    sign = 1 if judge.better == "lower" else -1
    chosen = {}
    for system in report.restoring:
        values = report.per_image[system.name][judge.name]
        ranked = sorted((sign * value, i) for i, value in enumerate(values) if not math.isnan(value))
        labels = [report.images[i] for _, i in ranked]
        num = min(num_each, max(1, len(labels) // 3))
        middle = (len(labels) - num) // 2
        chosen[system.name] = {
            "best": labels[:num],
            "median": labels[middle : middle + num],
            "worst": labels[::-1][:num],
        }
    return chosen


def labels_of(chosen: Chosen) -> list[str]:
    """All labels of ``choose_faces``, each once: those of which pictures are needed."""
    labels = [label for by_rank in chosen.values() for found in by_rank.values() for label in found]
    return list(dict.fromkeys(labels))
