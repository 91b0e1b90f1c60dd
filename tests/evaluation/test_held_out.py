"""The evaluation during a training: LPIPS where its weights are, a Frechet distance of two images or more."""

import lpips as lpips_package
import pytest
import torch
from torch import nn

from gpen_train.evaluation.frechet import Moments, RandomFeatures, frechet_distance
from gpen_train.evaluation.held_out import evaluate, find_lpips
from gpen_train.feature_nets.lpips_net import BACKBONE_FILES
from gpen_train.images import to_float
from gpen_train.tasks.pair import Batch


class Brighter(nn.Module):
    """Restores nothing, and makes images brighter."""

    def __init__(self):
        super().__init__()
        self.unused = nn.Parameter(torch.zeros(1))

    def forward(self, x, random=None):
        return x + 0.1


def batches(*sizes):
    random = torch.Generator().manual_seed(0)

    def images(num):
        return torch.randint(0, 200, (num, 64, 64, 3), generator=random, dtype=torch.uint8)

    return [Batch(images(num), images(num), {}) for num in sizes]


def test_frechet_is_taken_over_all_batches():
    given = batches(3, 2)
    scores, _ = evaluate(Brighter(), given)
    clean, degraded, features = Moments(), Moments(), RandomFeatures()
    for batch in given:
        clean.add(features(to_float(batch.clean)))
        degraded.add(features(to_float(batch.degraded)))
    assert scores["degraded"]["frechet"] == pytest.approx(frechet_distance(clean, degraded), rel=1e-6)
    assert scores["restored"]["frechet"] > scores["degraded"]["frechet"]
    assert scores["images"] == 5


def test_one_image_is_no_set():
    assert set(evaluate(Brighter(), batches(1))[0]["restored"]) == {"psnr", "ssim"}


def test_lpips_is_the_mean_over_images_and_does_not_drop_out():
    torch.manual_seed(0)
    judge = lpips_package.LPIPS(net="alex", pnet_rand=True, verbose=False).train()
    given = batches(3, 2)
    scores, _ = evaluate(Brighter(), given, lpips=judge)
    judge.eval()
    with torch.no_grad():
        wanted = torch.cat([judge(to_float(batch.degraded), to_float(batch.clean)) for batch in given])
    assert scores["degraded"]["lpips"] == pytest.approx(float(wanted.mean()), rel=1e-5)


def test_lpips_is_left_out_where_its_weights_are_missing(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    assert find_lpips("alex", None) is None
    with pytest.raises(FileNotFoundError, match=r"alexnet-owt-7be5be79\.pth.*losses\.lpips\.weights=FILE"):
        find_lpips("alex", None, is_needed=True)
    with pytest.raises(FileNotFoundError, match=r"not found at elsewhere\.pth"):
        find_lpips("alex", "elsewhere.pth")


def test_lpips_is_found_among_the_weights(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "weights").mkdir()
    backbone = lpips_package.LPIPS(net="alex", pnet_rand=True, verbose=False).net.state_dict()
    features = {"features." + name.split(".", 1)[1]: tensor for name, tensor in backbone.items()}
    torch.save(features, tmp_path / "weights" / BACKBONE_FILES["alex"])
    assert not find_lpips("alex", None).training
