"""Label maps beside faces: matched by name, in colours, nearest; each kind of bad input in one line."""

import numpy as np
import pytest
from PIL import Image

from gpen_train.conventions.labels import resize_labels, to_colours, to_labels
from gpen_train.degradations.chain import build_chain
from gpen_train.drawn import draw_face, draw_labels
from gpen_train.images import write_image
from gpen_train.loading.build import face_data
from gpen_train.sources.label_maps import labelled_folders
from gpen_train.tasks.bfr import BlindFaceRestoration
from gpen_train.tasks.seg2face import Seg2Face
from gpen_train.tasks.sr import SuperResolution

NUM = 10


@pytest.fixture
def folders(tmp_path):
    """Faces of 64 px, and maps of 32 px: of numbers where the face's number is even, else of colours."""
    for number in range(NUM):
        write_image(tmp_path / "faces" / "in" / f"{number:02d}.png", draw_face(0, number, 64))
        labels = draw_labels(0, number, 32)
        path = tmp_path / "maps" / "in" / f"{number:02d}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(to_colours(labels) if number % 2 else labels).save(path)
    return tmp_path / "maps", tmp_path / "faces"


def test_maps_come_in_colours_at_their_own_size(folders):
    source = labelled_folders(*folders, resolution=64, map_resolution=16)
    assert (len(source), source.name) == (NUM, "faces")
    for index in range(NUM):
        pair = source[index]
        np.testing.assert_array_equal(to_labels(pair.degraded), resize_labels(draw_labels(0, index, 32), 16))
        np.testing.assert_array_equal(pair.clean, draw_face(0, index, 64))


def test_bad_maps_are_left_out_and_named(folders):
    maps, faces = folders
    Image.fromarray(np.full((32, 32), 77, np.uint8)).save(maps / "in" / "03.png")
    Image.fromarray(to_colours(draw_labels(0, 5, 32))).save(maps / "in" / "05.jpg")
    (maps / "in" / "05.png").unlink()
    data = face_data(
        "label_maps",
        64,
        Seg2Face(build_chain({})),
        40,
        maps=str(maps),
        clean=str(faces),
        num_held_out=2,
        num_workers=0,
        batch_size=8,
        cache=False,
    )
    unreadable = {}
    for batch in data.train_dataloader():
        unreadable |= batch.unreadable
        assert batch.degraded.shape == batch.clean.shape == (8, 64, 64, 3)
        for colours in batch.degraded.numpy():
            to_labels(colours)
    data.ledger.note(unreadable)
    reasons = {path.rpartition("/")[2]: reason for path, reason in data.ledger.bad.items()}
    assert reasons["03.png"] == "the label 77 is of none of the 19 classes, 0 to 18"
    assert "JPEG mixes colours: save as PNG" in reasons["05.jpg"]
    assert len(reasons) == 2


def remove_a_map(maps, faces):
    (maps / "in" / "04.png").unlink()


def remove_a_face(maps, faces):
    (faces / "in" / "04.png").unlink()


def stretch_a_map(maps, faces):
    Image.fromarray(np.zeros((32, 48), np.uint8)).save(maps / "in" / "04.png")


def spoil_all_maps(maps, faces):
    for path in maps.rglob("*.png"):
        Image.fromarray(np.full((32, 32), 255, np.uint8)).save(path)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (
            remove_a_map,
            r"1 image of .*/faces has no partner in .*/maps \(in/04\.png\); expected the same names",
        ),
        (remove_a_face, r"1 image of .*/maps has no partner in .*/faces \(in/04\.png\)"),
        (
            stretch_a_map,
            r"1 label map has another shape than the face: .*/maps/in/04\.png is 48 x 32 px, "
            r".*/faces/in/04\.png 64 x 64; expected maps of the same crop, at any size",
        ),
        (
            spoil_all_maps,
            r"none of the 10 images of faces can be used \(.*the label 255 is of none",
        ),
    ],
)
def test_what_cannot_be_used_is_said_in_one_line(folders, spoil, message):
    spoil(*folders)
    with pytest.raises(ValueError, match=message) as raised:
        read_all(*folders)
    assert "\n" not in str(raised.value)


def read_all(maps, faces):
    """What a run does: a bad file that is met is noted."""
    settings = {"maps": str(maps), "clean": str(faces), "num_workers": 0, "cache": False}
    data = face_data("label_maps", 64, Seg2Face(build_chain({})), 40, **settings)
    for batch in data.train_dataloader():
        data.ledger.note(batch.unreadable)


def test_a_task_and_data_that_do_not_go_together_are_refused(folders):
    maps, faces = map(str, folders)
    chain = build_chain({})
    labelled = {"kind": "label_maps", "maps": maps, "clean": faces}
    pairs = {"kind": "pairs", "degraded": maps, "clean": faces}
    drawn = {"kind": "drawn", "num_images": 2}
    for settings, task, message in (
        (
            labelled,
            BlindFaceRestoration(chain),
            "the task is bfr, and the data have label maps.*set task=seg2face",
        ),
        (labelled, SuperResolution(chain), "the task is sr, and the data have label maps"),
        (pairs, Seg2Face(chain), "the task is seg2face, and the data have pairs of .*; set task=bfr"),
        (drawn, Seg2Face(chain), "the data have no label maps; set data=label_maps, or .*data.labels=true"),
        ({"kind": "mixture", "parts": [labelled, drawn]}, Seg2Face(chain), "the data have no label maps"),
    ):
        with pytest.raises(ValueError, match=message) as raised:
            face_data(resolution=64, task=task, images=8, **settings)
        assert "\n" not in str(raised.value)


def test_drawn_faces_with_their_maps_go_through_cache_and_split():
    data = face_data(
        "drawn",
        32,
        Seg2Face(build_chain({}), flip=0),
        8,
        num_images=4,
        num_held_out=2,
        labels=True,
        num_workers=0,
        batch_size=4,
    )
    data.setup("fit")
    assert [bool(part.filled.all()) for part in data.train.parts] == [True, True]
    (batch,) = data.val_dataloader()
    for number in range(2):
        np.testing.assert_array_equal(
            to_labels(batch.degraded[number].numpy()), draw_labels(0, 4 + number, 32)
        )
        np.testing.assert_array_equal(batch.clean[number].numpy(), draw_face(0, 4 + number, 32))
    mixed = {"parts": [{"kind": "drawn", "num_images": 3, "labels": True, "weight": 1}], "num_held_out": 0}
    assert len(face_data("mixture", 32, Seg2Face(build_chain({})), 8, **mixed).train) == 3
