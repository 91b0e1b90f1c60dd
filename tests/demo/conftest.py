"""A page with small models."""

import os
import sys
from collections.abc import Iterator

import numpy as np
import pytest
import torch

from gpen_train.degradations.chain import Chain
from gpen_train.demo.limits import Limits
from gpen_train.demo.models import Model
from gpen_train.faces.face import face_of
from gpen_train.models.gpen import build_gpen
from gpen_train.restoration.network import Network


def tiny(task: str) -> Model:
    torch.manual_seed(0)
    gpen = build_gpen(32, encoder_width=4, encoder_depths=(1, 1, 1, 1), style_dim=8, channel_max=8)
    return Model(Network(gpen), task)


@pytest.fixture(scope="session")
def models() -> dict[str, Model]:
    return {task: tiny(task) for task in ("bfr", "inpainting", "colorization")}


@pytest.fixture(scope="session")
def chains() -> dict[str, Chain]:
    from gpen_train.cli.data.presets import build_preset, preset_names

    return {name: build_preset(name) for name in preset_names()}


@pytest.fixture(scope="module")
def asked() -> Iterator[set[str]]:
    """The hosts that this process asks for, or connects to, while a page is served."""
    hosts: set[str] = set()
    listening = [True]

    def hear(event: str, arguments: tuple) -> None:
        if not listening:
            return
        if event == "socket.getaddrinfo":
            hosts.add(str(arguments[0]))
        elif event == "socket.connect" and isinstance(arguments[1], tuple):
            hosts.add(str(arguments[1][0]))

    sys.addaudithook(hear)  # for good: it cannot be taken away, only made deaf
    yield hosts
    listening.clear()


@pytest.fixture(scope="module")
def address(asked, models, chains, tmp_path_factory) -> Iterator[str]:
    """A page is served there, whose detector finds a face at (60, 60) and one at (180, 70)."""
    from gpen_train.cli.demo import check_gradio, keep_to_oneself

    try:
        check_gradio()
    except ValueError as error:
        pytest.skip(str(error))
    points = np.array([[-12.0, 0], [12, 0], [0, 14], [-10, 26], [10, 26]])
    faces = [face_of(points + place) for place in ((60, 60), (180, 70))]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "environ", os.environ.copy())
        patch.setattr("gpen_train.restoration.pictures.check_detector", lambda name: None)
        patch.setattr(
            "gpen_train.restoration.pictures.detect",
            lambda name, photo: faces if photo.shape[1] > photo.shape[0] else [],
        )
        keep_to_oneself(str(tmp_path_factory.mktemp("uploads")))
        from gpen_train.demo.app import build_app, serve

        limits = Limits(megabytes=2, megapixels=4)
        app = build_app(models, chains, limits, "centerface")
        yield serve(app, limits)
        app.close(verbose=False)
