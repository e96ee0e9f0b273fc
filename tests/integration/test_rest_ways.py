# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Further ways into a REST system: a token, a password with each call, a proxy."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from integration.rest_system import BASE, PASSWORD, Tiny, door_to

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine import failures
from ansible_collections.mspplus.netsec.plugins.plugin_utils._transport.rest import api as rest
from ansible_collections.mspplus.netsec.plugins.plugin_utils._transport.rest.dialects import (
    Call,
    Dialect,
    dialect_table,
)
from lab import kinds

TOKEN = Dialect(
    name="token",
    title="with a token",
    base_path=BASE,
    version="",
    auth="token",
    login=Call("POST", "config/login"),
    logout=Call("DELETE", "config/login"),
    login_envelope="login",
    login_body={"username": "username", "password": "password"},
    token_at=("login", "token"),
    token_header=("X-Token", "{token}"),
)
BASIC = Dialect("basic", "with a password each time", BASE, "", "basic")


@pytest.fixture
def login(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """`login(lab, **options)`: a connection that is not open yet and knows the dialects `token` and `basic`."""
    monkeypatch.setitem(kinds.KINDS, "tiny", Tiny)
    doors: list[Any] = []

    def make(lab: Any, **options: Any) -> Any:
        door = door_to(lab, tmp_path, **options)
        door.dialects = dialect_table(*door.dialects.rows.values(), TOKEN, BASIC)
        doors.append(door)
        return door

    yield make
    for door in doors:
        door.close()


def edge(**more: Any) -> dict[str, Any]:
    return {"name": "edge1", "kind": "tiny", "username": "ops", "password": PASSWORD, **more}


def statuses(lab: Any) -> list[tuple[str, int | None]]:
    entries = [entry for entry in lab.journal("edge1") if entry["event"] == "request"]
    return [(entry["text"].replace(BASE, ""), entry["status"]) for entry in entries]


def test_a_token_is_sent_with_each_call_and_is_a_secret(lab, login):
    running = lab(edge())
    door = login(running, dialect="token")
    door.request("GET", "config/things")
    (token,) = running.device("edge1").device.live
    assert token in door.secrets
    assert running.device("edge1").device.seen[0]["X-Token"] == token
    running.call(running.device("edge1").device.forget)
    assert door.request("GET", "config/things").status == 200
    assert token not in door.secrets
    door.close()
    login_, read = "POST config/login", "GET config/things"
    assert statuses(running) == [
        (login_, 200),
        (read, 200),
        (read, 401),
        (login_, 200),
        (read, 200),
        ("DELETE config/login", 200),
    ]


class Forgetful(Tiny):
    async def login(self, _request: web.Request) -> web.Response:
        return web.json_response({"errorcode": 0, "message": "Done"})


def test_a_login_that_is_answered_without_what_it_should_bring(lab, login, monkeypatch):
    monkeypatch.setitem(kinds.KINDS, "forgetful", Forgetful)
    running = lab(edge(kind="forgetful"))
    for dialect, word in (("token", "without a token"), ("sdwan", "without a session cookie")):
        with pytest.raises(failures.Unreachable, match=word):
            login(running, dialect=dialect).open()
    running.add_fault(
        "edge1", {"name": "error_in_200", "at": "login", "code": 354, "text": "Invalid username or password"}
    )
    with pytest.raises(
        failures.Unreachable, match=r"authentication of user ops failed .* Invalid username or password"
    ):
        login(running).open()


def test_a_password_with_each_call_needs_no_login(lab, login):
    running = lab(edge(password="CANARY-né"))
    door = login(running, dialect="basic", password="CANARY-né")
    door.request("POST", "config/things", body={"things": {"name": "one"}})
    door.close()
    assert statuses(running) == [("POST config/things", 200)]
    with pytest.raises(failures.Unreachable, match="authentication of user ops failed") as caught:
        login(running, dialect="basic").request("GET", "config/things")
    assert "CANARY" not in str(caught.value)
    running.add_fault("edge1", {"name": "reset", "at": "things", "times": 1})
    with pytest.raises(
        failures.Dropped, match="unknown"
    ):  # a first call that may have been done is no unreachable host
        login(running, dialect="basic", password="CANARY-né").request("POST", "config/things", body={})


def test_a_401_that_a_login_does_not_cure_is_said_as_it_is(lab, login):
    running = lab(edge())
    door = login(running, dialect="basic")
    door.request("GET", "config/things")
    running.add_fault("edge1", {"name": "http_status", "at": "things", "status": 401})
    with pytest.raises(rest.Rejected, match="HTTP 401"):
        door.request("GET", "config/things")


@pytest.fixture
def proxy() -> Iterator[tuple[int, list[str]]]:
    """(port, the first lines that it got) of an HTTP proxy that takes CONNECT only."""
    seen: list[str] = []
    threads: list[threading.Thread] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(20)

        def pump(source: socket.socket, sink: socket.socket) -> None:
            with contextlib.suppress(OSError):
                while data := source.recv(65536):
                    sink.sendall(data)
                sink.shutdown(socket.SHUT_WR)

        def work() -> None:
            client, _address = server.accept()
            with client:
                head = b""
                while b"\r\n\r\n" not in head:
                    head += client.recv(4096)
                seen.append(head.decode().split("\r\n")[0])
                host, _colon, port = seen[-1].split()[1].rpartition(":")
                with socket.create_connection((host, int(port)), 20) as device:
                    client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                    back = threading.Thread(target=pump, args=(device, client), daemon=True)
                    back.start()
                    pump(client, device)
                    back.join(20)

        threads.append(threading.Thread(target=work, daemon=True))
        threads[0].start()
        yield server.getsockname()[1], seen
        threads[0].join(20)


def test_a_proxy_sees_a_tunnel_and_the_device_is_still_checked(lab, login, proxy):
    port, seen = proxy
    running = lab(edge())
    pin = running.device("edge1").https.fingerprint
    door = login(running, proxy=f"http://127.0.0.1:{port}", pin_sha256=pin)
    door.request("GET", "config/things")
    door.close()
    assert [line.rpartition(" ")[0] for line in seen] == [f"CONNECT 127.0.0.1:{running.device('edge1').port}"]
