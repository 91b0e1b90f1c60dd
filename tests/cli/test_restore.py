"""gpen restore: files and folders in, the same names out, and nothing lost to a bad file."""

from pathlib import Path

import cv2
import numpy as np
import pytest

import gpen_train
from gpen_train.cli.main import carry_out, parse
from gpen_train.degradations.colour import to_grey
from gpen_train.images import read_image, write_image
from gpen_train.restoration.jobs import find_jobs
from gpen_train.restoration.network import restore_arrays

FIXTURES = Path(__file__).parents[1] / "fixtures"


@pytest.fixture
def bundle(tiny_model, tmp_path):
    """A function that saves a small model of a task, and returns the file."""

    def save(task: str) -> Path:
        gpen_train.save(tiny_model, tmp_path / f"{task}.pth", task=task)
        return tmp_path / f"{task}.pth"

    return save


@pytest.fixture
def checkpoint(bundle) -> Path:
    return bundle("bfr")


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
    return carry_out(parse(["restore", *map(str, arguments), "--device", "cpu"]))


def below(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_keeps_names_and_folders(faces, checkpoint, tmp_path, capsys):
    single = tmp_path / "single.png"
    write_image(single, read_image(faces / "a.png"))
    output = tmp_path / "new" / "out"
    assert run(faces, single, "--checkpoint", checkpoint, "--output", output, "--batch-size", 4) == 0
    assert below(output) == below(faces) | {"single.png", "restored.json"}
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
    options = ("--checkpoint", checkpoint, "--output", output, "--batch-size", 3, "--faces", "aligned")
    assert run(faces, *options) == 1
    captured = capsys.readouterr()
    assert below(output) == {"restored.json", "a.png", "b.jpg", "deep/c.webp", "deep/d.png", "deep/er/e.PNG"}
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


def test_inpainting_pastes_what_the_mask_leaves(faces, bundle, tmp_path):
    masks, output = tmp_path / "masks", tmp_path / "out"
    hole = np.zeros((32, 32, 3), np.uint8)
    hole[8:20, 8:20] = 255
    for name in below(faces):
        write_image((masks / name).with_suffix(".png"), hole)
    options = ("--checkpoint", bundle("inpainting"), "--output", output, "--batch-size", 3)
    assert run(faces, *options, "--mask", masks, "--paste-known") == 0
    image, result = read_image(faces / "a.png"), read_image(output / "a.png")
    painted = np.where(hole > 0, np.uint8(255), image)
    model = gpen_train.load(tmp_path / "inpainting.pth")
    expected = np.where(hole > 0, restore_arrays(model, painted[None])[0], image)
    assert np.abs(result.astype(int) - expected).max() <= 1
    np.testing.assert_array_equal(result[hole == 0], image[hole == 0])
    assert read_image(output / "deep" / "c.webp").shape == (32, 32, 3)


def test_a_mask_that_is_no_image_fails_its_file_alone(faces, bundle, tmp_path, capsys):
    masks = tmp_path / "masks"
    for name in ("a.png", "d.png"):
        write_image(masks / name, np.zeros((32, 32, 3), np.uint8))
    (masks / "d.png").write_text("no image")
    inputs = (faces / "a.png", faces / "deep" / "d.png")
    options = ("--checkpoint", bundle("inpainting"), "--output", tmp_path / "out", "--mask", masks)
    assert run(*inputs, *options) == 1
    captured = capsys.readouterr()
    assert "restored 1 of 2" in captured.out
    assert "masks/d.png" in captured.err


def test_colorization_keeps_the_luma(faces, bundle, tmp_path):
    options = ("--checkpoint", bundle("colorization"), "--output")
    assert run(faces / "a.png", *options, tmp_path / "free") == 0
    assert run(faces / "a.png", *options, tmp_path / "kept", "--keep-luma") == 0
    grey = to_grey(read_image(faces / "a.png"))
    free, kept = (read_image(tmp_path / name / "a.png") for name in ("free", "kept"))
    expected = restore_arrays(gpen_train.load(tmp_path / "colorization.pth"), grey[None])[0]
    assert np.abs(free.astype(int) - expected).max() <= 1
    assert np.abs(to_grey(kept).astype(int) - grey).max() <= 1


@pytest.mark.parametrize(
    ("task", "options", "message"),
    [
        ("bfr", ["--paste-known"], "--paste-known is for models of inpainting, and this one is of bfr"),
        ("inpainting", ["--keep-luma"], "--keep-luma is for models of colorization, and this one is of inp"),
        (
            "colorization",
            ["--mask", "mask.png"],
            "--mask is for models of inpainting, and this one is of col",
        ),
        (None, ["--paste-known", "--keep-luma"], "--keep-luma is for models of colorization, and this"),
    ],
)
def test_options_of_another_task_are_refused(faces, bundle, tmp_path, monkeypatch, task, options, message):
    monkeypatch.chdir(tmp_path)
    write_image(tmp_path / "mask.png", np.zeros((8, 8, 3), np.uint8))
    checkpoint = bundle(task) if task else FIXTURES / "official_bfr_64.pth"
    with pytest.raises(ValueError, match=message) as refusal:
        run(faces, "--checkpoint", checkpoint, "--output", "out", *options)
    assert "\n" not in str(refusal.value)


def test_a_file_that_does_not_say_its_task_takes_the_options_given(faces, tmp_path):
    checkpoint = FIXTURES / "official_bfr_64.pth"
    for option in ("--paste-known", "--keep-luma"):
        output = tmp_path / option
        assert run(faces / "a.png", "--checkpoint", checkpoint, "--output", output, option) == 0
    known, kept = (read_image(tmp_path / option / "a.png") for option in ("--paste-known", "--keep-luma"))
    assert known.shape == kept.shape == (64, 64, 3)
    image = cv2.resize(read_image(faces / "a.png"), (64, 64), interpolation=cv2.INTER_CUBIC)
    assert np.abs(known.astype(int) - image).max() <= 1  # nothing is white, so all of it is known
