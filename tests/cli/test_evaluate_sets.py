"""gpen evaluate without clean images: sets against statistics, and what needs clean images says so."""

import json

import numpy as np
import pytest
import torch

import gpen_train
from gpen_train.checkpoints.prior_file import save_prior
from gpen_train.cli.main import main
from gpen_train.cli.sample import draw
from gpen_train.evaluation.cases import Cases
from gpen_train.evaluation.frechet import Moments, RandomFeatures, frechet_distance
from gpen_train.evaluation.measures import Measure
from gpen_train.evaluation.report.model import Metric
from gpen_train.evaluation.sets.kernel import kernel_distance
from gpen_train.evaluation.sets.manifold import precision_recall
from gpen_train.evaluation.statistics_file import read_statistics
from gpen_train.evaluation.systems import Drawer
from gpen_train.feature_nets import inception
from gpen_train.images import read_image, to_float, write_image
from gpen_train.models.gpen import build_gpen
from gpen_train.models.prior import build_prior

SIDE, NUM = 32, 6
FAST = ("data.num_workers=0", "device=cpu", "batch_size=4", "metrics=[fid,kid,psnr,lpips_alex]")


class SmallFeatures(RandomFeatures):
    """In Inception's place: 64 features of a random network."""

    num_features = 64


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A folder with a small model, degraded faces in lfw/, statistics in ffhq.npz, and a small Inception."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "hub"))
    monkeypatch.setattr(inception.Inception, "num_features", SmallFeatures.num_features)
    monkeypatch.setattr(inception, "load_inception", lambda path, resize: SmallFeatures())
    torch.manual_seed(0)
    model = build_gpen(SIDE, encoder_width=4, encoder_depths=(1, 1, 1, 1), style_dim=8, channel_max=8)
    gpen_train.save(model, "model.pth", task="bfr")
    (tmp_path / "inception.pth").write_bytes(b"small")
    assert main(["data", "draw", "lfw", "--num", str(NUM), "--resolution", str(2 * SIDE)]) == 0
    random = torch.Generator().manual_seed(0)
    features = torch.rand(100, SmallFeatures.num_features, generator=random).double()
    np.savez("ffhq.npz", mu=features.mean(dim=0), sigma=torch.cov(features.T))
    return tmp_path


@pytest.fixture
def evaluate(place, capsys):
    """``evaluate(*overrides)`` -> the report as JSON and what was printed, or the one line of an error."""

    def run(*overrides):
        capsys.readouterr()
        code = main(["evaluate", *FAST, "weights.inception=inception.pth", *overrides])
        told = capsys.readouterr()
        if code:
            (line,) = told.err.strip().splitlines()
            return line
        return json.loads((place / "evaluation" / "report.json").read_text()), told.out

    return run


def distance_of(paths):
    """FID to ffhq.npz of the images in files, by its definition."""
    moments = Moments()
    for path in paths:
        moments.add(SmallFeatures()(to_float(torch.from_numpy(read_image(path))[None])))
    return frechet_distance(read_statistics("ffhq.npz"), moments)


def test_degraded_faces_alone(evaluate, place):
    """Of WIDER-Test and the like; the clean images are nobody's."""
    report, told = evaluate(
        "checkpoint=model.pth", "data.root=null", "data.degraded=lfw", "fid.statistics=ffhq.npz"
    )
    assert [system["name"] for system in report["systems"]] == ["degraded", "bicubic", "model"]
    assert [metric["name"] for metric in report["metrics"]] == ["fid_ffhq"]
    assert len({system["scores"]["fid_ffhq"]["mean"] for system in report["systems"]}) == 3
    reasons = {missing["name"]: missing["reason"] for missing in report["not_computed"]}
    assert reasons == dict.fromkeys(
        ["psnr", "lpips_alex", "fid", "kid"], "it needs the clean images: give data.root"
    )
    assert "psnr, lpips_alex, fid, kid are not computed: it needs the clean images" in told
    data = report["protocol"]["data"]
    assert (data["name"], data["images"], data["resolution"]) == ("lfw", NUM, SIDE)
    page = (place / "evaluation" / "report.html").read_text()
    assert page.count("data:image/webp") == 3 * NUM  # the first ones, without a clean image
    assert "The first images. Drag the line" in page


def test_files_of_another_program_alone(evaluate, place):
    for number in range(NUM):
        image = read_image(place / "lfw" / f"{number:06d}.png")
        write_image(place / "theirs" / f"{number:06d}_00.png", 255 - image)
    alone = ("restored=theirs", "data.root=null", "fid.statistics=ffhq.npz")
    (system,) = evaluate(*alone)[0]["systems"]
    expected = distance_of(sorted((place / "theirs").iterdir()))
    assert system["scores"]["fid_ffhq"]["mean"] == pytest.approx(expected, rel=1e-6)
    beside = evaluate(*alone, "data.degraded=lfw")[0]["systems"]
    assert [found["name"] for found in beside] == ["degraded", "theirs"]
    assert beside[1]["scores"] == system["scores"]


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (["checkpoint=model.pth", "data.root=null"], "data.root is null, and there is nothing to restore"),
        (
            ["checkpoint=model.pth", "data.root=null", "data.degraded=lfw"],
            "none of the metrics asked for can be computed: psnr, lpips_alex, fid, kid: it needs the clean ",
        ),
        (["checkpoint=model.pth", "data.root=null", "data.degraded=gone"], "the folder gone does not exist"),
    ],
)
def test_errors_are_one_line(evaluate, overrides, message):
    assert message in evaluate(*overrides)


@pytest.fixture
def prior(place):
    """A small prior in prior.pth; real faces in faces/."""
    torch.manual_seed(0)
    model = build_prior(SIDE, style_dim=8, mapper_layers=1, channel_base=64, channel_max=4).eval()
    save_prior(model, "prior.pth")
    assert main(["data", "draw", "faces", "--num", "8", "--resolution", str(SIDE)]) == 0
    return model


def test_a_prior(evaluate, prior, place):
    """Its faces are those of `gpen sample`, its scores those of their features and the real faces'."""
    asked = "metrics=[fid,kid,precision,recall]"
    report, _ = evaluate("checkpoint=prior.pth", "data.root=faces", "samples=10", "seed=3", asked)
    (system,) = report["systems"]
    drawn = Drawer(prior, 3)
    batches = [0, 1, 2, 3], [4, 5, 6, 7], [8, 9]
    made = [SmallFeatures()(to_float(drawn(Cases(numbers, SIDE)))) for numbers in batches]
    real = [read_image(place / "faces" / f"{number:06d}.png") for number in range(8)]
    sets = torch.cat(made), SmallFeatures()(to_float(torch.from_numpy(np.stack(real))))
    moments = [Moments(), Moments()]
    for one, features in zip(moments, sets, strict=True):
        one.add(features)
    scores = system["scores"]
    assert scores["fid"]["mean"] == pytest.approx(frechet_distance(*moments), rel=1e-6)
    assert scores["kid"]["mean"] == pytest.approx(kernel_distance(sets[1], sets[0]), rel=1e-6)
    assert scores["fid"]["low"] < scores["fid"]["mean"] < scores["fid"]["high"]
    assert (scores["precision"]["mean"], scores["recall"]["mean"]) == precision_recall(*sets)
    assert report["protocol"]["samples"] == {"number": 10, "seed": 3}
    assert report["protocol"]["data"]["images"] == 8
    assert report["images"] == [f"{number:06d}" for number in range(10)]
    assert (place / "evaluation" / "report.html").read_text().count("data:image/webp") == 6


def test_a_priors_faces_are_those_of_gpen_sample(prior):
    ours = Drawer(prior, 3)(Cases([5], SIDE))[0].numpy()
    theirs = draw(prior, 3, 5)
    assert np.corrcoef(ours.ravel(), theirs.ravel())[0, 1] > 0.9  # the noise differs
    assert np.corrcoef(ours.ravel(), draw(prior, 3, 6).ravel())[0, 1] < 0.9


def test_a_prior_against_statistics_alone(evaluate, prior):
    alone = ("checkpoint=prior.pth", "data.root=null", "samples=5", "fid.statistics=ffhq.npz")
    report, _ = evaluate(*alone, "metrics=[fid,recall]")
    assert [metric["name"] for metric in report["metrics"]] == ["fid_ffhq"]
    assert {missing["reason"] for missing in report["not_computed"]} == {
        "it needs real faces: give data.root"
    }


def test_priors_and_restorers_are_evaluated_apart(evaluate, prior):
    assert "prior is a prior, which draws faces, and model is of restored ones" in evaluate(
        "checkpoint=[prior.pth,model.pth]", "data.root=faces"
    )
    assert "there is no metric psnr for this task" in evaluate("checkpoint=prior.pth", "data.root=faces")


def test_metrics_of_pyiqa(evaluate, monkeypatch):
    """Of images alone they are there without clean ones; those that compare say what they need."""

    def measured(name, device):
        metric = Metric(name, name, "", "higher", "image")
        return Measure(
            metric, lambda images, clean, degraded: images.floats.mean(dim=(1, 2, 3)), {}, "fr" in name
        )

    monkeypatch.setattr("gpen_train.cli.evaluation.metrics.pyiqa_measure", measured)
    asked = "metrics=[pyiqa:sharp,pyiqa:fr]"
    report, told = evaluate("checkpoint=model.pth", "data.root=null", "data.degraded=lfw", asked)
    assert [metric["name"] for metric in report["metrics"]] == ["pyiqa:sharp"]
    assert len(report["per_image"]["model"]["pyiqa:sharp"]) == NUM
    assert "pyiqa:fr is not computed: it needs the clean images: give data.root" in told
