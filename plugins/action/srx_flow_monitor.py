# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""srx_flow_monitor: the flow monitor of the SRX wing, the engine and a netmiko connection put together."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.action import DeviceAction, converged
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.arguments import (
    ArgumentError,
    Arguments,
    without_none,
)
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.failures import ValidationFailed
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.problems import downgraded, errors
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.run import converge
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.firewall import Firewall
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.flow_monitor.device import MonitorWing
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.flow_monitor.model import file_of, filter_of
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.flow_monitor.rules import overridable_rules, validate


class ActionModule(DeviceAction):
    door = "mspplus.netsec.netmiko"
    arguments = Arguments(Path(__file__).parents[1] / "modules" / "srx_flow_monitor.py")

    def perform(self, options: dict[str, Any]) -> dict[str, Any]:
        unknown = sorted(set(options["warn_only"]) - overridable_rules())
        if unknown:
            known = ", ".join(sorted(overridable_rules()))
            raise ArgumentError([f"warn_only: {', '.join(unknown)} cannot be downgraded; only {known} can"])
        filters, file, state = without_none(options["filters"]), without_none(options["file"]), options["state"]
        flawed = downgraded(validate(filters, file, state, options["purge"]), options["warn_only"])
        if errors(flawed):
            raise ValidationFailed(flawed)
        progress = self.progress(options["progress"])
        wing = MonitorWing(
            Firewall(self._connection, self._connection.read_timeout),
            [filter_of(item) for item in filters],
            file_of(file) if file else None,
            state,
            progress,
            purge=options["purge"],
            force_file=options["force_file"],
            told=flawed,
        )
        outcome = converge(
            wing, check_mode=self._task.check_mode, warn_only=tuple(options["warn_only"]), progress=progress
        )
        desired = {"filters": filters, "file": file, "state": state, "purge": options["purge"]}
        return converged(outcome, desired, self._task.diff)
