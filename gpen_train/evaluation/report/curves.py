"""The curves of a training, from its metrics.csv."""

import math
from pathlib import Path

from gpen_train.evaluation.metrics_log import FIRST, METRICS_FILE, read_rows
from gpen_train.evaluation.report.figures import line_chart
from gpen_train.evaluation.report.wording import CURVES, curve
from gpen_train.places.place import fetched


def read_metrics(run_dir: str | Path) -> dict[str, tuple[list[int], list[float]]]:
    """What the run in ``run_dir``, or at that URL, has logged: ``{name: (images seen, values)}``.

    Raises OSError where there is no metrics.csv, ValueError where it is another program's.
    """
    path = f"{run_dir}".rstrip("/") + f"/{METRICS_FILE}"
    try:
        columns, rows = read_rows(fetched(path))
    except FileNotFoundError:
        raise FileNotFoundError(
            f"there is no {path}; run_dir is that of a gpen train, for its curves: "
            "the report's folder is output=DIR"
        ) from None
    curves: dict[str, tuple[list[int], list[float]]] = {}
    for row in rows:
        for name in columns:
            if name != FIRST and row[name] and math.isfinite(float(row[name])):
                images, values = curves.setdefault(name, ([], []))
                images.append(int(row[FIRST]))
                values.append(float(row[name]))
    return curves


def draw_curves(run_dir: str | Path) -> dict[str, dict[str, str]]:
    """``{"held out": {title: SVG}, "losses": {..}, "run": {..}}`` of what moved during the training."""
    charts: dict[str, dict[str, str]] = {group: {} for group in CURVES}
    for name, (images, values) in read_metrics(run_dir).items():
        if len(set(values)) > 1:
            group, title = curve(name)
            charts[group][title] = line_chart(images, values, f"{title}, over the images seen")
    return charts
