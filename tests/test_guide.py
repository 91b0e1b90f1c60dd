"""What CONTRIBUTING.md names under "Add .." is there: paths, and names in the files beside them."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
GUIDE = (ROOT / "CONTRIBUTING.md").read_text()
ITEMS = re.findall(r"^- \*\*(.+?)\*\*(.*?)(?=^- \*\*|^## |\Z)", GUIDE.partition("## Add")[2], re.S | re.M)
PYTHON = "\n".join(path.read_text() for path in sorted((ROOT / "gpen_train").rglob("*.py")))


def quoted(text):
    """What stands in backticks."""
    return re.findall(r"`([^`]+)`", text)


def is_path(word):
    return "/" in word or word.endswith((".py", ".yaml"))


def places(word):
    """Where a path may lie; what stands in capitals is the reader's to choose."""
    pattern = re.sub(r"\b[A-Z]{2,}\b", "*", word).strip("/")
    return [path for root in (ROOT, ROOT / "gpen_train") for path in root.glob(pattern)]


def test_the_list_is_found():
    titles = [title for title, _ in ITEMS]
    assert {"a loss", "a dataset source", "an encoder", "a metric"} <= set(titles)


PATHS = [(title, word) for title, text in ITEMS for word in quoted(text) if is_path(word)]
NAMES = [(title, word) for title, text in ITEMS for word in quoted(text) if not is_path(word)]


@pytest.mark.parametrize(("title", "path"), PATHS)
def test_a_path_is_there(title, path):
    assert places(path) or places(f"*/{path}") or places(f"*/*/{path}"), path


@pytest.mark.parametrize(("title", "text"), NAMES)
def test_a_name_is_there(title, text):
    """Each of an expression's too, such as ``forward(degraded) -> (features, code)``."""
    names = set(re.findall(r"\b[A-Za-z_]\w+\b", text)) - {"NAME"}  # which the reader chooses
    assert [name for name in names if not re.search(rf"\b{name}\b", PYTHON)] == []


@pytest.mark.parametrize(("path", "name"), re.findall(r"`([\w/]+\.py)`'s\s+`(\w+)`", GUIDE))
def test_a_name_is_in_its_file(path, name):
    files = (ROOT / "gpen_train").rglob(path)
    assert any(re.search(rf"\b{name}\b", file.read_text()) for file in files)
