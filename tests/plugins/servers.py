"""A server on loopback that can be made to fail."""

import re
import threading
from collections.abc import Callable
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")


class Failing(SimpleHTTPRequestHandler):
    """Sends files and parts of them, as far as ``server.trouble`` lets it."""

    def do_GET(self):
        server = self.server
        with server.lock:
            server.requests.append(self.path)
            server.parts.append(self.headers["Range"])
            number = len(server.requests)
        if server.trouble(self, number):
            return
        path = Path(self.translate_path(self.path))
        if not path.is_file():
            self.send_error(404)
            return
        content, part = path.read_bytes(), re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers["Range"] or "")
        if part is None or not server.has_ranges:
            self.answer(200, content)
        elif int(part[1]) >= len(content):
            self.send_error(416)
        else:
            first, last = int(part[1]), min(int(part[2] or len(content)), len(content) - 1)
            self.answer(206, content[first : last + 1], f"bytes {first}-{last}/{len(content)}")

    def answer(self, status: int, body: bytes, content_range: str = "", num_sent: int | None = None):
        """``num_sent`` bytes of ``body``, all of them when not given."""
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        if content_range:
            self.send_header("Content-Range", content_range)
        self.end_headers()
        self.wfile.write(body[:num_sent])

    def log_message(self, *_):
        pass


class Server(ThreadingHTTPServer):
    """Files of a folder; ``trouble(handler, number)`` may answer the number-th request itself."""

    daemon_threads = True

    def __init__(self, folder: Path):
        super().__init__(("127.0.0.1", 0), partial(Failing, directory=str(folder)))
        self.lock, self.requests, self.parts, self.has_ranges = threading.Lock(), [], [], True
        self.trouble: Callable[[Failing, int], bool] = lambda handler, number: False
        self.url = f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, *_):
        """A client that went away is no news."""


@pytest.fixture
def serve():
    """``serve(folder)`` -> a Server of its files, until the test ends."""
    servers = []

    def start(folder: Path) -> Server:
        servers.append(Server(folder))
        threading.Thread(target=servers[-1].serve_forever, args=(0.01,), daemon=True).start()
        return servers[-1]

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()
