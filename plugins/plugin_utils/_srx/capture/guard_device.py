# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the guard of a capture does on its firewall. I/O."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..._engine.failures import ConnectionFailed
from ..._engine.waiting import Progress
from ..firewall import Firewall
from ..flow_monitor.device import SHOW
from .clean_up_device import CleanUp
from .model import Made

SECONDS = 900.0  # that are spent on getting back in: the way to the device may have gone with the run


class GuardedCapture:
    """door: not opened yet."""

    def __init__(self, door: Any, made: Made) -> None:
        self._door = door
        self._made = made

    def log_in(self) -> None:
        self._firewall = Firewall(self._door, self._door.read_timeout)

    def keep(self) -> None:
        try:
            self._firewall.read(SHOW)
        except ConnectionFailed:  # now, while what the login needs (an agent, a proxy) is still there
            self._firewall.reopen()

    def clean_up(self) -> str:
        return CleanUp(self._firewall, self._made, Progress("", None))(seconds=SECONDS)

    def log_out(self) -> None:
        self._door.close()


def guarded(door: Any, made: Mapping[str, Any]) -> GuardedCapture:
    """What a guard process asks this module for (see Guarded in _engine/controller/guard_watch.py). made: of Made.as_dict()."""
    return GuardedCapture(door, Made.of(made))
