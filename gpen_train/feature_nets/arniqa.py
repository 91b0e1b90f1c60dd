"""ARNIQA through torchmetrics, with its weights from files: nothing is downloaded.

Source: Agnolucci et al., arXiv:2310.14918; the regressor is the one that was fitted to KonIQ-10k.
"""

import zipfile
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torchmetrics.functional.image.arniqa import _ARNIQA

from gpen_train.feature_nets.weights import fill, find_weights, read_state
from gpen_train.pretrained.table import TABLE
from gpen_train.quote import reason_of

ENCODER_FILE, REGRESSOR_FILE = TABLE["arniqa"].file, TABLE["arniqa-regressor"].file


class _Empty(_ARNIQA):
    """Without weights."""

    def _load_weights(self) -> None:
        pass


def load_arniqa(encoder: str | Path | None = None, regressor: str | Path | None = None) -> nn.Module:
    """A frozen ARNIQA in eval mode: ``network(images [B, 3, H, W] in [0, 1], normalize=True)`` -> [B, 1].

    Raises FileNotFoundError that names the file that is missing and its option, ValueError for another.
    """
    path = find_weights(ENCODER_FILE, encoder, "ARNIQA", "weights.arniqa")
    network = _Empty()
    state = {name.replace("model.", ""): x for name, x in read_state(path).items() if "projector" not in name}
    fill(network.encoder, state, path, f"{ENCODER_FILE} of miccunifi/ARNIQA")
    path = find_weights(REGRESSOR_FILE, regressor, "ARNIQA", "weights.arniqa_regressor")
    weight, bias = read_regressor(path, network.regressor.in_features)
    network.regressor.load_state_dict({"weight": weight[None], "bias": bias})
    return network.eval().requires_grad_(False)


def read_regressor(path: Path, num_features: int) -> tuple[Tensor, Tensor]:
    """Weights [num_features] and bias [1] of the linear regressor in a TorchScript archive.

    The archive is no more than looked into: the two are told apart by their sizes. Raises ValueError where it
    does not hold just these.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            parts = {
                entry.file_size // 4: np.frombuffer(archive.read(entry), "<f4")
                for entry in archive.infolist()
                if "/data/" in entry.filename and entry.file_size in (4, 4 * num_features)
            }
        return torch.from_numpy(parts[num_features].copy()), torch.from_numpy(parts[1].copy())
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise ValueError(
            f"{path} holds no regressor of {num_features} features ({reason_of(error)}); expected "
            f"{REGRESSOR_FILE} of miccunifi/ARNIQA"
        ) from error
