"""The device a command computes on, in words."""

import torch

from gpen_train.words import plural


def name_of(device: torch.device | str) -> str:
    """A GPU's name; of the CPU, how many threads compute."""
    if torch.device(device).type == "cuda":
        return torch.cuda.get_device_name(device)
    return f"CPU, {plural(torch.get_num_threads(), 'thread')}"
