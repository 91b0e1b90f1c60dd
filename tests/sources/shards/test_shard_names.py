"""Names of shards: braces, folders, manifests."""

import pytest

from gpen_train.places.patience import Patience
from gpen_train.sources.shards.names import expand, find_shards


def names(where) -> list[str]:
    return [shard.name for shard in find_shards(where, Patience())]


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("a.tar", ["a.tar"]),
        ("a-{000008..000011}.tar", [f"a-{n:06d}.tar" for n in (8, 9, 10, 11)]),
        ("a-{8..10}.tar", ["a-8.tar", "a-9.tar", "a-10.tar"]),
        ("{x,y}/a-{0..1}.tar", ["x/a-0.tar", "x/a-1.tar", "y/a-0.tar", "y/a-1.tar"]),
    ],
)
def test_braces_are_those_of_a_shell(pattern, names):
    assert expand(pattern) == names


@pytest.mark.parametrize("pattern", ["a-{3..1}.tar", "a-{}.tar", "a-{x..y}.tar"])
def test_other_braces_are_refused_in_one_line(pattern):
    with pytest.raises(ValueError, match=r"is no range; expected \{000000\.\.000069\}") as raised:
        expand(pattern)
    assert "\n" not in str(raised.value)


def test_urls_and_lists():
    urls = ["https://host/a-{0..1}.tar", "http://host/b.tar"]
    assert names(urls) == ["https://host/a-0.tar", "https://host/a-1.tar", "http://host/b.tar"]
    with pytest.raises(ValueError, match=r"http://host/b\.tar is named twice"):
        names([*urls, "http://host/b.tar"])


def test_a_folder_is_its_manifest_or_all_tars_in_it(tmp_path, shards):
    expected = [str(shards / f"photos-{number:06d}.tar") for number in range(3)]
    (shards / "stray.tar").write_bytes(b"")
    assert names(shards) == expected
    (shards / "manifest.json").unlink()
    assert names(shards) == names(f"{shards}/*.tar") == [*expected, str(shards / "stray.tar")]


def test_a_folder_behind_http_is_its_manifest(shards, serve):
    server = serve(shards)
    assert names(server.url + "/") == [f"{server.url}/photos-{number:06d}.tar" for number in range(3)]


def test_nothing_there_is_one_line(tmp_path, shards):
    with pytest.raises(ValueError, match=r"there are no shards at .*; expected \.tar files"):
        names(tmp_path)
    with pytest.raises(ValueError, match=r"no way to read nowhere://a/b\.tar; expected a file here"):
        names("nowhere://a/b.tar")
    (shards / "manifest.json").write_text('{"images": []}')
    with pytest.raises(ValueError, match=r"manifest\.json is no manifest of shards \(it has no list"):
        names(shards)
