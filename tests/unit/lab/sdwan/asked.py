# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Asks the handlers of an MCN without a connection."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

from lab.faults import Faults
from lab.sdwan.change_management import ChangeManagement
from lab.sdwan.editor import Editor
from lab.sdwan.network import Network
from lab.sdwan.nitro import Ask, Handler

STEP = 0.002  # seconds
START = """
network: acme
sites:
  - {site_name: dc, model: cb2100, mode: primary_mcn}
  - {site_name: berlin, model: cb1100, appliances: [berlin-a, berlin-b]}
  - {site_name: paris, model: cb1100}
package: Production
content:
  hosted_firewall_template:
    - name: pan
      vendor: Palo Alto Networks
      model: VM 100
      primary_management_server: 192.0.2.5
      service_redirection_interfaces: [{interface: Interface-1, vlan: 0}, {interface: Interface-2, vlan: 20}]
"""
REDIRECT = {
    "policy_type": "hosted_firewall",
    "hosted_firewall_template": "pan",
    "service_redirection_interface": "Interface-1",
    "destination_service_type": "internet",
}


class Mcn:
    """A network with one editor and one change management; `faults` are those of the device that is asked."""

    def __init__(self, start: str = START) -> None:
        self.network = Network(start)
        self.editor = Editor(self.network)
        self.changes = ChangeManagement(self.network, STEP)
        self.editor.export = self.changes.receive
        self.faults = Faults()
        self.table: dict[str, dict[str, Handler]] = self.editor.table() | self.changes.table(faults=self.faults)

    def do(self, method: str, resource: str, action: str = "", /, package: str = "Production", **item: Any) -> Any:
        """One call from outside of a loop: jobs that it starts end with it."""
        return asyncio.run(self.ask(method, resource, action, package=package, **item))

    async def ask(
        self, method: str, resource: str, action: str = "", /, package: str = "Production", **item: Any
    ) -> Any:
        """resource: without a slash it is one of config_editor. item: of the body, or keys of the path."""
        name = resource if "/" in resource else f"config_editor/{resource}"
        fields = {"package_name": package, **item}
        in_path = method in ("GET", "DELETE")
        ask = Ask(method, name, {key: str(value) for key, value in fields.items()} if in_path else {}, action)
        ask.item = None if in_path else fields
        return await self.table[name][f"{method}?{action}" if action else method](ask)

    async def change(self, *actions: str) -> None:
        for action in actions:
            await self.ask("POST", "config/change_management", action)

    async def state(self) -> dict[str, Any]:
        (seen,) = await self.ask("GET", "config/change_management")
        return dict(seen)

    async def until(self, done: Callable[[dict[str, Any]], bool], seconds: float = 5.0) -> dict[str, Any]:
        """The first state that is done. AssertionError when none is in time."""
        end = time.monotonic() + seconds
        while not done(seen := await self.state()):
            assert time.monotonic() < end, seen
            await asyncio.sleep(STEP)
        return seen

    async def staged(self) -> None:
        """From a package to the state activate."""
        await self.ask("POST", "config/config_packages", "export_to_cm")
        await self.change("verify", "stage")
        await self.until(lambda seen: seen["state"] == "activate")

    def audits(self, package: str = "Production") -> dict[str, list[str]]:
        """Texts by severity."""
        found = self.do("POST", "config/config_packages", "compile", package=package)["audits"]
        return {
            severity: [f"{row['code']} {row['object']}: {row['msg']}" for row in rows]
            for severity, rows in found.items()
        }
