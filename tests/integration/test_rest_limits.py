# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The REST connection against systems that answer for ever: a call has one limit, headers included."""

from __future__ import annotations

import contextlib
import os
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible.errors import AnsibleConnectionFailure
from integration.rest_system import PASSWORD, Tiny, door_to

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine import failures
from lab import kinds
from lab.certificates import Authority

USER = {"username": "ops", "password": PASSWORD}


@pytest.fixture(autouse=True)
def _kind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(kinds.KINDS, "tiny", Tiny)
    # Nothing of the one who runs the tests may help or hurt.
    for name in list(os.environ):
        if name.startswith("ANSIBLE_") or name.lower().endswith("_proxy") or "CA_BUNDLE" in name:
            monkeypatch.delenv(name)


@pytest.fixture
def login(tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """`login(lab, "edge1", **options)`: a connection that is not open yet, and trusts the lab's authority."""
    doors: list[Any] = []

    def make(lab: Any, *arguments: str, **options: Any) -> Any:
        doors.append(door_to(lab, tmp_path, *arguments, **options))
        return doors[-1]

    yield make
    for door in doors:
        door.close()


def edge(**more: Any) -> dict[str, Any]:
    return {"name": "edge1", "kind": "tiny", **USER, **more}


def refused(door: Any) -> str:
    """The message of a login that fails: one line, no secret, unreachable for Ansible and for the engine."""
    with pytest.raises(AnsibleConnectionFailure) as caught:
        door.open()
    assert isinstance(caught.value, failures.Unreachable)
    return checked(caught.value)


def checked(error: BaseException) -> str:
    text = str(error)
    assert len(text.splitlines()) == 1
    assert "CANARY" not in text
    return text


def test_an_answer_that_trickles_for_ever_is_given_up(lab, login):
    running = lab(edge())
    door = login(running)
    door.open()
    started = time.monotonic()
    with pytest.raises(failures.Timeout, match="still not complete after 5 s; ansible_rest_total_timeout"):
        door.request("GET", "config/trickle", timeout=0.5)
    assert 5 <= time.monotonic() - started < 30


class Dripping:
    """A TLS server of the lab's certificate that answers with these bytes and then one more each 50 ms, for ever."""

    def __init__(self, certificate: Path, first: bytes, byte: bytes) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._context, self._first, self._byte = context, first, byte
        self._over = threading.Event()
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _from = self._socket.accept()
                threading.Thread(target=self._drip, args=(client,), daemon=True).start()

    def _drip(self, client: socket.socket) -> None:
        with contextlib.suppress(OSError), self._context.wrap_socket(client, server_side=True) as secured:
            secured.recv(65536)
            secured.sendall(self._first)
            while not self._over.wait(0.05):
                secured.sendall(self._byte)

    def close(self) -> None:
        self._over.set()
        self._socket.close()


@pytest.mark.parametrize(
    ("first", "byte"),
    [
        (b"", b"H"),
        (b"HTTP/1.1 ", b"2"),
        (b"HTTP/1.1 200 OK\r\nX-Slow: ", b"x"),
        (b"HTTP/1.1 200 OK\r\n", b"A: b\r\n"),
        (b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;", b"x"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n", b"x"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", b"T: x\r\n"),
    ],
)
def test_an_answer_that_drips_has_one_limit_with_its_headers(lab, login, tmp_path, first, byte):
    running = lab(edge())
    certificate = tmp_path / "server.pem"
    certificate.write_text("".join(Authority().server("edge1", "good")))
    server = Dripping(certificate, first, byte)
    started = time.monotonic()
    try:
        door = login(running, port=server.port, total_timeout=1, validate_certs=False, retries=0)
        text = refused(door)
    finally:
        server.close()
    assert time.monotonic() - started < 4
    assert "still not complete after 1 s; ansible_rest_total_timeout" in text


def test_a_call_with_a_longer_limit_of_its_own_keeps_it(lab, login):
    door = login(lab(edge()), total_timeout=0.5)
    door.open()
    assert door.request("GET", "config/things", query={"sleep": "1"}, timeout=3).status == 200
    with pytest.raises(failures.Timeout, match="ansible_rest_total_timeout"):
        door.request("GET", "config/things", query={"sleep": "1"})
