"""`gpen data degrade`: the same bytes everywhere, every parameter noted, never two sets in one folder."""

import hashlib
import json
import os
import signal
import time
import zipfile

import numpy as np
import pytest
import torch

from gpen_train.cli.data.presets import build_preset, preset_names
from gpen_train.cli.main import main
from gpen_train.curation import benchmark
from gpen_train.drawn import draw_face
from gpen_train.images import read_image, write_image

NUM = 4


@pytest.fixture
def degrade(tmp_path, monkeypatch):
    """``degrade(source, output, *options)`` -> the exit code and the manifest."""
    monkeypatch.chdir(tmp_path)

    def run(source, output, *options):
        options = ("--resolution", "64", "--workers", "0", "--preset", "gpen", *options)
        code = main(["data", "degrade", source, output, *options])
        path = tmp_path / output / "manifest.json"
        return code, json.loads(path.read_text()) if path.exists() else None

    return run


@pytest.fixture
def faces(tmp_path):
    for number in range(NUM):
        write_image(
            tmp_path / "faces" / ("more" if number % 2 else "") / f"{number}.png", draw_face(0, number, 64)
        )
    return tmp_path / "faces"


def files(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*.png")}


def test_writes_pairs_and_says_what_was_drawn(faces, degrade, tmp_path, capsys):
    code, manifest = degrade("faces", "set", "--seed", "3")
    assert code == 0
    assert (manifest["preset"], manifest["seed"], manifest["resolution"], manifest["num"]) == (
        "gpen",
        3,
        64,
        NUM,
    )
    assert manifest["degradation"] == json.loads(json.dumps(build_preset("gpen").settings))
    assert manifest["fingerprint"] in capsys.readouterr().out
    assert "numpy" in manifest["versions"]
    for record in manifest["images"]:
        for part in ("degraded", "clean"):
            content = (tmp_path / "set" / record[part]["file"]).read_bytes()
            assert hashlib.sha256(content).hexdigest() == record[part]["sha256"]
    assert {path.rpartition("/")[0] for path in files(tmp_path / "set")} == {
        *("clean", "degraded"),
        *("clean/more", "degraded/more"),
    }


@pytest.mark.parametrize("preset", preset_names())
def test_the_plan_in_the_manifest_makes_the_same_image_again(degrade, tmp_path, preset):
    _, manifest = degrade("drawn", "set", "--preset", preset, "--num", "2")
    chain = build_preset(preset)
    for record in manifest["images"]:
        clean = draw_face(0, record["index"], 64)
        degraded, target = chain.apply(clean, record["plan"])
        np.testing.assert_array_equal(degraded, read_image(tmp_path / "set" / record["degraded"]["file"]))
        np.testing.assert_array_equal(target, read_image(tmp_path / "set" / record["clean"]["file"]))


def test_the_same_bytes_from_a_folder_a_zip_and_shards_and_with_workers(faces, degrade, tmp_path):
    with zipfile.ZipFile("faces.zip", "w") as archive:
        for path in sorted(faces.rglob("*.png")):
            archive.write(path, path.relative_to(faces))
    main(["data", "shard", "faces", "shards", "--shard-size", "2", "--workers", "0"])
    whole = degrade("faces", "whole")[1]
    assert len(files(tmp_path / "whole")) == 2 * NUM
    for source, workers in (("faces.zip", "0"), ("shards", "0"), ("faces", "2")):
        output = f"{source}-set"
        manifest = degrade(source, output, "--workers", workers)[1]
        assert manifest["fingerprint"] == whole["fingerprint"]
        assert files(tmp_path / output) == files(tmp_path / "whole")


def test_the_seed_and_the_index_decide(degrade):
    fingerprints = [
        degrade("drawn", f"set{seed}{num}", "--seed", seed, "--num", num)[1]
        for seed, num in ("02", "03", "12")
    ]
    first, longer, other = ([image["plan"] for image in manifest["images"]] for manifest in fingerprints)
    assert first == longer[:2]
    assert first[0] != first[1]
    assert first != other


def test_goes_on_where_it_was_stopped(faces, degrade, tmp_path, monkeypatch):
    degrade("faces", "whole")
    call, calls = benchmark.Freezer.__call__, []

    def stop_at_the_third(self, index):
        calls.append(index)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return call(self, index)

    monkeypatch.setattr(benchmark.Freezer, "__call__", stop_at_the_third)
    assert degrade("faces", "set") == (130, None)
    assert degrade("faces", "set")[0] == 0
    assert calls == [0, 1, 2, 2, 3]
    assert files(tmp_path / "set") == files(tmp_path / "whole")
    assert (tmp_path / "set" / "manifest.json").read_bytes() == (
        tmp_path / "whole" / "manifest.json"
    ).read_bytes()
    assert not list((tmp_path / "set").glob(".*"))


def test_expects_the_pixels_of_others(faces, degrade, capsys):
    degrade("faces", "theirs")
    assert degrade("faces", "ours", "--expect", "theirs/manifest.json")[0] == 0
    assert "the same pixels as expected" in capsys.readouterr().out
    assert degrade("faces", "other", "--seed", "1", "--expect", "theirs/manifest.json")[0] == 1
    assert f"{NUM} images are not as expected, such as 0.png: other pixels" in capsys.readouterr().err
    assert degrade("faces", "less", "--num", "2", "--expect", "theirs/manifest.json")[0] == 1
    assert "2 images are not as expected" in capsys.readouterr().err


def test_an_image_that_cannot_be_read_is_named_and_the_others_are_as_before(faces, degrade, tmp_path, capsys):
    degrade("faces", "whole")
    path = faces / "2.png"
    path.write_bytes(path.read_bytes()[:-400])
    assert degrade("faces", "set")[0] == 1
    assert "2.png" in capsys.readouterr().err
    found, whole = files(tmp_path / "set"), files(tmp_path / "whole")
    assert found.items() < whole.items()
    assert len(found) == 2 * (NUM - 1)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--preset", "gpem"], "the preset gpem does not exist; choose one of: "),
        (["--preset", "mine.yaml"], "mine.yaml is no preset"),
        (["--seed", "-1"], "--seed is -1; expected 0 or more"),
        (["--num", "0"], "--num is 0; expected 1 or more"),
        (["--seed", "1"], "made with seed 0, this run has 1"),
    ],
)
def test_refuses_in_one_line(degrade, tmp_path, options, message, capsys):
    (tmp_path / "mine.yaml").write_text("stages: {blur: {}}\nspeed: 3\n")
    degrade("drawn", "set", "--num", "2")
    before = files(tmp_path / "set")
    assert degrade("drawn", "set", "--num", "2", *options)[0] == 1
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1
    assert files(tmp_path / "set") == before


def test_a_preset_of_ones_own(degrade, tmp_path):
    (tmp_path / "mine.yaml").write_text("stages:\n  noise: {sigma: 5}\n")
    code, manifest = degrade("drawn", "set", "--preset", "mine.yaml", "--num", "1")
    assert code == 0
    assert manifest["preset"] == "mine"
    assert manifest["images"][0]["plan"][0][0] == "noise"


def test_a_preset_of_ones_own_over_another(degrade, tmp_path):
    fog = "  fog: {stage: albumentations.RandomFog}\n"
    (tmp_path / "mine.yaml").write_text(f"defaults: [mild]\nstages:\n  blur: null\n{fog}")
    code, manifest = degrade("drawn", "set", "--preset", "mine.yaml", "--num", "1")
    assert code == 0
    labels = [label for label, *_ in manifest["images"][0]["plan"]]
    assert labels[-1] == "fog"
    assert "noise" in labels
    assert "blur" not in labels
    assert manifest["degradation"]["stages"]["fog"] == {"stage": "albumentations.RandomFog", "p": 1.0}


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_a_stopped_process_leaves_whole_files_and_its_work(degrade, tmp_path, number):
    arguments = ("drawn", "set", "--num", "24", "--workers", "2")
    process = os.fork()
    if not process:
        code = 1
        try:
            os.setsid()
            signal.signal(signal.SIGINT, signal.default_int_handler)
            torch.set_num_threads(1)
            code = degrade(*arguments)[0]
        finally:
            os._exit(code)
    lines, end = tmp_path / "set" / ".manifest.json.lines", time.monotonic() + 60
    while not (lines.exists() and lines.read_bytes().count(b"\n") > 3):
        assert time.monotonic() < end
        time.sleep(0.01)
    os.killpg(process, number)
    _, status = os.waitpid(process, 0)
    assert os.waitstatus_to_exitcode(status) == (130 if number == signal.SIGINT else -signal.SIGKILL)
    found = files(tmp_path / "set")
    assert 6 <= len(found) < 48
    assert not (tmp_path / "set" / "manifest.json").exists()
    assert degrade(*arguments)[0] == 0
    assert degrade("drawn", "whole", "--num", "24")[0] == 0
    assert found.items() <= files(tmp_path / "set").items()
    assert files(tmp_path / "set") == files(tmp_path / "whole")
    assert not list((tmp_path / "set").rglob(".*"))
