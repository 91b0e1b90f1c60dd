"""Starts and memory with 100,000 small images in a folder, a zip and shards.

Each start is a process of its own: a first one, which reads all headers, and later ones, which take the index
that was kept, up to the first batch; then one pass. Memory is looked at after a twentieth of the pass and at
its end. A worker's private memory should be the same for a hundredth of the images: all share one index.

    python scripts/bench/many_images.py --workers 0 2 4

The exit code is 1 where a limit is not kept.
"""

import argparse
import os
import sys
import tarfile
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import active_children, get_context
from pathlib import Path
from typing import Any
from unittest import mock

import cv2
import numpy as np

from gpen_train.curation.shards.packing import Packing
from gpen_train.curation.shards.write import write_shards
from gpen_train.loading.build import face_data
from gpen_train.sources.folder import FolderSource

RESOLUTION, BATCH = 32, 64
KINDS = ("folder", "zip", "shards")
LATER_START, GROWTH = 5.0, 5.0  # the limits: seconds, percent of resident memory
MEGABYTE = 1e6


def unchanged(clean: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """The cheapest task: what is measured is the way to the images."""
    return clean, clean


def make(root: Path, num_images: int) -> None:
    """The same images in all kinds of places: PNG files of noise, no two alike, a thousand a folder."""
    pixels = np.random.default_rng(0).integers(0, 256, (100, RESOLUTION, RESOLUTION, 3), dtype=np.uint8)
    noise = [cv2.imencode(".png", image)[1].tobytes() for image in pixels]
    with zipfile.ZipFile(root / "zip", "w", zipfile.ZIP_STORED) as archive:
        for number in range(num_images):
            content = noise[number % 100] + str(number).encode()  # decoders stop at the image's end
            label = f"{number // 1000:03d}/{number:06d}.png"
            path = root / "folder" / label
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            archive.writestr(label, content)
    with mock.patch.dict(os.environ, GPEN_CACHE=str(root / "used up")):  # later, starts are to be first ones
        write_shards(Packing(FolderSource(root / "folder", RESOLUTION)), root / "shards", 1000, num_workers=0)


def open_data(kind: str, root: Path, num_workers: int):
    """The datamodule and its first batch, and the seconds until then; imports are done."""
    start = time.perf_counter()
    data = face_data(
        kind,
        RESOLUTION,
        unchanged,
        10**9,
        batch_size=BATCH,
        num_workers=num_workers,
        cache=False,
        root=str(root / kind),
    )
    batches = iter(data.train_dataloader())
    next(batches)
    return data, batches, time.perf_counter() - start


def one_pass(kind: str, root: Path, num_workers: int) -> dict:
    """Seconds to the first batch, images a second, and what each process has in memory, early and late."""
    data, batches, seconds = open_data(kind, root, num_workers)
    num_batches = len(data.train) // BATCH
    start = time.perf_counter()
    for number in range(1, num_batches):
        next(batches)
        if number == max(1, num_batches // 20):
            early = memory()
    late = memory()
    speed = (num_batches - 1) * BATCH / (time.perf_counter() - start)
    return {"start": seconds, "speed": speed, "early": early, "late": late}


def seconds_to_start(kind: str, root: Path, num_workers: int) -> float:
    """To the first batch."""
    return open_data(kind, root, num_workers)[2]


def memory() -> list[tuple[float, float]]:
    """Resident and private megabytes of this process, then of each worker."""
    workers = sorted(child.pid for child in active_children() if child.pid)
    return [_memory(pid) for pid in (os.getpid(), *workers)]


def _memory(pid: int) -> tuple[float, float]:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    kilobytes = {name: int(rest.split()[0]) for name, rest in (line.split(":", 1) for line in lines)}
    private = kilobytes["Private_Clean"] + kilobytes["Private_Dirty"]
    return kilobytes["Rss"] * 1024 / MEGABYTE, private * 1024 / MEGABYTE


def in_new_process(work: Callable[..., Any], *arguments: Any) -> Any:
    """``work(*arguments)``, in a process that has done nothing but the imports."""
    with ProcessPoolExecutor(1, get_context("fork")) as pool:
        return pool.submit(work, *arguments).result()


def notices_a_new_image(root: Path, kind: str) -> bool:
    """Whether an image that is added after the index was kept is found."""
    (root / "shards" / "manifest.json").unlink(missing_ok=True)  # without it, every .tar of the folder counts
    before = open_data(kind, root, 0)[0].fingerprint
    content = next((root / "folder").rglob("*.png")).read_bytes()
    if kind == "folder":
        (root / "folder" / "new.png").write_bytes(content)
    elif kind == "zip":
        with zipfile.ZipFile(root / "zip", "a") as archive:
            archive.writestr("new.png", content)
    else:
        with tarfile.open(root / "shards" / "new.tar", "w") as tar:
            tar.add(root / "folder" / "new.png", "new.png")
    return open_data(kind, root, 0)[0].fingerprint != before


def growth(early: list, late: list) -> float:
    """The largest increase of a process's resident memory, in percent."""
    return max(100 * (after[0] / before[0] - 1) for before, after in zip(early, late, strict=True))


def rows(root: Path, few: Path, workers: list[int]) -> Iterator[bool]:
    """Print the table, a row at a time; whether the limits are kept in it."""
    print(
        "| | workers | first start, s | later start, s | images/s | main, MB | a worker, private MB |"
        " with 1 % of the images | RSS growth over the pass |"
    )
    print("|---|---|---|---|---|---|---|---|---|")
    for kind in KINDS:
        first = in_new_process(seconds_to_start, kind, root, 0)
        for num_workers in workers:
            later, small = (in_new_process(one_pass, kind, place, num_workers) for place in (root, few))
            private, private_small = (
                max((m[1] for m in run["late"][1:]), default=0.0) for run in (later, small)
            )
            grown = growth(later["early"], later["late"])
            print(
                f"| {kind} | {num_workers} | {first:.1f} | {later['start']:.2f} | {later['speed']:.0f} | "
                f"{later['late'][0][0]:.0f} | {private:.0f} | {private_small:.0f} | {grown:.1f} % |",
                flush=True,
            )
            yield later["start"] < LATER_START and grown < GROWTH


def compare(folder: Path, num_images: int, workers: list[int]) -> int:
    """The exit code."""
    root, few = folder / "many", folder / "few"
    for place, num in ((root, num_images), (few, max(1000, num_images // 100))):
        place.mkdir()
        make(place, num)
    kept = list(rows(root, few, workers))
    noticed = [notices_a_new_image(root, kind) for kind in KINDS]
    print(f"\n{num_images} images. A new one is noticed: {dict(zip(KINDS, noticed, strict=True))}")
    return 0 if all(kept + noticed) else 1


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--images", type=int, default=100_000)
    parser.add_argument("--workers", type=int, nargs="+", default=[0, 2, 4])
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        os.environ["GPEN_CACHE"] = f"{name}/cache"
        return compare(Path(name), options.images, options.workers)


if __name__ == "__main__":
    sys.exit(main())
