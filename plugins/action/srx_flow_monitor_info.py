# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""srx_flow_monitor_info: the flow monitor of the SRX wing, read over a netmiko connection."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.action import DeviceAction
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.arguments import (
    ArgumentError,
    Arguments,
    Constraints,
)
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.firewall import Firewall
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.flow_monitor.device import inspect
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.flow_monitor.rules import wrong_log_name


class ActionModule(DeviceAction):
    door = "mspplus.netsec.netmiko"
    arguments = Arguments(
        Path(__file__).parents[1] / "modules" / "srx_flow_monitor_info.py",
        Constraints(bounds={"limit": (1, 100_000), "timeout": (1, 3600)}),
    )

    def perform(self, options: dict[str, Any]) -> dict[str, Any]:
        wrong = "" if options["file"] is None else wrong_log_name(options["file"])
        if wrong:
            raise ArgumentError([f"file must be the plain name of a file in /var/log: {wrong}"])
        firewall = Firewall(self._connection, self._connection.read_timeout)
        found = inspect(firewall, options["file"], options["events"], options["limit"], float(options["timeout"]))
        return {"changed": False, **found}
