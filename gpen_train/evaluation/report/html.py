"""report.html: one file that needs no other and no network."""

import json
from collections.abc import Mapping
from html import escape
from pathlib import Path
from string import Template

import numpy as np

from gpen_train import __version__
from gpen_train.evaluation.report.curves import draw_curves
from gpen_train.evaluation.report.model import Report
from gpen_train.evaluation.report.pictures import data_address
from gpen_train.evaluation.report.sections import (
    distribution_section,
    face_section,
    meaning_section,
    missing_section,
    protocol_section,
    result_section,
    training_section,
)
from gpen_train.evaluation.report.wording import facts, origins, title

PAGE = Path(__file__).parent / "page"
Pictures = Mapping[str, Mapping[str, np.ndarray]]  # label -> clean, degraded or a system's name -> uint8


def page(report: Report, pictures: Pictures, run_dir: str | Path | None = None) -> str:
    """The page; ``run_dir`` adds the curves of a training."""
    names = ("degraded", *(system.name for system in report.systems if system.name != "degraded"), "clean")
    addresses = {
        label: {name: data_address(by_name[name]) for name in names if name in by_name}
        for label, by_name in pictures.items()
    }
    sections = [
        result_section(report),
        face_section(report, pictures) if pictures else "",
        distribution_section(report),
        training_section(draw_curves(run_dir)) if run_dir else "",
        meaning_section(report),
        missing_section(report),
        protocol_section(report),
    ]
    task, name = title(report.protocol), report.about.name
    origin = "".join(f"<dt>{key}</dt><dd>{_as_code(key, value)}</dd>" for key, value in origins(report))
    parts = {
        "title": escape(f"{name}: {task}" if name else task),
        "task": escape(task),
        "name": escape(name or task),
        "origin": origin and f'<dl class="origin">{origin}</dl>',
        "facts": "".join(f"<li>{escape(fact)}</li>" for fact in facts(report)),
        "style": (PAGE / "page.css").read_text(encoding="utf-8"),
        "script": (PAGE / "page.js").read_text(encoding="utf-8"),
        "sections": "\n".join(section for section in sections if section),
        # `<` would let a label end the element that holds the data.
        "pictures": json.dumps(addresses).replace("<", "\\u003c"),
        "version": __version__,
    }
    return Template((PAGE / "page.html").read_text(encoding="utf-8")).substitute(parts)


def _as_code(key: str, value: str) -> str:
    return escape(value) if key == "made" else f"<code>{escape(value)}</code>"
