"""For the tests of all rooms: a cache of their own, and the fixtures of ``plugins/``."""

import pytest
import torch

pytest_plugins = (
    "plugins.browser",
    "plugins.films",
    "plugins.nvlabs",
    "plugins.photos",
    "plugins.pretended",
    "plugins.servers",
)

# PyTorch looks for devices at the first backward pass, and a process that has found one cannot be forked. An
# export to ONNX pretends that there is one: so let it look before.
torch.ones(1, requires_grad=True).sum().backward()


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory, monkeypatch) -> None:
    """Indices of images are kept for the test alone."""
    monkeypatch.setenv("GPEN_CACHE", str(tmp_path_factory.mktemp("cache")))
