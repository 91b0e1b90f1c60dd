"""report.json: read again as it was written, strict JSON, and refused in one line where it is none."""

import json
import math
from dataclasses import replace

import pytest

from gpen_train.evaluation.report.compare import differences, pairs
from gpen_train.evaluation.report.faces import choose_faces, judge_of, labels_of
from gpen_train.evaluation.report.html import page
from gpen_train.evaluation.report.model import About, Report, read_report


def refuse(constant):
    raise AssertionError(constant)


def test_what_is_written_is_read(report, tmp_path):
    (tmp_path / "report.json").write_text(report.to_json())
    again = read_report(tmp_path)
    assert again.to_json() == report.to_json()
    assert again.systems[2] == report.systems[2]
    assert again.metrics == report.metrics
    assert again.per_image == report.per_image
    assert read_report(tmp_path / "report.json").protocol == report.protocol
    assert again.about == report.about


def test_a_report_of_before_has_no_origin(report):
    given = json.loads(report.to_json())
    del given["about"]
    assert Report.from_json(json.dumps(given)).about == About()


def test_numbers_that_json_lacks(report):
    report.per_image["mine"]["psnr"][:3] = [math.nan, math.inf, -math.inf]
    given = json.loads(report.to_json(), parse_constant=refuse)
    assert given["per_image"]["mine"]["psnr"][:3] == [None, "Infinity", "-Infinity"]
    assert given["format"] == 1
    found = Report.from_json(report.to_json()).per_image["mine"]["psnr"]
    assert math.isnan(found[0])
    assert found[1:3] == [math.inf, -math.inf]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "property name"),
        ("[]", "expected an object"),
        ('{"format": 2}', "its format is 2; expected 1"),
        ('{"format": 1, "protocol": {}}', "metrics is missing"),
    ],
)
def test_other_files_are_refused_in_one_line(tmp_path, text, reason):
    path = tmp_path / "report.json"
    path.write_text(text)
    with pytest.raises(ValueError, match=reason) as caught:
        read_report(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"there is no .*report\.json; expected the report\.json"):
        read_report(tmp_path / "report.json")


def test_the_best_the_median_and_the_worst_faces_by_lpips(report):
    chosen = choose_faces(report, num_each=2)
    assert judge_of(report).name == "lpips_alex"
    assert set(chosen) == {"mine", "<theirs>"}
    values = report.per_image["mine"]["lpips_alex"]
    order = [report.images[i] for i in sorted(range(12), key=values.__getitem__)]
    assert chosen["mine"] == {"best": order[:2], "median": order[5:7], "worst": [order[11], order[10]]}
    assert sorted(set(labels_of(chosen))) == sorted(labels_of(chosen))


def test_faces_by_psnr_without_those_that_have_none(report):
    only = replace(report, metrics=report.metrics[:1])
    values = only.per_image["mine"]["psnr"]
    values[4] = math.nan
    chosen = choose_faces(only, num_each=1)["mine"]
    known = [i for i in range(12) if i != 4]
    assert chosen["best"] == [only.images[max(known, key=values.__getitem__)]]
    assert chosen["worst"] == [only.images[min(known, key=values.__getitem__)]]


def test_of_one_image_there_is_one_face(report):
    values = {name: {metric: v[:1] for metric, v in by.items()} for name, by in report.per_image.items()}
    single = replace(report, images=report.images[:1], per_image=values)
    assert labels_of(choose_faces(single)) == report.images[:1]


def of_others(content):
    """(place, value): every place in a report, and values that it does not take."""
    for value in (None, 3, "x" * 500, [], [1], {}, {"a": 1}, True):
        for name in content:
            yield (name,), value
        for group in ("metrics", "systems", "images", "not_computed"):
            yield (group, 0), value
        for group in ("metrics", "systems", "not_computed"):
            for name in content[group][0]:
                yield (group, 0, name), value
        for name in ("mean", "low", "high"):
            yield ("systems", 0, "scores", "psnr", name), value
        yield ("systems", 0, "scores", "psnr"), value
        yield ("per_image", "mine"), value
        yield ("per_image", "mine", "psnr"), value
        yield ("per_image", "mine", "psnr", 0), value
        yield ("about", "name"), value
        yield ("speed", "restoring"), value


def test_a_report_of_other_types_is_refused_or_can_be_compared(report, tmp_path):
    path, num_refused = tmp_path / "report.json", 0
    for places, value in of_others(json.loads(report.to_json())):
        content = json.loads(report.to_json())
        inner = content
        for place in places[:-1]:
            inner = inner[place]
        inner[places[-1]] = value
        path.write_text(json.dumps(content))
        try:
            again = read_report(path)
        except ValueError as error:
            refusal = str(error).replace(str(path), "PATH")
        else:
            refusal = ""
        if refusal:
            num_refused += 1
            assert "PATH" in refusal
            assert "\n" not in refusal
            assert len(refusal) < 400
            continue
        for one, other in pairs(report, again):
            differences(report, one, again, other)
        page(again, {})
    assert num_refused > 200
