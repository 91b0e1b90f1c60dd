"""PSNR, in a mask and of the colours too, and SSIM by definition, and the evaluation of a model."""

import math

import pytest
import torch
from torch import nn

from gpen_train.evaluation.held_out import evaluate
from gpen_train.evaluation.metrics import chroma_error, chroma_psnr, colourfulness, hole_of, psnr, ssim
from gpen_train.tasks.pair import Batch


def images(seed, count=3, size=32):
    return torch.randint(
        0, 256, (count, size, size, 3), dtype=torch.uint8, generator=torch.Generator().manual_seed(seed)
    )


def test_psnr_by_definition():
    a, b = images(0), images(1)
    error = (a.double() - b.double()).square().mean(dim=(1, 2, 3))
    torch.testing.assert_close(psnr(a, b).double(), 10 * torch.log10(255**2 / error), rtol=1e-5, atol=1e-4)
    assert math.isinf(psnr(a, a)[0])


def test_psnr_in_a_mask_by_definition():
    a, b = images(0), images(1)
    mask = torch.zeros(3, 32, 32, dtype=torch.bool)
    mask[0, :8, :20] = mask[1] = True
    in_mask = psnr(a, b, mask)
    error = (a[0, :8, :20].double() - b[0, :8, :20].double()).square().mean()
    torch.testing.assert_close(in_mask[0].double(), 10 * torch.log10(255**2 / error), rtol=1e-5, atol=1e-4)
    torch.testing.assert_close(in_mask[1], psnr(a, b)[1])
    assert math.isnan(in_mask[2])  # no pixel counts
    with pytest.raises(ValueError, match="mask has the shape"):
        psnr(a, b, mask[:, :16])


def test_chroma_psnr_by_definition():
    """Cb and Cr as JFIF defines them."""
    a, b = images(0), images(1)
    matrix = torch.tensor([[-0.168736, -0.331264, 0.5], [0.5, -0.418688, -0.081312]], dtype=torch.double)
    error = ((a.double() - b.double()) @ matrix.T).square().mean(dim=(1, 2, 3))
    expected = 10 * torch.log10(255**2 / error)
    torch.testing.assert_close(chroma_psnr(a, b).double(), expected, rtol=1e-4, atol=1e-3)


def test_chroma_error_by_definition():
    a, b = images(0), images(1)
    matrix = torch.tensor([[-0.168736, -0.331264, 0.5], [0.5, -0.418688, -0.081312]], dtype=torch.double)
    distance = ((a.double() - b.double()) @ matrix.T).norm(dim=3)
    torch.testing.assert_close(chroma_error(a, b).double(), distance.mean(dim=(1, 2)), rtol=1e-4, atol=1e-3)


def test_colourfulness_by_definition():
    a = images(0)
    red, green, blue = a.double().numpy()[1].transpose(2, 0, 1)
    first, second = red - green, (red + green) / 2 - blue
    spread = (first.std() ** 2 + second.std() ** 2) ** 0.5
    expected = spread + 0.3 * (first.mean() ** 2 + second.mean() ** 2) ** 0.5
    assert colourfulness(a)[1] == pytest.approx(expected)
    assert colourfulness(a[..., :1].expand(-1, -1, -1, 3)).max() == 0


def test_chroma_psnr_is_blind_to_brightness():
    a = images(0) // 2
    assert chroma_psnr(a, a + 100).min() > 100


def test_the_hole_is_white_in_the_degraded_image_alone():
    clean = images(0, 2, 16) // 2
    clean[:, :4] = 255  # white by itself
    small = clean[:, ::2, ::2].clone()
    small[0, :3, 4:8] = 255
    hole = hole_of(small, clean)
    expected = torch.zeros(2, 16, 16, dtype=torch.bool)
    expected[0, 4:6, 8:16] = True
    assert torch.equal(hole, expected)


def test_ssim_by_definition():
    """Means under a Gaussian window of sigma 1.5, 11 x 11, wherever it lies in the image."""
    a, b = images(0, 1, 16), images(0, 1, 16) // 2 + 30
    taps = torch.exp(-((torch.arange(11, dtype=torch.double) - 5) ** 2) / (2 * 1.5**2))
    window = torch.outer(taps, taps) / taps.sum() ** 2

    def mean(image):  # [3, 16, 16] -> [3, 6, 6]
        return (image.unfold(1, 11, 1).unfold(2, 11, 1) * window).sum(dim=(3, 4))

    x, y = (image[0].permute(2, 0, 1).double() / 255 for image in (a, b))
    mean_x, mean_y = mean(x), mean(y)
    var_x, var_y = mean(x * x) - mean_x**2, mean(y * y) - mean_y**2
    covariance = mean(x * y) - mean_x * mean_y
    luminance = (2 * mean_x * mean_y + 0.01**2) / (mean_x**2 + mean_y**2 + 0.01**2)
    structure = (2 * covariance + 0.03**2) / (var_x + var_y + 0.03**2)
    similarity = luminance * structure  # [3, 6, 6]
    torch.testing.assert_close(ssim(a, b)[0].double(), similarity.mean(), rtol=1e-4, atol=1e-5)
    mask = torch.zeros(1, 16, 16, dtype=torch.bool)
    mask[:, :7, :9] = True  # of which 2 x 4 pixels lie inside of the border
    expected = similarity[:, :2, :4].mean()
    torch.testing.assert_close(ssim(a, b, mask)[0].double(), expected, rtol=1e-4, atol=1e-5)
    assert math.isnan(ssim(a, b, mask & False)[0])


def test_refuses_two_sizes():
    with pytest.raises(ValueError, match=r"images has the shape"):
        psnr(images(0, size=16), images(0, size=32))


class Identity(nn.Module):
    """Restores nothing."""

    def __init__(self):
        super().__init__()
        self.unused = nn.Parameter(torch.zeros(1))

    def forward(self, x, random=None):
        return x


def test_evaluate_takes_the_mean_over_images_of_all_batches():
    batches = [Batch(images(0, 3), images(1, 3), {}), Batch(images(2, 1), images(3, 1), {})]
    scores, sheet = evaluate(Identity(), batches, sheet_rows=2)
    wanted = torch.cat([psnr(batch.degraded, batch.clean) for batch in batches]).mean()
    assert scores["images"] == 4
    assert scores["degraded"]["psnr"] == pytest.approx(float(wanted))
    assert scores["restored"] == scores["degraded"]
    assert sheet.shape == (2 * 32, 3 * 32, 3)
    assert (sheet[:32, :32] == batches[0].degraded[0].numpy()).all()
    assert (sheet[:32, 64:] == batches[0].clean[0].numpy()).all()


def test_evaluate_refuses_no_images():
    with pytest.raises(ValueError, match=r"no held-out images to evaluate on; set data\.num_held_out"):
        evaluate(Identity(), [])
