"""The page as it is served: to this machine alone, with nothing from outside, and uploads bounded."""

import re
import socket
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

import pytest

OF_THIS_MACHINE = {"127.0.0.1", "localhost", "::1"}


def answer(address: str, **headers: str) -> tuple[int, dict[str, str], str]:
    try:
        with urllib.request.urlopen(urllib.request.Request(address, headers=headers)) as response:
            return response.status, dict(response.headers), response.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, dict(error.headers), error.read().decode()


def test_nothing_is_loaded_from_outside(address):
    status, headers, page = answer(address)
    assert status == 200
    loaded = re.findall(r"<(?:script|link|img|iframe)[^>]*?(?:src|href)=[\"']([^\"']+)", page)
    assert loaded
    assert {urlsplit(url).netloc for url in loaded} == {""}
    assert "fonts.googleapis" not in page
    policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'self'"
    assert not any("http" in sources or "*" in sources for sources in policy.values())


def test_no_other_machine_is_asked(address, asked):
    answer(address)
    assert "127.0.0.1" in asked  # it listens
    assert asked <= OF_THIS_MACHINE


def test_it_listens_on_the_loopback_address_alone(address):
    port = urlsplit(address).port
    assert urlsplit(address).hostname == "127.0.0.1"
    socket.create_connection(("127.0.0.1", port), timeout=5).close()
    with pytest.raises(OSError, match="refused"):  # one that listens on all addresses takes this one too
        socket.create_connection(("127.0.0.2", port), timeout=5).close()


def test_other_names_of_this_machine_are_refused(address):
    """A page elsewhere whose name leads here would have the browser send what it likes."""
    assert answer(address, Host="evil.example")[0] == 400


def test_a_file_over_the_limit_is_not_taken(address, tmp_path):
    for size, expected in ((1_900_000, 200), (2_100_000, 413)):
        body = b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.png"\r\n\r\n'
        body += bytes(size) + b"\r\n--x--\r\n"
        headers = {"Content-Type": "multipart/form-data; boundary=x"}
        request = urllib.request.Request(f"{address}gradio_api/upload", body, headers)
        try:
            status = urllib.request.urlopen(request).status
        except urllib.error.HTTPError as error:
            status = error.code
        assert status == expected


def test_only_what_was_uploaded_or_made_is_given_away(address):
    assert answer(f"{address}gradio_api/file={Path(__file__).resolve()}")[0] == 403


def test_usage_is_not_reported(address):
    assert '"analytics_enabled":false' in answer(f"{address}config")[2].replace(" ", "")
