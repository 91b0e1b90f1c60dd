"""The identity loss against its formula."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from gpen_train.feature_nets.arcface import crop_face
from gpen_train.losses.judged.identity import identity, identity_of_faces


class Recogniser(nn.Module):
    """A face's features: its mean in a 4 x 4 grid of places, of length 1."""

    def forward(self, faces):
        assert faces.shape[1:] == (3, 112, 112)
        return F.normalize(F.adaptive_avg_pool2d(faces, 4).flatten(1))


def test_it_is_one_minus_the_cosine():
    restored = F.normalize(torch.tensor([[3.0, 4.0], [1.0, 0.0]]))
    clean = F.normalize(torch.tensor([[4.0, 3.0], [-2.0, 0.0]]))
    assert identity(restored, clean).item() == pytest.approx(((1 - 24 / 25) + 2) / 2)


@pytest.mark.parametrize("resolution", [64, 512])
def test_restored_is_compared_with_clean(resolution):
    torch.manual_seed(0)
    restored, clean = (
        F.interpolate(torch.randn(2, 3, 8, 8), resolution, mode="bicubic").requires_grad_() for _ in range(2)
    )
    ours, theirs = (F.adaptive_avg_pool2d(crop_face(images), 4).flatten(1) for images in (restored, clean))
    wanted = (1 - (ours * theirs).sum(1) / (ours.norm(dim=1) * theirs.norm(dim=1))).mean()
    term = identity_of_faces(Recogniser(), restored, clean)
    torch.testing.assert_close(term, wanted)
    term.backward()
    assert restored.grad.abs().sum() > 0
    assert clean.grad is None
    assert identity_of_faces(Recogniser(), clean, clean).item() == pytest.approx(0, abs=1e-6)


def test_what_is_around_the_face_does_not_count():
    clean = torch.rand(1, 3, 256, 256)
    other = clean.clone()
    other[:, :, :35], other[:, :, 223:], other[:, :, :, :32], other[:, :, :, 220:] = 1, 1, 1, 1
    assert identity_of_faces(Recogniser(), other, clean).item() == pytest.approx(0, abs=1e-6)
