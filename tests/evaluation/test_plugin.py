"""pyiqa's metrics, by a module in its place: what is asked of it, and one line where it is missing."""

import sys
import types

import pytest
import torch

from gpen_train.evaluation.faces import Faces
from gpen_train.evaluation.judges.plugin import pyiqa_measure

CPU = torch.device("cpu")


def images(seed):
    random = torch.Generator().manual_seed(seed)
    return Faces(torch.randint(0, 256, (2, 16, 16, 3), dtype=torch.uint8, generator=random))


class Network:
    """As pyiqa's InferenceModel."""

    def __init__(self, mode):
        self.metric_mode, self.lower_better = mode, mode == "FR"

    def __call__(self, target, ref=None):
        assert target.min() >= 0
        assert target.max() <= 1
        assert (ref is None) == (self.metric_mode == "NR")
        found = target if ref is None else (target - ref).abs()
        return found.mean(dim=(1, 2, 3))[:, None]


@pytest.fixture
def pyiqa(monkeypatch):
    module = types.ModuleType("pyiqa")
    module.__version__ = "0.1"
    module.list_models = lambda: ["sharp", "dist", "fid", "gone"]
    networks = {"sharp": Network("NR"), "dist": Network("FR")}
    module.create_metric = lambda name, device: networks[name]
    monkeypatch.setitem(sys.modules, "pyiqa", module)


@pytest.mark.usefixtures("pyiqa")
def test_without_and_with_a_look_at_the_clean_image():
    sharp, dist = (pyiqa_measure(f"pyiqa:{name}", CPU) for name in ("sharp", "dist"))
    assert (sharp.metric.name, sharp.metric.label, sharp.metric.better) == ("pyiqa:sharp", "sharp", "higher")
    assert (sharp.needs_clean, dist.needs_clean, dist.metric.better) == (False, True, "lower")
    ours, clean = images(0), images(1)
    levels = [side.pixels.float() / 255 for side in (ours, clean)]
    torch.testing.assert_close(sharp.formula(ours, None, None), levels[0].mean(dim=(1, 2, 3)))
    expected = (levels[0] - levels[1]).abs().mean(dim=(1, 2, 3))
    torch.testing.assert_close(dist.formula(ours, clean, None), expected)
    assert sharp.settings["network"] == "pyiqa 0.1, sharp"


@pytest.mark.usefixtures("pyiqa")
@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("pyiqa:shrp", "pyiqa has no metric of single images named shrp; pyiqa.list_models"),
        ("pyiqa:fid", "pyiqa has no metric of single images named fid"),
        ("pyiqa:gone", "pyiqa cannot make its gone"),
    ],
)
def test_what_cannot_be_had_is_said_in_one_line(name, message):
    with pytest.raises(ValueError, match=message):
        pyiqa_measure(name, CPU)


def test_it_is_not_installed(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyiqa", None)
    with pytest.raises(ValueError, match="pyiqa:musiq needs pyiqa, which is not installed and for non-comm"):
        pyiqa_measure("pyiqa:musiq", CPU)
