"""What systems are called in `gpen evaluate` and `gpen compare`, and that long ones leave numbers whole."""

import io

import pytest
from omegaconf import OmegaConf
from rich.console import Console

from gpen_train.cli.compare import difference_table
from gpen_train.cli.evaluation.distinct import distinct
from gpen_train.cli.evaluation.names import name_systems
from gpen_train.cli.evaluation.table import result_tables
from gpen_train.cli.settings.compose import compose
from gpen_train.evaluation.intervals import Estimate
from gpen_train.evaluation.report.compare import Difference
from gpen_train.evaluation.report.figures import LONGEST_NAME, distributions
from gpen_train.evaluation.report.markdown import table
from gpen_train.evaluation.report.model import Metric, Report, Score, System
from gpen_train.evaluation.report.table import name_lines, shortened

LONG = "experiments_of_november/second_series/with_identity_loss/export/gpen-bfr-512-with-a-long-name"


def names(**settings):
    named = name_systems(OmegaConf.create({"checkpoint": None, "restored": None, **settings}))
    return {**named.checkpoints, **named.restored}


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        (["ours.pth", "theirs.pth"], ["ours", "theirs"]),
        (["runs/a/export/x.pth", "runs/b/export/x.pth"], ["a", "b"]),
        (["runs/1/a/export/x.pth", "runs/2/b/export/x.pth"], ["a", "b"]),
        (["runs/1/a/x.pth", "runs/2/a/x.pth", "runs/2/b/x.pth"], ["1/a", "2/a", "2/b"]),
        (["x.pth", "old/x.pth"], ["x", "old"]),
        (["runs/a", "runs/b"], ["a", "b"]),
        (["runs/a/x.pth", "runs/b/x.pth", "other.pth"], ["a", "b", "other"]),
        (["runs/a/x.pth", "runs/b/x.pth", "a.pth"], ["a/x", "b", "a.pth"]),
        (["set/degraded"], ["set/degraded"]),
        (["https://host/a/x.pth?token=1", "https://host/b/x.pth"], ["a", "b"]),
    ],
)
def test_names_say_what_differs(tmp_path, monkeypatch, paths, expected):
    monkeypatch.chdir(tmp_path)
    for path in paths:
        if path.endswith(".pth") and not path.startswith("https"):
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).touch()
    found = distinct(paths, ("degraded", "bicubic", "clean"))
    assert len(set(found)) == len(paths)
    assert found == expected


def test_names_that_are_given():
    given = compose(
        "evaluate",
        ["checkpoint={before: a.pth, after: b.pth}", "restored=[theirs/final,before]", "data.root=x"],
    )
    named = name_systems(given)
    assert named.checkpoints == {"before": "a.pth", "after": "b.pth"}
    assert list(named.restored.values()) == ["theirs/final", "before"]
    assert "before" not in named.restored


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"checkpoint": {" ": "a.pth"}}, "checkpoint has the name ''; expected one of your own"),
        ({"checkpoint": {"bicubic": "a.pth"}}, "checkpoint has the name 'bicubic'"),
        (
            {"restored": {"a": ["x", "y"]}},
            r"restored.a is \['x', 'y'\]; expected one path: restored='{before",
        ),
        ({"checkpoint": {"a": "a.pth"}, "restored": {"a": "b"}}, "both name one 'a'"),
        ({"checkpoint": ["a.pth", "a.pth"]}, r"a\.pth is given 2 times"),
    ],
)
def test_names_are_refused_in_one_line(settings, message):
    with pytest.raises(ValueError, match=message) as caught:
        names(**settings)
    assert "\n" not in str(caught.value)


@pytest.fixture
def long_names():
    """A report of six systems with long names, which differ at the end."""
    metrics = [
        Metric("psnr", "PSNR", "dB", "higher", "image"),
        Metric("landmarks", "landmarks, 68 points", "px", "lower", "image"),
    ]
    systems = [
        System(
            f"{LONG}-{i}",
            "checkpoint",
            None,
            None,
            {"psnr": Score(20.125 + i), "landmarks": Score(1234.5 + i)},
        )
        for i in range(6)
    ]
    values = {system.name: {"psnr": [20.0, 21.0], "landmarks": [1.0, 2.0]} for system in systems}
    return Report({}, metrics, systems, ["a", "b"], values)


def printed(drawn, width=80):
    file = io.StringIO()
    console = Console(file=file, width=width)
    for one in drawn:
        console.print(one)
    lines = file.getvalue().splitlines()
    assert max(map(len, lines)) <= width
    assert "…" not in file.getvalue()
    return "\n".join(lines)


def test_a_terminal_of_80_columns_shows_every_number(long_names):
    text = printed(result_tables(long_names, 80))
    for i in range(6):
        assert f"{20.125 + i:.2f}" in text
        assert f"{1234.5 + i:.2f}" in text
    assert text.count("landmarks, 68 points, px ↓") == len(result_tables(long_names, 80)) > 1


def test_few_systems_share_a_table(long_names):
    assert len(result_tables(long_names, 200)) == 1


def test_differences_of_long_names(long_names):
    rows = [
        Difference(metric, 1234.5, 987.6, Estimate(-246.9, -250.0, -240.0), 0.5)
        for metric in long_names.metrics
    ]
    text = printed([difference_table(rows, f"{LONG}-1", f"{LONG}-2", "title")], 120)
    for number in ("1234.50", "987.60", "−246.900", "−250.000 to −240.000", "50 %"):
        assert number in text


def test_long_names_on_the_page(long_names):
    drawing = distributions(long_names, long_names.metrics[0])
    assert LONG in drawing  # as a title
    for line in table(long_names)[2:]:
        assert LONG in line
    assert all(len(name) <= LONGEST_NAME for name in drawing.split('y="14">')[1].split("<")[:1])


def test_a_name_in_lines():
    assert name_lines("short", 16) == ["short"]
    assert name_lines("runs/a/export/gpen-bfr-512", 12) == ["runs/a/", "export/gpen-", "bfr-512"]
    assert "".join(name_lines("x" * 50, 16)) == "x" * 50
    assert all(len(line) <= 16 for line in name_lines(LONG, 16))
    assert "".join(name_lines(LONG, 16)) == LONG
    assert shortened(LONG, 40).endswith("with-a-long-name")
    assert len(shortened(LONG, 40)) == 40
