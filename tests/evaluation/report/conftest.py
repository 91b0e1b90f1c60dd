"""A report of four systems on twelve faces, with pictures of 24 px."""

import math

import numpy as np
import pytest

from gpen_train.evaluation.intervals import bootstrap
from gpen_train.evaluation.report.faces import choose_faces, labels_of
from gpen_train.evaluation.report.model import About, Metric, NotComputed, Report, Score, System

PROTOCOL = {
    "task": "bfr",
    "data": {"name": "drawn", "fingerprint": "c0ffee", "images": 12, "resolution": 24},
    "degradation": {"preset": "gpen", "seed": 0, "stages": {"blur": {"sigma": [4, 16]}}},
    "metrics": {
        "psnr": {"range": 255, "dtype": "float64"},
        "lpips_alex": {"network": "alex", "resize": None},
    },
    "versions": {"gpen_train": "0.1.0", "torch": "2.15"},
}
ABOUT = About(
    "autumn", "2026-11-26 13:40 UTC", "gpen evaluate 'checkpoint=[mine.pth,a b.pth]'", "CPU, 2 threads"
)
METRICS = [
    Metric("psnr", "PSNR", "dB", "higher", "image"),
    Metric("lpips_alex", "LPIPS (Alex)", "", "lower", "image"),
    Metric("fid", "FID", "", "lower", "set"),
]


def make_report(seed=0, names=("mine", "<theirs>"), protocol=PROTOCOL, gain=2.0):
    """A report whose restoring systems are better than the degraded images by ``gain`` dB, and more each."""
    rng = np.random.default_rng(seed)
    images = [f"faces/{number:02d}.png" for number in range(12)]
    kinds = {"degraded": "degraded", "bicubic": "bicubic", **dict.fromkeys(names, "checkpoint")}
    systems, per_image = [], {}
    for place, (name, kind) in enumerate(kinds.items()):
        values = {
            "psnr": rng.normal(22 + gain * place, 1, 12).tolist(),
            "lpips_alex": rng.uniform(0.3, 0.4, 12).tolist(),
        }
        scores = {metric: Score(*bootstrap(of_images)) for metric, of_images in values.items()}
        scores["fid"] = Score(60.0 - 7 * place) if place else Score(math.nan)
        source = f"runs/{name}.pth" if kind == "checkpoint" else None
        systems.append(System(name, kind, source, source and f"{seed}{place}".ljust(64, "c"), scores))
        per_image[name] = values
    missing = [NotComputed("kid", "KID needs pt_inception.pth; put it there or set weights.inception=FILE")]
    return Report(
        protocol, METRICS, systems, images, per_image, missing, {"restoring": 40.1, "metrics": 93.0}, ABOUT
    )


@pytest.fixture
def report():
    return make_report()


@pytest.fixture
def other_report():
    """``other_report(**changes)``: of other systems, on the same images."""
    return lambda **changes: make_report(**{"seed": 1, "names": ("later",), "gain": 4.0, **changes})


@pytest.fixture
def pictures(report):
    rng = np.random.default_rng(0)
    names = ["clean", *(system.name for system in report.systems)]
    return {
        label: {name: rng.integers(0, 256, (24, 24, 3), dtype=np.uint8) for name in names}
        for label in labels_of(choose_faces(report))
    }


@pytest.fixture
def run_dir(tmp_path):
    """A folder with the log of a training."""
    folder = tmp_path / "run"
    folder.mkdir()
    rows = [f"{n * 100},{20 / n},{n if n % 5 else ''},0,{30 + n}" for n in range(1, 41)]
    text = "\n".join(["images,content,held_out_psnr,skipped_steps,augment_p", *rows])
    (folder / "metrics.csv").write_text(text)
    return folder
