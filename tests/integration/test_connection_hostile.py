# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The netmiko connection against hostile inventories, devices and files: no command is run, no task is held, no log leads astray."""

from __future__ import annotations

import contextlib
import logging
import os
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import asyncssh
import paramiko
import pytest
from integration.ssh_system import Shell, answer, door_to, edge, refused

from ansible_collections.mspplus.netsec.plugins.plugin_utils._transport.ssh import sessions
from lab import kinds


@pytest.fixture(autouse=True)
def _kind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(kinds.KINDS, "shell", Shell)
    # Nothing of the one who runs the tests may help or hurt.
    for name in list(os.environ):
        if name.startswith("ANSIBLE_") or name == "SSH_AUTH_SOCK":
            monkeypatch.delenv(name)


@pytest.fixture
def login(tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """`login(lab, "edge1", **options)`: a connection that is not open yet, and knows the lab's host keys."""
    doors: list[Any] = []

    def make(lab: Any, *arguments: str, **options: Any) -> Any:
        doors.append(door_to(lab, tmp_path, *arguments, **options))
        return doors[-1]

    yield make
    for door in doors:
        door.close()


# -- names and shells -------------------------------------------------------------------------------------------------


SHELL_TOKENS = [*"'`\"$;&<>|(){}", " ", "\n", "\t", "\\"]


@pytest.fixture
def shells(tmp_path, monkeypatch) -> Callable[[str], str]:
    """`shells(text)`: an ssh_config file with that text, where MARK stands for a file that no name may make. `Match exec` is run by
    a shell, as the package invoke does it."""
    ran = SimpleNamespace(run=lambda command, **_ways: SimpleNamespace(ok=subprocess.call(command, shell=True) == 0))
    monkeypatch.setattr(paramiko.config, "invoke", ran)

    def make(text: str) -> str:
        config = tmp_path / "ssh_config"
        config.write_text(text)
        return str(config)

    return make


HOSTILE = [
    "127.0.0.1;touch${{IFS}}{mark}",
    "127.0.0.1$(touch${{IFS}}{mark})",
    "127.0.0.1`touch${{IFS}}{mark}`",
    "127.0.0.1|touch${{IFS}}{mark}",
    "127.0.0.1&touch${{IFS}}{mark}",
    "127.0.0.1>{mark}",
    "127.0.0.1'>{mark}'",
    '127.0.0.1">{mark}"',
    "127.0.0.1\n ProxyCommand touch {mark}",
    "127.0.0.1\tx>{mark}",
    "-oProxyCommand=touch${{IFS}}{mark}",
    "{{127.0.0.1,x}}>{mark}",
    "<(touch${{IFS}}{mark})",
]
WAYS = [
    ("host", "Host *\n ProxyCommand sh -c 'echo %h %p; exit 1'\n"),
    ("host", 'Host *\n ProxyCommand bash -c "echo %h:%p; exit 1"\n'),
    ("host", 'Match exec "echo %h %p"\n Port 1\n'),
    ("host", "Match exec \"bash -c 'echo %n'\"\n Port 1\n"),
    ("remote_user", "Host *\n ProxyCommand sh -c 'echo %r; exit 1'\n"),
    ("remote_user", 'Match exec "echo %r"\n Port 1\n'),
]


@pytest.mark.parametrize("hostile", HOSTILE)
@pytest.mark.parametrize(("option", "config"), WAYS)
def test_no_name_of_a_host_or_user_runs_a_command(lab, login, shells, tmp_path, option, config, hostile):
    mark = tmp_path / "mark"
    name = hostile.format(mark=mark)
    text = refused(login(lab(edge()), **{option: name, "ssh_config_file": shells(config)}))
    assert not mark.exists()
    assert f"Check ansible_{'host' if option == 'host' else 'user'}" in text


@pytest.mark.parametrize("hostile", HOSTILE)
@pytest.mark.parametrize("place", ["HostName", "User", "jump host", "jump user"])
def test_nor_does_one_that_an_ssh_config_file_brings(lab, login, shells, tmp_path, place, hostile):
    mark = tmp_path / "mark"
    if "\n" in hostile or "\t" in hostile:
        hostile = "x;touch${{IFS}}{mark}"  # a line of the file cannot hold these
    name = hostile.format(mark=mark)
    user, exits = ("" if place == "User" else "ops"), "sh -c 'echo %h %r; exit 1'"
    config = {
        "HostName": f"Host *\n HostName {name}\n ProxyCommand {exits}\n",
        "User": f"Host *\n User {name}\n ProxyCommand {exits}\n",
        "jump host": f'Match host x{mark.name}\n Port 1\nMatch exec "echo %h %n"\n ProxyJump {name}\n',
        "jump user": f'Match exec "echo %r"\n ProxyJump {name}@127.0.0.1\n',
    }[place]
    text = refused(login(lab(edge()), remote_user=user or None, ssh_config_file=shells(config)))
    assert not mark.exists()
    assert "ssh_config" in text


@pytest.mark.parametrize("token", SHELL_TOKENS)
@pytest.mark.parametrize("option", ["host", "remote_user"])
def test_each_token_of_a_shell_is_refused_before_a_file_is_read(lab, login, tmp_path, option, token):
    name = "ops\\" if (option, token) == ("remote_user", "\\") else f"127.0.0.1{token}x"
    text = refused(login(lab(edge()), **{option: name, "ssh_config_file": str(tmp_path / "none")}))
    assert "none" not in text
    assert "ansible_host" in text or "ansible_user" in text


def test_match_exec_without_its_package(lab, login, shells, monkeypatch):
    config = shells('Match exec "true"\n Port 1\n')
    monkeypatch.setattr(paramiko.config, "invoke", None)
    monkeypatch.setattr(paramiko.config, "invoke_import_error", ImportError("No module named 'invoke'"))
    text = refused(login(lab(edge()), ssh_config_file=config))
    assert "pip install invoke" in text
    assert "Match exec" in text


@pytest.mark.parametrize(
    "text",
    [
        'Match exec "unfinished\n',
        "Match host\n",
        "Match all host x\n",
        'Host "x\n',
        "Host *\n CanonicalizeHostname yes\n CanonicalizeMaxDots many\n",
        "Host *\n CanonicalizeHostname yes\n CanonicalizeMaxDots 9\n",
    ],
)
def test_a_broken_ssh_config_file_is_one_line(lab, login, shells, text):
    assert "ssh_config" in refused(login(lab(edge()), ssh_config_file=shells(text)))


# -- files ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["symlink", "hard link", "pipe", "directory", "device"])
def test_a_session_log_that_is_not_ours_alone_is_refused(lab, login, tmp_path, kind):
    log, other = tmp_path / "session.log", tmp_path / "other"
    other.write_text("of somebody else\n")
    other.chmod(0o644)
    if kind == "symlink":
        log.symlink_to(other)
    elif kind == "hard link":
        os.link(other, log)
    elif kind == "pipe":
        os.mkfifo(log)
    elif kind == "directory":
        log.mkdir()
    else:
        log = Path("/dev/null")
    text = refused(login(lab(edge()), session_log=str(log)))
    assert "ansible_netmiko_session_log" in text
    assert other.read_text() == "of somebody else\n"
    assert other.stat().st_mode & 0o777 == 0o644


def test_a_session_log_that_others_could_read_is_closed_to_them(lab, login, tmp_path):
    log = tmp_path / "session.log"
    log.write_text("before\n")
    log.chmod(0o644)
    door = login(lab(edge()), session_log=str(log))
    door.open()
    answer(door)
    door.close()
    assert log.stat().st_mode & 0o777 == 0o600
    assert log.read_text().startswith("before\n")
    assert "answer to show clock" in log.read_text()


def test_the_session_log_moves_no_cursor_and_holds_no_secret_in_pieces(lab, login, tmp_path):
    log = tmp_path / "session.log"
    secret = "CANARY  two  blanks"
    door = login(lab(edge()), session_log=str(log))
    door.open()
    door.hide([secret])
    for part in ("CANARY  t", "wo  blanks\n", "\x1b[2Jcleared\x07\u202eturned\x9b1m\ttab\n", "the rest"):
        door._terminal._log.write(part)
    door.close()
    text = log.read_text()
    assert "CANARY" not in text
    assert "blanks" not in text
    assert " [2Jcleared  turned 1m\ttab\nthe rest" in text
    assert all(char.isprintable() or char in "\n\t" for char in text)


def test_the_log_of_a_run_gets_no_words_of_a_device_as_they_came(lab, login):
    """What Ansible opens for ANSIBLE_LOG_PATH is a handler of the root logger; paramiko tells it how a server calls itself."""
    lines: list[str] = []

    class Collecting(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(record.getMessage())

    root, handler = logging.getLogger(), Collecting()
    level = root.level
    server = Dripping(b"SSH-2.0-box\x1b[2J\xe2\x80\xaeCANARY\r\n", b"x")
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    try:
        refused(login(lab(edge()), port=server.port, timeout=1, banner_timeout=1, auth_timeout=1, read_timeout=1))
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
        server.close()
    assert not [line for line in lines if "CANARY" in line]


# -- time -------------------------------------------------------------------------------------------------------------


class Dripping:
    """A server that sends what it is told to, and then one byte each tenth of a second, for ever."""

    def __init__(self, first: bytes, byte: bytes) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._first, self._byte = first, byte
        self._over = threading.Event()
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _from = self._socket.accept()
                threading.Thread(target=self._drip, args=(client,), daemon=True).start()

    def _drip(self, client: socket.socket) -> None:
        with contextlib.suppress(OSError), client:
            client.sendall(self._first)
            while not self._over.wait(0.1):
                client.sendall(self._byte)

    def close(self) -> None:
        self._over.set()
        self._socket.close()


@pytest.mark.parametrize(
    ("first", "byte"), [(b"", b"x"), (b"SSH-2.0-", b"x"), (b"", b"x\n"), (b"SSH-2.0-box\r\n\x00\x00\x40\x00", b"\x00")]
)
def test_a_server_that_drips_its_banner_does_not_hold_a_login(lab, login, first, byte):
    server = Dripping(first, byte)
    started = time.monotonic()
    try:
        refused(login(lab(edge()), port=server.port, timeout=1, banner_timeout=1, auth_timeout=1, read_timeout=1))
    finally:
        server.close()
    assert time.monotonic() - started < 12


@pytest.mark.parametrize("at", ["session", "pty", "shell"])
def test_a_device_that_never_opens_its_terminal_does_not_hold_a_login(lab, login, monkeypatch, at):
    """It lets one in and answers no more: paramiko would wait for an hour, or for ever."""

    class Mute(asyncssh.SSHServer):
        def password_auth_supported(self) -> bool:
            return True

        def validate_password(self, username: str, password: str) -> bool:
            return True

        def session_requested(self) -> Any:
            if at == "session":
                time.sleep(8)  # the whole server
            return Deaf()

    class Deaf(asyncssh.SSHServerSession):
        def pty_requested(self, *_about: Any) -> Any:
            if at == "pty":
                time.sleep(8)
            return True

        def shell_requested(self) -> Any:
            time.sleep(8)
            return True

    running = lab(edge())
    key = asyncssh.generate_private_key("ssh-ed25519")
    server = running.call(lambda: asyncssh.listen("127.0.0.1", 0, server_host_keys=[key], server_factory=Mute))
    monkeypatch.setattr(sessions, "LONGEST_PREPARATION", 0.0)
    door = login(
        running,
        port=server.get_port(),
        host_key_checking=False,
        timeout=1,
        banner_timeout=1,
        auth_timeout=1,
        read_timeout=1,
    )
    started = time.monotonic()
    text = refused(door)
    assert 3 < time.monotonic() - started < 7
    assert "has not come to an end within 4 s" in text
    running.call(server.close)
