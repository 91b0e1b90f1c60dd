"""Images out of shards: the same as from the folder, in spite of damage."""

import io
import pickle
import tarfile

import numpy as np
import pytest

from gpen_train.curation.shards.packing import Packing
from gpen_train.curation.shards.write import write_shards
from gpen_train.images import UnreadableImageError, write_image
from gpen_train.sources.folder import FolderSource
from gpen_train.sources.orders import WINDOW, order_of
from gpen_train.sources.shards.source import ShardSource


def make_tar(path, files):
    """A tar as others write it, without a list beside it: name -> bytes."""
    with tarfile.open(path, "w") as tar:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return path


@pytest.fixture
def foreign(tmp_path, photos):
    """The photos in a tar of others, with texts between them and a long name."""
    files = {}
    for number, path in enumerate(photos):
        files[f"./{path.relative_to(tmp_path / 'photos').as_posix()}"] = path.read_bytes()
        files[f"./{'x' * 150}{number}.json"] = b"{}"
    return make_tar(tmp_path / "foreign.tar", files)


def spoil(path, offset, num_bytes=8):
    content = bytearray(path.read_bytes())
    for place in range(offset, offset + num_bytes):
        content[place] ^= 0xFF
    path.write_bytes(content)


def place_of(source, index):
    """Path and offset of an image's bytes."""
    number, offset, _ = source.index.places[index].tolist()
    return source.shards[number].path, offset


def test_equals_the_folder(tmp_path, shards, foreign):
    folder = FolderSource(tmp_path / "photos", 16)
    for where in (shards, f"{shards}/photos-{{000000..000002}}.tar", foreign):
        source = ShardSource(where, 16)
        assert [source.label(i) for i in range(20)] == [folder.label(i) for i in range(20)]
        assert [source.content_key(i) for i in range(20)] == [folder.content_key(i) for i in range(20)]
        assert all(np.array_equal(source[i], folder[i]) for i in range(20))
        assert source.content(7) == (tmp_path / "photos" / folder.label(7)).read_bytes()


def test_equals_the_folder_after_a_change_of_size_and_format(tmp_path, photos):
    folder = FolderSource(tmp_path / "photos", 16)
    write_shards(Packing(folder, "png", resize=True), tmp_path / "small", 7, num_workers=0)
    source = ShardSource(tmp_path / "small", 16)
    assert [source.content_key(i) for i in range(20)] == [folder.content_key(i) for i in range(20)]
    assert all(np.array_equal(source[i], folder[i]) for i in range(20))


def test_a_pass_opens_few_shards_at_a_time(tmp_path, photos):
    write_shards(Packing(FolderSource(tmp_path / "photos", 1)), tmp_path / "twos", 2, num_workers=0)
    source = ShardSource(tmp_path / "twos", 16)
    order = order_of(source, seed=0)
    drawn = [order.draw(position).index for position in range(20)]
    assert sorted(drawn) == list(range(20))
    assert [len(set(source.groups[drawn[start : start + 8]])) for start in (0, 8)] == [WINDOW, WINDOW]


def test_what_was_read_is_kept_until_it_changes(tmp_path, foreign, monkeypatch):
    first = ShardSource(foreign, 16)

    def refuse(*_):
        raise AssertionError("the tar was read again")

    with monkeypatch.context() as patch:
        patch.setattr("gpen_train.sources.shards.contents.scan", refuse)
        assert ShardSource(foreign, 16).fingerprint() == first.fingerprint()
    write_image(tmp_path / "new.png", np.zeros((32, 32, 3), np.uint8))
    make_tar(foreign, {"new.png": (tmp_path / "new.png").read_bytes()})
    assert [ShardSource(foreign, 16).label(0), len(ShardSource(foreign, 16))] == ["new.png", 1]


def test_pickles_and_holds_arrays_alone(shards):
    source = ShardSource(shards, 16)
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(source))[3], source[3])
    assert all(column.dtype != object for column in (source.index.places, source.index.keys, source.groups))


def test_a_truncated_shard_gives_what_lies_before_the_cut(shards, caplog):
    path = shards / "photos-000001.tar"
    whole = ShardSource(shards, 16)
    inside = sorted(offset for number, offset, _ in whole.index.places.tolist() if number == 1)
    path.write_bytes(path.read_bytes()[: inside[3] + 100])
    source = ShardSource(shards, 16)
    assert len(source) == 15
    assert caplog.text.count(f"its shard is cut short at byte {inside[3] + 100}") == 5
    assert (len(source.ledger.bad), source.ledger.num_files) == (5, 20)


def test_a_truncated_shard_of_others(foreign, caplog):
    whole = ShardSource(foreign, 16)
    cut = sorted(whole.index.places[:, 1].tolist())[12] + 100
    foreign.write_bytes(foreign.read_bytes()[:cut])
    source = ShardSource(foreign, 16)
    assert len(source) == 12
    assert (
        f"foreign.tar at byte {cut}: the shard is cut short here, what lay behind is left out" in caplog.text
    )


def test_a_shard_without_its_end_mark_is_cut_short(foreign, caplog):
    content = foreign.read_bytes().rstrip(b"\0")
    foreign.write_bytes(content + bytes(-len(content) % 512))
    assert len(ShardSource(foreign, 16)) == 20
    assert "the shard is cut short here" in caplog.text


def test_a_damaged_header_loses_its_file_alone(foreign, caplog):
    whole = ShardSource(foreign, 16)
    path, offset = place_of(whole, 5)
    spoil(path, offset - 512 + 148)  # the header's checksum
    source = ShardSource(foreign, 16)
    assert len(source) == 19
    assert whole.label(5) not in [source.label(i) for i in range(19)]
    assert f"foreign.tar at byte {offset - 512}: the header of a file is damaged" in caplog.text


def test_a_damaged_image_is_noticed_by_its_checksum(shards):
    source = ShardSource(shards, 16)
    path, offset = place_of(source, 5)
    spoil(path, offset + int(source.index.sizes[5]) - 2, 1)  # in the last chunk, which decoders pass over
    with pytest.raises(UnreadableImageError, match="are not those that were written"):
        ShardSource(shards, 16)[5]


def test_a_shard_that_shrinks_or_goes_during_training(shards):
    source = ShardSource(shards, 16)
    path, offset = place_of(source, 5)
    path.write_bytes(path.read_bytes()[: offset + 20])
    with pytest.raises(UnreadableImageError, match="ends within it"):
        source[5]
    path.unlink()
    with pytest.raises(UnreadableImageError, match="No such file"):
        source[5]


def test_labels_in_several_shards_get_the_shards_name(tmp_path, photos):
    for name in ("a", "b"):
        make_tar(tmp_path / f"{name}.tar", {"0.png": photos[0].read_bytes(), "1.png": photos[1].read_bytes()})
    source = ShardSource(str(tmp_path / "{a,b}.tar"), 16)
    assert [source.label(i) for i in range(4)] == ["a/0.png", "a/1.png", "b/0.png", "b/1.png"]


def test_labels_stay_below_their_folder(tmp_path, photos):
    source = ShardSource(make_tar(tmp_path / "a.tar", {"../../etc/x.png": photos[0].read_bytes()}), 16)
    assert source.label(0) == "etc/x.png"


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"", "1 of 1 image file cannot be used"), (b"no tar" * 999, "1 of 1 image file cannot be used")],
)
def test_no_tar_is_one_line(tmp_path, content, message):
    (tmp_path / "a.tar").write_bytes(content)
    with pytest.raises(ValueError, match=message) as raised:
        ShardSource(tmp_path / "a.tar", 16)
    assert "\n" not in str(raised.value)


def test_a_missing_shard_is_one_line(tmp_path, shards):
    (shards / "photos-000001.tar").unlink()
    with pytest.raises(FileNotFoundError, match=r"photos-000001\.tar does not exist; expected a file"):
        ShardSource(shards, 16)
    make_tar(tmp_path / "texts.tar", {"a.txt": b"no image"})
    with pytest.raises(ValueError, match=r"texts\.tar and its like hold no images; expected tar files"):
        ShardSource(tmp_path / "texts.tar", 16)
