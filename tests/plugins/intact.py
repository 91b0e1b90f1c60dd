"""Small intact files of every kind that commands read: ``make(folder)`` -> the file, which tests damage."""

import io
import json
import math
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from gpen_train.curation.shards.packing import Packing
from gpen_train.curation.shards.write import write_shards
from gpen_train.evaluation.report.model import About, Metric, NotComputed, Report, Score, System
from gpen_train.images import write_image
from gpen_train.sources.folder import FolderSource

DIGEST = "0" * 64


def images(folder: Path, num: int = 3) -> Path:
    rng = np.random.default_rng(0)
    for number in range(num):
        write_image(folder / f"{number}.png", rng.integers(0, 256, (16, 16, 3), dtype=np.uint8))
    return folder


def shards(folder: Path) -> Path:
    source = FolderSource(images(folder / "in", 6), 16)
    write_shards(Packing(source), folder / "out", shard_size=3, num_workers=0)
    return folder / "out"


def zipped(folder: Path) -> Path:
    images(folder / "in")
    with zipfile.ZipFile(folder / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted((folder / "in").iterdir()):
            archive.write(path, path.name)
    return folder / "a.zip"


def arrow_table() -> Any:
    pyarrow = pytest.importorskip("pyarrow")
    rng, rows = np.random.default_rng(0), []
    for number in range(8):
        buffer = io.BytesIO()
        Image.fromarray(rng.integers(0, 256, (16, 16, 3), dtype=np.uint8)).save(buffer, "PNG")
        rows.append({"bytes": buffer.getvalue(), "path": f"{number}.png"})
    return pyarrow.table({"image": rows})


def arrow(folder: Path) -> Path:
    pyarrow, table = pytest.importorskip("pyarrow"), arrow_table()
    path = folder / "data-00000-of-00001.arrow"
    with pyarrow.OSFile(str(path), "wb") as file, pyarrow.ipc.new_stream(file, table.schema) as writer:
        writer.write_table(table)
    return path


def parquet(folder: Path) -> Path:
    pytest.importorskip("pyarrow.parquet").write_table(arrow_table(), folder / "a.parquet")
    return folder / "a.parquet"


def saved(folder: Path) -> Path:
    path = arrow(folder)
    (folder / "state.json").write_text(json.dumps({"_data_files": [{"filename": path.name}]}))
    return folder / "state.json"


def landmarks(folder: Path) -> Path:
    points = [[float(x), float(x * 2)] for x in range(5)]
    ffhq = {"in_the_wild": {"file_path": "c", "face_landmarks": points}}
    content = {"a.jpg": points, "b.jpg": [points, points], "0": ffhq}
    (folder / "points.json").write_text(json.dumps(content))
    return folder / "points.json"


def landmarks_csv(folder: Path) -> Path:
    (folder / "points.csv").write_text("name,x,y\n" + "a.jpg,1,2,3,4,5,6,7,8,9,10\n" * 3)
    return folder / "points.csv"


def statistics(folder: Path) -> Path:
    np.savez(folder / "a.npz", mu=np.zeros(8), sigma=np.eye(8))
    return folder / "a.npz"


def statistics_pth(folder: Path) -> Path:
    torch.save({"mean": np.zeros(8), "cov": np.eye(8)}, folder / "a.pth")
    return folder / "a.pth"


def statistics_packed(folder: Path) -> Path:
    np.savez_compressed(folder / "a.npz", mu=np.zeros(8), sigma=np.eye(8))
    return folder / "a.npz"


def state(folder: Path) -> Path:
    torch.save({"weight": torch.zeros(8, 8), "bias": torch.zeros(8)}, folder / "a.pth")
    return folder / "a.pth"


def whole_report() -> Report:
    return Report(
        {"seed": 0, "data": {"name": "a"}},
        [Metric("psnr", "PSNR", "dB", "higher", "image"), Metric("fid", "FID", "", "lower", "set")],
        [
            System("degraded", "degraded", scores={"psnr": Score(1.0, 0.5, 1.5)}),
            System("ours", "checkpoint", "a.pth", DIGEST, {"psnr": Score(1.0, 0.5, 1.5), "fid": Score(9.0)}),
        ],
        ["a", "b"],
        {"degraded": {"psnr": [1.0, 2.0]}, "ours": {"psnr": [1.0, math.inf]}},
        [NotComputed("kid", "it needs a file")],
        {"restoring": 40.1},
        About("autumn", "2026-11-26", "gpen evaluate", "CPU"),
    )


def report(folder: Path) -> Path:
    (folder / "report.json").write_text(whole_report().to_json())
    return folder / "report.json"


def splits(folder: Path) -> Path:
    (folder / "train").mkdir()
    (folder / "train" / "state.json").write_text('{"_data_files": [{"filename": "a.arrow"}]}')
    (folder / "train" / "a.arrow").touch()
    (folder / "dataset_dict.json").write_text('{"splits": ["train", "test"]}')
    return folder / "dataset_dict.json"


def metrics(folder: Path) -> Path:
    (folder / "metrics.csv").write_text("images,held_out_psnr,content\n0,6.03877,\n256,,22.1869\n")
    return folder / "metrics.csv"


def expected_set(folder: Path) -> Path:
    pair = {"file": "a.png", "sha256": "0" * 64, "pixels_sha256": "1" * 64}
    images = [{"label": "a", "degraded": pair, "clean": pair}, {"label": "b", "problem": "damaged"}]
    (folder / "manifest.json").write_text(json.dumps({"seed": 0, "images": images}))
    return folder / "manifest.json"


def config(folder: Path) -> Path:
    (folder / "config.yaml").write_text("images: 16\nmodel: {resolution: 32, name: [a, b]}\nrun_dir: x\n")
    return folder / "config.yaml"


def preset(folder: Path) -> Path:
    (folder / "mine.yaml").write_text(
        "defaults: [gpen]\ninput_resolution: 64\nsets: {a: 0.7, b: 0.3}\n"
        "stages: {noise: {sigma: [0, 20], p: 0.5, set: a}, blur: {kinds: {motion: 1}, kernel_size: 9}}\n"
    )
    return folder / "mine.yaml"


def picture(suffix: str) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        level = np.random.default_rng(0).integers(0, 256, (24, 32, 3), dtype=np.uint8)
        Image.fromarray(level).save(folder / f"a{suffix}")
        return folder / f"a{suffix}"

    return make
