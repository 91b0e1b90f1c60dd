"""gpen restore: files and folders in, the same names out, and nothing lost to a bad file."""

import argparse
from pathlib import Path

import numpy as np
import pytest
import torch

import gpen_train
from gpen_train.cli import restore
from gpen_train.images import read_image, write_image
from gpen_train.models.gpen import build_gpen
from gpen_train.restoration.aligned import find_jobs, restore_arrays


@pytest.fixture
def checkpoint(tmp_path) -> Path:
    torch.manual_seed(0)
    model = build_gpen(32, encoder_width=4, encoder_depths=(1, 1, 1, 1), style_dim=8, channel_max=8)
    gpen_train.save(model, tmp_path / "bundle.pth")
    return tmp_path / "bundle.pth"


@pytest.fixture
def faces(tmp_path) -> Path:
    """Five images of three sizes, two folders deep."""
    rng = np.random.default_rng(0)
    folder = tmp_path / "faces"
    for name, side in {
        "a.png": 32,
        "b.jpg": 32,
        "deep/c.webp": 48,
        "deep/d.png": 32,
        "deep/er/e.PNG": 24,
    }.items():
        write_image(folder / name, rng.integers(0, 256, (side, side, 3), dtype=np.uint8))
    return folder


def run(*arguments) -> int:
    parser = argparse.ArgumentParser()
    restore.add_parser(parser.add_subparsers())
    options = parser.parse_args(["restore", *map(str, arguments), "--device", "cpu"])
    return options.run(options)


def below(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_keeps_names_and_folders(faces, checkpoint, tmp_path, capsys):
    single = tmp_path / "single.png"
    write_image(single, read_image(faces / "a.png"))
    output = tmp_path / "new" / "out"
    assert run(faces, single, "--checkpoint", checkpoint, "--output", output, "--batch-size", 4) == 0
    assert below(output) == below(faces) | {"single.png"}
    assert "restored 6 of 6" in capsys.readouterr().out
    model = gpen_train.load(checkpoint)
    for name in ("a.png", "deep/d.png", "deep/er/e.PNG"):
        expected = restore_arrays(model, read_image(faces / name)[None])[0]
        restored = read_image(output / name)
        assert restored.shape == (32, 32, 3)
        assert np.abs(restored.astype(int) - expected).max() <= 1  # batches may round otherwise


def test_bad_files_are_named_and_the_others_go_on(faces, checkpoint, tmp_path, capsys):
    (faces / "text.png").write_text("not an image")
    (faces / "empty.jpg").touch()
    (faces / "cut.png").write_bytes((faces / "a.png").read_bytes()[:200])
    write_image(faces / "wide.png", np.zeros((20, 40, 3), np.uint8))
    (faces / "notes.txt").write_text("no image, and not named as one")
    output = tmp_path / "out"
    assert run(faces, "--checkpoint", checkpoint, "--output", output, "--batch-size", 3) == 1
    captured = capsys.readouterr()
    assert below(output) == {"a.png", "b.jpg", "deep/c.webp", "deep/d.png", "deep/er/e.PNG"}
    assert "restored 5 of 9" in captured.out
    lines = captured.err.splitlines()
    assert len(lines) == 4
    for name in ("text.png", "empty.jpg", "cut.png", "wide.png"):
        assert sum(name in line for line in lines) == 1, name


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_low_precision_is_close(faces, checkpoint, tmp_path, dtype):
    outputs = {name: tmp_path / name for name in ("float32", dtype)}
    for name, output in outputs.items():
        assert run(faces / "a.png", "--checkpoint", checkpoint, "--output", output, "--dtype", name) == 0
    exact, low = (read_image(output / "a.png").astype(int) for output in outputs.values())
    assert np.abs(exact - low).mean() < 3


def test_refuses_to_overwrite_its_input(faces, checkpoint):
    before = (faces / "a.png").read_bytes()
    for source in (faces, faces / "a.png"):
        with pytest.raises(ValueError, match="is an input and would be overwritten; choose another"):
            run(source, "--checkpoint", checkpoint, "--output", faces)
    assert (faces / "a.png").read_bytes() == before


def test_an_output_inside_the_input_is_no_input_of_the_next_run(faces, checkpoint):
    for _ in range(2):
        assert run(faces, "--checkpoint", checkpoint, "--output", faces / "out") == 0
    assert len(find_jobs([faces], faces / "out")) == 5


def test_an_output_that_cannot_be_written_is_found_before_the_model_is_read(faces, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match=r"cannot write into .*choose another"):
        run(faces, "--checkpoint", tmp_path / "missing.pth", "--output", tmp_path / "file" / "out")


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        (["faces/none.png"], "does not exist"),
        (["faces/empty"], "holds no image"),
        (["faces/a.png", "faces/deep/a.png"], "would both become"),
    ],
)
def test_refuses_inputs_in_one_line(faces, tmp_path, monkeypatch, inputs, message):
    monkeypatch.chdir(tmp_path)
    (faces / "empty").mkdir()
    write_image(faces / "deep" / "a.png", np.zeros((8, 8, 3), np.uint8))
    with pytest.raises(ValueError, match=message) as refusal:
        run(*inputs, "--checkpoint", "bundle.pth", "--output", "out")
    assert "\n" not in str(refusal.value)
    assert not (tmp_path / "out").exists()
