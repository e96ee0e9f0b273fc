# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""srx_flow_session_info: flow sessions over a netmiko connection."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.action import DeviceAction
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.arguments import Arguments, without_none
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.firewall import Firewall
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.flow_sessions.device import checked, inspect
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.flow_sessions.query import Query


class ActionModule(DeviceAction):
    door = "mspplus.netsec.netmiko"
    arguments = Arguments(Path(__file__).parents[1] / "modules" / "srx_flow_session_info.py")

    def perform(self, options: dict[str, Any]) -> dict[str, Any]:
        query = Query(
            level=options["level"],
            session_identifier=options["session_identifier"],
            filters=without_none(options["filter"] or {}),
            limit=options["limit"],
            start_identifier=options["start_identifier"],
            node=options["node"] or "",
            aggregate=tuple(dict.fromkeys(options["aggregate"])),
            checks=tuple(options["check"]),
            dest=options["dest"] or "",
            page_size=options["page_size"],
            top=options["top"],
            timeout=options["timeout"],
        )
        checked(query)  # before a connection is opened
        firewall = Firewall(self._connection, self._connection.read_timeout)
        return inspect(firewall, query, options["format"], self.progress(options["progress"]))
