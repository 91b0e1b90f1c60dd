"""configs/debug: a run that is short, one batch by heart, and the operation that gives NaN."""

import numpy as np
import pytest
from plugins.given import open_settings

from gpen_train.cli.main import main
from gpen_train.cli.settings.compose import compose
from gpen_train.cli.settings.configs import choices_of
from gpen_train.cli.settings.presets import needed_by
from gpen_train.loading.dataset import PairDataset
from gpen_train.losses import content
from gpen_train.sources.draws import Draw

SMALL = ("experiment=quickstart", "model=tiny_v2", "trainer=cpu", "data.num_workers=0", "run_dir=run")


@pytest.mark.parametrize("experiment", choices_of("experiment"))
@pytest.mark.parametrize("debug", choices_of("debug"))
def test_it_stands_above_every_experiment(debug, experiment):
    given = [f"{name}=null" for name in needed_by(experiment)]
    given += [f"{name}=faces" for name in open_settings([f"experiment={experiment}"])]
    config = compose("train", [f"experiment={experiment}", f"debug={debug}", *given])
    if debug == "anomaly":
        assert config.trainer.detect_anomaly
        assert (config.compute.precision, config.compute.compile) == ("32", "false")
    else:
        assert config.name == f"debug_{debug}"
        assert config.images <= 8000
        assert config.data.limit <= 16


def test_a_fast_run_does_all_that_a_run_does(here, written):
    assert main(["train", *SMALL, "data.num_images=16", "debug=fast"]) == 0
    assert [row["images"] for row in written().rows] == ["0", "4", "8", "12", "16"]
    assert (here / "run" / "report" / "report.html").exists()
    assert any((here / "run" / "export").iterdir())


def test_one_batch_is_learnt_by_heart(here, written):
    small = ["data.num_images=8", "data.num_held_out=0", "images=1600", "save_every=0", "report_every=0"]
    assert main(["train", *SMALL, "debug=overfit", *small]) == 0
    found = [float(row["content"]) for row in written().rows if row.get("content")]
    assert len(found) >= 10
    assert np.mean(found[-3:]) < 0.5 * found[0]


def test_a_pass_may_be_as_the_first():
    class Faces(list):
        name = "faces"

    def task(clean, rng):
        return clean, rng.integers(0, 256, clean.shape, dtype=np.uint8)

    faces = Faces([np.zeros((8, 8, 3), np.uint8)])
    for repeats in (False, True):
        data = PairDataset(faces, task, seed=0, repeats=repeats)
        first, later = data[Draw(0, 0)], data[Draw(0, 5)]
        assert np.array_equal(first.clean, later.clean) is repeats


def test_the_operation_that_gives_nan_is_named(here, monkeypatch):
    def spoilt(restored, *_):
        return (0 * restored).sqrt().sum()  # its derivative at 0 is infinite, times 0

    monkeypatch.setattr(content, "content", spoilt)
    with pytest.raises(RuntimeError, match="returned nan values"):
        main(["train", *SMALL, "data.num_images=8", "images=16", "debug=anomaly"])
