"""Files of statistics that FID is taken against: those of pytorch-fid (.npz) and of BasicSR (.pth)."""

from pathlib import Path
from typing import Any

import numpy as np
import torch

from gpen_train.evaluation.frechet import Statistics
from gpen_train.feature_nets.weights import first_line
from gpen_train.quote import REASON, quoted

FFHQ_FILE = "inception_FFHQ_512.pth"  # BasicSR's, of FFHQ at 512 px
NAMES = {".npz": ("mu", "sigma"), ".pth": ("mean", "cov")}
UNKNOWN_COUNT = 2  # enough for a distance; an .npz does not say how many images it stands for


def read_statistics(path: str | Path, num_features: int | None = None) -> Statistics:
    """The statistics in the file at ``path``; nothing in it is executed.

    Raises OSError where it cannot be opened, ValueError where it holds anything else, or features of another
    number than ``num_features``.
    """
    path = Path(path)
    if path.suffix not in NAMES:
        raise ValueError(
            f"{path} is no file of FID statistics; expected pytorch-fid's .npz with mu and sigma, or "
            "BasicSR's .pth with mean and cov"
        )
    names = NAMES[path.suffix]
    content = _read_npz(path) if path.suffix == ".npz" else _read_pth(path)
    try:
        mean, covariance = (torch.as_tensor(np.asarray(content[name]), dtype=torch.float64) for name in names)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise ValueError(
            f"{path} lacks {quoted(str(error))}; expected {names[0]} [D] and {names[1]} [D, D]"
        ) from None
    if mean.ndim != 1 or covariance.shape != (len(mean), len(mean)) or num_features not in (None, len(mean)):
        raise ValueError(
            f"{path} holds {names[0]} {list(mean.shape)} and {names[1]} {list(covariance.shape)}; expected "
            f"[{num_features or 'D'}] and [{num_features or 'D'}, {num_features or 'D'}]: statistics of "
            "Inception's last features"
        )
    if not (mean.isfinite().all() and covariance.isfinite().all()):
        raise ValueError(f"{path} holds numbers that are not finite; download it again")
    return Statistics(mean, covariance, UNKNOWN_COUNT)


def _read_npz(path: Path) -> Any:
    try:
        with np.load(path) as content:
            return {name: content[name] for name in content.files}
    except OSError:
        raise
    except Exception as error:  # damaged archives raise nearly anything
        raise ValueError(
            f"{path} is no readable .npz ({quoted(first_line(error), REASON)}); download it again"
        ) from error


def _read_pth(path: Path) -> Any:
    """A dict of numpy arrays, which torch.load takes when their classes are named."""
    array = np.zeros(1)
    reconstruct = array.__reduce__()[0]
    needed = [
        *(np.ndarray, np.dtype, type(array.dtype), type(np.dtype(np.float32)), reconstruct),
        (reconstruct, "numpy.core.multiarray._reconstruct"),  # its name before NumPy 2
        (reconstruct, "numpy._core.multiarray._reconstruct"),
    ]
    try:
        with torch.serialization.safe_globals(needed):
            content = torch.load(path, map_location="cpu", weights_only=True)
    except OSError:
        raise
    except Exception as error:  # damaged archives and foreign pickles raise nearly anything
        raise ValueError(
            f"{path} is no readable file of statistics ({quoted(first_line(error), REASON)})"
        ) from error
    return content if isinstance(content, dict) else {}
