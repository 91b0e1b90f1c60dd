"""What is done to a file in tests of damaged ones, drawn from a generator."""

import io
import itertools
import json
import random
import re
import zipfile
from pathlib import Path

import yaml

OTHERS = (None, True, -1, 2**70, 1.5, float("nan"), "x" * 100_000, [], [[1]], {}, {"a": [None]}, "../../etc")
NUMBERS = ("1e9", "-1e9", "inf", "nan", "1e999", "-1", "0", str(2**70), "", "x", "0x1", "1_0", " ", "٣")


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
    elif isinstance(place, dict) and rng.random() < 0.1:
        place[rng.choice(("x" * 5000, "\ud800", "", "a\nb"))] = place.pop(key)
    else:
        place[key] = rng.choice(OTHERS)
    text = json.dumps(content)
    return (text.replace("[]", "[" * 9000 + "]" * 9000) if rng.random() < 0.1 else text).encode()


def other_line(rng: random.Random, data: bytes) -> bytes:
    """As ``other_value``, in one of the lines, each of which is JSON."""
    lines = data.splitlines()
    number = rng.randrange(len(lines))
    return b"\n".join([*lines[:number], other_value(rng, lines[number]), *lines[number + 1 :], b""])


def other_setting(rng: random.Random, data: bytes) -> bytes:
    """As ``other_value``, in YAML."""
    text = other_value(rng, json.dumps(yaml.safe_load(data)).encode())
    return text.replace(b"NaN", b".nan")


def laughs(rng: random.Random, data: bytes) -> bytes:
    """Aliases of aliases: in lists, in mappings, by merging, or of what they stand in."""
    letters, kind = "abcdefghij", rng.randrange(4)
    lines = ["a: &a {z: 1}"]
    for last, letter in itertools.pairwise(letters):
        some = ", ".join([f"*{last}"] * rng.choice((2, 9)))
        named = ", ".join(f"k{number}: *{last}" for number in range(9))
        within = f"[*{letter}, *{last}]"
        lines.append(
            f"{letter}: &{letter} " + (f"[{some}]", f"{{{named}}}", f"{{<<: [{some}]}}", within)[kind]
        )
    return "\n".join(lines).encode() + (b"\n" + data if rng.random() < 0.5 else b"\n")


def refers(rng: random.Random, data: bytes) -> bytes:
    """A value that stands for others in OmegaConf's way, or that would make an object."""
    value = rng.choice(
        ("${images}", "${oc.env:HOME}", "!!python/object/apply:os.system [id]", "!!set {a}", "??")
    )
    return re.sub(rb"(?<=: )\w+", value.encode(), data, count=1)


def other_number(rng: random.Random, data: bytes) -> bytes:
    """One number, or several, in a line of values becomes another."""
    for _ in range(rng.choice((1, 1, 4))):
        numbers = list(re.finditer(rb"(?<=[,\n])[\d.]+", data))
        if not numbers:
            break
        found = rng.choice(numbers)
        data = data[: found.start()] + rng.choice(NUMBERS).encode() + data[found.end() :]
    return data


def repacked(rng: random.Random, data: bytes) -> bytes:
    """A zip whose entries are packed anew, one of them with other content."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        contents = {name: archive.read(name) for name in archive.namelist()}
    name = rng.choice(list(contents))
    method = rng.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA))
    changes = (flip, truncate, overwrite, lambda rng, content: content + bytes(1 << 26), _other_shape)
    contents[name] = rng.choice(changes)(rng, contents[name])
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for each, content in contents.items():
            archive.writestr(each, content)
    return file.getvalue()


def _other_shape(rng: random.Random, content: bytes) -> bytes:
    """Of numpy's .npy: what its header says, at the length that it had."""
    shape = re.search(rb"'shape': (\([^)]*\)), } *", content)
    if shape is None:
        return content
    size = rng.choice((b"(99999999999,)", b"(-1,)", b"(8,8,8)", b"()", b"(0,)", b"(1e3,)", b"[8]"))
    return content.replace(shape[0], b"'shape': %s, }" % size + b" " * (len(shape[0]) - len(size) - 13))


OF_SUFFIX = {  # what more is done to files of a kind
    ".json": [other_value] * 6,
    ".lines": [other_line] * 6,
    ".csv": [other_number] * 4,
    ".npz": [repacked] * 4,
    ".zip": [repacked] * 2,
    ".yaml": [*[other_setting] * 6, laughs, laughs, refers],
}


def mutated(rng: random.Random, path: Path, data: bytes) -> tuple[str, bytes]:
    """What is done to the content of the file at ``path``, and what comes of it."""
    kind = rng.choice([flip, truncate, repeat, overwrite, *OF_SUFFIX.get(path.suffix, [])])
    return kind.__name__, kind(rng, data)
