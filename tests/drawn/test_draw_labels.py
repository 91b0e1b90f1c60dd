"""A drawn face's label map: what a part's colour changes in the picture is that part's in the map."""

from dataclasses import replace

import numpy as np
import pytest

from gpen_train.conventions.labels import NUMBERS, to_labels
from gpen_train.drawn import DrawnFaces, DrawnLabels, draw_labels
from gpen_train.drawn.labels import label_portrait
from gpen_train.drawn.render import cast_face, paint_portrait

SIZE = 160


def painted(seed, index, change):
    """The portrait in linear light, its person changed."""
    person, streams, _ = cast_face(seed, index)
    return paint_portrait(change(person), streams, SIZE)


def with_cloth(person):
    return replace(person, scene=replace(person.scene, cloth=(2.0, 0.0, 2.0), trim=(2.0, 0.0, 2.0)))


def with_hair(person):
    return replace(person, hair=replace(person.hair, colour=(2.0, 0.0, 2.0), beard="none", grey=0.0))


def with_backdrop(person):
    tones = ((3.0, 0.0, 3.0),) * 3
    return replace(person, scene=replace(person.scene, background="wall", backdrop=tones))


def with_mouth(person):
    return replace(person, mouth=replace(person.mouth, colour=(0.0, 3.0, 0.0)))


def plain(person):
    hair = replace(person.hair, beard="none", grey=0.0)
    return replace(person, scene=replace(person.scene, background="wall"), hair=hair)


@pytest.mark.parametrize(
    ("change", "names", "strong", "least"),
    [
        (with_cloth, ["cloth"], 0.3, 0.96),
        (with_hair, ["hair", "l_brow", "r_brow"], 0.3, 0.92),
        (with_backdrop, ["background"], 0.3, 0.97),
        (with_mouth, ["u_lip", "l_lip"], 0.5, 0.84),
    ],
    ids=["cloth", "hair", "background", "lips"],
)
def test_what_a_part_paints_is_its_own_in_the_map(change, names, strong, least):
    """Intersection over union of what changes strongly and what is marked; soft edges are what differs."""
    both, either = 0, 0
    for index in (1, 4, 7, 11):
        pictures = [painted(0, index, plain), painted(0, index, lambda person: change(plain(person)))]
        difference = np.abs(pictures[1] - pictures[0]).sum(axis=2)
        changed = difference > strong * np.median(difference[difference > 0.05])
        person, streams, _ = cast_face(0, index)
        labels = label_portrait(plain(person), streams, SIZE)
        own = np.isin(labels, [NUMBERS[name] for name in names])
        both, either = both + (own & changed).sum(), either + (own | changed).sum()
    assert both / either > least


def test_eyes_are_where_ffhq_has_them_left_at_the_left():
    for index in range(8):
        labels = draw_labels(3, index, 256)
        for name, x in (("l_eye", 0.375), ("r_eye", 0.625)):
            rows, columns = np.nonzero(labels == NUMBERS[name])
            assert len(rows) > 40
            assert np.hypot(columns.mean() / 256 - x, rows.mean() / 256 - 0.469) < 0.06


def test_smaller_is_the_same_map():
    for index in range(4):
        large, small = draw_labels(0, index, 256), draw_labels(0, index, 64)
        assert (large[2::4, 2::4] == small).mean() > 0.93


def test_glasses_and_earrings_are_marked_where_they_are_worn():
    worn = {"eye_g": 0, "ear_r": 0}
    for index in range(30):
        person, _, _ = cast_face(0, index)
        labels = draw_labels(0, index, 128)
        has_glasses = person.scene.glasses != "none"
        assert (labels == NUMBERS["eye_g"]).any() == has_glasses
        worn["eye_g"] += has_glasses
        if not person.scene.earrings:
            assert not (labels == NUMBERS["ear_r"]).any()
        worn["ear_r"] += (labels == NUMBERS["ear_r"]).any()
    assert min(worn.values()) > 0


def test_the_source_gives_the_maps_of_the_same_faces():
    faces, maps = (kind(64, 3, seed=5, first=7) for kind in (DrawnFaces, DrawnLabels))
    np.testing.assert_array_equal(to_labels(maps[1]), draw_labels(5, 8, 64))
    assert (maps.label(1), maps.content_key(1)) == (faces.label(1), faces.content_key(1))
    assert maps.fingerprint() != faces.fingerprint()
    with pytest.raises(IndexError, match="index is 3"):
        maps[3]
    with pytest.raises(ValueError, match="resolution is 8; faces are drawn from 32"):
        draw_labels(0, 0, 8)
