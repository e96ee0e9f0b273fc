# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A session with an IOS XR router, which every capability of this wing shares: reads, and what refuses them. I/O."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .._engine.failures import ApplyFailed
from .._engine.problems import Problem
from .._transport.ssh.cli import Cli, Door, opened
from .refusals import REFUSALS

PLATFORM = "cisco_xr"  # netmiko's name of the device type
READ_TIMEOUT = "ansible_netmiko_read_timeout"
# The prompt, with the host name cut at 31 characters in configuration mode (netmiko cisco_xr).
PROMPT = r"^{base}[^\s()#]*(?:\([^\s()]+\))?# ?"

VERSION = "show version"
INTERFACES = "show interfaces brief"


class Router:
    """timeout: seconds that the router may think about a read without a word."""

    def __init__(self, door: Door, timeout: float) -> None:
        self._door = door
        self._timeout = timeout
        self.open()

    def open(self) -> None:
        opened(self._door, PLATFORM, "IOS XR", "cisco.iosxr.iosxr")
        prompt = PROMPT.format(base=re.escape(self._door.base_prompt))
        self.cli = Cli(self._door, prompt, self._timeout, READ_TIMEOUT)

    def reopen(self) -> None:
        """A new session, whatever became of the old one."""
        self._door.close()
        self.open()

    def read(self, commands: Sequence[str]) -> list[str]:
        """Answers of read commands, all in one round trip. Raises ApplyFailed naming the command that was refused."""
        return answered(commands, self.cli.run(*commands))

    def read_optional(self, commands: Sequence[str]) -> list[str]:
        """As read(), for reads that a platform may not know or that may find nothing: their text, whatever it is."""
        return self.cli.run(*commands)


def answered(commands: Sequence[str], answers: list[str]) -> list[str]:
    """The answers, of which none is a refusal. Raises ApplyFailed naming the command that was refused."""
    for command, answer in zip(commands, answers, strict=True):
        refusal = REFUSALS.find(answer)
        if refusal:
            text = refusal.text.removeprefix("%").strip()
            problem = Problem("device", command, "the router refused this read", refusal.remedy, "error", text)
            raise ApplyFailed(f"the router refused to answer {command!r}: {text}", [problem])
    return answers
