"""Folding batch norm into a ResNet-50, and how one starts from scratch."""

import pytest
import torch
from torch import nn

from gpen_train.models.encoders.resnet50 import ResNet50Encoder, fold_batch_norm


def with_random_statistics(network):
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.running_mean.normal_(0, 0.1)
            module.running_var.uniform_(0.5, 2)
            module.weight.data.uniform_(0.5, 1.5)
            module.bias.data.normal_(0, 0.1)
    return network.eval()


@torch.no_grad()
def test_folding_torchvisions_gives_the_same_features():
    torchvision = pytest.importorskip("torchvision")
    torch.manual_seed(0)
    theirs = with_random_statistics(torchvision.models.resnet50())
    ours = ResNet50Encoder(128).eval()
    left = ours.load_state_dict(fold_batch_norm(theirs.state_dict()), strict=False)
    assert set(left.missing_keys) == {"fc.weight", "fc.bias"}
    assert left.unexpected_keys == []

    x = torch.randn(2, 3, 128, 128)
    features, _ = ours(x)
    y = theirs.relu(theirs.bn1(theirs.conv1(x)))
    wanted = {64: y}
    y = theirs.maxpool(y)
    for side, layer in zip(
        (32, 16, 8, 4), (theirs.layer1, theirs.layer2, theirs.layer3, theirs.layer4), strict=True
    ):
        y = wanted[side] = layer(y)
    assert set(features) == {128, *wanted}
    for side, theirs_map in wanted.items():
        difference = (features[side] - theirs_map).norm() / theirs_map.norm()
        assert difference < 1e-4, (side, float(difference))


def test_folding_refuses_another_network():
    with pytest.raises(
        ValueError, match=r"no batch norm for conv1\.weight: .*expected torchvision's resnet50"
    ):
        fold_batch_norm({"conv1.weight": torch.zeros(4, 3, 7, 7)})


def test_branches_start_at_zero():
    encoder = ResNet50Encoder(64, style_dim=8, width=4, depths=(2, 1, 1, 1))
    block = encoder.layer1[1]  # has no downsample: at the start it passes its input on
    x = torch.rand(1, 16, 8, 8)
    torch.testing.assert_close(block(x), x)


def test_maps_down_to_4_pixels():
    encoder = ResNet50Encoder(512, style_dim=8, width=4, depths=(1, 1, 1, 1))
    features, code = encoder(torch.randn(1, 3, 512, 512))
    assert {side: maps.shape[1] for side, maps in features.items()} == encoder.feature_channels
    assert list(encoder.feature_channels) == [512, 256, 128, 64, 32, 16, 8, 4]
    torch.testing.assert_close(features[8], nn.functional.avg_pool2d(features[16], 2))
    assert code.shape == (1, 8)
