"""YAML of the user's is bounded before anything is made of it, and refused in a line that names the file."""

import time
from itertools import pairwise

import pytest

from gpen_train.cli.data.presets import build_preset
from gpen_train.cli.run.folder import saved_settings

ALIASES = "".join(f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]\n" for a, b in pairwise("abcdefghij"))
MERGED = "".join(f"{b}: &{b}\n  <<: [{', '.join([f'*{a}'] * 9)}]\n" for a, b in pairwise("abcdefghij"))
REFERENCES = "".join(f"{b}: ['${{{a}}}', '${{{a}}}']\n" for a, b in pairwise("abcdefghij"))
BOMBS = {
    "aliases": ("a: &a [x, x]\n" + ALIASES, "more than 5000 values"),
    "merged": ("a: &a {x: 1}\n" + MERGED, "more than 5000 values"),
    "within itself": ("a: &a [*a]\n", r"\*a stands for nothing"),
    "references": ("a: x\n" + REFERENCES, "refers to another"),
    "many": (f"a: [{'1,' * 6000}]\n", "more than 5000 values"),
    "deep": (f"a: {'[' * 5000}{']' * 5000}\n", "nested more than 40 deep"),
    "long": (f"a: {'x' * (1 << 18)}\n", "larger than 128 KB"),
    "an object": ("a: !!python/object/apply:os.system [id]\n", "constructor"),
    "a list": ("- 1\n", "it holds a list"),
    "a long number": (f"a: {'9' * 9000}\n", "4300 digits"),
    "no text": (b"\xff\xfe\x00", "can't decode"),
}


@pytest.mark.parametrize("name", BOMBS)
def test_what_says_too_much_is_refused_at_once(name, tmp_path):
    content, reason = BOMBS[name]
    path = tmp_path / "config.yaml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    for read in (lambda: saved_settings(tmp_path), lambda: build_preset(str(path))):
        start = time.process_time()
        with pytest.raises(ValueError, match=rf"config\.yaml.*{reason}") as refusal:
            read()
        assert time.process_time() - start < 5
        assert "\n" not in str(refusal.value)
        assert len(str(refusal.value)) < 400


def test_plain_aliases_are_read(tmp_path):
    (tmp_path / "config.yaml").write_text("a: &a [1, 2]\nb: {c: *a, d: *a}\n")
    assert saved_settings(tmp_path) == {"a": [1, 2], "b.c": [1, 2], "b.d": [1, 2]}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("defaults: [../../mine]\nstages: {}\n", "starts from ../../mine, which is no preset"),
        ("defaults: [mine]\nstages: {}\n", "starts from mine, which is no preset"),
        ("stages: {blur: {kernel_size: 99999}}\n", "kernel_size is 99999"),
        ("stages: {rescale: {scale: [0.1, 1e9]}}\n", "scale is"),
        ("stages: {}\ninput_resolution: 1000000\n", "input_resolution is 1000000"),
        ("stages: {}\ninput_resolution: true\n", "input_resolution is True"),
        ("1: 2\nstages: {}\n", "keywords must be strings"),
    ],
)
def test_a_preset_of_wrong_values_is_named(text, reason, tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text(text)
    with pytest.raises(ValueError, match=rf"mine\.yaml is no preset.*{reason}"):
        build_preset(str(path))
