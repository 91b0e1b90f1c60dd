"""The one check of tensor shapes."""

from torch import Tensor


def check_shape(name: str, tensor: Tensor, *expected: int | None) -> None:
    """Raise ValueError unless ``tensor`` has the expected sizes; ``None`` fits any size.

    A call to ``check_shape("x", x, None, 3, None, None)`` accepts [B, 3, H, W].
    """
    fits = tensor.ndim == len(expected) and all(
        want is None or have == want for have, want in zip(tensor.shape, expected, strict=True)
    )
    if not fits:
        wanted = ", ".join("any" if size is None else str(size) for size in expected)
        raise ValueError(f"{name} has the shape {list(tensor.shape)}; expected [{wanted}]")
