# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Remove what a capture made, over a new session when the link dropped: after the capture, by its guard, by the next run. I/O."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable

from ..._engine.failures import ApplyFailed, ConnectionFailed
from ..._engine.operations import Operation
from ..._engine.waiting import Clock, Progress
from ..firewall import Firewall, refused
from ..flow_monitor.device import read, run
from ..flow_monitor.plan import plan
from ..junos_cli import word
from ..refusals import NO_FILE, REFUSALS
from .model import Made

SECONDS = 120.0  # that are spent on getting back in
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 15.0  # seconds between two tries to get back in


class CleanUp:
    """sent: the commands that the device took, for whoever keeps an account of them."""

    def __init__(
        self, firewall: Firewall, made: Made, progress: Progress, clock: Clock = time, sent: list[str] | None = None
    ) -> None:
        self._firewall = firewall
        self._made = made
        self._progress = progress
        self._clock = clock
        self._sent = [] if sent is None else sent

    def __call__(self, new_session: bool = False, seconds: float | None = None) -> str:
        """What is left on the device, in words. Begins with "unchanged" when nothing is. new_session: in a new session, whatever became of
        this one."""
        self._progress("cleaning up")
        end = self._clock.monotonic() + (SECONDS if seconds is None else seconds)
        pause = FIRST_PAUSE
        refusals = 0
        while True:
            try:
                if new_session:
                    self._firewall.reopen()
                return self._clean()
            except ConnectionFailed as error:
                why = str(error)
            except ApplyFailed as failed:
                why, refusals = str(failed), refusals + 1
            new_session = True
            if refusals == 2 or self._clock.monotonic() + pause > end:
                return self._left(why)
            self._clock.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    def commands(self) -> list[str]:
        """What would be sent now. Raises ApplyFailed, ConnectionFailed."""
        seen = read(self._firewall)
        files = [] if self._made.keep_file else log_files(self._firewall, self._made.file)
        return [*plan(seen, self._made.at_rest(seen)).commands, *map(delete, files)]

    def _clean(self) -> str:
        made = self._made
        seen = read(self._firewall)
        if self._firewall.node != made.node:
            return self._left(f"the new session is one on {self._firewall.node or 'another node'}, not on {made.node}")
        if made.used_by_others(seen):
            raise ApplyFailed("the monitor writes another file: another user captures by now")
        self._send(plan(seen, made.at_rest(seen)).operations)
        seen = read(self._firewall)
        left = plan(seen, made.at_rest(seen)).commands
        if left:
            raise ApplyFailed(f"still to do: {'; '.join(left)}")
        if made.keep_file:
            return "unchanged; the monitor is stopped, the filters are gone, the file stays"
        for name in log_files(self._firewall, made.file):
            refusal = REFUSALS.find(self._firewall.attempt(delete(name))[0])
            if refusal and refusal.meaning != NO_FILE:
                raise ApplyFailed(f"the file {name} could not be deleted: {refusal.text}")
            self._sent.append(delete(name))
        names = log_files(self._firewall, made.file)
        if names:
            raise ApplyFailed(f"the files {', '.join(names[:10])} came back")
        return "unchanged; the monitor is stopped, filters and file are gone"

    def _send(self, operations: Iterable[Operation]) -> None:
        for operation in operations:
            run(self._firewall, [operation])
            self._sent += operation.do

    def _left(self, why: str) -> str:
        return (
            f"changed: it could not be cleaned up ({why}). {self._made} may be left, the monitor may run; the device limits the size of the file. "
            "The next capture of this controller tries again; srx_flow_monitor with state: absent and these filters removes the filters"
        )


def delete(name: str) -> str:
    return f"file delete /var/log/{word(name)}"


def log_files(firewall: Firewall, name: str) -> list[str]:
    """Names of a trace file and of its older ones, oldest first. Raises ApplyFailed for an answer that decides nothing."""
    command = f"file list /var/log/{name}*"
    pattern = re.compile(rf"(?:^|[\s/])({re.escape(name)}(?:\.(\d{{1,4}})(?:\.gz)?)?)(?=\s|$)")
    found: dict[str, int] = {}
    for answer in firewall.attempt(command, command):  # an answer that was cut would lack some of them
        refusal = REFUSALS.find(answer)
        if refusal and refusal.meaning != NO_FILE:
            raise refused(command, refusal)
        found |= {hit[1]: int(hit[2]) if hit[2] else -1 for hit in pattern.finditer(answer)}
    return sorted(found, key=lambda item: -found[item])
