# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""ips_info: reads of the IPS wing over a netmiko connection, and a look at the certificate on the HTTPS port."""

from __future__ import annotations

from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import Any

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.action import DeviceAction
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.arguments import Arguments
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.controller.state_dir import StateDir
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.doors import preload
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.certificate.trust_store import TrustStore
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.door import DIALECT, PORT, PREFIX, WEB
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.info.device import Reader, Web, gathered
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.moments import utc, utc_now
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.sensor import Sensor

preload(WEB)


class ActionModule(DeviceAction):
    door = "mspplus.netsec.netmiko"
    arguments = Arguments(Path(__file__).parents[1] / "modules" / "ips_info.py")

    def perform(self, options: dict[str, Any]) -> dict[str, Any]:
        with ExitStack() as doors:
            web = self._web(doors, options["trust_store"]) if options["communication"] == "https" else None
            reader = Reader(Sensor(self._connection, self._connection.read_timeout), web)
            read_at = utc_now()
            found = gathered(reader, options["gather"])
            warned = {"warnings": reader.warnings} if reader.warnings else {}
            return {"changed": False, "read_at": utc(read_at), **found, "not_available": reader.missing, **warned}

    def _web(self, doors: ExitStack, trust_store: str | None) -> Web:
        door = doors.enter_context(self._port())
        stored = None
        if trust_store or StateDir.is_known(self._task_vars):
            store = TrustStore.of(trust_store, lambda: StateDir.of(self._task_vars, self._templar.template))
            stored = store.get(str(door.get_option("host")), int(door.get_option("port")))
        checked = bool(self._connection.get_option("host_key_checking"))
        return Web(door, lambda sha256: self._port(pin_sha256=sha256), stored, checked)

    def _port(self, **fixed: Any) -> AbstractContextManager[Any]:
        return self.second_door(WEB, PREFIX, defaults={"port": PORT}, dialect=DIALECT, **fixed)
