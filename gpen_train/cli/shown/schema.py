"""--schema: the JSON schema of the settings."""

import argparse

from gpen_train.cli.settings.catalogue import schema_file


def run(options: argparse.Namespace) -> int:
    """Print it; returns 0."""
    print(schema_file(options.settings).read_text("utf-8"), end="")
    return 0
