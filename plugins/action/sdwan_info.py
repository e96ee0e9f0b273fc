# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""sdwan_info: reads of the SD-WAN wing over a REST connection."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.action import DeviceAction
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.arguments import ArgumentError, Arguments
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.failures import ApplyFailed
from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.info.device import Asked, gathered
from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.manager import Manager


class ActionModule(DeviceAction):
    door = "mspplus.netsec.rest"
    arguments = Arguments(Path(__file__).parents[1] / "modules" / "sdwan_info.py")

    def perform(self, options: dict[str, Any]) -> dict[str, Any]:
        asked = Asked(options["package"] or "", options["site"] or "")
        prefixes = ("manager",) if options["via"] == "manager" else ()
        if prefixes and "manager_host" not in self._task_vars:
            raise ArgumentError(["via: manager needs the variable manager_host, and this host has none"])
        with self.connect_to(*prefixes) as door:
            try:
                manager = Manager(door, options["resources"])
                manager.table.path("sites", {"package_name": asked.package} if asked.package else None)
            except ValueError as wrong:
                raise ArgumentError([str(wrong)]) from wrong
            try:
                found = gathered(manager, options["gather"], asked)
            except ApplyFailed as failed:
                failed.details.update(manager.about)
                raise
            return {"changed": False, **found, **manager.about}
