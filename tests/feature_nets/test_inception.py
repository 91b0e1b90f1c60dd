"""Inception: the file's names and shapes, torch-fidelity's numbers, and both ways of resizing."""

import pytest
import torch
import torch.nn.functional as F
from torch_fidelity.feature_extractor_inceptionv3 import FeatureExtractorInceptionV3

from gpen_train.feature_nets import inception
from gpen_train.feature_nets.inception import INCEPTION_FILE, SIDE, Inception, load_inception


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    """Random weights, and statistics that keep the activations in range."""
    torch.manual_seed(0)
    network = Inception()
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean.normal_(0, 0.1)
            module.running_var.uniform_(0.2, 0.5)
    path = tmp_path_factory.mktemp("weights") / INCEPTION_FILE
    torch.save(network.state_dict(), path)
    return path


def test_sizes_are_the_papers():
    with torch.device("meta"):
        network = Inception().eval()
        shapes = {}
        for name in network.steps:
            network.get_submodule(name).register_forward_hook(
                lambda module, _, output, name=name: shapes.update({name: tuple(output.shape[1:])})
            )
        assert network(torch.empty(2, 3, 64, 64)).shape == (2, network.num_features)
    expected = {"Conv2d_4a_3x3": (192, 71, 71), "Mixed_5b": (256, 35, 35), "Mixed_5d": (288, 35, 35)}
    expected |= {"Mixed_6a": (768, 17, 17), "Mixed_6e": (768, 17, 17), "Mixed_7a": (1280, 8, 8)}
    expected |= {"Mixed_7b": (2048, 8, 8), "Mixed_7c": (2048, 8, 8)}
    assert {name: shapes[name] for name in expected} == expected


@torch.inference_mode()
def test_features_are_torch_fidelitys(file):
    """With the same weights: our network takes (x - 128) / 128, as theirs makes it of uint8 images."""
    theirs = FeatureExtractorInceptionV3(
        "inception-v3-compat", ["2048"], feature_extractor_weights_path=str(file)
    )
    images = torch.randint(0, 256, (2, 3, SIDE, SIDE), dtype=torch.uint8)
    expected = theirs(images)[0]
    ours = load_inception(file)((images.float() - 128) / 128)
    torch.testing.assert_close(ours, expected, rtol=1e-6, atol=1e-6)
    assert expected.std(dim=1).min() > 0.01


def test_names_are_those_of_the_file():
    with torch.device("meta"):
        shapes = {name: tuple(tensor.shape) for name, tensor in Inception().state_dict().items()}
    expected = {
        "Conv2d_1a_3x3.conv.weight": (32, 3, 3, 3),
        "Mixed_5b.branch5x5_2.conv.weight": (64, 48, 5, 5),
        "Mixed_6a.branch3x3.bn.running_var": (384,),
        "Mixed_6b.branch7x7dbl_5.conv.weight": (192, 128, 1, 7),
        "Mixed_7a.branch7x7x3_4.conv.weight": (192, 192, 3, 3),
        "Mixed_7c.branch3x3dbl_3b.conv.weight": (384, 384, 3, 1),
        "fc.weight": (1008, 2048),
    }
    assert {name: shapes.get(name) for name in expected} == expected
    assert sum(name.endswith("conv.weight") for name in shapes) == 94


def test_resizes():
    images = torch.rand(1, 3, 640, 640) * 2 - 1
    plain = F.interpolate(images, (SIDE, SIDE), mode="bilinear", align_corners=False)
    torch.testing.assert_close(inception.RESIZES["bilinear"](images), plain)
    checks = (torch.arange(598)[:, None] + torch.arange(598)) % 2 * 2.0 - 1
    assert inception.RESIZES["antialiased"](checks.expand(1, 3, -1, -1)).abs().max() < 0.1
    with pytest.raises(ValueError, match=r"fid\.resize is 'nearest'; choose one of: bilinear, antialiased"):
        Inception("nearest")
