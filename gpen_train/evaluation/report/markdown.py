"""report.md: the table, what its columns mean, and the protocol."""

from collections.abc import Iterable, Sequence

from gpen_train.dotted import dotted
from gpen_train.evaluation.report.model import Metric, Report, reasons
from gpen_train.evaluation.report.table import column, heading
from gpen_train.evaluation.report.wording import (
    EQUAL_SIZES,
    READING_INTERVALS,
    explain,
    origins,
    small_print,
    title,
)
from gpen_train.words import plural


def markdown(report: Report) -> str:
    """The report as a page of Markdown."""
    meanings = [f"- **{metric.label}**: {_meaning(metric)}" for metric in report.metrics]
    missing = [f"- **{names}**: {reason}" for names, reason in reasons(report.not_computed)]
    notes = ["", EQUAL_SIZES] if report.has_equal_sizes else []
    head = [f"- {name}: `{_plain(value)}`" for name, value in origins(report)]
    name = f"{report.about.name}, " if report.about.name else ""
    sections = {
        f"# {title(report.protocol)}: {name}{plural(len(report.images), 'image')}": [
            *head,
            "",
            *table(report),
            *notes,
        ],
        "## What the numbers say": [*meanings, "", READING_INTERVALS],
        "## Not computed": missing,
        "## Protocol": _folded(report),
    }
    parts = ["\n".join([name, "", *lines]) for name, lines in sections.items() if lines]
    return "\n\n".join(parts) + "\n"


def _folded(report: Report) -> list[str]:
    """The small print, closed at first where Markdown is shown as a page."""
    lines = ["<details><summary>Every setting, fingerprints, versions, speed</summary>", ""]
    for group, settings in small_print(report).items():
        lines += [f"**{group}**", ""]
        lines += [f"- `{name}`: {_plain(str(value))}" for name, value in dotted(settings).items()]
        lines.append("")
    return [*lines, "</details>"]


def table(report: Report) -> list[str]:
    """A row a system: the mean, its interval in brackets, the best of each column in bold."""
    columns = [column(report, metric) for metric in report.metrics]
    rows = [
        [system.name, *(_cell(cells[number]) for cells in columns)]
        for number, system in enumerate(report.systems)
    ]
    head = ["", *(heading(metric) for metric in report.metrics)]
    rule = [":--", *("--:" for _ in report.metrics)]
    return [_row(head), _row(rule), *map(_row, rows)]


def _cell(cell: Sequence) -> str:
    mean, interval, is_best = cell
    return (f"**{mean}**" if is_best else mean) + (f" ({interval})" if interval else "")


def _meaning(metric: Metric) -> str:
    better = f"{metric.better} is better."
    return f"{explain(metric.name)} {better.capitalize()}".strip()


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(map(_plain, cells)) + " |"


def _plain(text: str) -> str:
    """In one line, and without what would end a table's cell."""
    return " ".join(text.split()).replace("|", "\\|")
