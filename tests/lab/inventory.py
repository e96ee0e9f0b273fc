# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Ansible inventory that fits a running lab."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from .certificates import HERE
from .server import Lab

# Connection variables by kind; a kind that is neither here nor has a DIALECT gets only address and login.
CONNECTIONS: dict[str, dict[str, str]] = {
    "iosxr": {"ansible_connection": "mspplus.netsec.netmiko", "ansible_network_os": "cisco.iosxr.iosxr"},
    "ips": {"ansible_connection": "mspplus.netsec.netmiko", "ansible_network_os": "cisco_ips"},
    "srx": {"ansible_connection": "mspplus.netsec.netmiko", "ansible_network_os": "junipernetworks.junos.junos"},
}


def write(lab: Lab, path: Path) -> Path:
    """Write the inventory to path (.yml), known_hosts and the lab's authority beside it; returns the path of known_hosts.

    They are called `<inventory>.known_hosts.txt` and, where there is a REST device, `<inventory>.ca.txt`: Ansible skips .txt
    when the directory is the inventory.
    """
    known_hosts = path.with_name(f"{path.stem}.known_hosts.txt")
    path.parent.mkdir(parents=True, exist_ok=True)
    known_hosts.write_text(lab.known_hosts(), encoding="utf-8")
    if any(host.host_key is None for host in lab.hosts.values()):
        _authority(known_hosts).write_text(lab.ca_pem(), encoding="ascii")
    path.write_text("---\n" + yaml.safe_dump(content(lab, known_hosts), sort_keys=False), encoding="utf-8")
    return known_hosts


def content(lab: Lab, known_hosts: Path) -> dict[str, Any]:
    """The inventory as a mapping: one group a kind."""
    groups: dict[str, Any] = {}
    for host in lab.hosts.values():
        kind = host.spec.kind
        common = {**CONNECTIONS.get(kind, {}), "ansible_host": HERE}
        if hasattr(host.device, "DIALECT"):
            common["ansible_connection"] = "mspplus.netsec.rest"
            common["ansible_rest_dialect"] = host.device.DIALECT
            common["ansible_rest_ca_path"] = "{{ inventory_dir }}/" + _authority(known_hosts).name
        elif host.host_key is not None:
            common["ansible_netmiko_known_hosts"] = "{{ inventory_dir }}/" + known_hosts.name
        group = groups.setdefault(kind, {"hosts": {}, "vars": common})
        group["hosts"][host.name] = {
            **({"ansible_host": host.spec.address} if host.spec.address != HERE else {}),
            "ansible_port": host.port,
            "ansible_user": host.spec.username,
            "ansible_password": host.spec.password,
            **({"ansible_netmiko_legacy_algorithms": True} if host.spec.legacy else {}),
            **({"ips_https_port": host.device.https_port} if kind == "ips" else {}),
        }
    return {"all": {"children": groups}}


def _authority(known_hosts: Path) -> Path:
    return known_hosts.with_name(known_hosts.name.replace(".known_hosts.", ".ca."))
