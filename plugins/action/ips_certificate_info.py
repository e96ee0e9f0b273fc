# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""ips_certificate_info: a sensor's line of the table of certificates."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.action import DeviceAction
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.arguments import Arguments
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.controller.state_dir import StateDir
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.doors import preload
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.certificate.device import Place, line_of_table
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.certificate.trust_store import TrustStore
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.door import DIALECT, PORT, PREFIX, WEB
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.sensor import Sensor

preload(WEB)


class ActionModule(DeviceAction):
    door = "mspplus.netsec.netmiko"
    arguments = Arguments(Path(__file__).parents[1] / "modules" / "ips_certificate_info.py")

    def perform(self, options: dict[str, Any]) -> dict[str, Any]:
        store = TrustStore.of(options["trust_store"], lambda: StateDir.of(self._task_vars, self._templar.template))

        def sensor() -> Sensor:
            """Logged in."""
            return Sensor(self._connection, self._connection.read_timeout)

        with self.second_door(WEB, PREFIX, defaults={"port": PORT}, dialect=DIALECT) as web:
            place = Place(self._host, str(web.get_option("host")), int(web.get_option("port")))
            line = line_of_table(
                sensor if options["refresh"] else None,
                web if options["communication"] == "https" else None,
                store,
                place,
                options["communication"],
                writes=not self._task.check_mode,
            )
        return {"changed": False, "certificate": line}
