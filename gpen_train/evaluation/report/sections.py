"""The sections of the page, each as a piece of HTML."""

import re
from collections.abc import Iterable, Mapping
from html import escape
from math import isfinite
from typing import Any

from gpen_train.dotted import dotted
from gpen_train.evaluation.report.faces import choose_faces, judge_of
from gpen_train.evaluation.report.figures import distributions
from gpen_train.evaluation.report.model import Metric, Report, System, reasons
from gpen_train.evaluation.report.pictures import NOTE
from gpen_train.evaluation.report.table import ARROWS, Cell, column, num_digits, number, style_class
from gpen_train.evaluation.report.wording import EQUAL_SIZES, READING_INTERVALS, explain, small_print

NUM_SCORES = 3  # below each face
HASH = re.compile(r"[0-9a-f]{40,}")
HASH_LINE = 32  # characters of a hash that stand in a line
CURVE_TITLES = {
    "held out": "On held-out images",
    "losses": "Loss terms, weighted",
    "run": "Beside the losses",
}


def result_section(report: Report) -> str:
    """The table: a row a system, a column a metric."""
    columns = [(metric, column(report, metric)) for metric in report.metrics]
    head = "".join(f'<th scope="col">{_head(metric)}</th>' for metric in report.metrics)
    rows = "".join(
        f'<tr role="row" class="{style_class(place)}">{_row_head(system)}'
        + "".join(_cell(metric, cells[place]) for metric, cells in columns)
        + "</tr>"
        for place, system in enumerate(report.systems)
    )
    table = f'<table role="table"><thead><tr><td></td>{head}</tr></thead><tbody>{rows}</tbody></table>'
    notes = [EQUAL_SIZES if report.has_equal_sizes else "", READING_INTERVALS]
    return _section("results", "Results", f'<div class="scroll">{table}</div>{_paragraphs(notes)}')


def meaning_section(report: Report) -> str:
    """What each metric says, and how it was taken."""
    how = report.protocol.get("metrics")
    items = "".join(
        f'<dt id="metric-{escape(metric.name)}">{escape(metric.label)}</dt>'
        f"<dd>{escape(explain(metric.name))} <em>{metric.better.capitalize()} is better.</em>"
        f"{_settings_of(metric, how)}</dd>"
        for metric in report.metrics
    )
    return _section("meaning", "What the numbers say", f"<dl>{items}</dl>")


def protocol_section(report: Report) -> str:
    """The small print, folded away."""
    folds = "".join(_fold(name, group) for name, group in small_print(report).items())
    note = _paragraphs(["All that the numbers depend on, fingerprints, versions, and how fast it went."])
    return _section("protocol", "Protocol", f"{note}{folds}")


def face_section(report: Report, pictures: Mapping[str, Mapping[str, Any]]) -> str:
    """The best, median and worst faces of each system, or the first; the script fills in the pictures."""
    galleries, judge = "", judge_of(report)
    for system, by_rank in choose_faces(report).items():
        faces = "".join(
            _face(report, judge, system, rank, label)
            for rank, labels in by_rank.items()
            for label in labels
            if label in pictures
        )
        galleries += f'<div class="gallery" data-system="{escape(system)}">{faces}</div>'
    selects = (("of", "Faces of"), ("left", "Left"), ("right", "Right"))
    controls = "".join(f'<label>{title} <select id="{name}"></select></label>' for name, title in selects)
    ranking = f"Ranked by {escape(judge.label)}" if judge else "The first images"
    notes = (
        f"{ranking}. Drag the line, or move it with the arrow keys; enlarge "
        "a face to zoom into it. <noscript>The pictures need JavaScript.</noscript>",
        NOTE,
    )
    content = f'<div class="controls">{controls}</div>{galleries}{_paragraphs(notes)}'
    return _section("faces", "Faces", content)


def distribution_section(report: Report) -> str:
    """How the values of the images are spread."""
    drawings = "".join(
        _chart(_head(metric), distributions(report, metric))
        for metric in report.metrics
        if metric.scope == "image" and _has_values(report, metric)
    )
    return _section("distributions", "Image by image", f'<div class="charts">{drawings}</div>')


def training_section(curves: Mapping[str, Mapping[str, str]]) -> str:
    """What the run logged."""
    groups = "".join(
        f'<h3>{CURVE_TITLES[group]}</h3><div class="charts">'
        + "".join(_chart(escape(name), drawing) for name, drawing in charts.items())
        + "</div>"
        for group, charts in curves.items()
        if charts
    )
    return _section("training", "Training", f'<p class="note">Over the images seen.</p>{groups}')


def missing_section(report: Report) -> str:
    """What was not computed, and what to do about it."""
    items = reasons(report.not_computed)
    return _section("missing", "Not computed", _pairs(items)) if items else ""


def _section(name: str, title: str, content: str) -> str:
    heading = f'<h2 id="{name}-title">{title}</h2>'
    return f'<section id="{name}" aria-labelledby="{name}-title">{heading}{content}</section>'


def _head(metric: Metric) -> str:
    unit = f" <small>{escape(metric.unit)}</small>" if metric.unit else ""
    arrow = f'<span class="arrow" title="{metric.better} is better">{ARROWS[metric.better]}</span>'
    return f'<a href="#metric-{escape(metric.name)}">{escape(metric.label)}</a> {arrow}{unit}'


def _row_head(system: System) -> str:
    return f'<th scope="row" role="rowheader"><i class="dot"></i>{escape(system.name)}</th>'


def _cell(metric: Metric, cell: Cell) -> str:
    best = ' class="best"' if cell.is_best else ""
    interval = f"<small>{cell.interval}</small>" if cell.interval else ""
    return f'<td role="cell"{best} data-metric="{escape(metric.label)}"><b>{cell.mean}</b>{interval}</td>'


def _face(report: Report, judge: Metric | None, system: str, rank: str, label: str) -> str:
    index = report.images.index(label)
    others = [metric for metric in report.metrics if metric.scope == "image" and metric != judge]
    values = {
        m.label: report.per_image[system][m.name][index]
        for m in [*([judge] if judge else []), *others][:NUM_SCORES]
    }
    scores = " · ".join(f"{escape(name)} {number(v, num_digits([v]))}" for name, v in values.items())
    caption = f'<b class="{rank}">{rank}</b> {escape(label)}<small>{scores}</small>'
    return (
        f'<figure class="face" data-label="{escape(label)}"><div class="frame"></div>'
        f'<div class="thumbs"></div><figcaption>{caption}</figcaption></figure>'
    )


def _has_values(report: Report, metric: Metric) -> bool:
    return any(isfinite(value) for values in report.per_image.values() for value in values[metric.name])


def _settings_of(metric: Metric, how: Any) -> str:
    settings = how.get(metric.name) if isinstance(how, Mapping) else None
    if not settings:
        return ""
    pairs = dotted(settings).items() if isinstance(settings, Mapping) else [("", settings)]
    return f'<span class="how">{"; ".join(escape(f"{name} {value}".strip()) for name, value in pairs)}</span>'


def _fold(name: str, settings: Mapping[str, Any]) -> str:
    """Settings under their name, closed at first."""
    plain = ", ".join(f"{k} {v}" for k, v in settings.items() if isinstance(v, str | int | float))
    head = f"<summary>{escape(name)}<span>{escape(plain[:100])}</span></summary>"
    return f"<details>{head}{_pairs(settings.items())}</details>"


def _pairs(pairs: Iterable[tuple[str, Any]]) -> str:
    """Names and values; what holds others in turn is set below its name."""

    def written(value: Any) -> str:
        if isinstance(value, Mapping) and value:
            return _pairs(value.items())
        return _hash(value) if isinstance(value, str) and HASH.fullmatch(value) else escape(str(value))

    return "<dl>" + "".join(f"<dt>{escape(k)}</dt><dd>{written(v)}</dd>" for k, v in pairs) + "</dl>"


def _hash(digits: str) -> str:
    """A fingerprint that may be broken behind every 32 characters and nowhere else."""
    lines = (digits[start : start + HASH_LINE] for start in range(0, len(digits), HASH_LINE))
    return f'<span class="hash">{"<wbr>".join(lines)}</span>'


def _chart(title: str, drawing: str) -> str:
    return f"<figure><figcaption>{title}</figcaption>{drawing}</figure>"


def _paragraphs(texts: Iterable[str]) -> str:
    return "".join(f'<p class="note">{text}</p>' for text in texts if text)
