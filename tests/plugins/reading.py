"""How commands read what they are given, as far as their options allow: for tests of damaged files."""

from argparse import Namespace
from pathlib import Path
from typing import Any

import numpy as np
from plugins.intact import whole_report

from gpen_train.cli.compare import run as run_compare
from gpen_train.cli.data.check import report as check_report
from gpen_train.cli.data.prepare import _report as prepare_report
from gpen_train.cli.data.presets import build_preset
from gpen_train.cli.restore.photographs import is_done as is_restored
from gpen_train.cli.restore.photographs import report as restore_report
from gpen_train.curation import align, benchmark
from gpen_train.curation.align import Aligner
from gpen_train.curation.check import facts
from gpen_train.curation.check.histogram import draw_histograms
from gpen_train.curation.check.verdict import Limits, summary
from gpen_train.curation.journal import Journal, Kind, Record
from gpen_train.curation.shards.verify import Verifier, verify
from gpen_train.evaluation.report.html import page
from gpen_train.evaluation.report.model import read_report
from gpen_train.faces.landmarks import read_landmarks
from gpen_train.images import read_image, write_image
from gpen_train.photos.read import read_photo
from gpen_train.places.patience import Patience
from gpen_train.restoration.bulk import FIELDS
from gpen_train.restoration.film.film import finished
from gpen_train.restoration.film.names import FilmJob
from gpen_train.restoration.film.parts import PartsFolder
from gpen_train.restoration.jobs import Job
from gpen_train.restoration.settings import Settings
from gpen_train.sources.hugging_face import HuggingFaceImages
from gpen_train.sources.shards.source import ShardSource
from gpen_train.sources.zip import ZipSource


def every_image(source: Any) -> None:
    for index in range(len(source)):
        source[index]


def of_shards(path: Path) -> None:
    every_image(ShardSource(str(path.parent), 16, patience=Patience(1)))


def of_bare(path: Path) -> None:
    """A tar without the list beside it."""
    path.with_suffix(".json").unlink(missing_ok=True)
    every_image(ShardSource(str(path), 16, patience=Patience(1)))


def of_zip(path: Path) -> None:
    every_image(ZipSource(path, 16))


def of_rows(path: Path) -> None:
    every_image(HuggingFaceImages(path, 16))


def verified(path: Path) -> None:
    for shard in verify(path.parent, 0)[1]:
        assert all("\n" not in line for line in shard)


def verified_list(path: Path) -> None:
    Verifier(path.parent)({"name": f"{path.stem}.tar", "size": 1, "sha256": "0" * 64})


def both(path: Path) -> None:
    read_image(path)
    read_photo(path)


def aligned(path: Path) -> None:
    """Landmarks, as gpen data prepare uses them."""
    landmarks = read_landmarks(path)
    photos = path.parent / "photos"
    for label in ("a.jpg", "b.jpg"):
        if not (photos / label).exists():
            write_image(photos / label, np.zeros((48, 64, 3), np.uint8))
        Aligner(photos, path.parent / "faces", 16, 0, "all", landmarks=landmarks)(label)


def compared(path: Path) -> None:
    """A report, as gpen compare uses it, and as a page."""
    other = path.parent / "other" / "report.json"
    other.parent.mkdir(exist_ok=True)
    other.write_text(whole_report().to_json().replace("0" * 64, "1" * 64))  # of another checkpoint
    report = read_report(path)
    page(report, {})
    run_compare(Namespace(first=str(other), second=str(path), ignore=["data", *report.protocol]))


def done(path: Path, kind: Kind) -> list[Record]:
    """The records of a journal, by its file or its lines; what was made of them before is there."""
    (path.parent / "a.png").touch()
    name = path.name.removeprefix(".").removesuffix(".lines")
    with Journal(path.with_name(name), {"format": 1}, kind) as journal:
        found = list(journal.records.values())
        journal.finish({}, list(journal.records))
    return found


def checked(path: Path) -> None:
    found, limits = done(path, facts.KIND), Limits(8)
    check_report(summary(found, limits))
    draw_histograms(found, limits)


def prepared(path: Path) -> None:
    found = done(path, align.KIND)
    for record in found:
        align.is_done(record, path, path.parent)
    prepare_report(found, Namespace(output=path.parent, folder=path.parent, landmarks=None))


def frozen(path: Path) -> None:
    found = done(path, benchmark.KIND)
    for record in found:
        benchmark.is_done(record, path.parent)
    benchmark.fingerprint(found)


def restored(path: Path) -> None:
    found = done(path, Kind(FIELDS))
    for record in found:
        (path.parent / record["label"]).exists()
        is_restored(record, Job(path, path, record["label"]), {})
    restore_report(found, 1, Namespace(output=path.parent, require_face=True), Settings())


def of_film(path: Path) -> None:
    job = FilmJob(path.with_name("a.mp4"), path.with_name("b.mp4"))
    record = finished(job, {"crf": 18})
    assert record is None or record["faces"] >= 0


def of_parts(path: Path) -> None:
    assert PartsFolder(path.parent.with_name("b.mp4"), {}).num_frames >= 0


def of_preset(path: Path) -> None:
    chain = build_preset(str(path))
    chain(np.zeros((32, 32, 3), np.uint8), np.random.default_rng(0))
