"""The notebooks run from a clean kernel, without a network; and what is committed of them is small."""

import os
import re
import shutil
import sysconfig
from pathlib import Path

import pytest

nbclient = pytest.importorskip("nbclient", reason='pip install "gpen-train[dev]"')
nbformat = pytest.importorskip("nbformat")

FOLDER = Path(__file__).parents[1] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
QUICK = ("3_degradations",)  # the others train, and take up to a minute each on two cores
MOST_BYTES = 640_000
SECONDS = 900  # a cell, where the machine has other work
NOWHERE = "http://127.0.0.1:9"  # a proxy that does not listen
MACHINE = re.compile(r"(?<![\w.:/])/(?:home|root|tmp|usr|opt|work|mnt|var|content|Users)/\w|\b[A-Z]:\\\w")

each_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def code_of(notebook) -> list:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def outputs_of(notebook) -> list:
    return [output for cell in code_of(notebook) for output in cell.outputs]


def num_pictures(notebook) -> int:
    return sum(
        kind.startswith("image/") for output in outputs_of(notebook) for kind in output.get("data", {})
    )


def texts_of(notebook) -> list[str]:
    """All that is not a picture, whose letters could say anything."""
    shown = [
        value
        for output in outputs_of(notebook)
        for kind, value in output.get("data", {}).items()
        if not kind.startswith("image/")
    ]
    printed = [output.text for output in outputs_of(notebook) if output.output_type == "stream"]
    return [*(cell.source for cell in notebook.cells), *map(str, shown), *printed]


@pytest.fixture(scope="module")
def desk(tmp_path_factory) -> Path:
    """A folder for all notebooks of this process: the run that several begin with is trained once."""
    return tmp_path_factory.mktemp("notebooks")


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(path, id=path.stem, marks=[] if path.stem in QUICK else pytest.mark.slow)
        for path in NOTEBOOKS
    ],
)
def test_a_notebook_runs(path, desk, tmp_path, monkeypatch):
    """``%%bash`` cells raise where a command fails, so that a notebook which ends has worked."""
    monkeypatch.setenv("PATH", sysconfig.get_path("scripts") + os.pathsep + os.environ["PATH"])
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, NOWHERE)
    notebook = nbformat.read(shutil.copy(path, desk), as_version=4)
    for cell in code_of(notebook):
        cell.outputs, cell.execution_count = [], None
    place = {"metadata": {"path": str(desk)}}
    nbclient.NotebookClient(notebook, timeout=SECONDS, kernel_name="python3", resources=place).execute()
    assert num_pictures(notebook) > 0


def test_there_are_some():
    assert len(NOTEBOOKS) >= 6


@each_notebook
def test_a_notebook_was_run_from_top_to_bottom(path):
    """Or is committed without outputs."""
    notebook = nbformat.read(path, as_version=4)
    counts = [cell.execution_count for cell in code_of(notebook)]
    assert counts in (list(range(1, len(counts) + 1)), [None] * len(counts))
    assert [output for output in outputs_of(notebook) if output.output_type == "error"] == []


@each_notebook
def test_a_notebook_names_no_place_of_a_machine(path):
    found = [text for text in texts_of(nbformat.read(path, as_version=4)) if MACHINE.search(text)]
    assert found == []


@pytest.mark.parametrize(
    "text", ["exported /tmp/a/b", "in /home/someone", 'File "/usr/lib/x.py"', r"C:\Users"]
)
def test_a_place_of_a_machine_is_seen(text):
    assert MACHINE.search(text)


@each_notebook
def test_a_notebook_opens_in_colab(path):
    """A badge; and a first cell that installs there, and nowhere else."""
    notebook = nbformat.read(path, as_version=4)
    assert "colab-badge.svg" in notebook.cells[0].source
    first, *others = (cell.source for cell in code_of(notebook))
    assert re.search(r'if "google.colab" in sys.modules:\n    %pip install .*gpen-train\[', first)
    assert not any("pip install" in source for source in others)


def test_together_they_are_small():
    sizes = {path.name: path.stat().st_size for path in NOTEBOOKS}
    assert sum(sizes.values()) < MOST_BYTES, sizes
