"""The table of pretrained files: complete, consistent, and what torchvision's own code says."""

import re

import pytest
import torch
import torchvision.models as models

from gpen_train.faces.detectors.table import DETECTORS
from gpen_train.pretrained.places import cache, candidates, located, record_named, record_of, shown
from gpen_train.pretrained.record import NO, UNCLEAR, YES
from gpen_train.pretrained.table import GROUPS, TABLE

RECORDS = list(TABLE.values())


def test_names_and_files_are_told_apart():
    assert len(TABLE) == sum(map(len, GROUPS.values()))
    files = [file for record in RECORDS for file in (record.file, *record.also)]
    assert len(set(files)) == len(files)
    assert all(re.fullmatch(r"[a-z0-9-]+", name) for name in TABLE)


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.name)
def test_every_record_says_where_it_comes_from_and_on_what_terms(record):
    assert record.serves
    assert record.licence
    assert record.commercial in (YES, NO, UNCLEAR)
    assert record.address or record.page or record.install
    assert all(link.startswith("https://") for link in (record.address, record.page) if link)
    assert re.fullmatch(r"([0-9a-f]{8}|[0-9a-f]{64})?", record.sha256)
    assert bool(record.install) == bool(record.kept_at)
    if "non-commercial" in record.licence and record.commercial == YES:
        raise AssertionError(record)


@pytest.mark.parametrize(
    ("name", "weights"),
    [
        ("alexnet", models.AlexNet_Weights.IMAGENET1K_V1),
        ("vgg16", models.VGG16_Weights.IMAGENET1K_V1),
        ("vgg19", models.VGG19_Weights.IMAGENET1K_V1),
        ("resnet50", models.ResNet50_Weights.IMAGENET1K_V1),
    ],
)
def test_torchvisions_addresses_and_sizes_are_torchvisions(name, weights):
    record = TABLE[name]
    assert record.address == weights.url
    assert record.file == weights.url.rpartition("/")[2]
    assert record.sha256 == re.search(r"-([0-9a-f]{8})\.pth$", record.file)[1]
    assert record.num_bytes == pytest.approx(weights.meta["_file_size"] * 2**20, abs=1)


def test_a_hash_in_a_name_is_the_records():
    for record in RECORDS:
        digits = re.search(r"-([0-9a-f]{8})\.pth$", record.file)
        if digits and not record.install:
            assert record.sha256 == digits[1]


def test_every_detector_has_its_weights_in_the_table():
    assert DETECTORS.keys() <= TABLE.keys()


@pytest.fixture
def nowhere(tmp_path, monkeypatch):
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"XDG_CACHE_HOME": "/elsewhere"},
        {"TORCH_HOME": "~/torch"},
        {"TORCH_HOME": "/a", "XDG_CACHE_HOME": "/b"},
    ],
)
def test_the_cache_is_torch_hubs(variables, monkeypatch):
    for name in ("TORCH_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(torch.hub, "_hub_dir", None)
    assert str(cache()) == f"{torch.hub.get_dir()}/checkpoints"


def test_the_folder_here_comes_before_the_cache(nowhere):
    alexnet = TABLE["alexnet"]
    assert located(alexnet) is None
    here, shared = candidates(alexnet.file)
    shared.parent.mkdir(parents=True)
    shared.touch()
    assert located(alexnet) == shared
    here.parent.mkdir()
    here.touch()
    assert located(alexnet) == here


def test_a_file_goes_by_its_other_names_too(nowhere):
    (nowhere / "weights").mkdir()
    published = nowhere / "weights" / "inception_FFHQ_512-f7b384ab.pth"
    published.touch()
    assert located(TABLE["ffhq-statistics"]).absolute() == published
    assert record_of(published.name) == TABLE["ffhq-statistics"]


def test_a_package_keeps_its_own(nowhere, monkeypatch):
    package = nowhere / "site" / "facexlib"
    (package / "weights").mkdir(parents=True)
    (package / "__init__.py").write_text("raise RuntimeError('it need not be imported')")
    monkeypatch.syspath_prepend(nowhere / "site")
    assert located(TABLE["facexlib"]) is None
    (package / "weights" / "detection_Resnet50_Final.pth").touch()
    assert located(TABLE["facexlib"]) == package / "weights" / "detection_Resnet50_Final.pth"
    models_of_insightface = nowhere / "home" / ".insightface" / "models" / "buffalo_l"
    models_of_insightface.mkdir(parents=True)
    assert located(TABLE["insightface"]) == models_of_insightface
    assert shown(models_of_insightface) == "~/.insightface/models/buffalo_l"


@pytest.mark.parametrize("name", ["alexnet", "AlexNet", "alexnet-owt-7be5be79.pth"])
def test_a_record_is_found_by_its_name_and_by_its_files(name):
    assert record_named(name) == TABLE["alexnet"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("alexnt", "alexnt; the nearest are: alexnet"),
        ("gpen-512", "gpen-512; the nearest are: gpen-bfr-512"),
        ("vgg19-dcbb9e9d.pt", "the nearest are: vgg19"),
        ("zzzzzz", "zzzzzz; gpen weights list names them"),
        ("two\nlines", r"two\?lines; "),
    ],
)
def test_an_unknown_name_is_answered_with_the_nearest(name, said):
    with pytest.raises(ValueError, match=f"there are no weights called .*{said}") as caught:
        record_named(name)
    assert "\n" not in str(caught.value)
