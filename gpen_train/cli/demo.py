"""gpen demo: a page to try models in a browser."""

import argparse
import os
import signal
import socket
import threading
from importlib.metadata import version
from importlib.util import find_spec
from tempfile import TemporaryDirectory

from gpen_train.cli.checkpoint import said
from gpen_train.cli.checks import check_least
from gpen_train.cli.data.presets import build_preset, preset_names
from gpen_train.cli.weights.provide import provide_detector
from gpen_train.demo.limits import Limits
from gpen_train.demo.models import load_models, own_chains
from gpen_train.devices import choose_device, dtype_named
from gpen_train.faces.detectors.table import check_detector

LOOPBACK = "127.0.0.1"
EXTRA = 'pip install "gpen-train[demo]"'
OLDEST = (6, 31)  # Gradio's release


def run(options: argparse.Namespace) -> int:
    """Serve until Ctrl-C, or SIGTERM; returns 0."""
    check_least(max_megabytes=(options.max_megabytes, 1), max_megapixels=(options.max_megapixels, 1))
    check_gradio()
    check_port(options.port)
    limits = Limits(options.max_megabytes, options.max_megapixels)
    provide_detector(options.detector, options.fetch_weights)
    faces = faces_for(options.detector)
    models = load_models(
        map(said, options.checkpoint), choose_device(options.device), dtype_named(options.dtype)
    )
    chains = own_chains(models) | {name: build_preset(name) for name in preset_names()}
    with TemporaryDirectory(prefix="gpen-demo-") as folder:
        keep_to_oneself(folder)
        from gpen_train.demo.app import build_app, serve

        app = build_app(models, chains, limits, options.detector, faces)
        address = serve(app, limits, options.port)
        print(f"{', '.join(models)} at {address}  (Ctrl-C ends it)", flush=True)
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # the uploads go, whoever ends it
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            print()
        finally:
            app.close(verbose=False)
    return 0


def check_gradio() -> None:
    """Raise ValueError where Gradio is missing or of another age."""
    if find_spec("gradio") is None:
        raise ValueError(f"gpen demo needs a package that is not installed: {EXTRA}")
    found = version("gradio")
    if tuple(map(int, found.split(".")[:2])) < OLDEST:
        raise ValueError(f"gradio is {found}; expected {'.'.join(map(str, OLDEST))} or later: {EXTRA}")


def check_port(port: int | None) -> None:
    """Raise ValueError for a number that is no port, OSError where another program has it."""
    if port is None:
        return
    if not 1 <= port <= 65535:
        raise ValueError(f"--port is {port}; expected 1 to 65535")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError as error:
            raise OSError(
                f"--port {port} cannot be had: {error.strerror}; choose another, or leave it out"
            ) from error


def faces_for(detector: str) -> str:
    """Which faces are restored at first: all, or, without a detector, a picture as one aligned face."""
    try:
        check_detector(detector)
    except ValueError as error:
        print(f"photographs of aligned faces alone: {error}")
        return "aligned"
    return "auto"


def keep_to_oneself(folder: str) -> None:
    """Let Gradio, before it is imported, report nothing, and keep what is uploaded in ``folder``."""
    os.environ |= {
        "GRADIO_ANALYTICS_ENABLED": "False",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "GRADIO_TEMP_DIR": folder,
    }
