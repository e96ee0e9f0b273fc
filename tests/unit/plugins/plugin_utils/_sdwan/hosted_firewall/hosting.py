# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Appliances, firewalls and tasks for the tests of hosted firewalls."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.hosted_firewall.model import (
    Document,
    Fleet,
    Key,
    Machine,
    Target,
    chosen,
    fleet,
    machines,
    members,
)
from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.model import sites

IMAGE = "PA-VM-KVM-10.2.9.qcow2"
INVENTORY: list[dict[str, Any]] = [
    {"site_name": "berlin", "appliance_name": "berlin-a", "management_ip": "192.0.2.11", "model": "cb1100"},
    {"site_name": "berlin", "appliance_name": "berlin-b", "management_ip": "192.0.2.12", "model": "cb1100"},
    {
        "site_name": "paris",
        "appliance_name": "paris-a",
        "management_ip": "192.0.2.21",
        "model": "1100",
        "region_name": "emea",
    },
    {"site_name": "dc", "appliance_name": "dc-a", "management_ip": "192.0.2.1", "model": "cb2100"},
]
SITES: Mapping[str, list[Target]] = members(sites(INVENTORY))
BERLIN_A, BERLIN_B, PARIS, HERE = ("berlin", "berlin-a"), ("berlin", "berlin-b"), ("paris", "paris-a"), ("", "")
STATUSES = {
    "running": ("Up", "Running"),
    "stopped": ("Down", "Stopped"),
    "provisioning": ("Down", "Provisioning: booting"),
    "stopping": ("Down", "Shutting down"),
    "deprovisioning": ("Down", "Deprovisioning"),
    "failed": ("Down", "Failed: booting"),
    "strange": ("Up", "Contemplating"),
}


def row(key: Key = HERE, status: str = "running", **more: Any) -> dict[str, Any]:
    """As config/hosted_firewalls lists it."""
    admin, operation = STATUSES[status]
    where = {"site_name": key[0], "appliance_name": key[1]} if key[0] else {}
    said = {
        "vendor": "Palo Alto Networks",
        "model": "VM50",
        "image_name": IMAGE,
        "primary_management_server": "192.0.2.50",
        "secondary_management_server": "",
        "packets_sent": 0,
        "packets_received": 0,
    }
    return {**where, **said, "admin_status": admin, "operation_status": operation, **more}


def machine(status: str = "running", **more: Any) -> Machine:
    return machines([row(HERE, status, **more)])[0]


def appliance(*rows: Mapping[str, Any], model: str = "cb1100") -> Fleet:
    return fleet({HERE: Target(model=model, management_ip="192.0.2.11")}, machines(rows))


def center(document: Document, *rows: Mapping[str, Any]) -> Fleet:
    return fleet(chosen(SITES, document.sites), machines(rows))


def task(**more: Any) -> Document:
    given: dict[str, Any] = {"model": "VM 50", "image": IMAGE, "primary_management_server": "192.0.2.50", **more}
    return Document(**given)


def across(*names: str, **more: Any) -> Document:
    return task(**{"via": "center", **more}, sites=names)


documents = st.builds(
    task,
    present=st.booleans(),
    power=st.sampled_from(["started", "stopped"]),
    model=st.sampled_from(["VM 50", "vm100"]),
    renew=st.booleans(),
    force=st.booleans(),
    secrets=st.just(("vm_auth_key",)),
)
fleets = st.lists(st.sampled_from([None, *STATUSES]), min_size=3, max_size=3).map(
    lambda found: center(
        across("berlin", "paris"),
        *(row(key, status) for key, status in zip((BERLIN_A, BERLIN_B, PARIS), found, strict=True) if status),
    )
)
