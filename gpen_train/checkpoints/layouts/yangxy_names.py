"""How yangxy/GPEN's released networks name and shape their parameters: tables that are read both ways.

Weights are stored as they are here, before any equalized gain: only names and leading dimensions differ.
Source: the key names and shapes of GPEN-BFR-256 to -2048, github.com/yangxy/GPEN.
"""

from collections.abc import Mapping
from typing import NamedTuple

from torch import Tensor

from gpen_train.checkpoints.build import check_filter
from gpen_train.checkpoints.formats.errors import OtherNetwork
from gpen_train.models import filters
from gpen_train.models.channels import resolutions_up_to
from gpen_train.quote import quoted_names


class Row(NamedTuple):
    """One parameter: its name here, its name there, and the dimensions of size 1 that it has only there."""

    ours: str
    theirs: str
    ones: tuple[int, ...] = ()


class Names(NamedTuple):
    """A network's state dict there: its parameters, and the filters that are constants here."""

    rows: list[Row]
    kernels: dict[str, Tensor]


def generator_names(resolution: int, mapper_layers: int = 8) -> Names:
    """The GPEN of ``resolution`` px: encoder, mapper and generator in one state dict."""
    sides = resolutions_up_to(resolution)
    rows = _linear("encoder.fc", "final_linear.0")
    for index, side in enumerate(reversed(sides)):
        rows += _conv(f"encoder.b{side}", f"ecd{index}.0", blurred=index > 0)
    for index in range(mapper_layers):
        rows += _linear(f"mapper.fc{index}", f"generator.style.{index + 1}")
    rows.append(Row("generator.b4.const", "generator.input.input"))
    rows += _modulated("generator.b4.conv1", "generator.conv1")
    rows += _to_rgb("generator.b4.torgb", "generator.to_rgb1")
    for index, side in enumerate(sides[1:]):
        rows += _modulated(f"generator.b{side}.conv0", f"generator.convs.{2 * index}")
        rows += _modulated(f"generator.b{side}.conv1", f"generator.convs.{2 * index + 1}")
        rows += _to_rgb(f"generator.b{side}.torgb", f"generator.to_rgbs.{index}")
    down, up = filters.kernel(), filters.kernel(gain=4)
    kernels = {f"ecd{index}.0.0.kernel": down for index in range(1, len(sides))}
    for index in range(len(sides) - 1):
        kernels[f"generator.convs.{2 * index}.conv.blur.kernel"] = up
        kernels[f"generator.to_rgbs.{index}.upsample.kernel"] = up
    return Names(rows, kernels)


def discriminator_names(resolution: int) -> Names:
    """The discriminator of ``resolution`` px, which is rosinality's."""
    rows = _conv(f"b{resolution}.fromrgb", "convs.0") + _conv("b4.conv", "final_conv")
    rows += _linear("b4.fc", "final_linear.0") + _linear("b4.out", "final_linear.1")
    kernels = {}
    for index, side in enumerate(reversed(resolutions_up_to(resolution)[1:]), start=1):
        rows += _conv(f"b{side}.conv0", f"convs.{index}.conv1")
        rows += _conv(f"b{side}.conv1", f"convs.{index}.conv2", blurred=True)
        rows.append(Row(f"b{side}.skip.weight", f"convs.{index}.skip.1.weight"))
        kernels[f"convs.{index}.conv2.0.kernel"] = filters.kernel()
        kernels[f"convs.{index}.skip.0.kernel"] = filters.kernel()
    return Names(rows, kernels)


def _linear(ours: str, theirs: str) -> list[Row]:
    return [Row(f"{ours}.{name}", f"{theirs}.{name}") for name in ("weight", "bias")]


def _conv(ours: str, theirs: str, blurred: bool = False) -> list[Row]:
    """A sequence there: the blur if any, the convolution, its activation, which owns the bias."""
    place = 1 if blurred else 0
    return [
        Row(f"{ours}.weight", f"{theirs}.{place}.weight"),
        Row(f"{ours}.bias", f"{theirs}.{place + 1}.bias"),
    ]


def _modulated(ours: str, theirs: str) -> list[Row]:
    return [
        Row(f"{ours}.weight", f"{theirs}.conv.weight", (0,)),  # [1, O, I, 3, 3]
        *_linear(f"{ours}.affine", f"{theirs}.conv.modulation"),
        Row(f"{ours}.strength", f"{theirs}.noise.weight", (0,)),  # [1]
        Row(f"{ours}.bias", f"{theirs}.activate.bias"),
    ]


def _to_rgb(ours: str, theirs: str) -> list[Row]:
    return [
        Row(f"{ours}.weight", f"{theirs}.conv.weight", (0,)),  # [1, 3, I, 1, 1]
        *_linear(f"{ours}.affine", f"{theirs}.conv.modulation"),
        Row(f"{ours}.bias", f"{theirs}.bias", (0, 2, 3)),  # [1, 3, 1, 1]
    ]


def to_yangxy(state: Mapping[str, Tensor], names: Names) -> dict[str, Tensor]:
    """Our state dict under their names and shapes, their constant filters included."""
    theirs = {row.theirs: _unsqueezed(state[row.ours], row.ones) for row in names.rows}
    some = next(iter(state.values()))
    return theirs | {name: kernel.to(some) for name, kernel in names.kernels.items()}


def from_yangxy(state: Mapping[str, Tensor], names: Names, source: str) -> dict[str, Tensor]:
    """Their state dict under our names and shapes.

    Raises OtherNetwork for a name that is missing or unknown, ValueError for another filter than
    [1, 3, 3, 1].
    """
    expected = {row.theirs for row in names.rows} | names.kernels.keys()
    for problem, found in (("lacks", expected - state.keys()), ("has the unknown", state.keys() - expected)):
        if found:
            listed = quoted_names(sorted(found))
            raise OtherNetwork(f"{source} {problem} {listed}; expected a yangxy/GPEN network")
    for name, kernel in names.kernels.items():
        check_filter(name, state[name], kernel, source)
    for row in names.rows:
        shape = state[row.theirs].shape
        if any(dim >= len(shape) or shape[dim] != 1 for dim in row.ones):
            raise ValueError(
                f"{source} holds {row.theirs} of shape {list(shape)}; expected 1 at {list(row.ones)}"
            )
    return {row.ours: _squeezed(state[row.theirs], row.ones) for row in names.rows}


def _unsqueezed(tensor: Tensor, ones: tuple[int, ...]) -> Tensor:
    for dim in ones:
        tensor = tensor.unsqueeze(dim)
    return tensor


def _squeezed(tensor: Tensor, ones: tuple[int, ...]) -> Tensor:
    for dim in reversed(ones):
        tensor = tensor.squeeze(dim)
    return tensor
