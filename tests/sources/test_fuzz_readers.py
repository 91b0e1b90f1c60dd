"""Damaged and hostile files of data: each is read, or refused in one line that names it, in time and memory.

GPEN_FUZZ_SEED tries other files, GPEN_FUZZ_TIMES more of them.
"""

import io
import json
import multiprocessing
import os
import random
import re
import resource
import signal
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from PIL import Image

from gpen_train.cli.run.folder import saved_settings
from gpen_train.curation.benchmark import read_expected
from gpen_train.curation.journal import Journal
from gpen_train.curation.shards.packing import Packing
from gpen_train.curation.shards.verify import Verifier, verify
from gpen_train.curation.shards.write import write_shards
from gpen_train.evaluation.report.model import Metric, Report, Score, System, read_report
from gpen_train.evaluation.statistics_file import read_statistics
from gpen_train.faces.landmarks import read_landmarks
from gpen_train.images import read_image, write_image
from gpen_train.photos.read import read_photo
from gpen_train.places.patience import Patience
from gpen_train.sources.folder import FolderSource
from gpen_train.sources.hugging_face import HuggingFaceImages
from gpen_train.sources.ledger import Ledger
from gpen_train.sources.shards.source import ShardSource
from gpen_train.sources.zip import ZipSource
from gpen_train.training.callbacks.metrics_file import MetricsFile

SEED = int(os.environ.get("GPEN_FUZZ_SEED", "0"))
TIMES = int(os.environ.get("GPEN_FUZZ_TIMES", "1"))
NUM, NUM_SLOW = 40 * TIMES, 6 * TIMES  # files a reader; slow ones start a process for each
MAX_SECONDS, MAX_CHARACTERS = 10, 400
ROOM = 1 << 30  # bytes beyond what the process has
OTHERS = (None, True, -1, 2**70, 1.5, float("nan"), "x" * 100_000, [], [[1]], {}, {"a": [None]}, "../../etc")


class Reader(NamedTuple):
    """How a kind of file is made, which one is damaged, and how a command reads it."""

    make: Callable[[Path], Path]  # an empty folder -> the file in it
    read: Callable[[Path], Any]  # that file
    slow: bool = False


def images(folder: Path, num: int = 3) -> Path:
    rng = np.random.default_rng(0)
    for number in range(num):
        write_image(folder / f"{number}.png", rng.integers(0, 256, (16, 16, 3), dtype=np.uint8))
    return folder


def shards(folder: Path) -> Path:
    source = FolderSource(images(folder / "in", 6), 16)
    write_shards(Packing(source), folder / "out", shard_size=3, num_workers=0)
    return folder / "out"


def every_image(source: Any) -> None:
    for index in range(len(source)):
        source[index]


def of_shards(path: Path) -> None:
    every_image(ShardSource(str(path.parent), 16, patience=Patience(1)))


def verified(path: Path) -> None:
    for shard in verify(path.parent, 0)[1]:
        assert all("\n" not in line for line in shard)


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


def report(folder: Path) -> Path:
    whole = Report(
        {"seed": 0},
        [Metric("psnr", "PSNR", "dB", "higher", "image")],
        [System("ours", "checkpoint", scores={"psnr": Score(1.0, 0.5, 1.5)})],
        ["a", "b"],
        {"ours": {"psnr": [1.0, 2.0]}},
    )
    (folder / "report.json").write_text(whole.to_json())
    return folder / "report.json"


def journal(folder: Path) -> Path:
    with Journal(folder / "manifest.json", {"format": 1}) as begun:
        begun.add({"label": "a", "bytes": 1})
        begun.finish({}, ["a"])
    return folder / "manifest.json"


def journal_lines(folder: Path) -> Path:
    with Journal(folder / "manifest.json", {"format": 1}) as begun:
        begun.add({"label": "a", "bytes": 1})
    return folder / ".manifest.json.lines"


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


def picture(suffix: str) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        level = np.random.default_rng(0).integers(0, 256, (24, 32, 3), dtype=np.uint8)
        Image.fromarray(level).save(folder / f"a{suffix}")
        return folder / f"a{suffix}"

    return make


def both(path: Path) -> None:
    read_image(path)
    read_photo(path)


READERS = {
    "manifest": Reader(lambda folder: shards(folder) / "manifest.json", verified),
    "manifest of a source": Reader(lambda folder: shards(folder) / "manifest.json", of_shards),
    "list": Reader(lambda folder: sorted(shards(folder).glob("*0.json"))[0], of_shards),
    "list, verified": Reader(
        lambda folder: sorted(shards(folder).glob("*0.json"))[0],
        lambda path: Verifier(path.parent)({"name": f"{path.stem}.tar", "size": 1, "sha256": "0" * 64}),
    ),
    "tar": Reader(lambda folder: sorted(shards(folder).glob("*0.tar"))[0], lambda path: of_bare(path)),
    "zip": Reader(zipped, lambda path: every_image(ZipSource(path, 16))),
    "arrow": Reader(arrow, lambda path: every_image(HuggingFaceImages(path, 16)), slow=True),
    "parquet": Reader(parquet, lambda path: every_image(HuggingFaceImages(path, 16)), slow=True),
    "state.json": Reader(saved, lambda path: every_image(HuggingFaceImages(path.parent, 16)), slow=True),
    "landmarks.json": Reader(landmarks, read_landmarks),
    "landmarks.csv": Reader(landmarks_csv, read_landmarks),
    "statistics": Reader(statistics, read_statistics),
    "report.json": Reader(report, read_report),
    "journal": Reader(journal, lambda path: Journal(path, {"format": 1})),
    "journal's lines": Reader(
        journal_lines, lambda path: Journal(path.with_name("manifest.json"), {"format": 1})
    ),
    "metrics.csv": Reader(metrics, MetricsFile),
    "expected set": Reader(expected_set, read_expected),
    "config.yaml": Reader(config, lambda path: saved_settings(path.parent)),
    **{
        f"image {suffix}": Reader(picture(suffix), both)
        for suffix in (".png", ".jpg", ".webp", ".tif", ".bmp", ".gif")
    },
}


def of_bare(path: Path) -> None:
    """A tar without the list beside it."""
    path.with_suffix(".json").unlink(missing_ok=True)
    every_image(ShardSource(str(path), 16, patience=Patience(1)))


# What is done to a file.
def flip(rng: random.Random, data: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(rng.choice((1, 1, 8))):
        changed[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def truncate(rng: random.Random, data: bytes) -> bytes:
    return data[: rng.randrange(len(data))]


def repeat(rng: random.Random, data: bytes) -> bytes:
    start = rng.randrange(len(data))
    end = min(len(data), start + rng.choice((1, 8, 64, 512)))
    return data[:end] + data[start:end] * rng.choice((1, 3, 100)) + data[end:]


def overwrite(rng: random.Random, data: bytes) -> bytes:
    start, value = rng.randrange(len(data)), rng.choice((b"\xff", b"\x00", b"\x7f")) * rng.choice((4, 8, 12))
    return (data[:start] + value + data[start + len(value) :])[: len(data)]


def other_value(rng: random.Random, data: bytes) -> bytes:
    """One value somewhere in JSON becomes another, or is taken away."""
    content = json.loads(data)
    place, key = content, rng.choice(list(content))
    while isinstance(place[key], dict | list) and place[key] and rng.random() < 0.8:
        place = place[key]
        key = rng.choice(list(place)) if isinstance(place, dict) else rng.randrange(len(place))
    if rng.random() < 0.1:
        del place[key]
    else:
        place[key] = rng.choice(OTHERS)
    text = json.dumps(content)
    return (text.replace("[]", "[" * 9000 + "]" * 9000) if rng.random() < 0.1 else text).encode()


def mutated(rng: random.Random, path: Path, data: bytes) -> tuple[str, bytes]:
    kinds = [flip, truncate, repeat, overwrite]
    if path.suffix == ".json":
        kinds += [other_value] * 6
    kind = rng.choice(kinds)
    return kind.__name__, kind(rng, data)


def complaint(read: Callable[[Path], Any], path: Path) -> str:
    """What is wrong with how a file is refused; "" where it is read, or refused as it should."""
    try:
        read(path)
    except (ValueError, OSError) as refusal:
        line = str(refusal)
        if "\n" in line or not line or len(line.replace(str(path.parent), "")) > MAX_CHARACTERS:
            return f"refused with {line!r:.300}"
    except BaseException as error:
        return f"{type(error).__name__}: {error}"
    return ""


def run(name: str, folder: Path, count: int, answers: Any) -> None:
    """Damage the file of a reader ``count`` times and read it; in a process of its own."""
    reader = READERS[name]
    path = reader.make(folder)
    data = path.read_bytes()
    reader.read(path)
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + ROOM, used + ROOM))
    signal.signal(signal.SIGALRM, _hang)
    for index in range(count):
        kind, content = mutated(random.Random(f"{SEED} {name} {index}"), path, data)
        path.write_bytes(content)
        answers.send((index, kind, ""))
        signal.alarm(MAX_SECONDS)
        found = complaint(reader.read, path)
        signal.alarm(0)
        if found:
            answers.send((index, kind, found))
    answers.send((count, "", ""))


def _hang(*_: object) -> None:
    raise TimeoutError("\nit hangs")  # two lines: no reader's own words


@pytest.mark.parametrize("name", READERS)
def test_damaged_files_are_read_or_refused_in_one_line(name, tmp_path):
    if name in ("arrow", "parquet", "state.json"):
        pytest.importorskip("pyarrow")
    count = NUM_SLOW if READERS[name].slow else NUM
    answers, sender = multiprocessing.Pipe(duplex=False)
    child = multiprocessing.get_context("fork").Process(target=run, args=(name, tmp_path, count, sender))
    child.start()
    sender.close()
    complaints, last = [], (-1, "", "")
    while True:
        try:
            last = answers.recv()
        except EOFError:
            break
        if last[2]:
            complaints.append(last)
    child.join()
    assert not complaints, complaints[:3]
    assert child.exitcode == 0, f"file {last[0]} ({last[1]}) ended the process with {child.exitcode}"
    assert last[0] == count


@pytest.mark.parametrize("kind", ["pax", "gnu long name"])
def test_a_tar_that_declares_gigabytes_names_the_member_and_its_size(kind, tmp_path):
    size = 5 << 30
    info = tarfile.TarInfo("././@PaxHeader" if kind == "pax" else "././@LongLink")
    info.type, info.size = (tarfile.XHDTYPE if kind == "pax" else tarfile.GNUTYPE_LONGNAME), size
    (tmp_path / "a.tar").write_bytes(info.tobuf(tarfile.GNU_FORMAT) + bytes(20 * 512))
    with pytest.raises(ValueError, match=rf"{info.name}.*{size:,} bytes") as refusal:
        ShardSource(str(tmp_path / "a.tar"), 16, patience=Patience(1))
    assert "\n" not in str(refusal.value)


def test_a_bomb_is_refused_before_it_is_decoded(tmp_path):
    """50,000 x 50,000 pixels in the header of each format."""
    sides = (50_000).to_bytes(4, "big") * 2
    head, pixels = b"IHDR" + sides + b"\x08\x02\x00\x00\x00", b"IDAT"
    png = b"\x89PNG\r\n\x1a\n\x00\x00\x00\r" + head + zlib.crc32(head).to_bytes(4, "big")
    png += bytes(4) + pixels + zlib.crc32(pixels).to_bytes(4, "big")
    (tmp_path / "a.png").write_bytes(png)
    bmp = bytearray((picture(".bmp")(tmp_path)).read_bytes())
    bmp[18:26] = (50_000).to_bytes(4, "little") * 2
    (tmp_path / "a.bmp").write_bytes(bmp)
    for name in ("a.png", "a.bmp"):
        for read in (read_image, read_photo):
            with pytest.raises(ValueError, match="2500000000 pixels"):
                read(tmp_path / name)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (field, value)
        for field, values in {
            "size": (-1, 2**70, "3", None, [1], 1.5),
            "images": (-1, 2**70, "3", None),
            "sha256": ("zz", "0" * 63, 5, None),
            "name": ("../x.tar", "a/b.tar", "", "..", 5, None),
        }.items()
        for value in values
    ],
)
def test_a_manifest_of_wrong_values_names_the_field(field, value, tmp_path):
    path = shards(tmp_path) / "manifest.json"
    content = json.loads(path.read_text())
    content["shards"][1][field] = value
    path.write_text(json.dumps(content))
    for read in (verified, of_shards):
        with pytest.raises(ValueError, match=rf"manifest\.json.*shards\[1\]\.{field} is"):
            read(path)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("size", -1),
        ("sha256", "0"),
        ("labels", [1, 2, 3]),
        ("members", None),
        ("offsets", [-1, 0, 0]),
        ("sizes", [2**70, 0, 0]),
        ("shapes", [[1], [1, 1], [1, 1]]),
        ("shapes", [[2**40, 1], [1, 1], [1, 1]]),
        ("keys", ["zz", "0" * 64, "0" * 64]),
        ("checksums", [-1, 0, 0]),
        ("left_out", {"a": 1}),
        ("settings", []),
        ("format", 2),
        ("other", 1),
        ("labels", ["one"]),
    ],
)
def test_a_list_of_wrong_values_names_the_field(field, value, tmp_path):
    path = sorted(shards(tmp_path).glob("*0.json"))[0]
    path.write_text(json.dumps({**json.loads(path.read_text()), field: value}))
    expected = "lists are of different lengths" if value == ["one"] else field
    with pytest.raises(ValueError, match=rf"{path.name} is no list.*{expected}"):
        of_shards(path)


def test_a_tar_whose_member_is_larger_than_it_loses_what_follows_and_says_so(tmp_path):
    path = sorted(shards(tmp_path).glob("*0.tar"))[0]
    path.with_suffix(".json").unlink()
    content = bytearray(path.read_bytes())
    headers = [at for at in range(0, len(content), 512) if content[at + 257 : at + 262] == b"ustar"]
    for size, told in ((8 << 30, "larger than its shard"), (-5, "damaged|larger|left out")):
        info = tarfile.TarInfo.frombuf(bytes(content[headers[-1] : headers[-1] + 512]), "utf-8", "strict")
        info.size = size
        changed = bytearray(content)
        changed[headers[-1] : headers[-1] + 512] = info.tobuf(tarfile.GNU_FORMAT)
        path.write_bytes(changed)
        ledger = Ledger(3)
        source = ShardSource(str(path), 16, ledger=ledger, patience=Patience(1))
        every_image(source)
        assert len(source) == 2
        (reason,) = ledger.bad.values()
        assert re.search(told, reason)


@pytest.mark.parametrize(
    "value", [{"images": 3}, {"images": {"a": 1}}, {"images": [{"label": {"a": 1}}]}, {}]
)
def test_an_expected_set_of_wrong_values_is_refused(value, tmp_path):
    (tmp_path / "manifest.json").write_text(json.dumps(value))
    with pytest.raises(ValueError, match=r"manifest\.json.*gpen data degrade"):
        read_expected(tmp_path / "manifest.json")


@pytest.mark.parametrize("points", [["1", 2] * 5, [True, 2] * 5, [[[1, 2]] * 5] * 2 + ["x"]])
def test_coordinates_are_numbers(points, tmp_path):
    (tmp_path / "a.json").write_text(json.dumps({"a.jpg": points}))
    with pytest.raises(ValueError, match="expected 5 or 68"):
        read_landmarks(tmp_path / "a.json")
