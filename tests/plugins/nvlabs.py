"""StyleGAN2 networks of NVlabs: their states, and a writer of pickles in their format."""

import pickle
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

BUFFERS = ("resample_filter", "noise_const", "w_avg")


class EasyDict(dict):
    """Pickles under the name of NVlabs' dict."""


def _reconstruct_persistent_obj(meta: dict[str, Any]) -> None:
    """What their code does first: run the source text that stands in the file."""
    exec(meta["module_src"], {})


class Pickled(nn.Module):
    """A module that is pickled as its class's source and its attributes."""

    def __init__(self, class_name: str, source: str, state: Mapping[str, Tensor], **init_kwargs: Any) -> None:
        super().__init__()
        self._init_args = (512,)
        self._init_kwargs = EasyDict(init_kwargs)
        self.act_gain = np.sqrt(2)  # their layers keep numpy's numbers
        self.source, self.class_name = source, class_name
        for name, tensor in state.items():
            first, dot, _ = name.partition(".")
            if dot and first not in self._modules:
                inner = {n[len(first) + 1 :]: t for n, t in state.items() if n.startswith(f"{first}.")}
                self.add_module(first, Pickled(f"{first.title()}Layer", source, inner))
            elif not dot and name in BUFFERS:
                self.register_buffer(name, tensor)
            elif not dot:
                self.register_parameter(name, nn.Parameter(tensor))

    def __reduce__(self):
        meta = {"type": "class", "version": 6, "module_src": self.source, "class_name": self.class_name}
        return _reconstruct_persistent_obj, ({**meta, "state": self.__dict__},)


@pytest.fixture
def write_nvlabs(monkeypatch) -> Callable[..., Path]:
    """``write(path, G_ema=state, D=state)`` writes their pickle; states have their flat names."""
    for module, taken in (
        ("torch_utils.persistence", _reconstruct_persistent_obj),
        ("dnnlib.util", EasyDict),
    ):
        monkeypatch.setattr(taken, "__module__", module)
        monkeypatch.setitem(sys.modules, module.split(".")[0], ModuleType(module.split(".")[0]))
        monkeypatch.setitem(sys.modules, module, ModuleType(module))
        setattr(sys.modules[module], taken.__name__, taken)

    def write(
        path: Path,
        protocol: int = 4,
        source: str = "",
        pick: Callable[[dict[str, Any]], Any] = lambda content: content,  # what of it is pickled
        arrays: Mapping[str, np.ndarray] | None = None,  # attributes of each network
        **networks: Mapping[str, Tensor],
    ) -> Path:
        content: dict[str, Any] = {
            name: Pickled("Generator" if "G" in name else "Discriminator", source, state, img_resolution=64)
            for name, state in networks.items()
        }
        for network in content.values():
            network.__dict__.update(arrays or {})
        content |= {"training_set_kwargs": EasyDict(path="/data/ffhq.zip", xflip=True), "augment_pipe": None}
        path.write_bytes(pickle.dumps(pick(content), protocol=protocol))
        return path

    return write


@pytest.fixture
def nvlabs_state() -> Callable[[str], dict[str, Tensor]]:
    """``nvlabs_state("G")``: the state of a StyleGAN2 of 64 px, or of its discriminator, ``"D"``."""
    folder = Path(__file__).parents[1] / "fixtures"

    def read(network: str) -> dict[str, Tensor]:
        arrays = np.load(folder / f"nvlabs_stylegan2_64_{network}.npz")
        return {name: torch.from_numpy(array) for name, array in arrays.items()}

    return read
