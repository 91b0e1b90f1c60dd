"""The one reader of files: whatever their format, nothing in them is ever executed. It does without torch."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from gpen_train.checkpoints.formats import legacy, nvlabs
from gpen_train.checkpoints.formats.archive import HEADER_START
from gpen_train.checkpoints.formats.errors import OtherKind, RefusedName
from gpen_train.checkpoints.formats.maker import Maker
from gpen_train.checkpoints.formats.safetensors import is_safetensors, read_safetensors
from gpen_train.checkpoints.formats.tree import check_tree
from gpen_train.checkpoints.formats.unpickler import Budget
from gpen_train.checkpoints.formats.window import Window
from gpen_train.checkpoints.formats.zipped import read_zip
from gpen_train.near import meant
from gpen_train.places.place import fetched
from gpen_train.quote import first_line

PICKLE_STARTS = tuple(bytes([0x80, protocol]) for protocol in range(2, 6))
TENSORFLOW = ("dnnlib.tflib.", "tfutil.")  # NVlabs' modules whose pickles are those of TensorFlow networks
MAX_SHARING = 4  # times the file's size that its tensors may declare in all, those that share bytes included


def read_file(path: str | Path, maker: Maker) -> Any:
    """What a file holds: of torch.save (zip or legacy), of NVlabs (a pickle), or safetensors.

    Tensors, as ``maker`` makes them, plain values and argparse.Namespace come through; a file that names any
    other function or class is refused, by name. Sizes are compared with what the file has before memory is
    taken, and where values are read, a zip with its checksums. The networks of NVlabs' pickles come as
    Persistent. What lies at a URL is fetched to the cache folder first.

    Raises OSError where the file cannot be opened, and ValueError, in one line, where it is truncated,
    altered, of another kind, or refused.
    """
    path = fetched(path)
    if not path.is_file():
        found = "is a folder" if path.is_dir() else "does not exist"
        raise FileNotFoundError(
            f"{path} {found}{meant(path) or '; expected a checkpoint file, such as gpen-bfr-512.pth'}"
        )
    read = _reader_of(path)
    with path.open("rb") as file:
        return _read_whole(path, maker, partial(read, Window(file, 0, path.stat().st_size), maker))


def _read_whole(path: Path, maker: Maker, read: Callable[[], Any]) -> Any:
    """What ``read()`` gives, checked; whatever it raises, one line that names the file at ``path``."""
    try:
        content = read()
        check_tree(content, MAX_SHARING * path.stat().st_size, maker.leaves)
        return nvlabs.with_networks(content)
    except RefusedName as error:
        raise ValueError(_refusal(path, error)) from error
    except OtherKind as error:
        raise ValueError(f"{path} is no checkpoint that can be read: {_reason(error)}") from error
    except MemoryError as error:
        raise OSError(f"{path} does not fit into memory: {_reason(error)}") from error
    except Exception as error:  # damaged bytes make the readers raise nearly anything, OSError too
        raise ValueError(
            f"{path} is truncated or altered ({path.stat().st_size} bytes found): {_reason(error)}; "
            f"copy or download it again"
        ) from error


def _reader_of(path: Path) -> Callable[[Window, Maker], Any]:
    """What reads the format that the file's first bytes are of."""
    with path.open("rb") as file:
        start = file.read(16)
    if not start:
        raise ValueError(f"{path} is empty; expected a checkpoint: copy or download it again")
    if is_safetensors(start):
        return read_safetensors
    if start.startswith(HEADER_START):
        return read_zip
    if start.startswith(PICKLE_STARTS):
        return _read_pickle
    raise ValueError(
        f"{path} is no checkpoint: it starts with {start[:8]!r}; expected a .pth, .pt, .ckpt, .pkl or "
        f".safetensors file"
    )


def _read_pickle(window: Window, maker: Maker) -> Any:
    """A legacy file of torch.save, which the number in its first pickle tells, or one pickle of NVlabs."""
    budget = Budget()
    first = nvlabs.first_pickle(window, budget, maker)
    if type(first) is int and first == legacy.MAGIC:
        return legacy.read_legacy(window, maker, budget)
    nvlabs.check_networks(first)
    if window.left:
        raise ValueError(f"{window.left} bytes follow its pickle")
    return first


def _refusal(path: Path, refused: RefusedName) -> str:
    if str(refused).startswith(TENSORFLOW):
        return (
            f"{path} is a network of TensorFlow, whose pickle is code; convert it first, with legacy.py of "
            f"NVlabs' stylegan3 repository: python legacy.py --source={path.name} --dest=converted.pkl"
        )
    return (
        f"{path} is refused: its pickle names {_printable(str(refused))}, which could run code; a checkpoint "
        f"holds tensors, plain values and argparse.Namespace alone. Nothing of it was run"
    )


def _reason(error: BaseException) -> str:
    return _printable(first_line(error).rstrip("."))


def _printable(text: str, length: int = 300) -> str:
    return "".join(char if char.isprintable() else "?" for char in text[:length])
