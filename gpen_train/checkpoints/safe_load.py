"""The one reader of pickles: tensors, OrderedDict and Namespace come through, and nothing else."""

import collections
import pickle
import tarfile
import types
from argparse import Namespace
from pathlib import Path
from typing import Any, BinaryIO

import torch

from gpen_train.checkpoints.pickle_scan import Scan, is_zip, open_zip, scan

STORAGES = ("Float", "Half", "BFloat16", "Double", "Long", "Int", "Short", "Char", "Byte", "Bool")
ALLOWED = {
    ("collections", "OrderedDict"): collections.OrderedDict,
    ("argparse", "Namespace"): Namespace,
    ("torch._utils", "_rebuild_tensor"): torch._utils._rebuild_tensor,
    ("torch._utils", "_rebuild_tensor_v2"): torch._utils._rebuild_tensor_v2,
    ("torch._utils", "_rebuild_parameter"): torch._utils._rebuild_parameter,
    **{("torch", f"{name}Storage"): getattr(torch, f"{name}Storage") for name in STORAGES},
}
WEIGHTS_ONLY_PROTOCOL = 2  # torch's own weights_only reader warns or fails above it


class RefusedGlobal(pickle.UnpicklingError):
    """A pickle names a function or class that no checkpoint needs."""


class RestrictedUnpickler(pickle.Unpickler):
    """An unpickler that finds the entries of ALLOWED alone."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in ALLOWED:
            raise RefusedGlobal(f"{module}.{name}")
        return ALLOWED[module, name]


def _load(file: BinaryIO, **options: Any) -> Any:
    return RestrictedUnpickler(file, **options).load()


# The names that torch.load uses of the pickle module, restricted.
RESTRICTED_PICKLE = types.SimpleNamespace(
    __name__="restricted_pickle", Unpickler=RestrictedUnpickler, load=_load
)


def safe_load(path: str | Path, mmap: bool = False) -> Any:
    """Read a file of ``torch.save``, zip or legacy, of any pickle protocol, onto the CPU.

    The pickles are scanned first: a file that names any function or class outside ALLOWED is refused, by
    name, before any of it runs. A zip is compared with its checksums; legacy files carry none. With
    ``mmap`` the tensors of a zip stay on disk until they are used, and the checksums are left unread.

    Raises OSError where the file cannot be opened, and ValueError, in one line, where it is truncated,
    altered, of another kind, or refused.
    """
    path = Path(path)
    if not path.is_file():
        found = "is a folder" if path.is_dir() else "does not exist"
        raise FileNotFoundError(f"{path} {found}; expected a checkpoint file, such as gpen-bfr-512.pth")
    scanned = _scan(path)
    zipped = is_zip(path)
    mmap = mmap and zipped
    try:
        if zipped and not mmap:
            _check_sums(path)
        if zipped and scanned.protocol <= WEIGHTS_ONLY_PROTOCOL:
            with torch.serialization.safe_globals([Namespace]):
                return torch.load(str(path), map_location="cpu", mmap=mmap, weights_only=True)
        return torch.load(
            str(path), map_location="cpu", mmap=mmap, weights_only=False, pickle_module=RESTRICTED_PICKLE
        )
    except RefusedGlobal as error:
        raise ValueError(_refusal(path, [str(error)])) from error
    except Exception as error:  # a damaged file makes torch raise nearly anything
        raise ValueError(_damage(path, error)) from error


def _check_sums(path: Path) -> None:
    """Compare every member of a zip with its CRC-32, which torch.load leaves unread."""
    with open_zip(path) as archive:
        broken = archive.testzip()
    if broken is not None:
        raise ValueError(f"{broken} does not match its checksum")


def _scan(path: Path) -> Scan:
    size = path.stat().st_size
    if size == 0:
        raise ValueError(f"{path} is empty; expected a checkpoint: copy or download it again")
    with path.open("rb") as file:
        start = file.read(8)
    if not is_zip(path) and (start[:1] != b"\x80" or tarfile.is_tarfile(path)):
        raise ValueError(
            f"{path} is no PyTorch checkpoint: it starts with {start!r}; expected a .pth or .pt file"
        )
    try:
        scanned = scan(path)
    except Exception as error:  # pickletools and zipfile raise many kinds on damaged bytes
        raise ValueError(_damage(path, error)) from error
    refused = [f"{module}.{name}" for module, name in scanned.named if (module, name) not in ALLOWED]
    if refused:
        raise ValueError(_refusal(path, refused))
    return scanned


def _refusal(path: Path, refused: list[str]) -> str:
    names = list(dict.fromkeys(refused))
    more = f" and {len(names) - 4} more" if len(names) > 4 else ""
    return (
        f"{path} is refused: its pickle names {', '.join(names[:4])}{more}, which could run code; "
        f"a checkpoint holds tensors, OrderedDict and argparse.Namespace alone. Nothing of it was run"
    )


def _damage(path: Path, error: Exception) -> str:
    reason = (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".")
    return (
        f"{path} is truncated or altered ({path.stat().st_size} bytes found): {reason}; "
        f"copy or download it again"
    )
