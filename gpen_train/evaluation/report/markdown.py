"""report.md: the table, what its columns mean, and the protocol."""

from collections.abc import Iterable, Sequence

from gpen_train.evaluation.report.model import Metric, Report
from gpen_train.evaluation.report.table import column, heading, speeds
from gpen_train.evaluation.report.wording import READING_INTERVALS, explain, flatten, title
from gpen_train.words import plural


def markdown(report: Report) -> str:
    """The report as a page of Markdown."""
    meanings = [f"- **{metric.label}**: {_meaning(metric)}" for metric in report.metrics]
    missing = [f"- **{one.name}**: {one.reason}" for one in report.not_computed]
    speed = [f"- {stage}: {rate} images/s" for stage, rate in speeds(report).items()]
    settings = [f"- `{name}`: {_plain(str(value))}" for name, value in flatten(report.protocol)]
    sections = {
        f"# {title(report.protocol)}: {plural(len(report.images), 'image')}": table(report),
        "## What the numbers say": [*meanings, "", READING_INTERVALS],
        "## Not computed": missing,
        "## Speed": speed,
        "## Protocol": settings,
    }
    parts = ["\n".join([name, "", *lines]) for name, lines in sections.items() if lines]
    return "\n\n".join(parts) + "\n"


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
