"""Files of statistics that FID is taken against: those of pytorch-fid (.npz) and of BasicSR (.pth)."""

from pathlib import Path
from typing import Any

import numpy as np
import torch

from gpen_train.evaluation.frechet import Statistics
from gpen_train.pretrained.table import TABLE
from gpen_train.quote import REASON, quoted, reason_of
from gpen_train.zips import check_stored, read_arrays

FFHQ_FILE = TABLE["ffhq-statistics"].file  # BasicSR's, of FFHQ at 512 px
NAMES = {".npz": ("mu", "sigma"), ".pth": ("mean", "cov")}
KINDS = {".npz": ".npz", ".pth": "file of statistics"}  # in words
MOST_FEATURES = 4096  # Inception has 2048
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
    read = _read_npz if path.suffix == ".npz" else _read_pth
    with path.open("rb"):
        pass  # a missing file says so; what fails from here on is in the file
    try:
        content = read(path)
        arrays = [content[name] for name in names]
    except KeyError as error:
        raise ValueError(
            f"{path} lacks {quoted(str(error))}; expected {names[0]} [D] and {names[1]} [D, D]"
        ) from None
    except Exception as error:  # damaged archives and foreign pickles raise nearly anything, OSError too
        raise ValueError(
            f"{path} is no readable {KINDS[path.suffix]} ({reason_of(error)}); download it again"
        ) from error
    shapes = [_shape(array) for array in arrays]
    num = shapes[0][0] if len(shapes[0]) == 1 else 0
    if not 0 < num <= MOST_FEATURES or shapes[1] != (num, num) or num_features not in (None, num):
        found = " and ".join(f"{name} {list(shape)}" for name, shape in zip(names, shapes, strict=True))
        raise ValueError(
            f"{path} holds {quoted(found, REASON)}; expected "
            f"[{num_features or 'D'}] and [{num_features or 'D'}, {num_features or 'D'}]: statistics of "
            "Inception's last features"
        )
    mean, covariance = (_as_tensor(array) for array in arrays)
    if not (mean.isfinite().all() and covariance.isfinite().all()):
        raise ValueError(f"{path} holds numbers that are not finite; download it again")
    return Statistics(mean, covariance, UNKNOWN_COUNT)


def _shape(array: Any) -> tuple[int, ...]:
    """Of numbers; () for anything else, and nothing is made of it: a list may hold itself."""
    if isinstance(array, torch.Tensor):
        is_numbers = (
            array.layout is torch.strided and array.device.type == "cpu" and array.is_floating_point()
        )
    else:
        is_numbers = isinstance(array, np.ndarray) and array.dtype.kind in "fiu"
    return tuple(array.shape) if is_numbers else ()


def _as_tensor(array: np.ndarray | torch.Tensor) -> torch.Tensor:
    plain = array if isinstance(array, torch.Tensor) else np.asarray(array, np.float64)
    return torch.as_tensor(plain, dtype=torch.float64)


def _read_npz(path: Path) -> Any:
    return read_arrays(path, NAMES[".npz"], MOST_FEATURES**2 * 8 + (1 << 10))


def _read_pth(path: Path) -> Any:
    """A dict of numpy arrays, which torch.load takes when their classes are named."""
    array = np.zeros(1)
    reconstruct = array.__reduce__()[0]
    needed = [
        *(np.ndarray, np.dtype, type(array.dtype), type(np.dtype(np.float32)), reconstruct),
        (reconstruct, "numpy.core.multiarray._reconstruct"),  # its name before NumPy 2
        (reconstruct, "numpy._core.multiarray._reconstruct"),
    ]
    check_stored(path)
    with torch.serialization.safe_globals(needed):
        content = torch.load(path, map_location="cpu", weights_only=True)
    return content if isinstance(content, dict) else {}
