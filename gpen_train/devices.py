"""Where and in which precision a network computes."""

import torch

DEVICES = ("auto", "cpu", "cuda")
DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}


def choose_device(name: str) -> torch.device:
    """The device of that name, "auto" a GPU if there is one; ValueError where CUDA is missing."""
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    if name.startswith("cuda") and not torch.cuda.is_available():
        raise ValueError(
            f"device is {name}, and PyTorch finds no CUDA device; expected one, or use --device cpu"
        )
    return torch.device(name)
