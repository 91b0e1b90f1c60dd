"""The official networks: their numbers, and every key of every size, both ways."""

import json

import numpy as np
import pytest
import torch

from gpen_train.checkpoints.layouts.yangxy import (
    discriminator_settings_of,
    load_yangxy,
    load_yangxy_discriminator,
    settings_of,
)
from gpen_train.checkpoints.layouts.yangxy_names import (
    discriminator_names,
    from_yangxy,
    generator_names,
    to_yangxy,
)
from gpen_train.checkpoints.safe_load import safe_load
from gpen_train.models.discriminator import Discriminator
from gpen_train.models.gpen import build_gpen

WIDTHS = {256: (8192, 256), 512: (32768, 512), 1024: (32768, 512), 2048: (32768, 512)}  # base, max


def shapes(state) -> dict[str, list[int]]:
    return {name: list(tensor.shape) for name, tensor in state.items()}


def empty(keys) -> dict[str, torch.Tensor]:
    return {name: torch.empty(shape, device="meta") for name, shape in keys.items()}


@pytest.fixture(params=WIDTHS)
def official(request, fixtures):
    keys = json.loads((fixtures / f"official_keys_{request.param}.json").read_text())
    return request.param, empty(keys["generator"]), empty(keys["discriminator"])


@torch.no_grad()
def test_generator_gives_the_official_numbers(fixtures):
    model = load_yangxy(fixtures / "official_bfr_64.pth")
    official = {
        name: torch.from_numpy(value) for name, value in np.load(fixtures / "official_bfr_64_io.npz").items()
    }
    assert model.family == "gpen_v1"
    _, code = model.encoder(official["input"])
    torch.testing.assert_close(model.mapper(code), official["latent"], atol=1e-5, rtol=0)
    torch.testing.assert_close(model(official["input"]), official["output"], atol=2e-5, rtol=0)


@torch.no_grad()
def test_discriminator_gives_the_official_numbers(fixtures):
    model = load_yangxy_discriminator(fixtures / "official_discriminator_64.pth", group_size=0)
    official = np.load(fixtures / "official_discriminator_64_io.npz")
    logits = model(torch.from_numpy(official["input"]))
    torch.testing.assert_close(logits, torch.from_numpy(official["output"]), atol=1e-5, rtol=0)


def test_generator_keys_map_one_to_one(official):
    resolution, theirs, _ = official
    settings = settings_of(theirs)
    assert (settings["channel_base"], settings["channel_max"]) == WIDTHS[resolution]
    with torch.device("meta"):
        ours = build_gpen(**settings).state_dict()
    names = generator_names(resolution)
    assert len({row.ours for row in names.rows}) == len({row.theirs for row in names.rows}) == len(names.rows)
    assert shapes(to_yangxy(ours, names)) == shapes(theirs)
    renamed = {row.ours: theirs[row.theirs] for row in names.rows}
    assert renamed.keys() == ours.keys()
    assert sum(t.numel() for t in renamed.values()) == sum(t.numel() for t in ours.values())


def test_discriminator_keys_map_one_to_one(official):
    resolution, _, theirs = official
    with torch.device("meta"):
        ours = Discriminator(**discriminator_settings_of(theirs)).state_dict()
    names = discriminator_names(resolution)
    assert shapes(to_yangxy(ours, names)) == shapes(theirs)
    assert {row.ours for row in names.rows} == ours.keys()


def test_a_wider_discriminator_is_recognised(official):
    """The 256 px discriminator was also released at the full width, unlike its generator."""
    resolution, *_ = official
    with torch.device("meta"):
        wide = Discriminator(resolution, 2 * 8192, 512).state_dict()
    settings = discriminator_settings_of(to_yangxy(wide, discriminator_names(resolution)))
    with torch.device("meta"):
        assert shapes(Discriminator(**settings).state_dict()) == shapes(wide)


@pytest.mark.parametrize(
    ("file", "names"),
    [
        ("official_bfr_64.pth", generator_names(64)),
        ("official_discriminator_64.pth", discriminator_names(64)),
    ],
)
def test_there_and_back_gives_the_same_tensors(fixtures, file, names):
    theirs = safe_load(fixtures / file)
    again = to_yangxy(from_yangxy(theirs, names, file), names)
    assert again.keys() == theirs.keys()
    assert all(torch.equal(again[name], theirs[name]) for name in theirs)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda s: s.pop("ecd1.0.1.weight"), r"lacks ecd1\.0\.1\.weight"),
        (lambda s: s.update(extra=torch.zeros(1)), "has the unknown extra"),
        (lambda s: s["ecd1.0.0.kernel"].mul_(2), r"another ecd1\.0\.0\.kernel"),
        (lambda s: s.update({"ecd2.0.2.bias": torch.zeros(7)}), r"encoder\.b16\.bias of shape \[7\]"),
    ],
)
def test_names_what_does_not_fit(fixtures, tmp_path, change, message):
    state = safe_load(fixtures / "official_bfr_64.pth")
    change(state)
    torch.save(state, tmp_path / "changed.pth")
    with pytest.raises(ValueError, match=message):
        load_yangxy(tmp_path / "changed.pth")
