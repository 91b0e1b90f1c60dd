"""IR-SE50: the released file's names and shapes, its units written out, and what it sees of a face."""

import pytest
import torch
import torch.nn.functional as F

from gpen_train.feature_nets import arcface
from gpen_train.feature_nets.arcface import ARCFACE_FILE, IRSE50, Unit, crop_face, load_arcface


def released_shapes():
    """Names and shapes of model_ir_se50.pth, written out from its description."""

    def batch_norm(name, channels):
        parts = ("weight", "bias", "running_mean", "running_var")
        return {f"{name}.{part}": (channels,) for part in parts} | {f"{name}.num_batches_tracked": ()}

    shapes = {"input_layer.0.weight": (64, 3, 3, 3), "input_layer.2.weight": (64,)}
    shapes |= batch_norm("input_layer.1", 64)
    widths = [64] * 3 + [128] * 4 + [256] * 14 + [512] * 3
    for i, (before, width) in enumerate(zip([64, *widths], widths, strict=False)):
        unit = f"body.{i}"
        if before != width:
            shapes[f"{unit}.shortcut_layer.0.weight"] = (width, before, 1, 1)
            shapes |= batch_norm(f"{unit}.shortcut_layer.1", width)
        shapes |= batch_norm(f"{unit}.res_layer.0", before)
        shapes[f"{unit}.res_layer.1.weight"] = (width, before, 3, 3)
        shapes[f"{unit}.res_layer.2.weight"] = (width,)
        shapes[f"{unit}.res_layer.3.weight"] = (width, width, 3, 3)
        shapes |= batch_norm(f"{unit}.res_layer.4", width)
        shapes[f"{unit}.res_layer.5.fc1.weight"] = (width // 16, width, 1, 1)
        shapes[f"{unit}.res_layer.5.fc2.weight"] = (width, width // 16, 1, 1)
    shapes |= batch_norm("output_layer.0", 512)
    shapes |= {"output_layer.3.weight": (512, 512 * 7 * 7), "output_layer.3.bias": (512,)}
    return shapes | batch_norm("output_layer.4", 512)


def test_names_and_shapes_are_the_released_ones():
    with torch.device("meta"):
        network = IRSE50().eval()
        assert network(torch.empty(2, 3, 112, 112)).shape == (2, 512)
    assert {name: tuple(t.shape) for name, t in network.state_dict().items()} == released_shapes()
    assert sum(parameter.numel() for parameter in network.parameters()) == 43_797_696


def randomised(network):
    """Statistics and weights of batch norms that are not 0 and 1."""
    torch.manual_seed(0)
    for tensor in network.state_dict().values():
        if tensor.dim() == 1:
            tensor.uniform_(0.5, 1.5)
    return network.eval()


@torch.no_grad()
@pytest.mark.parametrize(("in_channels", "stride"), [(16, 2), (32, 2), (32, 1)])
def test_a_unit_is_what_the_paper_writes(in_channels, stride):
    unit = randomised(Unit(in_channels, 32, stride)).double()
    state = unit.state_dict()

    def norm(x, name):
        parts = ("running_mean", "running_var", "weight", "bias")
        mean, variance, weight, bias = (state[f"{name}.{part}"].view(-1, 1, 1) for part in parts)
        return (x - mean) / (variance + 1e-5).sqrt() * weight + bias

    x = torch.randn(2, in_channels, 8, 8).double()
    y = F.conv2d(norm(x, "res_layer.0"), state["res_layer.1.weight"], padding=1)
    y = torch.where(y > 0, y, y * state["res_layer.2.weight"].view(-1, 1, 1))
    y = norm(F.conv2d(y, state["res_layer.3.weight"], stride=stride, padding=1), "res_layer.4")
    squeezed = torch.relu(y.mean(dim=(2, 3)) @ state["res_layer.5.fc1.weight"][:, :, 0, 0].T)
    excited = 1 / (1 + torch.exp(-squeezed @ state["res_layer.5.fc2.weight"][:, :, 0, 0].T))
    shortcut = x[:, :, ::stride, ::stride]
    if in_channels != 32:
        shortcut = norm(F.conv2d(shortcut, state["shortcut_layer.0.weight"]), "shortcut_layer.1")
    torch.testing.assert_close(unit(x), y * excited[:, :, None, None] + shortcut)


@pytest.mark.parametrize("resolution", [256, 512, 1024])
def test_the_face_is_cut_out_where_gpen_does(resolution):
    s = resolution // 256
    inside = torch.zeros(1, 3, resolution, resolution)
    inside[:, :, 35 * s : -33 * s, 32 * s : -36 * s] = 1
    assert crop_face(inside).shape == (1, 3, 112, 112)
    torch.testing.assert_close(crop_face(inside), torch.ones(1, 3, 112, 112))
    ramp = torch.linspace(-1, 1, resolution).expand(1, 3, resolution, resolution)
    pooled = F.adaptive_avg_pool2d(ramp[:, :, 35 * s : -33 * s, 32 * s : -36 * s], 112)
    torch.testing.assert_close(crop_face(ramp)[..., 2:-2], pooled[..., 2:-2], rtol=0, atol=0.003)


def test_small_faces_are_enlarged_and_fine_patterns_averaged():
    assert crop_face(torch.zeros(1, 3, 64, 64)).shape == (1, 3, 112, 112)
    checks = (torch.arange(1024)[:, None] + torch.arange(1024)) % 2 * 2.0 - 1
    assert crop_face(checks.expand(1, 3, -1, -1)).abs().max() < 0.05
    with pytest.raises(ValueError, match=r"images has the shape \[1, 3, 8, 16\]"):
        crop_face(torch.zeros(1, 3, 8, 16))


@pytest.fixture
def small(tmp_path, monkeypatch):
    """A file of a network with fewer and narrower units."""
    monkeypatch.setattr(arcface, "STAGES", ((64, 1), (32, 1), (32, 1), (16, 1)))
    network = randomised(IRSE50())
    torch.save(network.state_dict(), tmp_path / ARCFACE_FILE)
    return tmp_path / ARCFACE_FILE, network


@torch.no_grad()
def test_a_file_is_loaded_and_frozen(small):
    path, saved = small
    network = load_arcface(path)
    assert not network.training
    assert not any(parameter.requires_grad for parameter in network.parameters())
    faces = torch.rand(2, 3, 112, 112) * 2 - 1
    features = network(faces)
    torch.testing.assert_close(features, saved(faces))
    torch.testing.assert_close(features.norm(dim=1), torch.ones(2))


def test_missing_and_wrong_files_are_named(small, tmp_path, monkeypatch):
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "hub"))
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    with pytest.raises(
        FileNotFoundError, match=r"model_ir_se50\.pth, not found at weights/.*losses\.identity\.weights=FILE"
    ):
        load_arcface()
    torch.save({"conv1.weight": torch.zeros(1)}, tmp_path / "iresnet.pth")
    with pytest.raises(ValueError, match=r"iresnet\.pth lacks, .*; expected TreB1eN/InsightFace_Pytorch's"):
        load_arcface(tmp_path / "iresnet.pth")
