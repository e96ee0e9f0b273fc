# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""iosxr_span_info: reads of the IOS XR wing over a netmiko connection."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.action import DeviceAction
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.arguments import Arguments
from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.router import Router
from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.span_status.device import inspect


class ActionModule(DeviceAction):
    door = "mspplus.netsec.netmiko"
    arguments = Arguments(Path(__file__).parents[1] / "modules" / "iosxr_span_info.py")

    def perform(self, options: dict[str, Any]) -> dict[str, Any]:
        router = Router(self._connection, self._connection.read_timeout)
        sessions = options["sessions"] or ()
        found = inspect(router, options["gather"], sessions, options["diagnostics"], options["platform"])
        return {"changed": False, **found}
