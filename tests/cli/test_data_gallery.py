"""`gpen data gallery`: a picture with a row a preset, a column a draw, and the numbers below."""

import numpy as np
import pytest

from gpen_train.cli.data.presets import build_preset, preset_names
from gpen_train.cli.main import main
from gpen_train.curation.gallery import GAP, TITLE, described, draw_gallery, wrapped
from gpen_train.degradations.chain import Step
from gpen_train.drawn import draw_face
from gpen_train.images import read_image
from gpen_train.sources.draws import Draw, Stream, generator

FACES = [draw_face(0, number, 64) for number in range(2)]


def test_rows_and_columns_hold_what_the_chain_makes():
    chain = build_preset("gpen")
    picture = draw_gallery(FACES, {"gpen": chain}, seed=7)
    assert picture.shape[1] == GAP + 2 * (64 + GAP)
    below_clean = TITLE + 64 + GAP
    for column, face in enumerate(FACES):
        columns = slice(GAP + column * (64 + GAP), (column + 1) * (64 + GAP))
        np.testing.assert_array_equal(picture[TITLE : TITLE + 64, columns], face)
        degraded, _ = chain(face, generator(7, Stream.VALIDATION, Draw(column, 0)))
        rows = slice(below_clean + TITLE, below_clean + TITLE + 64)
        np.testing.assert_array_equal(picture[rows, columns], degraded)
    assert (picture[below_clean + TITLE + 64 :] < 128).any()  # there is text


def test_describes_what_was_drawn_in_a_few_letters():
    plan = [
        Step("blur", "blur", {"kind": "plateau_isotropic", "sigma_x": 3.14159, "radius": 20}),
        Step("second_noise", "noise", {"kind": "gaussian", "strength": 12.0, "grey": True, "seed": 123456}),
        Step("grey", "grey", {}),
        Step("shift", "shift", {"levels": [1.0, -2.25, 10.123], "off": False}),
        Step("scratches", "scratches", {"lines": [[1, 2], [3, 4]]}),
        Step("patch", "patch", {"left": 3, "steps": [["blur", "blur", {"sigma_x": 1.0}]]}),
    ]
    assert list(described(plan)) == [
        "blur: plateau isotropic, sigma x 3.14, radius 20",
        "second noise: gaussian, strength 12, grey",
        "grey: on",
        "shift: levels 1 / -2.25 / 10.1",
        "scratches: 2 lines",
        "patch: left 3",
        "in it blur: sigma x 1",
    ]
    assert all(len(line) <= 30 for line in wrapped(plan, 170))


@pytest.mark.parametrize("preset", preset_names())
def test_every_preset_can_be_described(preset):
    chain = build_preset(preset)
    for column in range(8):
        plan = chain.draw(chain.frame(FACES[0]), generator(0, Stream.VALIDATION, Draw(column, 0)))
        lines = list(described(plan))
        assert len(lines) >= len(plan)
        assert all(len(line) < 200 for line in lines)


def test_the_command_writes_a_picture(tmp_path, capsys):
    out = tmp_path / "new" / "gallery.jpg"
    options = ["--preset", "gpen", "--preset", "mild", "--num", "2", "--resolution", "64"]
    assert main(["data", "gallery", str(out), *options]) == 0
    assert read_image(out).shape[1] == GAP + 2 * (64 + GAP)
    assert "2 presets, 2 draws of each" in capsys.readouterr().out


def test_refuses_a_name_that_is_no_picture(tmp_path, capsys):
    assert main(["data", "gallery", str(tmp_path / "gallery.txt")]) == 1
    assert "expected a name that ends in one of" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
