"""Every kind of data has a file in configs/data that tells its settings; a new one takes no more."""

import inspect

import numpy as np
import pytest
import yaml

from gpen_train.cli.settings.configs import configs_folder
from gpen_train.loading.build import checked, face_data
from gpen_train.loading.kinds import KINDS
from gpen_train.sources.source import digest
from gpen_train.sources.split import Common, Split, split


def settings_of(function, leave_out=()):
    """{name: its default} of a function's arguments but the first."""
    _, *own = inspect.signature(function).parameters.values()
    return {parameter.name: parameter.default for parameter in own if parameter.name not in leave_out}


@pytest.mark.parametrize("kind", [*KINDS, "mixture"])
def test_a_file_tells_its_settings_and_no_others(kind):
    lines = (configs_folder() / "data" / f"{kind}.yaml").read_text().splitlines()
    told = yaml.safe_load("\n".join(lines))
    assert (told.pop("_target_"), told.pop("kind")) == ("gpen_train.loading.build.face_data", kind)
    common = settings_of(face_data, ("resolution", "task", "images", "seed", "settings"))
    own = settings_of(checked(kind, {name: value for name, value in told.items() if name not in common}))
    assert set(own) <= set(told) <= set(own) | set(common)
    for name, default in own.items():
        if told[name] != "???" and default is not inspect.Parameter.empty:
            assert told[name] == default, name
    for name in told:
        (line,) = [line for line in lines if line.startswith(f"{name}:")]
        assert "#" in line, line


# What would be the file of a new kind


class Stripes:
    """Images of one stripe each."""

    name = "stripes"

    def __init__(self, resolution, num_images):
        self.resolution, self.num_images = resolution, num_images

    def __len__(self):
        return self.num_images

    def __getitem__(self, index):
        image = np.zeros((self.resolution, self.resolution, 3), np.uint8)
        image[index % self.resolution] = 255
        return image

    def label(self, index):
        return f"{index:03d}"

    def content_key(self, index):
        return f"{index * 7919 % 1000:03d}".ljust(64, "0")

    def fingerprint(self):
        return digest([f"stripes {self.num_images}"])


def stripes_data(common: Common, num_images: int, num_held_out: int = 3) -> Split:
    """data=stripes"""
    return split(Stripes(common.resolution, num_images), num_held_out, 0.2, common.ledger)


def test_a_new_kind_is_trained_on(monkeypatch):
    monkeypatch.setitem(KINDS, "stripes", stripes_data)  # and the row
    options = {"batch_size": 4, "num_workers": 0}

    def darken(clean, rng):
        return clean // 2, clean

    data = face_data("stripes", 16, darken, 12, num_images=20, num_held_out=2, **options)
    assert (len(data.held_out), len(data.train) + len(data.held_out) <= 20) == (2, True)
    assert [batch.clean.shape for batch in data.train_dataloader()] == [(4, 16, 16, 3)] * 3
    parts = [{"kind": "stripes", "num_images": 8, "weight": 2}, {"kind": "stripes", "num_images": 9}]
    assert len(face_data("mixture", 16, darken, 12, parts=parts, **options).train.parts) == 2
    with pytest.raises(ValueError, match="stripes has no setting colour; it has: num_images"):
        face_data("stripes", 16, darken, 12, num_images=20, colour=1, **options)
