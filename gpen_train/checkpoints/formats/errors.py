"""Why a file is not read, where it is not for damage."""


class RefusedName(ValueError):  # noqa: N818
    """A pickle names a function or class that no checkpoint needs."""

    def __init__(self, module: str, name: str) -> None:
        super().__init__(f"{module}.{name}")


class OtherKind(ValueError):  # noqa: N818
    """A file is of a kind that is not read, sound as it may be."""


class OtherNetwork(ValueError):  # noqa: N818
    """A network of a kind that is not read, sound as it may be; what stands beside it may be."""
