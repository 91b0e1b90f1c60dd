"""Models from a Hub that runs here: what huggingface_hub asks it for, and what comes out."""

import hashlib
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import torch

from gpen_train.checkpoints.exports.hub import HubGPEN

REPOSITORY = "/someone/faces"
LOAD = """
import sys, torch, gpen_train
try:
    model = gpen_train.from_pretrained("someone/faces", revision=sys.argv[1])
except Exception as error:
    sys.exit(f"{type(error).__name__}: {error}")
with torch.no_grad():
    torch.save(model(torch.linspace(-1, 1, 3 * 32 * 32).reshape(1, 3, 32, 32)), sys.argv[2])
"""


class Answers(BaseHTTPRequestHandler):
    """What the Hub says of the files of one repository, which are those of ``server.folder``."""

    def do_HEAD(self):
        self.answer()

    def do_GET(self):
        self.wfile.write(self.answer())

    def answer(self) -> bytes:
        self.server.asked.append(self.path)
        _, _, name = self.path.rpartition("/")
        file = self.server.folder / name
        is_there = self.path == f"{REPOSITORY}/resolve/main/{name}" and file.is_file()
        content = file.read_bytes() if is_there else b""
        self.send_response(200 if is_there else 404)
        if not is_there:
            self.send_header("X-Error-Code", "RevisionNotFound")
        self.send_header("ETag", f'"{hashlib.sha256(content).hexdigest()}"')
        self.send_header("X-Repo-Commit", "0" * 40)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        return content

    def log_message(self, *_):
        pass


@pytest.fixture
def hub(tmp_path):
    """A server on loopback; ``hub.folder`` holds the repository, ``hub.asked`` what was asked for."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    server.folder, server.asked = tmp_path / "repository", []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def load(hub, tmp_path, revision="main", **environment):
    """A Python of its own, as the Hub's address is read when huggingface_hub is imported."""
    address = f"http://127.0.0.1:{hub.server_address[1]}"
    own = {"HF_ENDPOINT": address, "HF_HOME": str(tmp_path / "cache"), "no_proxy": "127.0.0.1", **environment}
    command = [sys.executable, "-c", LOAD, revision, str(tmp_path / "restored.pt")]
    return subprocess.run(command, env=os.environ | own, capture_output=True, text=True)


@torch.no_grad()
def test_a_repository_is_fetched_once_and_is_there_without_a_network(model, hub, tmp_path):
    HubGPEN(model).save_pretrained(hub.folder)
    expected = model(torch.linspace(-1, 1, 3 * 32 * 32).reshape(1, 3, 32, 32))
    for environment, names in (({}, {"config.json", "model.safetensors"}), ({"HF_HUB_OFFLINE": "1"}, set())):
        hub.asked.clear()
        done = load(hub, tmp_path, **environment)
        assert done.returncode == 0, done.stderr
        assert {path.rpartition("/")[2] for path in hub.asked if "/resolve/" in path} == names
        assert torch.equal(torch.load(tmp_path / "restored.pt", weights_only=True), expected)


def test_a_revision_that_is_not_there_is_said(hub, tmp_path):
    done = load(hub, tmp_path, "v9")
    assert done.returncode == 1
    assert "RevisionNotFoundError" in done.stderr
