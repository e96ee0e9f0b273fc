# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""ips_reboot: a reboot of the IPS wing, the engine and a netmiko connection put together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.arguments import Arguments, Constraints
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.problems import Problem
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.state_action import StateAction
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.waiting import Progress
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.reboot.device import RebootWing
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.sensor import Sensor


class ActionModule(StateAction):
    door = "mspplus.netsec.netmiko"
    arguments = Arguments(
        Path(__file__).parents[1] / "modules" / "ips_reboot.py",
        Constraints(bounds={"wait_timeout": (1, 7200)}),
    )

    def validate(self, options: dict[str, Any]) -> list[str]:
        if options["confirm"] or self._task.check_mode:
            return []
        return ["a reboot stops all applications of the sensor: say confirm: true"]

    def parse(self, options: dict[str, Any], progress: Progress) -> tuple[Any, Sequence[Problem]]:
        return options, ()

    @contextmanager
    def wing(self, document: Mapping[str, Any], options: dict[str, Any], progress: Progress) -> Iterator[RebootWing]:
        sensor = Sensor(self._connection, self._connection.read_timeout)
        yield RebootWing(sensor, float(options["wait_timeout"]) if options["wait"] else None, progress)
