# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A live SRX: the reads that every capability of this wing shares."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .._engine.failures import ApplyFailed
from .._engine.refusals import Match
from .._transport.ssh.cli import MAX_ANSWER, MAX_EXCHANGE, Cli, Door, opened
from .junos_cli import role_of, without_banners
from .refusals import OTHERWISE, REFUSALS

PLATFORM = "juniper_junos"
READ_TIMEOUT = "ansible_netmiko_read_timeout"

# user@host> and, in configuration mode, user@host#. A cluster prints {primary:node0}, configuration mode [edit], in a
# line of its own before it; without_banners() takes those away.
PROMPT = r"{base}[>#] ?"


class Firewall:
    """One session on a device.

    node, role: node0 and primary, say, where the device is part of a chassis cluster; empty elsewhere.
    """

    def __init__(self, door: Door, timeout: float) -> None:
        self._door = door
        self._timeout = timeout
        self.open()

    def open(self) -> None:
        """Raises ApplyFailed on a connection of another platform, ConnectionFailed."""
        opened(self._door, PLATFORM, "Junos", "junipernetworks.junos.junos")
        prompt = PROMPT.format(base=re.escape(self._door.base_prompt))
        self.cli = Cli(self._door, prompt, self._timeout, READ_TIMEOUT)
        self.role, self.node = "", ""

    def reopen(self) -> None:
        """A new session, whatever became of the old one."""
        self._door.close()
        self.open()

    def attempt(self, *commands: str) -> list[str]:
        """Answers of operational commands in one round trip, refused or not, without what belongs to the prompt.

        In configuration mode they are sent with ``run``.
        """
        run = "run " if self.cli.prompt.endswith("#") else ""
        answers = self.cli.run(*(f"{run}{command}" for command in commands))
        if answers:
            self.role, self.node = role_of(answers[-1])
        return [without_banners(answer) for answer in answers]

    def read(self, *commands: str) -> list[str]:
        """As attempt(). Raises ApplyFailed naming the command that the device refused."""
        answers = self.attempt(*commands)
        for command, answer in zip(commands, answers, strict=True):
            refusal = REFUSALS.find(answer)
            if refusal:
                raise refused(command, refusal)
        return answers

    def stream(self, command: str, seconds: float = MAX_EXCHANGE, characters: int = MAX_ANSWER) -> Iterator[str]:
        """Whole lines of one answer as they come, for answers that no memory holds. What belongs to the prompt stays in
        it; a refusal is the caller's to see."""
        for lines in self.cli.stream(command, seconds, characters):
            yield "\n".join(lines) + "\n"


def refused(command: str, refusal: Match, item: str = "") -> ApplyFailed:
    """A command that the device did not take. item: whose it is, in the document's words; empty for a read."""
    problem = refusal.problem("device", command, item, OTHERWISE)
    return ApplyFailed(f"the firewall refused {command!r}: {refusal.text}", [problem])
