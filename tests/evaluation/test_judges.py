"""Judges: exactly what the lpips package gives, identity as a cosine, and one line for each missing file."""

import re

import lpips
import numpy as np
import pytest
import torch

from gpen_train.evaluation.faces import Faces
from gpen_train.evaluation.judges.find import find_judges
from gpen_train.feature_nets import arcface, inception
from gpen_train.feature_nets.lpips_net import BACKBONE_FILES
from gpen_train.files import sha256_of

ALL = ("psnr", "lpips_alex", "lpips_vgg", "dists", "identity", "deg", "lmd", "arniqa", "fid", "kid")
ALL = (*ALL, "fd_dinov2", "fid_ffhq")
SET_METRICS = ("fid", "kid", "fid_ffhq")
NO_FILES = dict.fromkeys(("alex", "vgg", "arcface", "landmarks", "inception", "ffhq"))


@pytest.fixture
def nowhere(tmp_path, monkeypatch):
    """A folder without weights."""
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "hub"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def faces(seed):
    random = torch.Generator().manual_seed(seed)
    return Faces(torch.randint(0, 256, (2, 64, 64, 3), dtype=torch.uint8, generator=random))


def alexnet_file(folder, judge):
    """The backbone of an lpips.LPIPS as torchvision names it."""
    state = {"features." + name.split(".", 1)[1]: tensor for name, tensor in judge.net.state_dict().items()}
    torch.save(state, folder / BACKBONE_FILES["alex"])
    return folder / BACKBONE_FILES["alex"]


@torch.inference_mode()
def test_lpips_is_the_packages(nowhere):
    torch.manual_seed(0)
    theirs = lpips.LPIPS(net="alex", pnet_rand=True, verbose=False).eval()
    path = alexnet_file(nowhere, theirs)
    judges = find_judges(["lpips_alex"], NO_FILES | {"alex": path})
    (measure,) = judges.measures
    images, clean = faces(0), faces(1)
    ours = measure.formula(images, clean, clean.pixels)
    expected = theirs(*(side.pixels.permute(0, 3, 1, 2) / 127.5 - 1 for side in (images, clean))).flatten()
    assert torch.equal(ours, expected)
    assert len(ours.unique()) == 2
    assert measure.settings["sha256"] == sha256_of(path)
    assert measure.settings["weights"] == "alexnet-owt-7be5be79.pth"


@torch.inference_mode()
def test_identity_is_a_cosine(nowhere, monkeypatch):
    monkeypatch.setattr(arcface, "STAGES", ((64, 1), (32, 1), (32, 1), (16, 1)))
    torch.save(arcface.IRSE50().state_dict(), nowhere / arcface.ARCFACE_FILE)
    (nowhere / "weights").mkdir()
    (nowhere / arcface.ARCFACE_FILE).rename(nowhere / "weights" / arcface.ARCFACE_FILE)
    (measure,) = find_judges(["identity"], NO_FILES).measures
    images, clean = faces(0), faces(1)
    network = arcface.load_arcface()
    embeddings = [network(arcface.crop_face(side.floats)) for side in (images, clean)]
    expected = torch.cosine_similarity(*embeddings)
    torch.testing.assert_close(measure.formula(images, clean, clean.pixels), expected)
    torch.testing.assert_close(measure.formula(images, images, clean.pixels), torch.ones(2))
    (measure,) = find_judges(["deg"], NO_FILES).measures
    angle = measure.formula(images, clean, clean.pixels)
    torch.testing.assert_close(angle, expected.arccos().rad2deg(), rtol=1e-4, atol=1e-3)
    assert torch.equal(measure.formula(images, images, clean.pixels), torch.zeros(2))


def test_what_is_missing_is_listed_with_the_file_and_the_option(nowhere):
    judges = find_judges(ALL, NO_FILES)
    assert judges.measures == []
    assert judges.networks == {}
    reasons = {one.name: one.reason for one in judges.not_computed}
    assert reasons.keys() == {"lpips_alex", "lpips_vgg", "dists", "identity", "deg", "lmd"} | {
        *("arniqa", "fd_dinov2", *SET_METRICS)
    }
    needed = {
        "lpips_alex": ("alexnet-owt-7be5be79.pth", "weights.alex=FILE"),
        "lpips_vgg": ("vgg16-397923af.pth", "weights.vgg=FILE"),
        "identity": ("model_ir_se50.pth", "weights.arcface=FILE"),
        "dists": ("vgg16-397923af.pth", "weights.vgg=FILE"),
        "arniqa": ("ARNIQA.pth", "weights.arniqa=FILE"),
        "fd_dinov2": ("dinov2_vitl14_pretrain.pth", "weights.dinov2=FILE"),
        "deg": ("model_ir_se50.pth", "weights.arcface=FILE"),
        "lmd": ("2dfan4.onnx", "weights.landmarks=FILE"),
        **dict.fromkeys(SET_METRICS, ("pt_inception-2015-12-05-6726825d.pth", "weights.inception=FILE")),
    }
    for name, parts in needed.items():
        assert all(part in reasons[name] for part in parts), reasons[name]
    assert find_judges(["psnr"], NO_FILES).not_computed == []


def test_a_file_that_is_named_has_to_be_there_and_to_be_the_right_one(nowhere):
    with pytest.raises(FileNotFoundError, match=re.escape("not found at gone.pth")):
        find_judges(["lpips_alex"], NO_FILES | {"alex": "gone.pth"})
    torch.save({"fc.weight": torch.zeros(2)}, nowhere / "other.pth")
    with pytest.raises(ValueError, match=r"other\.pth lacks, .*; expected pytorch-fid's"):
        find_judges(["fid"], NO_FILES | {"inception": nowhere / "other.pth"})


def test_inception_sees_what_it_is_told_to_see(nowhere, monkeypatch):
    seen = []
    monkeypatch.setattr(
        inception, "load_inception", lambda path, resize: seen.append(resize) or torch.nn.Identity()
    )
    np.savez(nowhere / "inception.npz")
    judges = find_judges(["kid"], NO_FILES | {"inception": nowhere / "inception.npz"}, "bilinear")
    assert seen == ["bilinear"]
    assert judges.networks["inception"].settings["resize"] == "299 px, bilinear"
