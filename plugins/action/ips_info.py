# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""ips_info: reads of the IPS wing over a netmiko connection, and a look at the certificate on the HTTPS port."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Any

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.action import DeviceAction
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.arguments import Arguments
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.doors import preload
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.certificate.model import utc_now
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.door import DIALECT, PORT, PREFIX, WEB
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.info.device import Reader, gathered
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.info.facts import utc
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.sensor import Sensor

preload(WEB)


class ActionModule(DeviceAction):
    door = "mspplus.netsec.netmiko"
    arguments = Arguments(Path(__file__).parents[1] / "modules" / "ips_info.py")

    def perform(self, options: dict[str, Any]) -> dict[str, Any]:
        with ExitStack() as doors:
            web = None
            if options["communication"] == "https":
                web = doors.enter_context(self.second_door(WEB, PREFIX, defaults={"port": PORT}, dialect=DIALECT))
            reader = Reader(Sensor(self._connection, self._connection.read_timeout), web)
            read_at = utc_now()
            found = gathered(reader, options["gather"])
            warned = {"warnings": reader.warnings} if reader.warnings else {}
            return {"changed": False, "read_at": utc(read_at), **found, "not_available": reader.missing, **warned}
