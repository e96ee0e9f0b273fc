# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A terminal without a network: types a script, keeps what is printed. The session runs as over SSH."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

from lab.faults import Faults
from lab.iosxr.device import IosXrDevice
from lab.iosxr.session import Session
from lab.spec import DeviceSpec


class Done(Exception):
    """The script is over: the client hangs up."""


class Script:
    """lines: what is typed; questions take the next line, as on a real terminal."""

    def __init__(self, lines: list[str], username: str = "lab") -> None:
        self.username = username
        self.vty = "vty0"
        self.length = 0
        self.width = 80
        self.mode = ""
        self.output: list[str] = []
        self._lines = list(lines)

    def _next(self, shown: str) -> str:
        self.output.append(shown)
        if not self._lines:
            raise Done
        line = self._lines.pop(0)
        self.output.append(f"{line}\n")
        return line

    async def readline(self, prompt: str) -> str:
        return self._next(prompt)

    async def ask(self, question: str) -> str:
        return self._next(question)

    async def readkey(self) -> str:
        return self._next("")[:1] or "\n"

    async def write(self, text: str) -> None:
        self.output.append(text)


def device(config: str = "", faults: tuple[Any, ...] = (), **options: Any) -> IosXrDevice:
    return IosXrDevice(DeviceSpec(name="edge1", kind="iosxr", config=config, options=options, faults=Faults(faults)))


async def _play(router: IosXrDevice, lines: list[str], stamps: bool) -> str:
    terminal = Script(lines if stamps else ["terminal exec prompt no-timestamp", *lines])
    session = Session(router, terminal)
    with contextlib.suppress(Done):
        await session.run()
    return "".join(terminal.output)


def play(router: IosXrDevice, *lines: str, stamps: bool = False) -> str:
    """All that the terminal shows while the lines are typed; the session is lost at their end."""
    return asyncio.run(_play(router, [part for line in lines for part in line.splitlines()], stamps))


def told(router: IosXrDevice, *lines: str) -> str:
    """What the router says to the last line, without prompt and echo."""
    shown = play(router, *lines)
    last = lines[-1].splitlines()[-1]
    return shown.rpartition(f"#{last}\n")[2].rpartition("\n")[0].strip("\n")
