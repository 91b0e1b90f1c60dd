"""Paired differences by definition, and reports that cannot be compared."""

import math
from dataclasses import replace

import numpy as np
import pytest

from gpen_train.evaluation.intervals import bootstrap
from gpen_train.evaluation.report.compare import check_comparable, differences, pairs


def test_differences_are_taken_image_by_image(report, other_report):
    later = other_report()
    (one, other), _ = pairs(report, later)
    assert (one.name, other.name) == ("mine", "later")
    psnr, lpips, fid = differences(report, one, later, other)
    change = np.array(later.per_image["later"]["psnr"]) - np.array(report.per_image["mine"]["psnr"])
    assert psnr.estimate == bootstrap(change)
    assert psnr.estimate.mean == pytest.approx(psnr.second - psnr.first)
    assert psnr.share_better == (change > 0).mean()
    assert psnr.verdict == "better"
    assert lpips.verdict == "undecided"
    assert fid.estimate.mean == pytest.approx(fid.second - fid.first)
    assert math.isnan(fid.estimate.low)
    assert fid.verdict == ""


def test_less_is_better_where_the_metric_says_so(report, other_report):
    later = other_report()
    (one, other), *_ = pairs(report, later)
    later.per_image["later"]["lpips_alex"] = [0.5] * 12
    lpips = differences(report, one, later, other)[1]
    assert lpips.verdict == "worse"
    assert lpips.share_better == 0


def test_equal_images_have_no_difference(report, other_report):
    later = other_report()
    (one, other), *_ = pairs(report, later)
    report.per_image["mine"]["psnr"] = [math.inf] * 12
    later.per_image["later"]["psnr"] = [math.inf] * 12
    psnr = differences(report, one, later, other)[0]
    assert math.isnan(psnr.estimate.mean)
    assert psnr.verdict == "undecided"


def test_a_system_is_not_compared_with_itself(report):
    assert [(one.name, other.name) for one, other in pairs(report, report)] == [
        ("mine", "<theirs>"),
        ("<theirs>", "mine"),
    ]


def changed(protocol, group, **values):
    return {**protocol, group: {**protocol[group], **values}}


def test_every_setting_that_differs_is_named(report, other_report):
    protocol = changed(report.protocol, "degradation", seed=1)
    protocol = changed(protocol, "data", resolution=512)
    protocol["versions"] = {"gpen_train": "0.1.0"}
    with pytest.raises(ValueError, match="the protocols differ") as caught:
        check_comparable(report, other_report(protocol=protocol))
    message = str(caught.value)
    assert "degradation.seed is 0 and 1" in message
    assert "data.resolution is 24 and 512" in message
    assert "versions.torch is 2.15 and not there" in message
    assert "\n" not in message


def test_what_is_known_to_change_nothing_may_differ(report, other_report):
    later = other_report(protocol=changed(report.protocol, "versions", torch="2.16"))
    check_comparable(report, later, ["versions.torch"])
    check_comparable(report, later, ["versions"])
    with pytest.raises(ValueError, match=r"versions\.torch is 2\.15 and 2\.16"):
        check_comparable(report, later, ["version", "versions.to"])


def test_a_metric_that_only_one_has_is_left_out(report, other_report):
    later = other_report()
    psnr_alone = replace(
        later,
        metrics=later.metrics[:1],
        protocol={**later.protocol, "metrics": {"psnr": later.protocol["metrics"]["psnr"]}},
    )
    check_comparable(report, psnr_alone)
    (one, other), *_ = pairs(report, psnr_alone)
    assert [row.metric.name for row in differences(report, one, psnr_alone, other)] == ["psnr"]


def test_other_images_are_refused(report, other_report):
    later = other_report()
    with pytest.raises(ValueError, match=r"the images differ: 12 and 12, faces/.* is not the same"):
        check_comparable(report, replace(later, images=["faces/99.png", *later.images[1:]]))
    with pytest.raises(ValueError, match="their order is not the same"):
        check_comparable(report, replace(later, images=later.images[::-1]))
