"""Parquet files of images, unpacked into Arrow files."""

from pathlib import Path

from gpen_train.files import atomic_path
from gpen_train.places.place import cache_folder
from gpen_train.progress import with_progress
from gpen_train.sources.arrow import find_column, import_arrow
from gpen_train.sources.arrow_check import check_files
from gpen_train.sources.source import digest

BATCH = 100  # rows at a time


def unpacked(path: Path, column: str | None) -> Path:
    """An Arrow file in the cache folder with the images of a parquet file; made once.

    In parquet, one row cannot be had without the thousands around it.
    """
    pyarrow, parquet = import_arrow(), import_arrow("parquet")
    status = path.stat()
    stamp = digest([str(path.resolve()), str(status.st_size), str(status.st_mtime_ns), str(column)])
    target = cache_folder() / "arrow" / stamp / f"{path.stem}.arrow"
    if target.exists():
        return target
    check_files([path], column)
    file = parquet.ParquetFile(path)
    name = find_column(file.schema_arrow, column, path)
    schema = pyarrow.schema([file.schema_arrow.field(name)])
    batches = file.iter_batches(BATCH, columns=[name])
    num_batches = -(-file.metadata.num_rows // BATCH)
    with (
        atomic_path(target) as temporary,
        pyarrow.OSFile(str(temporary), "wb") as output,
        pyarrow.ipc.new_stream(output, schema) as writer,
    ):
        for batch in with_progress(batches, f"unpacking {path.name}, hundreds of rows", num_batches):
            writer.write_batch(batch)
    return target
