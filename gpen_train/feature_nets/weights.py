"""Where the weights of pretrained judges are looked for, and how they are read."""

from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor, nn

from gpen_train.places.place import fetched
from gpen_train.pretrained.places import candidates, located, record_of, shown
from gpen_train.quote import quoted_names, reason_of
from gpen_train.zips import check_stored


def find_weights(file_name: str, given: str | Path | None, what: str, option: str) -> Path:
    """The file ``given``, a path or a URL, or ``file_name`` where pretrained files are looked for.

    Raises FileNotFoundError that names the file, the command that fetches it and the option.
    """
    record = record_of(file_name)
    places = [fetched(given)] if given else candidates(file_name)
    found = located(record) if record and not given else None
    for path in [found] if found else places:
        if path.is_file():
            return path
    looked = " and ".join(map(shown, places))
    get = f"gpen weights fetch {record.name}" if record and record.address else "put it there"
    if given or (record and record.install):
        get = "put it there"
    raise FileNotFoundError(f"{what} needs {file_name}, not found at {looked}; {get}, or set {option}=FILE")


def read_state(path: Path) -> dict[str, Tensor]:
    """The state dict in the file at ``path``, on the CPU; nothing in it is executed.

    Raises ValueError for a damaged file and for one that holds anything else.
    """
    try:
        check_stored(path)
        state = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # damaged archives and foreign pickles raise nearly anything
        raise ValueError(
            f"{path} is no readable weights file ({reason_of(error)}); download it again"
        ) from error
    if not isinstance(state, Mapping) or not all(isinstance(value, Tensor) for value in state.values()):
        raise ValueError(f"{path} holds a {type(state).__name__}; expected a state dict: tensors by name")
    return dict(state)


def fill(network: nn.Module, state: Mapping[str, Tensor], path: Path, expected: str) -> None:
    """Load ``state``, read from ``path``, into ``network``: every name, of the same shape, and no other.

    Batch norm's step counters, which old files lack, may be absent. Raises ValueError that names the first
    tensors that do not fit and what was ``expected``.
    """
    own = network.state_dict()
    own = {name: tensor for name, tensor in own.items() if not name.endswith("num_batches_tracked")}
    foreign = [name for name in state if name not in own and not name.endswith("num_batches_tracked")]
    unfit = [name for name in own if name not in state or state[name].shape != own[name].shape]
    if unfit or foreign:
        problem = f"lacks, or has in another shape, {quoted_names(unfit, 3)}" if unfit else ""
        problem = problem or f"also holds {quoted_names(foreign, 3)}"
        raise ValueError(f"{path} {problem}; expected {expected}")
    network.load_state_dict({name: state[name] for name in own}, strict=False)
