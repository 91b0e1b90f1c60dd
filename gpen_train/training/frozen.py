"""Parts of a network that take no gradient for a while."""

from torch import nn


class frozen:  # noqa: N801  a context manager, read as a word
    """Within it, the modules' parameters take no gradient; gradients still flow through them."""

    def __init__(self, modules: list[nn.Module]) -> None:
        self.parameters = [p for module in modules for p in module.parameters() if p.requires_grad]

    def __enter__(self) -> None:
        for parameter in self.parameters:
            parameter.requires_grad_(False)

    def __exit__(self, *exception: object) -> None:
        for parameter in self.parameters:
            parameter.requires_grad_(True)
