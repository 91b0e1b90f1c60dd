"""Damaged and hostile files: each is read with equal tensors or refused in one line; nothing in it is run.

A flipped bit within a tensor of a pickle of others cannot be known: there the tensor comes with that bit.
"""

import io
import json
import os
import pickletools
import random
import resource
import signal
import zipfile
from argparse import Namespace
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import torch
from safetensors.torch import save

from gpen_train.checkpoints.bundle import LEGACY, PARTS, bundle_content
from gpen_train.checkpoints.describe import describe
from gpen_train.checkpoints.formats.nvlabs import Persistent
from gpen_train.checkpoints.layouts.rosinality import prior_names
from gpen_train.checkpoints.layouts.yangxy_names import discriminator_names, generator_names, to_yangxy
from gpen_train.checkpoints.prior_file import save_prior
from gpen_train.checkpoints.read import read
from gpen_train.checkpoints.safe_load import safe_load
from gpen_train.models.discriminator import Discriminator
from gpen_train.models.gpen import build_gpen
from gpen_train.models.prior import build_prior

SEED = int(os.environ.get("GPEN_FUZZ_SEED", "0"))  # others try other files,
TIMES = int(os.environ.get("GPEN_FUZZ_TIMES", "1"))  # and more of them
NUM_MUTATIONS = 250 * TIMES
MAX_SECONDS = 10
MAX_KILOBYTES = 2**20
NUM_TYPED = 60 * TIMES
MAX_CHARACTERS = 400
HUGE = (2**31 - 1, 2**40, 2**62, 2**63 - 1, 2**64, -1, -(2**63))
NAN = b"\x00\x00\xc0\x7f"


class Hang(BaseException):
    """Raised by the alarm; no reader takes it for damage."""


class Subject(NamedTuple):
    """An intact file, and how to put another pickle (or header) and other values into its place."""

    data: bytes
    inner: bytes  # the pickle, or the JSON header
    wrap: Callable[[bytes], bytes]  # the file around another inner
    with_nan: Callable[[random.Random], bytes]
    kinds: tuple[Callable[[random.Random, bytes, Path], bytes], ...]  # what is done to the inner


# What is done to a file.
def flip(rng: random.Random, data: bytes) -> bytes:
    place = rng.randrange(len(data))
    return data[:place] + bytes([data[place] ^ 1 << rng.randrange(8)]) + data[place + 1 :]


def truncate(rng: random.Random, data: bytes) -> bytes:
    return data[: rng.randrange(len(data))]


# What is done to a pickle: an opcode is replaced by others.
def replaced(rng: random.Random, pickle: bytes, opcodes: tuple[str, ...], new: bytes) -> bytes:
    spans = list(pickletools.genops(pickle))
    starts = [place for _, _, place in spans] + [len(pickle)]
    chosen = [i for i, (opcode, _, _) in enumerate(spans) if opcode.name in opcodes]
    i = rng.choice(chosen)
    return pickle[: starts[i]] + new + pickle[starts[i + 1] :]


INTS = ("BININT", "BININT1", "BININT2")


def wrong_shape(rng: random.Random, pickle: bytes, canary: Path) -> bytes:
    return replaced(rng, pickle, INTS, b"M" + rng.randrange(300).to_bytes(2, "little"))


def huge_shape(rng: random.Random, pickle: bytes, canary: Path) -> bytes:
    return replaced(rng, pickle, INTS, b"\x8a\x09" + rng.choice(HUGE).to_bytes(9, "little", signed=True))


def swapped_keys(rng: random.Random, pickle: bytes, canary: Path) -> bytes:
    texts = [(place + 5, text) for op, text, place in pickletools.genops(pickle) if op.name == "BINUNICODE"]
    texts += [(p + 2, text) for op, text, p in pickletools.genops(pickle) if op.name == "SHORT_BINUNICODE"]
    first, one = rng.choice(texts)
    second, other = rng.choice([found for found in texts if len(found[1]) == len(one)])
    changed = bytearray(pickle)
    changed[first : first + len(one)], changed[second : second + len(one)] = other.encode(), one.encode()
    return bytes(changed)


def renamed_global(rng: random.Random, pickle: bytes, canary: Path) -> bytes:
    module, name = rng.choice((b"os system", b"posix system", b"builtins exec", b"torch load")).split()
    return replaced(rng, pickle, ("GLOBAL", "STACK_GLOBAL"), b"c%s\n%s\n" % (module, name))


def run_command(rng: random.Random, pickle: bytes, canary: Path) -> bytes:
    text = f"touch {canary}".encode()
    code = b"cos\nsystem\nX" + len(text).to_bytes(4, "little") + text + b"\x85R"
    return replaced(rng, pickle, (*INTS, "NONE", "EMPTY_TUPLE"), code)


def nested_lists(rng: random.Random, pickle: bytes, canary: Path) -> bytes:
    """Lists: deep, in themselves, or each holding the one before it twice."""
    depth, place = rng.choice((3, 90, 3000)), b"r\xff\xff\xff\x7f"
    again = place.replace(b"r", b"j")
    twice = b"]" + place + (b"]" + again + b"a" + again + b"a" + place) * 60
    new = rng.choice((b"]" * depth + b"a" * (depth - 1), b"]" + place + again + b"a", twice))
    return replaced(rng, pickle, (*INTS, "NONE", "EMPTY_TUPLE", "EMPTY_DICT"), new)


PICKLE_KINDS = (wrong_shape, huge_shape, swapped_keys, renamed_global, run_command, nested_lists)


# What is done to a state dict, or to what stands around it: another value under a key, and another key.
OTHERS = (
    3,
    2.5,
    None,
    "x" * 100_000,
    [1, 2],
    list(range(100_000)),
    {},
    {"a": [None]},
    (),
    True,
    set(),
    torch.int8,
)
KEYS = (3, None, -1, "x" * 999, True)


def other_value(rng: random.Random, content: Any) -> Any:
    """One value somewhere in the nested dicts of ``content`` becomes another, or its key does."""
    content = {**vars(content)} if isinstance(content, Namespace) else {**content}
    key = rng.choice(list(content))
    if isinstance(content[key], dict | Namespace) and content[key] and rng.random() < 0.8:
        content[key] = other_value(rng, content[key])
    elif rng.random() < 0.6:
        content[key] = rng.choice(OTHERS)
    else:
        content[rng.choice(KEYS)] = content.pop(key)
    return content


def as_args(content: Any) -> Any:
    """``args`` as a Namespace again, where all of its keys are names."""
    args = content.get("args")
    named = isinstance(args, dict) and all(isinstance(key, str) for key in args)
    return {**content, "args": Namespace(**args)} if named else content


def contents(write_state: Path) -> dict[str, Any]:
    """Layout -> content of small networks."""
    model = build_gpen(
        16,
        encoder="plain",
        mapper="stylegan2",
        injection="concat",
        style_dim=6,
        channel_base=64,
        channel_max=5,
    )
    judge, bundle = Discriminator(16, 64, 5), ours()
    del bundle["args"].digest
    theirs = to_yangxy(model.state_dict(), generator_names(16, 2))
    beside = to_yangxy(judge.state_dict(), discriminator_names(16))
    prior = build_prior(16, style_dim=6, mapper_layers=2, channel_base=64, channel_max=5)
    names = prior_names(16, 2)
    bare = to_yangxy(prior.state_dict(), names)
    state = {f"averaged.model.{name}": t for name, t in model.state_dict().items()}
    state |= {f"discriminator.{name}": t for name, t in judge.state_dict().items()}
    record = {
        "model": model.settings,
        "training": {"a": 1},
        "discriminator": {"group_size": 4},
        "task": "bfr",
    }
    save_prior(prior, write_state)
    mine = safe_load(write_state)
    del mine["args"].digest
    return {
        "bundle": bundle,
        "state dict": dict(model.state_dict()),
        "prior": mine,
        "discriminator": {"discriminator": judge.state_dict(), "args": Namespace(model=judge.settings)},
        "lightning": {
            **{"state_dict": state, "pytorch-lightning_version": "2.6"},
            **{"record": record, "images_seen": 8},
        },
        "yangxy": theirs,
        "yangxy discriminator": beside,
        "yangxy training": {"g": theirs, "d": beside, "g_ema": theirs, "g_optim": {"a": 1}},
        "rosinality": {"g_ema": bare, "d": beside, "latent_avg": torch.zeros(6)},
        "wrapped": {"params_ema": {f"module.{name}": t for name, t in theirs.items()}, "iter": 3},
    }


def complaint(action: Callable[[Path], Any], path: Path) -> str | None:
    """What is wrong with how ``action`` refuses the file; None where it reads it, or does so in one line."""
    try:
        action(path)
    except (ValueError, OSError) as refusal:
        message = str(refusal)
        line = message.replace(str(path), "")
        return (
            None
            if line != message and "\n" not in line and len(line) <= MAX_CHARACTERS
            else f"refused with {message!r:.500}"
        )
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return None


@pytest.mark.parametrize(
    "layout",
    [
        "bundle",
        "state dict",
        "prior",
        "discriminator",
        "lightning",
        "yangxy",
        "yangxy discriminator",
        "yangxy training",
        "rosinality",
        "wrapped",
    ],
)
def test_values_and_keys_of_other_types_are_named(tmp_path, layout):
    """Where a state dict holds them; elsewhere they do no harm."""
    torch.manual_seed(0)
    path = tmp_path / "mutated"
    content = contents(tmp_path / "prior")[layout]
    torch.save(content, path)
    assert read(path).layout
    complaints, num_refused = Counter(), 0
    for index in range(NUM_TYPED):
        torch.save(as_args(other_value(random.Random(SEED + index), content)), path)
        for action in (read, describe):
            found = complaint(action, path)
            complaints[action.__name__, found] += found is not None
        num_refused += refused(path)
    assert not +complaints, complaints
    assert num_refused > NUM_TYPED / 4


def refused(path: Path) -> bool:
    try:
        read(path)
    except ValueError:
        return True
    return False


# What is done to a header of JSON.
def other_header(rng: random.Random, header: bytes, canary: Path) -> bytes:
    entries = json.loads(header)
    one, other = rng.sample(sorted(entries.keys() - {"__metadata__"}), 2)
    change = rng.randrange(7)
    if change == 0:
        entries[one], entries[other] = entries[other], entries[one]
    elif change == 1:
        entries[one]["shape"] = [rng.choice((*HUGE, 0, 1, 3)) for _ in range(rng.randrange(5))]
    elif change == 2:
        entries[one]["data_offsets"][rng.randrange(2)] = rng.choice((*HUGE, 0, 4))
    elif change == 3:
        entries[one]["dtype"] = rng.choice(("F16", "F64", "I32", "os.system", None, ["F32"]))
    elif change == 4:
        entries[rng.choice((one, "__metadata__"))] = rng.choice(
            ([], {}, [[1]], None, {"layout": "gpen_train"})
        )
    elif change == 5:
        args = json.loads(entries["__metadata__"]["args"])
        args["model"][rng.choice(sorted(args["model"]))] = rng.choice((*HUGE, 2, [2, 2], "os.system", None))
        entries["__metadata__"]["args"] = json.dumps(args)
    text = json.dumps(entries)
    deep = "[" * 3000 + "]" * 3000
    return (text.replace('"F32"', deep, 1) if change == 6 else text).encode()


# The intact files.
def ours() -> dict:
    model = build_gpen(
        16, encoder_width=2, encoder_depths=(1, 1, 1, 1), style_dim=6, channel_base=64, channel_max=5
    )
    return bundle_content(model, {"losses": {"content": 1.0}, "sizes": [1, None, 300, 70000]})


def zip_subject() -> Subject:
    buffer = io.BytesIO()
    torch.save(ours(), buffer)
    with zipfile.ZipFile(buffer) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    pickle = next(name for name in files if name.endswith("data.pkl"))

    def rezipped(name: str, content: bytes) -> bytes:
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w") as archive:
            for other, old in files.items():
                archive.writestr(other, content if other == name else old)
        return target.getvalue()

    def with_nan(rng: random.Random) -> bytes:
        name = rng.choice([name for name in files if "/data/" in name])
        return rezipped(name, NAN + files[name][4:])

    return Subject(
        buffer.getvalue(), files[pickle], lambda new: rezipped(pickle, new), with_nan, PICKLE_KINDS
    )


def legacy_subject() -> Subject:
    buffer = io.BytesIO()
    torch.save(ours(), buffer, **LEGACY)
    data = buffer.getvalue()
    buffer.seek(0)
    ends = [0]
    for _ in range(5):
        list(pickletools.genops(buffer))
        ends.append(buffer.tell())

    def with_nan(rng: random.Random) -> bytes:
        place = rng.randrange(ends[-1], len(data) - 4)
        return data[:place] + NAN + data[place + 4 :]

    before, pickle, after = data[: ends[3]], data[ends[3] : ends[4]], data[ends[4] :]
    return Subject(data, pickle, lambda new: before + new + after, with_nan, PICKLE_KINDS)


def safetensors_subject() -> Subject:
    content = ours()
    tensors = {f"{part}.{name}": tensor for part in PARTS for name, tensor in content[part].items()}
    metadata = {"format": "pt", "layout": "gpen_train", "args": json.dumps(vars(content["args"]))}
    data = save(tensors, metadata)
    end = 8 + int.from_bytes(data[:8], "little")

    def with_nan(rng: random.Random) -> bytes:
        place = rng.randrange(end, len(data) - 4)
        return data[:place] + NAN + data[place + 4 :]

    def wrap(header: bytes) -> bytes:
        return len(header).to_bytes(8, "little") + header + data[end:]

    return Subject(data, data[8:end], wrap, with_nan, (other_header,))


def nvlabs_subject(write_nvlabs: Callable[..., Path], path: Path, canary: Path) -> Subject:
    prior = build_prior(8, style_dim=4, mapper_layers=2, channel_base=32, channel_max=4)
    renames = {"generator": "synthesis", "mapper": "mapping", "w_average": "mapping.w_avg"}
    state = {}
    for name, tensor in prior.state_dict().items():
        first, dot, rest = name.partition(".")
        theirs = f"{renames[first]}{dot}{rest}".replace(".strength", ".noise_strength")
        state[theirs] = tensor[0] if name.endswith("const") else torch.randn_like(tensor)
    judge = {n: torch.randn_like(t) for n, t in Discriminator(8, 32, 4).state_dict().items()}
    source = f"open({str(canary)!r}, 'w')"
    data = write_nvlabs(path, source=source, G_ema=state, D=judge).read_bytes()

    def with_nan(rng: random.Random) -> bytes:
        tensor = rng.choice([*state.values(), *judge.values()]).numpy().tobytes()
        return data.replace(tensor, NAN + tensor[4:])

    return Subject(data, data, lambda new: new, with_nan, PICKLE_KINDS)


# What must hold.
Values = Counter  # of (shape, bytes) of the tensors, their names left out


def values_of(states: list[dict[str, torch.Tensor]]) -> Values:
    return Counter((tuple(t.shape), t.numpy().tobytes()) for state in states for t in state.values())


def of_ours(path: Path) -> dict[str, torch.Tensor]:
    return read(path).model.state_dict()


def of_nvlabs(path: Path) -> Values:
    """Names may come exchanged, which a pickle of others cannot tell."""
    read(path)
    return values_of([value.state for value in safe_load(path).values() if isinstance(value, Persistent)])


def is_equal(found: dict[str, torch.Tensor], intact: dict[str, torch.Tensor], kind: str) -> bool:
    return found.keys() == intact.keys() and all(torch.equal(found[name], intact[name]) for name in intact)


def is_equal_but_for_a_flip(found: Values, intact: Values, kind: str) -> bool:
    new, old = list((found - intact).elements()), list((intact - found).elements())
    if not new and not old:
        return True
    if kind != "flip" or len(new) != 1 or len(old) != 1 or new[0][0] != old[0][0]:
        return False
    changed = [a ^ b for a, b in zip(new[0][1], old[0][1], strict=True) if a != b]
    return len(changed) == 1 and changed[0].bit_count() == 1


def hang(*_: object) -> None:
    raise Hang


def mutations(subject: Subject, canary: Path):
    """Of each kind in turn: its name, and the file."""
    whole = {"flip": flip, "truncate": truncate}
    inner = {kind.__name__: kind for kind in subject.kinds}
    names = ["flip", "truncate", "with_nan", *inner, "flip"]
    for index in range(NUM_MUTATIONS):
        kind, rng = names[index % len(names)], random.Random(SEED + index)
        if kind in whole:
            yield kind, whole[kind](rng, subject.data)
        elif kind == "with_nan":
            yield kind, subject.with_nan(rng)
        else:
            yield kind, subject.wrap(inner[kind](rng, subject.inner, canary))


@pytest.fixture(params=["bundle", "legacy", "safetensors", "nvlabs"])
def subject(request, write_nvlabs, tmp_path):
    makers = {"bundle": zip_subject, "legacy": legacy_subject, "safetensors": safetensors_subject}
    torch.manual_seed(0)
    if request.param in makers:
        return makers[request.param](), of_ours, is_equal
    made = nvlabs_subject(write_nvlabs, tmp_path / "network.pkl", tmp_path / "canary")
    return made, of_nvlabs, is_equal_but_for_a_flip


def outcome(path: Path, intact: Any, values: Callable, equal: Callable, kind: str) -> str:
    """What became of a file: "read", "refused", or what should not be."""
    signal.signal(signal.SIGALRM, hang)
    signal.alarm(MAX_SECONDS)
    try:
        return "read" if equal(values(path), intact, kind) else "read with other tensors"
    except (ValueError, OSError) as refusal:
        message = str(refusal)
    finally:
        signal.alarm(0)
    return "refused" if str(path) in message and "\n" not in message else f"refused with {message!r}"


def test_every_mutation_is_read_with_equal_tensors_or_refused(subject, tmp_path):
    made, values, equal = subject
    path, canary = tmp_path / "mutated", tmp_path / "canary"
    path.write_bytes(made.wrap(made.inner))
    intact = values(path)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    outcomes, described = Counter(), Counter()
    for index, (kind, data) in enumerate(mutations(made, canary)):
        path.write_bytes(data)
        outcomes[kind, outcome(path, intact, values, equal, kind)] += 1
        if index % 5 == 0:
            described[outcome(path, None, describe, lambda *_: True, kind)] += 1
        assert not canary.exists(), kind
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < MAX_KILOBYTES
    assert {result for _, result in outcomes} <= {"read", "refused"}, outcomes
    assert described.keys() == {"read", "refused"}
    assert sum(outcomes.values()) == NUM_MUTATIONS
    for kind in ("truncate", "with_nan", "renamed_global", "run_command"):
        assert not outcomes[kind, "read"], kind
    refused = sum(number for (_, result), number in outcomes.items() if result == "refused")
    assert refused > NUM_MUTATIONS / 2  # the mutations are no empty ones
