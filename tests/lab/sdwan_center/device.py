# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A Citrix SD-WAN Center: the head-end of a network, or the collector of one of its regions.

Documented: "NetScaler SD-WAN Center NITRO API reference 11.0" (login, regions, inventory_status, collector and discovery
settings, reports). Everything about hosted firewalls, packages and change management is named as on an appliance; see README.md.
"""

from __future__ import annotations

import time
from typing import Any, ClassVar

from aiohttp import web

from ..sdwan.device import changes_of
from ..sdwan.editor import PACKAGES, Editor, complete
from ..sdwan.hosting import Hosting
from ..sdwan.images import Images
from ..sdwan.network import MCN_MODES, Network, join, leave
from ..sdwan.nitro import Ask, Handler, Nitro, Refusal
from ..spec import DeviceSpec
from .firewalls import Firewalls, Managed

BASE = "/sdwan_center/nitro/v1/"
DEFAULT = "sites: [{site_name: branch1, model: cb1100}]"
ROLES = ("headend", "collector")
# An appliance calls it sites, Center site ("NetScaler SD-WAN Center NITRO API reference 11.0", config_editor/site).
EDITOR = {
    **{name: path.replace("config/", "config_editor/", 1) for name, path in PACKAGES.items()},
    "sites": "config_editor/site",
}
DISCOVERY = (
    "check_discovery_status",
    "start_discovery",
    "test",
    "check_region_discovery_status",
    "start_region_discovery",
)


class SdwanCenterDevice:
    """region: of a collector; a head-end keeps the images of the default region. See README.md for the options."""

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
        "appliance_names": bool,
        "missing": list,
    }
    SECRETS: ClassVar[tuple[str, ...]] = ("vm_auth_key", "auth_code")

    def __init__(self, spec: DeviceSpec) -> None:
        self.spec = spec
        options = spec.options
        role = options.get("role", ROLES[0])
        if role not in ROLES:
            raise ValueError(f"role {role!r} is none of {', '.join(ROLES)}")
        self.network: Network = join(str(options.get("network", spec.name)), spec.config or DEFAULT, spec.name)
        self.is_collector = role == "collector"
        self.region = str(options.get("region", "default"))
        if self.region not in self.network.stores:
            leave(self.network, spec.name)
            raise ValueError(f"the network has no region {self.region}")
        self.store: Hosting = self.network.stores[self.region]
        self.store.partition = "secondary"
        self.store.secondary_storage = bool(options.get("secondary_storage", True))
        self.store.reserved = int(options.get("reserved", 0))
        self.editor = Editor(self.network)
        self.editor.packages.clear()
        self.editor.export = lambda name, content: changes_of(self.network).receive(name, content)
        self.imported: dict[str, str] = {}
        self.firewalls = Firewalls(
            self.network,
            self._managed(),
            self.region,
            named=bool(options.get("appliance_names", True)),
            phase_seconds=float(options["phase_seconds"]) if "phase_seconds" in options else None,
            trouble=self._trouble,
        )
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

    def _managed(self) -> Managed:
        return [
            (site, appliance)
            for site in self.network.sites.values()
            if not self.is_collector or site.region == self.region
            for appliance in site.appliances
        ]

    def _before(self, ask: Ask) -> None:
        if self.spec.faults.active("mcn_moves", f"{ask.method} {ask.resource}?{ask.action}"):
            self.network.live.revision += 1

    def _trouble(self, step: str) -> str:
        if self.spec.faults.active("job_hangs", step):
            return "hang"
        return "fail" if self.spec.faults.active("job_fails", step) else ""

    def _table(self) -> dict[str, dict[str, Handler]]:
        options = self.spec.options
        images = Images(
            self.store,
            self.spec.faults,
            field=str(options.get("upload_field", "file")),
            rate=float(options.get("upload_rate", 0.0)),
            hashing=bool(options.get("upload_hashing", True)),
        ).table()
        receive = images["config/hosted_firewall_images"]["POST?file_upload"]

        async def upload(ask: Ask) -> Any:
            self._with_storage()
            return await receive(ask)

        images["config/hosted_firewall_images"]["POST?file_upload"] = upload
        table: dict[str, dict[str, Handler]] = {
            "config/regions": {"GET": self._regions},
            "config/inventory_status": {"GET": self._inventory},
            "config/collector_configuration": {"GET": self._collector},
            "config/discovery_settings": {"GET": self._discovery, **{f"POST?{name}": _done for name in DISCOVERY}},
            "reports/sites": {"GET": self._report},
            **images,
            "config/hosted_firewall_storage": {"GET": self._storage, "PUT": self._reserve},
            **self.firewalls.table(),
        }
        if self.is_collector:
            return table
        table |= {"config/network_config_import": {"GET": self._imported, "POST": self._import}}
        changes = changes_of(self.network).table("config_editor/change_management", self.spec.faults)
        return table | self.editor.table(EDITOR) | changes

    # -- documented ---------------------------------------------------------------------------------------------------

    async def _regions(self, _ask: Ask) -> Any:
        return [
            {**row, "region_control_node_ip": _mcn(self.network)[1], "region_discovery_status": "Completed"}
            for row in self.network.regions
        ]

    async def _inventory(self, _ask: Ask) -> Any:
        return [
            {
                **self.firewalls.row(site, appliance),
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
        return [{"mcn_ip": _mcn(self.network)[1], "discovery_status": "Completed"}]

    async def _report(self, ask: Ask) -> Any:
        page = dict(part.partition(":")[::2] for part in ask.query.get("page", "number:1;size:10").split(";"))
        given = page.get("number", "1"), page.get("size", "10")
        if not all(text.isdecimal() and int(text) for text in given):
            raise Refusal("Invalid page")
        number, size = map(int, given)
        attributes = ask.query.get("attrs")
        kept = attributes.split(",") if attributes else ["site_name", "model", "region_name"]
        sites = {site.site_name: site for site, _appliance in self._managed()}.values()
        rows = [{"site_name": site.site_name, "model": site.model, "region_name": site.region} for site in sites]
        found = [{key: row[key] for key in kept if key in row} for row in rows[(number - 1) * size : number * size]]
        return web.json_response({"sites": found, "_meta": {"total": len(rows), "page": number, "size": size}})

    # -- storage ------------------------------------------------------------------------------------------------------

    async def _storage(self, _ask: Ask) -> Any:
        return [self.store.shown_storage()]

    def _with_storage(self) -> None:
        if not self.store.secondary_storage:
            raise Refusal("The secondary partition is not active")
        if not self.store.reserved:
            raise Refusal("No space is reserved for software images")

    async def _reserve(self, ask: Ask) -> None:
        given = ask.text("reserved")
        if not given.isdecimal():
            raise Refusal("Invalid reserved")
        if not self.store.secondary_storage:
            raise Refusal("The secondary partition is not active")
        if int(given) < self.store.used:
            raise Refusal("Less than what is used cannot be reserved")
        self.store.reserved = int(given)

    # -- the configuration of the MCN ---------------------------------------------------------------------------------

    async def _imported(self, _ask: Ask) -> Any:
        return [{**self.imported, "active_revision": self.network.live.stamp}]

    async def _import(self, ask: Ask) -> None:
        """mcn: a site, an appliance or an address, by default the one that there is. Center's own copy is replaced."""
        if not _mcn(self.network, ask.text("mcn", needed=False))[0]:
            raise Refusal("There is no such MCN")
        if ask.text("package_name", needed=False) not in ("", self.network.live.package):
            raise Refusal(f"The MCN runs {self.network.live.package}")
        self.take_copy()

    def take_copy(self) -> None:
        """Of what the MCN runs, as an import does."""
        live = self.network.live
        self.editor.packages[live.package] = complete(live.content, self.network.own_zones)
        self.imported = {
            "package_name": live.package,
            "imported_at": time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime()),
            "mcn_revision": live.stamp,
        }


def _mcn(network: Network, name: str = "") -> tuple[str, str]:
    """(site, management address) of the first MCN with that name; empty where there is none."""
    for site in network.sites.values():
        for appliance in site.appliances:
            if site.mode in MCN_MODES and name in ("", site.site_name, appliance.name, appliance.management_ip):
                return site.site_name, appliance.management_ip
    return "", ""


async def _done(ask: Ask) -> Any:
    return {"message": f"{ask.action} done"}
