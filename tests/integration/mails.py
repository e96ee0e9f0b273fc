# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where mails of a test arrive: an SMTP server that others wrote."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from typing import Any

from aiosmtpd.controller import Controller

from lab.certificates import HERE


class Mailbox:
    """A handler of aiosmtpd."""

    def __init__(self) -> None:
        self.mails: list[tuple[list[str], Any]] = []

    @property
    def lines(self) -> list[list[str]]:
        """Of each mail."""
        return [mail.get_payload(decode=True).decode().splitlines() for _to, mail in self.mails]

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        if address.startswith("unknown@"):
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.mails.append((list(envelope.rcpt_tos), message_from_bytes(envelope.content)))
        return "250 OK"


def free_port() -> int:
    """aiosmtpd looks whether it answers on the port that it was given, so 0 will not do."""
    with socket.create_server((HERE, 0)) as found:
        return int(found.getsockname()[1])


@contextmanager
def plain_server() -> Iterator[tuple[Mailbox, dict[str, Any]]]:
    """A mailbox behind a server without TLS and logins, and the option `mail` that mails there."""
    mailbox = Mailbox()
    controller = Controller(mailbox, hostname=HERE, port=free_port())
    controller.start()
    try:
        given = {"to": ["noc@example.net"], "sender": "c@example.net", "server": HERE, "port": controller.port}
        yield mailbox, {**given, "tls": "none"}
    finally:
        controller.stop()
