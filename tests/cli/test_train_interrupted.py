"""Ctrl-C at any moment of Lightning's start is Ctrl-C."""

import signal
from types import SimpleNamespace

import pytest

from gpen_train.cli.run.trainer import fit


def fails(*_, **__):
    """As Lightning's teardown does, where Ctrl-C came before its loaders were made."""
    try:
        raise KeyboardInterrupt
    finally:
        raise RuntimeError("Please call `iter(combined_loader)` first.")


def leaves(*_, **__):
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    raise SystemExit(1)


@pytest.mark.parametrize("answer", [fails, leaves])
def test_what_follows_ctrl_c_is_ctrl_c(answer):
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        fit(SimpleNamespace(fit=answer), None, None, None)
    assert signal.getsignal(signal.SIGINT) is before


def test_other_errors_stay_what_they_are():
    def breaks(*_, **__):
        raise RuntimeError("another")

    with pytest.raises(RuntimeError, match="another"):
        fit(SimpleNamespace(fit=breaks), None, None, None)
