"""gpen restore: photographs, aligned faces and films."""

from gpen_train.cli.restore.photographs import run

__all__ = ["run"]
