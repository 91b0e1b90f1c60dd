"""Damaged and hostile files of data: each is read, or refused in one line that names it, in time and memory.

GPEN_FUZZ_SEED tries other files, GPEN_FUZZ_TIMES more of them.
"""

import json
import multiprocessing
import os
import random
import re
import resource
import signal
import tarfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from plugins import intact, reading, records
from plugins.damage import mutated

from gpen_train.cli.run.folder import saved_settings
from gpen_train.curation.benchmark import read_expected
from gpen_train.evaluation.report.curves import draw_curves
from gpen_train.evaluation.statistics_file import read_statistics
from gpen_train.faces.landmarks import read_landmarks
from gpen_train.feature_nets.weights import read_state
from gpen_train.images import read_image
from gpen_train.photos.read import read_photo
from gpen_train.places.patience import Patience
from gpen_train.sources.hugging_face import find_files
from gpen_train.sources.ledger import Ledger
from gpen_train.sources.shards.source import ShardSource
from gpen_train.training.callbacks.metrics_file import MetricsFile

SEED = int(os.environ.get("GPEN_FUZZ_SEED", "0"))
TIMES = int(os.environ.get("GPEN_FUZZ_TIMES", "1"))
NUM, NUM_SLOW = 40 * TIMES, 6 * TIMES  # files a reader; slow ones start a process for each
MAX_SECONDS, MAX_CHARACTERS = 10, 400
ROOM = 1 << 30  # bytes beyond what the process has


class Reader(NamedTuple):
    """How a kind of file is made, which one is damaged, and how a command reads it."""

    make: Callable[[Path], Path]  # an empty folder -> the file in it
    read: Callable[[Path], Any]  # that file
    slow: bool = False


READERS = {
    "manifest": Reader(lambda folder: intact.shards(folder) / "manifest.json", reading.verified),
    "manifest of a source": Reader(lambda folder: intact.shards(folder) / "manifest.json", reading.of_shards),
    "list": Reader(lambda folder: sorted(intact.shards(folder).glob("*0.json"))[0], reading.of_shards),
    "list, verified": Reader(
        lambda folder: sorted(intact.shards(folder).glob("*0.json"))[0], reading.verified_list
    ),
    "tar": Reader(lambda folder: sorted(intact.shards(folder).glob("*0.tar"))[0], reading.of_bare),
    "zip": Reader(intact.zipped, reading.of_zip),
    "arrow": Reader(intact.arrow, reading.of_rows, slow=True),
    "parquet": Reader(intact.parquet, reading.of_rows, slow=True),
    "state.json": Reader(intact.saved, lambda path: reading.of_rows(path.parent), slow=True),
    "dataset_dict.json": Reader(intact.splits, lambda path: find_files(path.parent, "train")),
    "landmarks.json": Reader(intact.landmarks, reading.aligned),
    "landmarks.csv": Reader(intact.landmarks_csv, reading.aligned),
    "statistics": Reader(intact.statistics, read_statistics),
    "statistics, packed": Reader(intact.statistics_packed, read_statistics),
    "statistics.pth": Reader(intact.statistics_pth, read_statistics),
    "weights of a judge": Reader(intact.state, read_state),
    "report.json": Reader(intact.report, reading.compared),
    "check.json": Reader(records.journal(records.CHECKED, "unreadable"), reading.checked),
    "check's lines": Reader(records.journal_lines(records.CHECKED), reading.checked),
    "manifest of faces": Reader(records.journal(records.ALIGNED), reading.prepared),
    "manifest of a frozen set": Reader(records.journal(records.FROZEN), reading.frozen),
    "restored.json": Reader(records.journal(records.RESTORED), reading.restored),
    "restored.json's lines": Reader(records.journal_lines(records.RESTORED), reading.restored),
    "record of a film": Reader(records.film_record, reading.of_film),
    "part of a film": Reader(records.film_part, reading.of_parts),
    "metrics.csv": Reader(intact.metrics, MetricsFile),
    "metrics.csv for curves": Reader(intact.metrics, lambda path: draw_curves(path.parent)),
    "expected set": Reader(intact.expected_set, read_expected),
    "config.yaml": Reader(intact.config, lambda path: saved_settings(path.parent)),
    "preset": Reader(intact.preset, reading.of_preset),
    **{
        f"image {suffix}": Reader(intact.picture(suffix), reading.both)
        for suffix in (".png", ".jpg", ".webp", ".tif", ".bmp", ".gif")
    },
}


def complaint(read: Callable[[Path], Any], path: Path) -> str:
    """What is wrong with how a file is refused; "" where it is read, or refused as it should."""
    try:
        read(path)
    except (ValueError, OSError) as refusal:
        line = str(refusal)
        names_it = path.name in line or str(path.parent) in line
        if "\n" in line or not names_it or len(line.replace(str(path.parent), "")) > MAX_CHARACTERS:
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
    bmp = bytearray((intact.picture(".bmp")(tmp_path)).read_bytes())
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
    path = intact.shards(tmp_path) / "manifest.json"
    content = json.loads(path.read_text())
    content["shards"][1][field] = value
    path.write_text(json.dumps(content))
    for read in (reading.verified, reading.of_shards):
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
    path = sorted(intact.shards(tmp_path).glob("*0.json"))[0]
    path.write_text(json.dumps({**json.loads(path.read_text()), field: value}))
    expected = "lists are of different lengths" if value == ["one"] else field
    with pytest.raises(ValueError, match=rf"{path.name} is no list.*{expected}"):
        reading.of_shards(path)


def test_a_tar_whose_member_is_larger_than_it_loses_what_follows_and_says_so(tmp_path):
    path = sorted(intact.shards(tmp_path).glob("*0.tar"))[0]
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
        reading.every_image(source)
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
