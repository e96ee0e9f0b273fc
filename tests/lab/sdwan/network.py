# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One SD-WAN network: regions, sites, appliances, and the configuration that they run. Devices of a lab that name the same
network see the same one: an appliance shows its own part, the MCN and Center show all.

The start state is YAML:

    network: acme
    regions:
      - {region_name: default}
      - {region_name: emea, collector_ip: 127.0.0.21}
    sites:
      - {site_name: dc, model: cb2100, mode: primary_mcn}
      - {site_name: berlin, model: cb1100, appliances: [berlin-a, berlin-b]}        # a pair in high availability
      - {site_name: paris, model: cb1100, region: emea, virtual_machines: {cloud_direct: running}}
    package: Production                # the package that is active, and what it holds (see editor.py)
    content: {}
    own_zones: true                    # policies may name several zones, and the network's own; the reference has one of three
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import Any

import yaml

from .hosting import Hosting

MCN_MODES = ("primary_mcn", "secondary_mcn")


@dataclass
class Appliance:
    """One box. active: of a pair, the one that forwards."""

    name: str
    management_ip: str
    serial_no: str
    hosting: Hosting
    active: bool = True
    counters: dict[str, int] = field(default_factory=dict)  # id of a policy -> packets
    boots: int = 0  # a session does not outlive one
    active_config: str = ""
    staged_config: str = ""
    behind: dict[str, Any] | None = None  # what it still runs where it had no part in the last activation
    _restarting: bool = False

    @property
    def restarting(self) -> bool:
        """While it activates or reboots; nothing is answered then."""
        return self._restarting

    @restarting.setter
    def restarting(self, does: bool) -> None:
        self.boots += does and not self._restarting
        self._restarting = does


@dataclass
class Site:
    site_name: str
    model: str
    mode: str
    region: str
    appliances: list[Appliance]

    @property
    def active_config(self) -> str:
        """Of its first appliance."""
        return self.appliances[0].active_config

    @property
    def hosts_firewalls(self) -> bool:
        return self.model == "cb1100"


@dataclass
class Live:
    """What the network runs: a package's content, and a number that counts activations."""

    package: str
    content: dict[str, Any]
    revision: int = 1

    @property
    def stamp(self) -> str:
        return f"{self.package}_{self.revision}"


class Network:
    """Raises ValueError on a start state that it cannot read. stores: of images, a Center or collector each, by region."""

    def __init__(self, text: str) -> None:
        data = yaml.safe_load(text) or {}
        self.name = str(data.get("network", "network"))
        self.regions = [
            {"region_name": str(row["region_name"]), "collector_ip": str(row.get("collector_ip", ""))}
            for row in data.get("regions") or [{"region_name": "default"}]
        ]
        self.sites = {row["site_name"]: _site(number, row) for number, row in enumerate(data.get("sites") or [], 1)}
        if not self.sites:
            raise ValueError("a network needs at least one site")
        self.own_zones = bool(data.get("own_zones", False))
        self.live = Live(str(data.get("package", "Production")), copy.deepcopy(data.get("content") or {}))
        for site in self.sites.values():
            for appliance in site.appliances:
                appliance.active_config = self.live.stamp
        self.editor: Any = None  # of the MCN, and its change management: see device.py
        self.changes: Any = None
        self.stores = {row["region_name"]: Hosting(slots=0) for row in self.regions}

    def appliance(self, site_name: str, name: str = "") -> tuple[Site, Appliance]:
        """KeyError when there is none."""
        site = self.sites[site_name]
        for appliance in site.appliances:
            if not name or appliance.name == name:
                return site, appliance
        raise KeyError(name)

    def restart_change_management(self) -> None:
        """Whatever hangs there is gone; what runs stays."""
        if self.changes is not None:
            self.changes.close()
            self.changes.start_again()

    def close(self) -> None:
        if self.changes is not None:
            self.changes.close()
        for store in self.stores.values():
            store.close()
        for site in self.sites.values():
            for appliance in site.appliances:
                appliance.hosting.close()


def _site(number: int, row: dict[str, Any]) -> Site:
    names = row.get("appliances") or [f"{row['site_name']}-a"]
    appliances = [
        Appliance(
            name=str(name),
            management_ip=f"192.0.2.{10 * number + index}",
            serial_no=f"LAB{number:03}{index}",
            hosting=Hosting(machines=dict(row.get("virtual_machines") or {}), supported=row.get("model") == "cb1100"),
            active=index == 0,
        )
        for index, name in enumerate(names)
    ]
    return Site(
        str(row["site_name"]),
        str(row["model"]),
        str(row.get("mode", "client")),
        str(row.get("region", "default")),
        appliances,
    )


_NETWORKS: dict[str, tuple[Network, set[str]]] = {}


def join(name: str, text: str, member: str) -> Network:
    """The network of that name; its first member brings the start state. Raises ValueError. One whose member comes again belongs to an earlier
    lab of this process that did not end well, and makes room."""
    found = _NETWORKS.get(name)
    if found is None or member in found[1]:
        try:
            found = _NETWORKS[name] = (Network(text), set())
        except (KeyError, TypeError, AttributeError, yaml.YAMLError) as error:
            raise ValueError(f"the network {name} cannot be read: {error!r}") from error
        found[0].name = name
    found[1].add(member)
    return found[0]


def leave(network: Network, member: str) -> None:
    """The last one closes it."""
    found = _NETWORKS.get(network.name)
    if found is None or found[0] is not network:
        return
    found[1].discard(member)
    if not found[1]:
        network.close()
        del _NETWORKS[network.name]
