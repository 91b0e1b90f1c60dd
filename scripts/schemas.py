"""Writes configs/train.schema.json and evaluate.schema.json anew, after a setting or its comment has changed.

    python scripts/schemas.py

Editors complete and check files of settings by them; --explain, --print and completion read them.
"""

import json

from gpen_train.cli.settings import schema
from gpen_train.cli.settings.catalogue import schema_file
from gpen_train.cli.settings.describe import describe
from gpen_train.files import atomic_file


def written(name: str) -> str:
    """What stands in the file."""
    return json.dumps(describe(name), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    for top in schema.OF:
        with atomic_file(schema_file(top)) as file:
            file.write(written(top).encode())
