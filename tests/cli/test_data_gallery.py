"""`gpen data gallery`: a card a preset, with its draws and the numbers below each."""

import numpy as np
import pytest
from PIL import ImageFont

from gpen_train.cli.data.presets import build_preset, preset_names
from gpen_train.cli.main import main
from gpen_train.curation.gallery import (
    GAP,
    INDENT,
    TEXT_SIZE,
    TEXT_WIDTH,
    TITLE,
    described,
    draw_gallery,
    in_columns,
    wrapped,
)
from gpen_train.degradations.chain import Step
from gpen_train.drawn import draw_face
from gpen_train.images import read_image
from gpen_train.sources.draws import Draw, Stream, generator

FACES = [draw_face(0, number, 64) for number in range(2)]


def test_a_card_holds_what_its_chain_makes():
    chain = build_preset("gpen")
    picture = draw_gallery(FACES, {"gpen": chain}, seed=7)
    pitch = GAP + TEXT_WIDTH
    assert picture.shape[1] == 2 * 2 * pitch  # cards side by side: clean, gpen
    for number, face in enumerate(FACES):
        left = GAP + number * pitch
        rows = slice(TITLE, TITLE + 64)
        np.testing.assert_array_equal(picture[rows, left : left + 64], face)
        degraded, _ = chain(face, generator(7, Stream.VALIDATION, Draw(number, 0)))
        left += 2 * pitch
        np.testing.assert_array_equal(picture[rows, left : left + 64], degraded)
        assert (picture[TITLE + 64 :, left : left + TEXT_WIDTH] < 128).any()  # there is text


def test_cards_go_where_there_is_room():
    cards = [np.full((height, 400, 3), height, np.uint8) for height in (50, 80, 60, 30, 10)]
    picture = in_columns(cards)
    assert picture.shape == (80, 1200, 3)
    assert (picture[50:80, :400] == 30).all()  # below the shortest
    assert (picture[60:70, 800:] == 10).all()
    assert (picture[70:, 800:] == 255).all()
    assert in_columns([np.zeros((5, 2000, 3), np.uint8)] * 2).shape == (10, 2000, 3)


def test_all_presets_fit_on_a_screen_and_can_be_read():
    chains = {name: build_preset(name) for name in preset_names()}
    faces = [draw_face(0, number, 176) for number in range(2)]
    height, width, _ = draw_gallery(faces, chains, seed=0).shape
    assert width <= 1300
    assert height <= 2100  # two screens
    assert TEXT_SIZE >= 14


def test_describes_what_was_drawn_in_a_few_letters():
    plan = [
        Step("blur", "blur", {"kind": "plateau_isotropic", "radius": 20, "sigma_x": 3.14159}),
        Step("second_noise", "noise", {"kind": "gaussian", "strength": 12.0, "grey": True, "seed": 123456}),
        Step("grey", "grey", {}),
        Step("shift", "shift", {"levels": [1.0, -2.25, 10.123], "off": False}),
        Step("scratches", "scratches", {"lines": [[1, 2], [3, 4]]}),
        Step("patch", "patch", {"left": 3, "steps": [["blur", "blur", {"sigma_x": 1.0, "sigma_y": 2.0}]]}),
    ]
    assert list(described(plan)) == [
        "blur: plateau isotropic, sigma 3.1",
        "second noise: gaussian, strength 12, grey",
        "grey: on",
        "shift: levels 1 / -2.2 / 10",
        "scratches: 2 lines",
        "patch: left 3",
        "in it blur: sigma 1 / 2",
    ]
    letters = ImageFont.load_default(TEXT_SIZE)
    lines = wrapped(plan, 170, letters)
    assert all(letters.getlength(line) <= 170 for line in lines)
    assert " ".join(lines).replace(f" {INDENT}", " ") == " ".join(described(plan))


@pytest.mark.parametrize("preset", preset_names())
def test_every_preset_can_be_described(preset):
    chain = build_preset(preset)
    for column in range(8):
        plan = chain.draw(chain.frame(FACES[0]), generator(0, Stream.VALIDATION, Draw(column, 0)))
        lines = list(described(plan))
        assert len(lines) >= sum(not step.label.endswith("resize_back") for step in plan)
        assert all(len(line) < 200 for line in lines)


def test_the_command_writes_a_picture(tmp_path, capsys):
    out = tmp_path / "new" / "gallery.jpg"
    options = ["--preset", "gpen", "--preset", "mild", "--num", "2", "--resolution", "64"]
    assert main(["data", "gallery", str(out), *options]) == 0
    assert read_image(out).shape[1] == 2 * 2 * (GAP + TEXT_WIDTH)
    assert "2 presets, 2 draws of each" in capsys.readouterr().out


def test_refuses_a_name_that_is_no_picture(tmp_path, capsys):
    assert main(["data", "gallery", str(tmp_path / "gallery.txt")]) == 1
    assert "expected a name that ends in one of" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
