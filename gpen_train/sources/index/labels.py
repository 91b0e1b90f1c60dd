"""Labels from names that others have given."""

from pathlib import PurePosixPath


def label_of(name: str) -> str:
    """A relative path that stays below its folder, whatever an archive says: labels become names of files."""
    parts = PurePosixPath(name.replace("\\", "/")).parts
    return "/".join(part for part in parts if part not in ("/", ".."))
