"""``gpen``, or ``python -m gpen_train``: Ctrl-C is answered from the first import on."""

import sys

from gpen_train.cli.interrupt import ended_by_ctrl_c


def main() -> int:
    """Run the command that the process was started with; its exit code."""
    with ended_by_ctrl_c():
        from gpen_train.cli.main import main as gpen
    return gpen()


if __name__ == "__main__":
    sys.exit(main())
