"""What a YAML file says of itself."""

HEADER = "@package"  # Hydra's own comment, which says nothing to a reader


def title_of(text: str) -> str:
    """The first line of the file's first comment; "" where it has none."""
    for line in text.splitlines():
        if line.startswith("#") and HEADER not in line:
            return line.lstrip("# ").rstrip()
    return ""
