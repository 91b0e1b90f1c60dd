"""Whether Arrow and parquet files are whole, found out in a process of its own: some would crash pyarrow.

    python -m gpen_train.sources.arrow_check COLUMN FILE ..     COLUMN: "" where it is to be found

The first thing that is wrong is printed in a line, and the exit code is 1.
"""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from gpen_train.quote import reason_of
from gpen_train.sources.arrow import EXPECTED, ImageColumn, find_column, import_arrow

ROOM = 1 << 30  # bytes that reading may take beyond twice the files; images are packed already
MOST_PACKED = 20  # times smaller than they were that columns of parquet may be
READ = "read"  # the line for a file that is whole


def check_files(files: Sequence[Path], column: str | None) -> None:
    """Raise ValueError, in one line, where one of the files cannot be read from beginning to end.

    A damaged file can end the process that reads it (signals 6 and 11 inside pyarrow), or ask it for memory
    that is not there: that is found out by another.
    """
    command = [sys.executable, "-m", "gpen_train.sources.arrow_check", column or ""]
    found = subprocess.run(
        [*command, *map(str, files)],
        capture_output=True,
        text=True,
        errors="replace",
        env={**os.environ, "ARROW_DEFAULT_MEMORY_POOL": "system"},  # others reserve all room at once
    )
    if found.returncode == 0:
        return
    said = found.stdout.splitlines()
    last = files[min(sum(line == READ for line in said), len(files) - 1)]
    if found.returncode == 1 and said and said[-1] != READ:
        raise ValueError(said[-1])
    raise ValueError(f"{last} is damaged: it ends pyarrow with {found.returncode}; {EXPECTED}")


def main(column: str, *files: str) -> int:
    """Read each file; returns 0 where all are whole."""
    import_arrow("parquet")
    bound_memory(ROOM + 2 * sum(Path(name).stat().st_size for name in files))
    for name in files:
        path = Path(name)
        try:
            if path.suffix == ".parquet":
                file = import_arrow("parquet").ParquetFile(path)
                chosen = find_column(file.schema_arrow, column or None, path)
                check_packing(file.metadata)
                for batch in file.iter_batches(100, columns=[chosen]):
                    batch.validate(full=True)
            else:
                images = ImageColumn(path, column or None)
                for chunk in images.chunks:
                    chunk.validate(full=True)
                for place in images.rows():
                    images.name(*place)
                    images.peek(*place)
        except Exception as error:  # damaged files make pyarrow raise nearly anything
            ours = str(path) in str(error)
            print(error if ours else f"{path} cannot be read ({reason_of(error)}); {EXPECTED}")
            return 1
        print(READ, flush=True)
    return 0


def bound_memory(room: int) -> None:
    """Let this process take no more than ``room`` bytes beyond what it has, where the system sees to it."""
    if sys.platform == "linux":
        import resource

        # Not the address space, of which threads take far more than they use.
        used = int(Path("/proc/self/statm").read_text().split()[5]) * resource.getpagesize()
        most = resource.getrlimit(resource.RLIMIT_DATA)[1]
        limit = used + room if most == resource.RLIM_INFINITY else min(used + room, most)
        resource.setrlimit(resource.RLIMIT_DATA, (limit, most))


def check_packing(metadata: Any) -> None:
    """Raise ValueError where a parquet file says that its columns become far larger than images do."""
    columns = [
        metadata.row_group(group).column(column)
        for group in range(metadata.num_row_groups)
        for column in range(metadata.num_columns)
    ]
    packed = sum(column.total_compressed_size for column in columns)
    unpacked = sum(column.total_uncompressed_size for column in columns)
    if unpacked > ROOM // 16 + MOST_PACKED * packed:
        raise ValueError(f"its {packed} bytes become {unpacked}, more than images' do")


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
