"""The three files of a report."""

from pathlib import Path

from gpen_train.evaluation.report.html import Pictures, page
from gpen_train.evaluation.report.markdown import markdown
from gpen_train.evaluation.report.model import FILE_NAME, Report
from gpen_train.files import atomic_file


def write_report(
    report: Report, pictures: Pictures, folder: str | Path, run_dir: str | Path | None = None
) -> Path:
    """Write report.json, report.md and report.html into ``folder`` -> the path of the last.

    ``pictures[label]`` holds uint8 [H, W, 3] under "clean", "degraded" and the systems' names, of the labels
    that ``choose_faces`` gives; they may differ in size. ``run_dir`` adds a training's curves. Raises OSError
    where a file cannot be written or the run has no metrics.
    """
    files = {
        FILE_NAME: report.to_json(),
        "report.md": markdown(report),
        "report.html": page(report, pictures, run_dir),
    }
    for name, text in files.items():
        with atomic_file(Path(folder) / name) as file:
            file.write(text.encode())
    return Path(folder) / "report.html"
