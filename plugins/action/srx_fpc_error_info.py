# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""srx_fpc_error_info: reads of the SRX wing over a netmiko connection."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.action import DeviceAction
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.arguments import Arguments, Constraints
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.firewall import Firewall
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.fpc_errors.info_device import inspect
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.fpc_errors.tables import HIGHEST_SLOT
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.xml_tree import missing


class ActionModule(DeviceAction):
    door = "mspplus.netsec.netmiko"
    arguments = Arguments(
        Path(__file__).parents[1] / "modules" / "srx_fpc_error_info.py",
        Constraints(bounds={"fpc": (0, HIGHEST_SLOT)}),
    )

    def perform(self, options: dict[str, Any]) -> dict[str, Any]:
        if missing():
            raise ArgumentError(missing())
        firewall = Firewall(self._connection, self._connection.read_timeout)
        return {"changed": False, **inspect(firewall, options["gather"], detail=options["detail"], fpc=options["fpc"])}
