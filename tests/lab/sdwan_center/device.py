# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A Citrix SD-WAN Center: the head-end of a network, or the collector of one of its regions.

Documented: "NetScaler SD-WAN Center NITRO API reference 11.0" (login, regions, inventory_status, collector and discovery
settings, reports). Everything about hosted firewalls, packages and change management is named as on an appliance; see README.md.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from typing import Any, ClassVar

from aiohttp import web

from ..sdwan.device import changes_of, wanted
from ..sdwan.editor import PACKAGES, Editor, complete
from ..sdwan.hosting import Hosting, Image, Machine, shown_machine
from ..sdwan.images import Images
from ..sdwan.network import Appliance, Network, Site, join, leave
from ..sdwan.nitro import Ask, Handler, Nitro, Refusal
from ..spec import DeviceSpec

BASE = "/sdwan_center/nitro/v1/"
DEFAULT = "sites: [{site_name: branch1, model: cb1100}]"
EDITOR = {name: path.replace("config/", "config_editor/", 1) for name, path in PACKAGES.items()}


class SdwanCenterDevice:
    """region: of a collector; a head-end keeps the images of the default region."""

    DIALECT: ClassVar[str] = "sdwan_center"
    OPTIONS: ClassVar[dict[str, type]] = {
        "network": str,
        "role": str,
        "region": str,
        "base": str,
        "second_factor": str,
        "secondary_storage": bool,
        "reserved": int,
        "upload_field": str,
        "upload_rate": float,
        "upload_hashing": bool,
        "phase_seconds": float,
        "missing": list,
    }
    SECRETS: ClassVar[tuple[str, ...]] = ("vm_auth_key", "auth_code")

    def __init__(self, spec: DeviceSpec) -> None:
        self.spec = spec
        options = spec.options
        self.network: Network = join(str(options.get("network", spec.name)), spec.config or DEFAULT, spec.name)
        self.is_collector = options.get("role", "headend") == "collector"
        self.region = str(options.get("region", "default"))
        if self.region not in self.network.stores:
            raise ValueError(f"the network has no region {self.region}")
        self.store: Hosting = self.network.stores[self.region]
        self.store.partition = "secondary"
        self.store.secondary_storage = bool(options.get("secondary_storage", True))
        self.store.reserved = int(options.get("reserved", 0))
        self.editor = Editor(self.network)
        self.editor.packages.clear()
        self.editor.export = lambda name, content: changes_of(self.network).receive(name, content)
        self.imported: dict[str, str] = {}
        self.nitro = Nitro(
            str(options.get("base", BASE)), spec.username, spec.password, second=str(options.get("second_factor", ""))
        )
        self.nitro.wrong_password = lambda user: bool(spec.faults.active("wrong_password", user, mode="login"))
        self.nitro.before = self._before
        self.nitro.table = self._table()
        for name in options.get("missing", ()):
            self.nitro.table.pop(name, None)

    def routes(self) -> list[web.RouteDef]:
        return self.nitro.routes()

    def forget(self) -> None:
        self.nitro.forget()

    def error(self, status: int, code: int, text: str) -> dict[str, Any]:
        return self.nitro.error(status, code, text)

    async def close(self) -> None:
        leave(self.network, self.spec.name)

    def _before(self, ask: Ask) -> None:
        if self.spec.faults.active("mcn_moves", f"{ask.method} {ask.resource}?{ask.action}"):
            self.network.live.revision += 1

    def _table(self) -> dict[str, dict[str, Handler]]:
        options = self.spec.options
        images = Images(
            self.store,
            self.spec.faults,
            field=str(options.get("upload_field", "file")),
            rate=float(options.get("upload_rate", 0.0)),
            hashing=bool(options.get("upload_hashing", True)),
        )
        table: dict[str, dict[str, Handler]] = {
            "config/regions": {"GET": self._regions},
            "config/inventory_status": {"GET": self._inventory},
            "config/collector_configuration": {"GET": self._collector},
            "config/discovery_settings": {
                "GET": self._discovery,
                **{f"POST?{name}": _done for name in ("check_discovery_status", "start_discovery", "test")},
            },
            "reports/sites": {"GET": self._report},
            **images.table(),
            "config/hosted_firewall_storage": {"GET": self._storage, "PUT": self._reserve},
            "config/hosted_firewalls": {
                "GET": self._firewalls,
                "POST": self._provision,
                "POST?start": self._action,
                "POST?shutdown": self._action,
                "POST?deprovision": self._action,
            },
            "config/hosted_firewall_log": {"GET": self._log},
            "config/virtual_machines": {"GET": self._machines},
        }
        if self.is_collector:
            return table
        table |= {"config/network_config_import": {"GET": self._imported, "POST": self._import}}
        changes = changes_of(self.network).table("config_editor/change_management", self.spec.faults)
        return table | self.editor.table(EDITOR) | changes

    def _managed(self) -> Iterator[tuple[Site, Appliance]]:
        for site in self.network.sites.values():
            if not self.is_collector or site.region == self.region:
                for appliance in site.appliances:
                    yield site, appliance

    # -- documented ---------------------------------------------------------------------------------------------------

    async def _regions(self, _ask: Ask) -> Any:
        return [
            {**row, "region_control_node_ip": "192.0.2.1", "region_discovery_status": "Completed"}
            for row in self.network.regions
        ]

    async def _inventory(self, _ask: Ask) -> Any:
        return [
            {
                "site_name": site.site_name,
                "appliance_name": appliance.name,
                "region_name": site.region,
                "management_ip": appliance.management_ip,
                "model": site.model,
                "serial_number": appliance.serial_no,
                "software": "11.0.3.1003",
                "status": "Connected",
                "poll": True,
            }
            for site, appliance in self._managed()
        ]

    async def _collector(self, _ask: Ask) -> Any:
        return [{"is_collector": self.is_collector, "region_name": self.region}]

    async def _discovery(self, _ask: Ask) -> Any:
        return [{"mcn_ip": "192.0.2.1", "discovery_status": "Completed"}]

    async def _report(self, ask: Ask) -> Any:
        wanted_page = dict(part.split(":", 1) for part in ask.query.get("page", "number:1;size:10").split(";"))
        size, number = int(wanted_page.get("size", "10")), int(wanted_page.get("number", "1"))
        rows = [{"site_name": name} for name in self.network.sites]
        body = {"sites": rows[(number - 1) * size : number * size], "_meta": {"total": len(rows), "page": number}}
        return web.json_response(body)

    # -- storage and images -------------------------------------------------------------------------------------------

    async def _storage(self, _ask: Ask) -> Any:
        return [self.store.shown_storage()]

    async def _reserve(self, ask: Ask) -> None:
        given = ask.text("reserved")
        if not given.isdecimal():
            raise Refusal("Invalid reserved")
        reserved = int(given)
        if not self.store.secondary_storage:
            raise Refusal("The secondary partition is not active")
        if reserved < self.store.used:
            raise Refusal("Less than what is used cannot be reserved")
        self.store.reserved = reserved

    # -- hosted firewalls ---------------------------------------------------------------------------------------------

    async def _firewalls(self, ask: Ask) -> Any:
        region = ask.filter.get("region_name")
        return [
            {
                "site_name": site.site_name,
                "appliance_name": appliance.name,
                "region_name": site.region,
                **shown_machine(appliance.hosting, appliance.management_ip),
            }
            for site, appliance in self._managed()
            if appliance.hosting.machine and region in (None, site.region)
        ]

    def _named(self, row: Any) -> tuple[Site, Appliance]:
        name = str(row.get("site_name", "")) if isinstance(row, dict) else ""
        for site, appliance in self._managed():
            if site.site_name == name and row.get("appliance_name") in (None, "", appliance.name):
                return site, appliance
        raise Refusal(f"Site {name} does not exist")

    async def _provision(self, ask: Ask) -> None:
        machine = wanted(ask)
        chosen = [self._named(row) for row in ask.item.get("sites") or []]
        if not chosen:
            raise Refusal("sites is mandatory")
        region = ask.text("region_name", needed=False) or self.region
        names = {appliance.name for _site, appliance in chosen}
        store = self.network.stores.get(region)
        if store is None:
            raise Refusal(f"Region {region} does not exist")
        for site, appliance in chosen:
            if site.region != region:
                raise Refusal(f"Site {site.site_name} is not part of region {region}")
            if {item.name for item in site.appliances} - names:
                raise Refusal(f"Both appliances of {site.site_name} have to be selected")
            if not appliance.hosting.supported:
                raise Refusal(f"Hosted firewall is not supported on {appliance.name}")
            if appliance.hosting.machine or appliance.hosting.machines:
                raise Refusal(f"{appliance.name} already hosts a virtual machine")
        image = store.images.get(machine.image_name)
        if image is None or image.status != "complete":
            raise Refusal("Software image does not exist or is not complete")
        for _site, appliance in chosen:
            self._begin(appliance, machine, image)

    def _begin(self, appliance: Appliance, machine: Machine, image: Image) -> None:
        """The image is copied to the appliance, which keeps it."""
        hosting = appliance.hosting
        hosting.phase_seconds = float(self.spec.options.get("phase_seconds", hosting.phase_seconds))
        hosting.trouble = lambda step: self._trouble(f"{appliance.name}: {step}")
        if image.image_name not in hosting.images:
            if len(hosting.images) >= hosting.slots:
                raise Refusal(f"A maximum of {hosting.slots} software images can be uploaded")
            hosting.images[image.image_name] = Image(image.image_name, image.vendor, image.size, sha256=image.sha256)
        copied = Machine(
            machine.vendor,
            machine.model,
            machine.image_name,
            machine.primary_management_server,
            machine.secondary_management_server,
            dict(machine.secrets),
        )
        hosting.provision(copied)

    def _trouble(self, step: str) -> str:
        if self.spec.faults.active("job_hangs", step):
            return "hang"
        return "fail" if self.spec.faults.active("job_fails", step) else ""

    async def _action(self, ask: Ask) -> None:
        _site, appliance = self._named(ask.item)
        getattr(appliance.hosting, ask.action)()

    async def _log(self, _ask: Ask) -> Any:
        return [
            {"site_name": site.site_name, "appliance_name": appliance.name, **row}
            for site, appliance in self._managed()
            for row in appliance.hosting.log
        ]

    async def _machines(self, _ask: Ask) -> Any:
        return [
            {"site_name": site.site_name, "name": name, "state": state}
            for site, appliance in self._managed()
            for name, state in appliance.hosting.machines.items()
        ]

    # -- the configuration of the MCN ---------------------------------------------------------------------------------

    async def _imported(self, _ask: Ask) -> Any:
        return [{**self.imported, "active_revision": self.network.live.stamp}]

    async def _import(self, _ask: Ask) -> None:
        await asyncio.sleep(0)
        live = self.network.live
        self.editor.packages[live.package] = complete(live.content)
        self.imported = {
            "package_name": live.package,
            "imported_at": time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime()),
            "mcn_revision": live.stamp,
        }


async def _done(ask: Ask) -> Any:
    return {"message": f"{ask.action} done"}
