# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A login that types nothing into a question for a new password: the part within SSH, and what netmiko types after it.

paramiko answers each question of keyboard-interactive with the password, and netmiko begins each session with an Enter.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from functools import cache, partial
from typing import Any

from ..expired_password import asks_for_new, expired

with contextlib.suppress(ImportError):  # the connection says so before it calls anything here
    import paramiko
    from netmiko.channel import SSHChannel

# paramiko's words for SSH_MSG_USERAUTH_PASSWD_CHANGEREQ (RFC 4252, 8), which has the number of another message.
CHANGE_REQUEST = "Illegal info request"
FIRST_WORDS = 2.0  # seconds that a device gets to print something before netmiko types its Enter
SURE = 0.3  # seconds of silence after which an unfinished line is a prompt


@cache
def careful_transport() -> Any:
    """A class for paramiko's `transport_factory`; its logins raise PasswordExpired, an AuthenticationException."""

    class PasswordExpired(paramiko.AuthenticationException):
        """errors.py knows it by its name."""

    class CarefulTransport(paramiko.Transport):
        _asked = False
        _told = ""

        def auth_password(self, username: str, password: str, event: Any = None, fallback: bool = True) -> Any:
            return self._tried(partial(super().auth_password, username, password, event, fallback))

        def auth_interactive(self, username: str, handler: Callable[..., Any], submethods: str = "") -> Any:
            answered = 0

            def careful(title: str, instructions: str, fields: Any) -> Any:
                nonlocal answered
                prompts = [prompt for prompt, _echo in fields]
                said = "\n".join((title, instructions))
                self._told += f"\n{said}"
                if any(map(asks_for_new, prompts)) or (answered and fields and expired(said)):
                    self._asked = True
                    raise paramiko.SSHException("the device asks for a new password")
                answered += bool(fields)
                return handler(title, instructions, fields)

            return self._tried(partial(super().auth_interactive, username, careful, submethods))

        def _tried(self, way: Callable[[], Any]) -> Any:
            try:
                return way()
            except paramiko.SSHException as error:
                banner = (self.get_banner() or b"").decode("utf-8", "replace")
                if self._asked or CHANGE_REQUEST in str(error) or expired(f"{banner}\n{self._told}"):
                    raise PasswordExpired("the password has expired") from None
                raise

    return CarefulTransport


def careful_client(build: Callable[[], Any]) -> Callable[[], Any]:
    """The same maker of clients, whose connections are careful."""

    def made() -> Any:
        client = build()
        client.connect = partial(client.connect, transport_factory=careful_transport())
        return client

    return made


class ChangeAsked(Exception):
    """The device asks for a new password; nothing was typed there."""


def watch(device: Any) -> None:
    """Let a netmiko object that is not connected yet look before it types: its login raises PasswordExpired or ChangeAsked."""
    device._build_ssh_client = careful_client(device._build_ssh_client)
    begin = device.special_login_handler

    def begun(*arguments: Any, **keywords: Any) -> Any:  # what netmiko calls first on an open channel
        device.channel = careful_channel(device.channel)
        return begin(*arguments, **keywords)

    device.special_login_handler = begun


def careful_channel(channel: Any) -> Any:
    """netmiko's channel, which looks at what the device printed before anything is typed. Its writes raise ChangeAsked."""

    class CarefulChannel(SSHChannel):
        _early = ""  # read, and not handed over yet
        _last = ""  # of what the device printed, the end
        _first = True

        def read_buffer(self) -> str:
            text, self._early = self._early, ""
            return text or self._noted(super().read_buffer())

        def write_channel(self, out_data: str) -> None:
            self._look()
            super().write_channel(out_data)

        def _noted(self, text: str) -> str:
            self._last = (self._last + text)[-4096:]
            return text

        def _look(self) -> None:
            wait = FIRST_WORDS if self._first else 0.0
            self._first = False
            quiet = time.monotonic() + wait
            while True:
                text = self._noted(super().read_buffer())
                self._early += text
                if text and (wait or asks_for_new(self._last)):
                    quiet = time.monotonic() + SURE
                elif not text and time.monotonic() >= quiet:
                    break
                elif not text:
                    time.sleep(0.01)
            if asks_for_new(self._last):
                raise ChangeAsked

    return CarefulChannel(channel.remote_conn, channel.encoding)
