"""Models to and from the Hub, with no network: a folder, and an upload that is caught."""

import json
import sys
from argparse import Namespace
from pathlib import Path

import huggingface_hub
import pytest
import torch
from huggingface_hub import ModelCard

import gpen_train
from gpen_train.checkpoints.bundle import bundle_args
from gpen_train.checkpoints.exports.hub import HubGPEN
from gpen_train.checkpoints.safe_load import safe_load
from gpen_train.models.gpen import GPEN

TRAINING = {
    "images_seen": 20000,
    "losses": {"content": 1.0, "lpips": {"weight": 0.5, "net": "vgg"}},
    "dataset": {"name": "drawn", "fingerprint": "0123"},
    "task_settings": {"degradation": {"jpeg": {"quality": [60, 100]}}},
}
METRICS = {"restored": {"psnr": 27.054321, "ssim": 0.788}, "images": 64, "checkpoint": "/home/me/a.pth"}
NUMBERS = ("restored", "images")


@pytest.fixture
def trained(small_v2, tmp_path) -> GPEN:
    gpen_train.save(small_v2, tmp_path / "bundle.pth", TRAINING, task="inpainting")
    return gpen_train.load(tmp_path / "bundle.pth")


@torch.no_grad()
def test_a_folder_there_and_back(model, tmp_path):
    HubGPEN(model).save_pretrained(tmp_path / "exported")
    names = {path.name for path in (tmp_path / "exported").iterdir()}
    assert names == {"model.safetensors", "config.json", "README.md"}
    loaded = gpen_train.from_pretrained(tmp_path / "exported")
    assert isinstance(loaded, GPEN)
    assert not loaded.training
    images = torch.linspace(-1, 1, 3 * 32 * 32).reshape(1, 3, 32, 32)
    assert torch.equal(loaded(images), model(images))


def test_a_second_time_keeps_args_licence_and_metrics(trained, tmp_path):
    (tmp_path / "evaluation.json").write_text(json.dumps(METRICS))
    first = HubGPEN(trained, license="cc-by-4.0", metrics=tmp_path / "evaluation.json")
    first.save_pretrained(tmp_path / "first")
    second = gpen_train.from_pretrained(tmp_path / "first")
    assert second.args == bundle_args(trained)
    assert (second.license, second.metrics) == ("cc-by-4.0", {name: METRICS[name] for name in NUMBERS})
    assert "/home/me" not in (tmp_path / "first" / "config.json").read_text()
    second.save_pretrained(tmp_path / "second")
    for name in ("config.json", "README.md"):
        assert (tmp_path / "first" / name).read_bytes() == (tmp_path / "second" / name).read_bytes()


def test_the_dtype_can_be_chosen(small_v2, tmp_path):
    HubGPEN(small_v2).save_pretrained(tmp_path)
    loaded = gpen_train.from_pretrained(tmp_path, dtype=torch.float16)
    assert loaded.encoder.fc.weight.dtype == torch.float16


def test_the_card_says_what_is_known(trained, tmp_path):
    HubGPEN(trained, license="cc-by-4.0", metrics=METRICS).save_pretrained(tmp_path / "exported")
    card = ModelCard.load(tmp_path / "exported" / "README.md")
    assert card.data.license == "cc-by-4.0"
    assert (card.data.library_name, card.data.pipeline_tag) == ("gpen_train", "image-to-image")
    for told in (
        "GPEN-Inpainting-v2.0-64",
        "face inpainting: 32 px in, 64 px out",
        "| family | gpen_v2, features projected |",
        "| images_seen | 20000 |",
        "| name | drawn |",
        "| degradation.jpeg.quality | [60, 100] |",
        "| lpips.weight | 0.5 |",
        "| restored.psnr | 27.0543 |",
        'gpen_train.from_pretrained("OWNER/NAME")',
    ):
        assert told in card.text, told
    assert "/home/me" not in card.text


def test_the_card_says_what_is_not_known(small_v2):
    card = HubGPEN(small_v2).generate_model_card()
    assert card.data.license == "unknown"
    assert "Not given: ask the author" in card.text
    assert "Not recorded: data, degradation, training, losses, metrics." in card.text


def test_a_card_that_was_edited_is_kept(small_v2, tmp_path):
    (tmp_path / "README.md").write_text("mine")
    HubGPEN(small_v2).save_pretrained(tmp_path)
    assert (tmp_path / "README.md").read_text() == "mine"


class CaughtApi:
    """In place of huggingface_hub's: keeps what would be uploaded."""

    uploads: dict[str, dict[str, bytes]]

    def __init__(self, token: str | None = None) -> None:
        pass

    def create_repo(self, repo_id: str, **_: object) -> Namespace:
        return Namespace(repo_id=repo_id)

    def upload_folder(self, repo_id: str, folder_path: Path, **_: object) -> str:
        CaughtApi.uploads[repo_id] = {path.name: path.read_bytes() for path in folder_path.iterdir()}
        return f"https://huggingface.co/{repo_id}"


def test_push_to_hub_uploads_the_folder(small_v2, tmp_path, monkeypatch):
    monkeypatch.setattr(huggingface_hub.hub_mixin, "HfApi", CaughtApi)
    CaughtApi.uploads = {}
    HubGPEN(small_v2).push_to_hub("owner/gpen-small")
    (uploaded,) = CaughtApi.uploads.values()
    assert set(uploaded) == {"model.safetensors", "config.json", "README.md"}
    assert b'gpen_train.from_pretrained("owner/gpen-small")' in uploaded["README.md"]
    (tmp_path / "again.safetensors").write_bytes(uploaded["model.safetensors"])
    weight = safe_load(tmp_path / "again.safetensors")["encoder"]["fc.weight"]
    assert torch.equal(weight, small_v2.encoder.fc.weight)


def test_a_repository_is_downloaded_by_its_two_files(small_v2, tmp_path, monkeypatch):
    HubGPEN(small_v2, license="mit").save_pretrained(tmp_path)
    asked = []

    def download(repo_id: str, filename: str, **options: object) -> str:
        asked.append((repo_id, filename, options["revision"]))
        return str(tmp_path / filename)

    monkeypatch.setattr(huggingface_hub.hub_mixin, "hf_hub_download", lambda **o: download(**o))
    monkeypatch.setattr("gpen_train.checkpoints.exports.hub.hf_hub_download", download)
    loaded = gpen_train.from_pretrained("owner/name", revision="v2")
    assert asked == [("owner/name", "config.json", "v2"), ("owner/name", "model.safetensors", "v2")]
    assert loaded.license == "mit"


def test_an_empty_folder_is_named_in_one_line(tmp_path):
    with pytest.raises(OSError, match=r"model\.safetensors does not exist") as refusal:
        gpen_train.from_pretrained(tmp_path)
    assert "\n" not in str(refusal.value)


def test_names_the_extra_that_is_missing(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    monkeypatch.delitem(sys.modules, "gpen_train.checkpoints.exports.hub")
    with pytest.raises(ValueError, match=r'not installed.*pip install "gpen-train\[hub\]"'):
        gpen_train.from_pretrained(tmp_path)
