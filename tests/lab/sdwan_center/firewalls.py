# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hosted firewalls as Center sees them: all appliances that it manages, images from the store of a region, jobs of several sites.

Behaviour after "Palo Alto Networks firewall integration on the SD-WAN 1100 platform"; no call of it is documented.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any

from ..sdwan.device import wanted
from ..sdwan.hosting import VENDORS, Hosting, Image, Machine, shown_machine
from ..sdwan.network import Appliance, Network, Site
from ..sdwan.nitro import Ask, Handler, Refusal

Managed = list[tuple[Site, Appliance]]


class Firewalls:
    """managed: of this Center. region: whose sites are meant when a form names none. named: rows tell the appliance's name; the
    documented inventory has none, and then its management address stands for it. trouble: asked at each step of a job, which is
    called `APPLIANCE: STEP`; "fail", "hang" or ""."""

    def __init__(
        self,
        network: Network,
        managed: Managed,
        region: str,
        *,
        named: bool = True,
        phase_seconds: float | None = None,
        trouble: Callable[[str], str] = lambda step: "",
    ) -> None:
        self._network, self._managed, self._region, self._named = network, managed, region, named
        self._phase_seconds, self._trouble = phase_seconds, trouble
        self._watched: set[str] = set()

    def table(self) -> dict[str, dict[str, Handler]]:
        return {
            "config/hosted_firewalls": {
                "GET": self._list,
                "POST": self._provision,
                **{f"POST?{action}": self._act for action in ("start", "shutdown", "deprovision")},
            },
            "config/hosted_firewall_log": {"GET": self._log},
            "config/virtual_machines": {"GET": self._machines},
        }

    def row(self, site: Site, appliance: Appliance) -> dict[str, str]:
        """What tells an appliance in every list."""
        return {"site_name": site.site_name, **({"appliance_name": appliance.name} if self._named else {})}

    # -- lists --------------------------------------------------------------------------------------------------------

    async def _list(self, ask: Ask) -> Any:
        region = ask.filter.get("region_name")
        return [
            {
                **self.row(site, appliance),
                "region_name": site.region,
                **shown_machine(appliance.hosting, appliance.management_ip),
            }
            for site, appliance in self._managed
            if appliance.hosting.machine and region in (None, site.region)
        ]

    async def _log(self, _ask: Ask) -> Any:
        return [
            {**self.row(site, appliance), **line} for site, appliance in self._managed for line in appliance.hosting.log
        ]

    async def _machines(self, _ask: Ask) -> Any:
        return [
            {**self.row(site, appliance), "name": name, "state": state}
            for site, appliance in self._managed
            for name, state in appliance.hosting.machines.items()
        ]

    # -- provision ----------------------------------------------------------------------------------------------------

    async def _provision(self, ask: Ask) -> None:
        """Every site is looked at before the first job starts."""
        machine = wanted(ask)
        rows = ask.item.get("sites")
        if not isinstance(rows, list) or not rows:
            raise Refusal("sites is mandatory")
        region = ask.text("region_name", needed=False) or self._region
        chosen = {appliance.name: (site, appliance) for site, appliance in map(self._found, rows)}
        image = self._image(region, machine)
        for site, appliance in chosen.values():
            if site.region != region:
                raise Refusal(f"Site {site.site_name} is not part of region {region}")
            if any(item.name not in chosen for item in site.appliances):
                raise Refusal(f"Both appliances of {site.site_name} have to be selected")
            _free(appliance, image)
        for _site, appliance in chosen.values():
            self._begin(appliance, machine, image)

    def _image(self, region: str, machine: Machine) -> Image:
        store: Hosting | None = self._network.stores.get(region)
        if store is None:
            raise Refusal(f"Region {region} does not exist")
        image = store.images.get(machine.image_name)
        if image is None or image.status != "complete":
            raise Refusal(f"Software image does not exist in region {region} or is not complete")
        if machine.model not in VENDORS.get(machine.vendor, ()):
            raise Refusal(f"Invalid virtual machine model {machine.model}")
        return image

    def _begin(self, appliance: Appliance, machine: Machine, image: Image) -> None:
        """The image is copied to the appliance, which keeps it."""
        self._watch(appliance)
        appliance.hosting.images.setdefault(image.image_name, copy.copy(image))
        appliance.hosting.provision(copy.deepcopy(machine))

    def _found(self, row: Any) -> tuple[Site, Appliance]:
        """An appliance by its site and its name or address; where the site has one only, the site is enough."""
        given = row if isinstance(row, Mapping) else {}
        site_name, name = str(given.get("site_name") or ""), str(given.get("appliance_name") or "")
        if not site_name:
            raise Refusal("site_name is mandatory")
        here = [pair for pair in self._managed if pair[0].site_name == site_name]
        if not here:
            raise Refusal(f"Site {site_name} does not exist")
        named = [pair for pair in here if not name or name in (pair[1].name, pair[1].management_ip)]
        if not named:
            raise Refusal(f"Appliance {name} does not exist at site {site_name}")
        if len(named) > 1:
            raise Refusal(f"appliance_name is mandatory: {site_name} has {len(named)} appliances")
        return named[0]

    # -- jobs ---------------------------------------------------------------------------------------------------------

    async def _act(self, ask: Ask) -> None:
        _site, appliance = self._found(ask.item)
        self._watch(appliance)
        getattr(appliance.hosting, ask.action)()

    def _watch(self, appliance: Appliance) -> None:
        """Faults of this Center hit jobs on the appliance, too, beside those of the appliance's own device."""
        hosting = appliance.hosting
        if self._phase_seconds is not None:
            hosting.phase_seconds = self._phase_seconds
        if appliance.name in self._watched:
            return
        self._watched.add(appliance.name)
        own = hosting.trouble
        hosting.trouble = lambda step: own(step) or self._trouble(f"{appliance.name}: {step}")


def _free(appliance: Appliance, image: Image) -> None:
    """Raises Refusal where the appliance would: platform, another virtual machine, two images."""
    hosting, name = appliance.hosting, appliance.name
    if not hosting.supported:
        raise Refusal(f"Hosted firewall is not supported on {name}")
    if hosting.machine or hosting.busy:
        raise Refusal(f"A virtual machine is already provisioned on {name}")
    for machine, state in hosting.machines.items():
        raise Refusal(f"{machine} is already provisioned on {name} ({state})")
    held = hosting.images.get(image.image_name)
    if held is None and len(hosting.images) >= hosting.slots:
        raise Refusal(f"A maximum of {hosting.slots} software images can be uploaded to {name}")
    if held is not None and held.status != "complete":
        raise Refusal(f"Software image on {name} is not complete")
