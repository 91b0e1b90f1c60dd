"""Folders of any name, and an umask that lets nobody else in: every command ends well."""

import json
import os

import pytest

from gpen_train.cli.main import main
from gpen_train.drawn import draw_face
from gpen_train.images import write_image

NAMES = (
    "a b=c,d [e]{f}(g)",
    "100% $HOME ~ #;\\s",
    'it\'s "quoted"\nZürich-日本',
)


def quoted(text: str) -> str:
    """As a value on the command line: Hydra's own quotes."""
    escaped = text.replace("\\", "\\\\") if text.endswith("\\") else text
    return "'" + escaped.replace("'", "\\'") + "'"


@pytest.mark.parametrize("name", NAMES)
def test_every_command_takes_it(name, here, tiny_settings):
    folder = here / name
    for number in range(6):
        write_image(folder / "faces" / f"{number}.png", draw_face(0, number, 32))
    settings = [item for item in tiny_settings if not item.startswith(("data=", "data.num_images"))]
    train = [
        *("train", *settings, "data=folder", "data.num_held_out=2"),
        f"data.root={quoted(str(folder / 'faces'))}",
        f"run_dir={quoted(str(folder / 'run'))}",
    ]
    before = os.umask(0o077)
    try:
        assert main([*train, "images=8"]) == 0
        assert main([*train, "images=16", "resume=true"]) == 0
        run, output = str(folder / "run"), folder / "out"
        assert main(["inspect", run]) == 0
        assert main(["export", run, str(output / "model.pth")]) == 0
        checkpoint = ["--checkpoint", str(output / "model.pth"), "--workers", "0"]
        assert (
            main(["restore", str(folder / "faces"), *checkpoint, "--output", str(output / "restored")]) == 0
        )
        evaluate = [f"checkpoint={quoted(run)}", f"data.root={quoted(str(folder / 'faces'))}"]
        assert (
            main(["evaluate", *evaluate, f"output={quoted(str(output / 'report'))}", "metrics=[psnr]"]) == 0
        )
    finally:
        os.umask(before)
    records = json.loads((output / "restored" / "restored.json").read_text())["images"]
    assert len(records) == 6
    assert (output / "report" / "report.html").exists()
    assert {path.name for path in here.iterdir()} == {name}  # nothing was written elsewhere


def test_a_reference_to_no_setting_is_told_with_what_to_do(here, tiny_settings, capsys):
    assert main(["train", *tiny_settings, "run_dir='${x}'"]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("gpen: run_dir refers to a setting that is not there; a path with ${ in it")
    assert list(here.iterdir()) == []
