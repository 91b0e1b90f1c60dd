"""The power-function averages that a run has stored, a file for use each, and others made of them.

RUN/profiles/000050000-0.05.pth    of 50000 images, of width sigma_rel 0.05; in float16
"""

import re
from collections.abc import Iterable
from pathlib import Path

import torch
from torch import Tensor

from gpen_train.checkpoints.load import load
from gpen_train.models.gpen import GPEN
from gpen_train.models.prior import Prior
from gpen_train.profiles import SIGMA, Profile

FOLDER = "profiles"
NEGLIGIBLE = 1e-6  # factors; float16 has rounded a thousand times as much away


def name_of(profile: Profile) -> str:
    """Of a file."""
    return f"{profile.images:09d}-{profile.sigma_rel:g}.pth"


def profiles_in(folder: Path) -> dict[Path, Profile]:
    """The files in ``folder``, by their names, oldest first; none where there is no such folder."""
    found = {}
    for path in sorted(folder.glob("*.pth")):
        name = re.fullmatch(r"(\d{1,15})-(0\.\d{1,12})\.pth", path.name)
        if name and int(name[1]) and SIGMA.hold(float(name[2])):
            found[path] = Profile(int(name[1]), float(name[2]))
    return found


def combined(files: Iterable[tuple[Path, float]]) -> GPEN | Prior:
    """The model whose parameters are the sum of the files' times their factors, summed in float64.

    Its buffers and its args are those of the last file. Others of a negligible factor are not read. Raises
    ValueError where the files hold models of other settings, or are damaged.
    """
    *others, last = files
    model = load(last[0])
    sums = {name: last[1] * parameter.double() for name, parameter in _parameters(model)}
    for path, factor in others:
        if abs(factor) < NEGLIGIBLE:
            continue
        other = load(path)
        if type(other) is not type(model) or other.settings != model.settings:
            raise ValueError(f"{path} and {last[0]} are of two kinds of model; expected those of one run")
        for name, parameter in _parameters(other):
            sums[name] += factor * parameter.double()
    with torch.no_grad():
        for name, parameter in _parameters(model):
            parameter.copy_(sums[name])
    return model


def _parameters(model: GPEN | Prior) -> list[tuple[str, Tensor]]:
    return [(name, parameter.detach()) for name, parameter in model.named_parameters()]
