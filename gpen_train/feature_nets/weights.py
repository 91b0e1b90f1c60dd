"""Where the weights of pretrained judges are looked for."""

from pathlib import Path

import torch


def find_weights(file_name: str, given: str | Path | None, what: str, option: str) -> Path:
    """The file ``given``, or ``file_name`` in ./weights or in torch.hub's cache.

    Raises FileNotFoundError that names the file and the option.
    """
    cache = Path(torch.hub.get_dir()) / "checkpoints"
    candidates = [Path(given)] if given else [Path("weights") / file_name, cache / file_name]
    for path in candidates:
        if path.is_file():
            return path
    looked = " and ".join(str(path) for path in candidates)
    raise FileNotFoundError(
        f"{what} needs {file_name}, not found at {looked}; put it there or set {option}=FILE"
    )
