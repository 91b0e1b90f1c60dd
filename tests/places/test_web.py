"""Files behind http and https: certificates and proxies of the environment."""

import shutil
import ssl
import subprocess
import threading

import pytest
from plugins.servers import Server

from gpen_train.places.patience import Patience
from gpen_train.places.web import WebFile

QUICK = Patience(attempts=3, time_out=10, pause=0.01)
SELF_MADE = (
    "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1"
)


@pytest.fixture
def content(tmp_path):
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "a.bin").write_bytes(bytes(range(200)))
    return tmp_path / "files"


@pytest.fixture
def secure(tmp_path, content):
    """URL and certificate of a server whose certificate nobody knows."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl, which makes the certificate, is not installed")
    certificate, key = tmp_path / "own.pem", tmp_path / "key.pem"
    command = ["openssl", *SELF_MADE.split(), "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(command, check=True, capture_output=True)
    server = Server(content)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield server.url.replace("http:", "https:"), certificate
    server.shutdown()
    server.server_close()


def test_an_unknown_certificate_is_refused_at_once(secure):
    url, _ = secure
    with pytest.raises(OSError, match=r"a\.bin: self.signed certificate; .* set SSL_CERT_FILE") as raised:
        WebFile(f"{url}/a.bin", Patience(attempts=3, pause=100)).size()
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("name", ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_a_certificate_of_the_environment_is_trusted(secure, monkeypatch, name):
    url, certificate = secure
    monkeypatch.setenv(name, str(certificate))
    assert WebFile(f"{url}/a.bin", QUICK).read(5, 3) == bytes([5, 6, 7])


def test_certificates_that_are_not_there_are_one_line(content, serve, monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/none.pem")
    with pytest.raises(ValueError, match=r"/none\.pem cannot be read \(No such file or directory\)"):
        WebFile(f"{serve(content).url}/a.bin", QUICK).size()


def test_a_proxy_of_the_environment_is_taken(tmp_path, content, serve, monkeypatch):
    beyond = tmp_path / "http:" / "nowhere.invalid"  # what a proxy is asked for is a whole address
    beyond.parent.mkdir()
    shutil.copytree(content, beyond)
    monkeypatch.setenv("http_proxy", serve(tmp_path).url)
    assert WebFile("http://nowhere.invalid/a.bin", QUICK).read(0, 2) == bytes([0, 1])


def test_what_is_cut_short_goes_on_where_it_was(tmp_path, content, serve, monkeypatch):
    monkeypatch.setattr("gpen_train.places.file.PIECE", 60)
    server = serve(content)
    server.trouble = lambda handler, number: number == 3 and handler.send_error(500) is None
    WebFile(f"{server.url}/a.bin", QUICK).download(tmp_path / "copy.bin")
    assert (tmp_path / "copy.bin").read_bytes() == bytes(range(200))
    assert len(server.requests) == 1 + 4 + 1  # size, pieces, the one that failed
