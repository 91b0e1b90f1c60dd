"""The discriminator: minibatch deviation by definition, features, second derivatives."""

import pytest
import torch

from gpen_train.models.discriminator import Discriminator, minibatch_deviation


@pytest.mark.parametrize(
    ("batch", "group_size", "size"), [(8, 4, 4), (2, 4, 2), (6, 4, 3), (5, 0, 5), (1, 4, 1)]
)
def test_minibatch_deviation_by_definition(batch, group_size, size):
    x = torch.randn(batch, 3, 4, 4)
    found = minibatch_deviation(x, group_size)
    num_groups = batch // size
    for sample in range(batch):
        group = x[sample % num_groups :: num_groups]
        assert len(group) == size
        wanted = (group.var(dim=0, unbiased=False) + 1e-8).sqrt().mean()
        torch.testing.assert_close(found[sample], wanted.expand(1, 4, 4))


def test_features_and_judge_make_the_logits():
    discriminator = Discriminator(32, channel_base=256, channel_max=16)
    images = torch.randn(4, 3, 32, 32)
    features = discriminator.features(images)
    assert [list(maps.shape[1:]) for maps in features] == [[16, 16, 16], [16, 8, 8], [16, 4, 4]]
    torch.testing.assert_close(discriminator.judge(features), discriminator(images))


def test_gradient_of_the_gradient():
    """What R1 needs, through the in-place activations and the filters."""
    discriminator = Discriminator(8, channel_base=32, channel_max=4).double()
    images = torch.randn(2, 3, 8, 8, dtype=torch.double, requires_grad=True)
    assert torch.autograd.gradgradcheck(discriminator, images, nondet_tol=1e-10)


def test_refuses_another_size():
    with pytest.raises(
        ValueError, match=r"images has the shape \[1, 3, 16, 16\]; expected \[any, 3, 32, 32\]"
    ):
        Discriminator(32, 256, 16)(torch.randn(1, 3, 16, 16))
