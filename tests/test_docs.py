"""What README.md and docs/ say is so: links lead somewhere, commands are understood, code compiles."""

import ast
import json
import os
import re
import shlex
import subprocess
import sys
from argparse import SUPPRESS
from pathlib import Path

import pytest
from plugins.given import open_settings
from site_pages import commands, messages, settings
from site_pages.links import ROOT, Links, site_place

from gpen_train.cli.main import build_parser
from gpen_train.cli.settings.compose import compose
from gpen_train.cli.settings.configs import choices_of
from gpen_train.cli.settings.grid import combinations

PAGES = sorted(
    [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "data/README.md", *ROOT.glob("docs/*.md")]
)
BLOCKS = re.compile(r"^```(\w*)\n(.*?)^```", re.M | re.S)
HELP = ("-h", "--help")
INLINE = re.compile(r"`([^`\n]+)`")
PLACEHOLDER = re.compile(r"\.\.|\b(?!GPEN|DIR\b.*=)[A-Z]{3,}\b(?![-\w]*\.(?:pth|onnx|safetensors))")
IN_A_LINE = re.compile(r"gpen (train|evaluate) [^-]*=")  # others are often parts of commands
OF_FUNCTIONS = ("weights_only", "unfed")  # arguments that look like settings
LOADED = re.compile(r"<(?:script|img|link|source|iframe)\b[^>]*?\b(?:src|href)=\"?([^\" >]+)")
SHELL = re.compile(
    r"\bgpen (?:train|sweep|evaluate|compare|restore|demo|export|ema|inspect|sample|weights|data) "
)


def source(page):
    return page.relative_to(ROOT).as_posix()


def blocks(page, *languages):
    return [text for language, text in BLOCKS.findall(page.read_text()) if language in languages]


def commands_of(page):
    """Every ``gpen ..`` of its blocks, comments taken off, and those in a line that are whole."""
    lines = [line for text in blocks(page, "bash") for line in text.replace("\\\n", " ").splitlines()]
    outside = BLOCKS.sub("", page.read_text())
    lines += [
        line for line in INLINE.findall(outside) if IN_A_LINE.match(line) and not PLACEHOLDER.search(line)
    ]
    for line in lines:
        if found := SHELL.search(line):
            yield line[found.start() :]


def words(line):
    """As the shell reads it: without comments, and without the quote that a ``--wrap '..'`` ends with."""
    line = line.rstrip()
    return shlex.split(line[:-1] if line.count("'") % 2 else line, comments=True)[1:]


COMMANDS = sorted({(source(page), line) for page in PAGES for line in commands_of(page)})
SETTINGS = sorted(
    {
        (source(page), text)
        for page in PAGES
        for text in INLINE.findall(BLOCKS.sub("", page.read_text()))
        if re.fullmatch(r"[a-z_]+(\.[a-z_0-9]+)*=[^ ]+", text)
        and not PLACEHOLDER.search(text)
        and text.partition("=")[0] not in OF_FUNCTIONS
        and not text.startswith("hydra.")  # its own
    }
)


def test_commands_are_found():
    assert len(COMMANDS) > 60
    assert len(SETTINGS) > 60


@pytest.mark.parametrize("page", PAGES, ids=source)
def test_links_lead_to_files(page):
    missing = [path for path in Links(source(page)).targets(page.read_text()) if not (ROOT / path).exists()]
    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=source)
def test_anchors_lead_to_headings(page):
    for target in re.findall(r"\]\(([^)\s]*#[^)\s]+)\)", page.read_text()):
        links = Links(source(page))
        file, anchor = links.split(target)
        if not links.is_elsewhere(file or "x") and ":" not in target:
            text = (ROOT / links.path(file) if file else page).read_text()
            headings = re.findall(r"^#+ (.+)$", text, re.M)
            assert anchor[1:] in {re.sub(r"[^\w -]", "", line.lower()).replace(" ", "-") for line in headings}


@pytest.mark.parametrize(("page", "line"), COMMANDS)
def test_a_command_is_understood(page, line):
    """Its options are there; what gpen train, evaluate and sweep set composes."""
    options, unknown = build_parser().parse_known_args(words(line))
    assert unknown == []
    name = options.module.rpartition(".")[2]
    if name in ("train", "evaluate"):
        composes(name, options.overrides)
    if name == "sweep":
        composes("train", combinations(options.overrides)[-1].overrides)


@pytest.mark.parametrize("page", sorted({page for page, _ in SETTINGS}))
def test_settings_are_there(page):
    """Those of a page together, as far as they can stand together; of gpen train, else of gpen evaluate."""
    for together in batches([text for where, text in SETTINGS if where == page]):
        try:
            composes("train", together)
        except ValueError:
            for setting in together:
                of_either(setting)


def batches(found):
    """Settings in lists in which no name, and no group's file, comes twice."""
    lists = []
    for text in found:
        group = text.partition("=")[0].partition(".")[0]
        place = next(
            (one for one in lists if group not in {o.split("=")[0].split(".")[0] for o in one}), None
        )
        place.append(text) if place is not None else lists.append([text])
    return lists


def of_either(setting):
    try:
        composes("train", [setting])
    except ValueError as of_train:
        try:
            composes("evaluate", [setting])
        except ValueError as of_evaluate:
            raise AssertionError(f"{of_train}; {of_evaluate}") from None


def composes(name, overrides):
    """ValueError unless these settings compose; what stands for data and weights is given where it lacks."""
    given = {override.partition("=")[0] for override in overrides}
    missing = open_settings(overrides)
    if any(override.startswith("experiment=") for override in overrides):
        missing = [*missing, "init_from"]
    extra = [f"{one}=x" for one in missing if one not in given]
    return compose(name, [*overrides, *extra])


@pytest.mark.parametrize("page", PAGES, ids=source)
def test_python_compiles(page):
    for text in blocks(page, "python"):
        ast.parse(text)


@pytest.mark.parametrize("page", PAGES, ids=source)
def test_lists_and_tables_follow_an_empty_line(page):
    """GitHub does without it; the site would run them into the paragraph."""
    text = BLOCKS.sub("", page.read_text())
    for before, line in zip(text.splitlines(), text.splitlines()[1:], strict=False):
        starts = re.match(r"(- |\d+\. |\|)", line)
        if starts and before.strip() and not before.startswith((" ", "#", "- ", "|")):
            assert re.match(r"\d+\. ", before), line


def test_the_page_of_commands_has_every_option():
    page = commands.page()
    for name, _, parser in commands.commands():
        assert f"## {name}\n" in page
        shown = [one for one, action in parser._option_string_actions.items() if action.help != SUPPRESS]
        assert [one for one in shown if one not in page and one not in HELP] == []


def test_the_page_of_settings_has_every_file_and_what_bounds_say():
    page = settings.page()
    for group in ("model", "data", "losses", "degradation", "experiment"):
        for choice in choices_of(group):
            assert f"`{group}={choice}`" in page
    assert "| `keep` | `3` | a number of checkpoints from 1, such as 3 | how many of them |" in page
    assert "| `losses.r1.weight` |" in page


def test_a_comment_goes_on_below_its_line():
    rows = settings.rows("a: 1  # one\n# more\nb:  # two\n  c: {d: 2}  # three\n")
    assert rows == [
        settings.Row("a", "1", "one more"),
        settings.Row("b", "", "two"),
        settings.Row("b.c", "{d: 2}", "three"),
    ]


def test_messages_are_those_of_the_code():
    tree = ast.parse('raise ValueError(f"{path} is {value!r}; give {names[0]}")\nraise ValueError(other)')
    assert list(messages.raised(tree)) == ["‹path› is ‹value›; give ‹names›"]
    assert len(messages.messages()) > 300


def test_links_of_a_page_are_those_of_the_site():
    text = "[a](../data/README.md#pairs) ![b](b.jpg) `[c](d)` [e](../scripts/x.sh) [f](https://g) [h](#i)"
    assert Links("docs/page.md").on_the_site(text, Path("page.md")) == (
        "[a](datasets.md#pairs) ![b](b.jpg) `[c](d)` [e](files/scripts/x.sh) [f](https://g) [h](#i)"
    )
    assert [site_place(path) for path in ("data/README.md", "docs/b.jpg", "scripts/x.sh")] == [
        "datasets.md",
        "b.jpg",
        "files/scripts/x.sh",
    ]


@pytest.mark.slow
def test_the_site_builds_without_a_warning_and_asks_nobody_else(tmp_path):
    """As ``make docs`` does; scripts, styles, fonts and images come with it."""
    pytest.importorskip("mkdocs")
    pytest.importorskip("mkdocstrings")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", tmp_path]
    environment = os.environ | {"NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    pages = {page.relative_to(tmp_path).as_posix(): page.read_text() for page in tmp_path.rglob("*.html")}
    assert {"index.html", "reference/commands.html"} <= pages.keys()
    for page, text in pages.items():
        assert [link for link in LOADED.findall(text) if re.match(r"(https?:)?//", link)] == [], page
    index = json.loads((tmp_path / "search/search_index.json").read_text())
    assert {"gpen data verify", "losses="} <= {entry["title"] for entry in index["docs"]}
