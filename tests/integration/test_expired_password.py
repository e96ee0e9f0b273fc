# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Devices whose password has expired, on both doors: recognised, and nothing is typed into the question for a new one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar

import asyncssh
import pytest
from aiohttp import web
from ansible.errors import AnsibleConnectionFailure
from integration import rest_system
from integration.ssh_system import PASSWORD, USER, door_to, edge, refused

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine import failures
from lab import kinds
from lab.server import _Connection  # takes the service request that paramiko repeats

LINUX = "You are required to change your password immediately (password aged)\nChanging password for ops\n(current) UNIX password: "
FREEBSD = "\nWARNING: Your password has expired.\nYou must change your password now and login again!\nOld Password:"
OTHER = "Password expired; 2 login left in 3 day(s).\nChange it now [Y/Any key - No]?"
CLI = "RP/0/RP0/CPU0:edge1#"


class Asking:
    """A device that asks for a new password where its prompt should be; notes all that is typed there."""

    OPTIONS: ClassVar[dict[str, type]] = {"said": str, "then": str}

    def __init__(self, spec: Any) -> None:
        self.said, self.then = spec.options["said"], spec.options.get("then", "")

    async def shell(self, terminal: Any) -> None:
        terminal.length = 0
        before, _line, question = self.said.rpartition("\n")
        await terminal.write(f"{before}\n")
        if self.then:
            await terminal.write(f"{question}\n")
            while (await terminal.readline(self.then)).strip() != "exit":
                pass
        await terminal.ask(question)

    async def close(self) -> None:
        pass


class Expired(asyncssh.SSHServer):
    """Lets nobody in before the password is another one. way: how SSH itself asks for it (RFC 4252, 8; RFC 4256)."""

    def __init__(self, way: str, typed: list[Any]) -> None:
        self.way, self.typed = way, typed

    def begin_auth(self, username: str) -> bool:
        return True

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self.connection = conn

    def password_auth_supported(self) -> bool:
        return self.way in ("request", "banner")

    def validate_password(self, username: str, password: str) -> bool:
        self.typed.append(password)
        if self.way == "banner":
            self.connection.send_auth_banner("Your password has expired. Ask the help desk.\n")
            return False
        raise asyncssh.PasswordChangeRequired("Your password has expired")

    def change_password(self, username: str, old_password: str, new_password: str) -> bool:
        self.typed.append(new_password)
        return False

    def kbdint_auth_supported(self) -> bool:
        return self.way == "questions"

    def get_kbdint_challenge(self, username: str, lang: str, submethods: str) -> Any:
        return "", "", "en", [("Password: ", False)]

    def validate_kbdint_response(self, username: str, responses: Sequence[str]) -> Any:
        self.typed.append(list(responses))
        return "", "You are required to change your password immediately", "en", [("New password: ", False)]


@pytest.fixture
def login(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Any]]:
    monkeypatch.setitem(kinds.KINDS, "asking", Asking)
    monkeypatch.setitem(kinds.KINDS, "tiny", Tiny)
    doors: list[Any] = []

    def make(lab: Any, **options: Any) -> Any:
        doors.append(door_to(lab, tmp_path, **options))
        return doors[-1]

    yield make
    for door in doors:
        door.close()


def asking(said: str, **more: Any) -> dict[str, Any]:
    return {**edge(said=said, **more), "kind": "asking"}


def typed(lab: Any) -> list[str]:
    return [entry["text"] for entry in lab.journal("edge1") if entry["event"] in ("answer", "command", "key")]


@pytest.mark.parametrize("platform", ["cisco_xr", "juniper_junos", "linux", "cisco_ios"])
@pytest.mark.parametrize("said", [LINUX, FREEBSD, OTHER], ids=["linux", "freebsd", "whether"])
def test_a_question_where_the_prompt_should_be_gets_no_answer(
    lab: Callable[..., Any], login: Callable[..., Any], said: str, platform: str
) -> None:
    running = lab(asking(said))
    text = refused(login(running, network_os=None, platform=platform, read_timeout=8))
    assert "the password of user ops has expired" in text
    assert "Nothing was typed into its prompt" in text
    assert f"`ssh -p {running.device('edge1').port} ops@127.0.0.1`" in text
    assert typed(running) == []


def test_a_question_for_any_secret_gets_no_enter_either(lab: Callable[..., Any], login: Callable[..., Any]) -> None:
    running = lab(asking("\nPassword: "))
    assert "no prompt of platform cisco_xr" in refused(login(running, read_timeout=1))
    assert typed(running) == []


@pytest.mark.parametrize("platform", ["cisco_xr", "linux"])
def test_a_warning_before_the_prompt_keeps_nobody_out(
    lab: Callable[..., Any], login: Callable[..., Any], platform: str
) -> None:
    prompt = CLI if platform == "cisco_xr" else "ops@box:~$ "
    running = lab(asking("\nWARNING: Your password has expired.\nNew password: see the intranet", then=prompt))
    door = login(running, network_os=None, platform=platform)
    door.open()
    assert door.connected


@pytest.mark.parametrize(
    ("way", "typed_there"), [("request", [PASSWORD]), ("questions", [[PASSWORD]]), ("banner", [PASSWORD])]
)
def test_a_question_within_ssh_gets_no_answer(
    lab: Callable[..., Any],
    login: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
    way: str,
    typed_there: list[Any],
) -> None:
    running = lab(asking("\nnever shown"))
    given: list[Any] = []
    options = asyncssh.SSHServerConnectionOptions(
        server_factory=lambda: Expired(way, given), server_host_keys=[running.device("edge1").host_key]
    )

    async def listen() -> asyncio.Server:
        loop = asyncio.get_running_loop()
        return await loop.create_server(lambda: _Connection(loop, options), "127.0.0.1", 0)

    server = running.call(listen)
    port = server.sockets[0].getsockname()[1]
    try:
        text = refused(login(running, port=port, host_key_checking=False))
    finally:
        running.call(server.close)
    assert "the password of user ops has expired" in text
    assert given == typed_there  # the password itself, once, and nothing else


class Tiny(rest_system.Tiny):
    """A REST system that knows user and password and wants another one."""

    OPTIONS: ClassVar[dict[str, type]] = {"base": str, "how": str}

    async def login(self, request: web.Request) -> web.Response:
        how = self.spec.options["how"]
        if how == "refused":
            body = {
                "errorcode": 354,
                "errormessage": f"Password of {USER['username']} expired ({PASSWORD}). Change it.",
            }
            return web.json_response(body, status=401)
        if how == "redirect":
            raise web.HTTPFound("/cgi-bin/change_password.cgi")
        answer = web.json_response({"errorcode": 0, "message": "You must change your password"})
        answer.set_cookie("APNConfigEditorSession", "CANARY-cookie", path="/", secure=True, httponly=True)
        return answer


@pytest.mark.parametrize("how", ["refused", "redirect", "let in"])
def test_a_rest_system_that_wants_another_password(
    lab: Callable[..., Any], login: Callable[..., Any], tmp_path: Path, how: str
) -> None:
    running = lab({"name": "edge1", "kind": "tiny", "username": "ops", "password": PASSWORD, "how": how})
    door = rest_system.door_to(running, tmp_path)
    with pytest.raises(AnsibleConnectionFailure) as caught:
        door.open()
    assert isinstance(caught.value, failures.Unreachable)
    text = str(caught.value)
    assert "the password of user ops has expired" in text
    assert "https://127.0.0.1" in text and "CANARY" not in text
    requests = [entry["text"] for entry in running.journal("edge1") if entry["event"] == "request"]
    assert all("config/login" in request for request in requests), requests
