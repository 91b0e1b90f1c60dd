"""`gpen data draw` writes, goes on where it stopped, and refuses in one line."""

import numpy as np
import pytest

from gpen_train.cli.main import carry_out, parse
from gpen_train.drawn import draw_face
from gpen_train.images import read_image


def gpen(*arguments: str) -> int:
    return carry_out(parse(["data", "draw", *arguments]))


def test_writes_numbered_files(tmp_path, capsys):
    out = tmp_path / "new" / "faces"
    assert gpen(str(out), "--num", "3", "--resolution", "64", "--seed", "7") == 0
    assert sorted(path.name for path in out.iterdir()) == ["000000.png", "000001.png", "000002.png"]
    np.testing.assert_array_equal(read_image(out / "000002.png"), draw_face(7, 2, 64))
    assert "3 faces drawn" in capsys.readouterr().out


def test_draws_only_what_is_missing(tmp_path, capsys):
    gpen(str(tmp_path), "--num", "2", "--resolution", "64")
    (tmp_path / "000000.png").write_bytes(b"kept")
    (tmp_path / "000001.png").unlink()
    assert gpen(str(tmp_path), "--num", "2", "--resolution", "64") == 0
    assert (tmp_path / "000000.png").read_bytes() == b"kept"
    assert (tmp_path / "000001.png").exists()
    assert "1 face drawn" in capsys.readouterr().out
    gpen(str(tmp_path), "--num", "2", "--resolution", "64", "--force")
    np.testing.assert_array_equal(read_image(tmp_path / "000000.png"), draw_face(0, 0, 64))


@pytest.mark.parametrize("other", [("--seed", "5"), ("--resolution", "32")])
def test_other_faces_are_not_mixed_in(tmp_path, other):
    gpen(str(tmp_path), "--num", "1", "--resolution", "64")
    with pytest.raises(ValueError, match=r"000000\.png is another face than --seed \d .*give --force"):
        gpen(str(tmp_path), "--num", "2", "--resolution", "64", *other)
    assert not (tmp_path / "000001.png").exists()
    assert gpen(str(tmp_path), "--num", "2", "--resolution", "64", *other, "--force") == 0


def test_first_goes_on_elsewhere(tmp_path):
    gpen(str(tmp_path), "--num", "1", "--resolution", "64", "--first", "41")
    assert [path.name for path in tmp_path.iterdir()] == ["000041.png"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--resolution", "5000"], "resolution is 5000"),
        (["--num", "0"], "num_images is 0"),
        (["--seed", "-3"], "seed is -3"),
    ],
)
def test_refuses_bad_numbers_before_writing(tmp_path, arguments, message):
    out = tmp_path / "faces"
    with pytest.raises(ValueError, match=message) as caught:
        gpen(str(out), *arguments)
    assert "\n" not in str(caught.value)
    assert not out.exists()


def test_refuses_a_file_as_folder(tmp_path):
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(OSError, match=r"cannot write into .*taken.*choose another") as caught:
        gpen(str(tmp_path / "taken"), "--num", "1")
    assert "\n" not in str(caught.value)
