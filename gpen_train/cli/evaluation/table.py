"""The table of an evaluation for a terminal: no number is cut, whatever the systems are called."""

from rich.table import Table

from gpen_train.evaluation.report.model import Report
from gpen_train.evaluation.report.table import column, heading, name_lines
from gpen_train.words import plural

MOST_OF_NAME = 16  # characters in a line
AROUND = 3  # characters of a column's padding and border


def result_tables(report: Report, width: int) -> list[Table]:
    """A row a metric, a column a system; as many tables as systems need that do not fit beside each other."""
    headings = [heading(metric) for metric in report.metrics]
    means = [[cell.mean for cell in column(report, metric)] for metric in report.metrics]
    names = [name_lines(system.name, MOST_OF_NAME) for system in report.systems]
    groups: list[list[int]] = []
    left = 0
    for place, lines in enumerate(names):
        own = AROUND + max(map(len, (*lines, *(row[place] for row in means))))
        if not groups or own > left:
            groups.append([])
            left = width - 1 - AROUND - max(map(len, ("", *headings)))
        groups[-1].append(place)
        left -= own
    tables = []
    for group in groups:
        table = Table(title=plural(len(report.images), "image") if group is groups[0] else None)
        table.add_column("", no_wrap=True)
        for place in group:
            table.add_column("\n".join(names[place]), justify="right", no_wrap=True)
        for text, row in zip(headings, means, strict=True):
            table.add_row(text, *(row[place] for place in group))
        tables.append(table)
    return tables
