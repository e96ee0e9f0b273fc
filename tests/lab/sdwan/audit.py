# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a compile of a package says: errors and warnings of all that hosted firewalls depend on.

The shape is that of "NetScaler SD-WAN NITRO API reference 11.0", config/config_packages; the texts are the lab's own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .hosting import VENDORS
from .network import Network
from .policies import site_policies

MODES = {"Palo Alto Networks": "Virtual Wire", "Check Point": "Bridge"}


def audits(content: Mapping[str, Any], network: Network) -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = {"error": [], "warning": [], "notice": []}
    for severity, code, where, text in [*_templates(content), *_policies(content, network)]:
        row = {"code": code, "msg": text, "object": where, "severity": severity, "siteuiid": "", "uiid": code.lower()}
        if row not in found[severity]:
            found[severity].append(row)
    return found


def _templates(content: Mapping[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    for item in content["hosted_firewall_template"]:
        name, vendor = item["name"], item["vendor"]
        if item["model"] not in VENDORS.get(vendor, ()):
            yield "error", "EC801", name, f"{item['model']} is no model of {vendor}"
        if item.get("deployment_mode") not in (None, "", MODES.get(vendor)):
            yield "error", "EC802", name, f"{item['deployment_mode']} is not the deployment mode of {vendor}"
        for row in item["service_redirection_interfaces"]:
            if row["interface"] not in ("Interface-1", "Interface-2") or row["vlan"] > 4094:
                yield (
                    "error",
                    "EC803",
                    name,
                    f"invalid service redirection interface {row['interface']}, VLAN {row['vlan']}",
                )


def _policies(content: Mapping[str, Any], network: Network) -> Iterator[tuple[str, str, str, str]]:
    templates = {row["firewall_policy_template_name"]: row for row in content["firewall_policy_template"]}
    everywhere = content["global_network_settings"].get("global_policy_template")
    if everywhere and everywhere not in templates:
        yield "error", "EC810", everywhere, "the global policy template does not exist"
    for name, template in templates.items():
        for row in (*template["pre_appliance_policies"], *template["post_appliance_policies"]):
            yield from _policy(content, name, row)
    for name, item in content["firewall"].items():
        for row in item["firewall_settings"]:
            attached = row.get("policy_template_name")
            if attached and attached not in templates:
                yield "error", "EC810", name, f"the policy template {attached} does not exist"
        for row in item["firewall_local_policy"]:
            yield from _policy(content, name, row)
    for name, site in network.sites.items():
        rows = [row for row in site_policies(content, name) if row.get("action") == "redirect"]
        if rows and not site.hosts_firewalls:
            own = name in content["firewall"] and any(
                row in content["firewall"][name]["firewall_local_policy"] for row in rows
            )
            yield "error" if own else "warning", "EC820", name, f"{site.model} does not support hosted firewalls"
        elif rows and not any(appliance.hosting.running for appliance in site.appliances):
            yield "warning", "EC821", name, "no hosted firewall is running; redirected traffic is dropped"


def _policy(content: Mapping[str, Any], where: str, row: Mapping[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    zones = {item["name"] for item in content["firewall_zones"]} | {"any", ""}
    for key in ("from_zones", "to_zones"):
        for zone in str(row.get(key) or "").split(";"):
            if zone not in zones:
                yield "error", "EC830", where, f"the zone {zone} does not exist"
    if row.get("action") != "redirect":
        return
    if content["global_network_settings"]["connection_match_type"] != "symmetric":
        yield "error", "EC840", where, "hosted firewall policies need the connection match type Symmetric"
    hosted = {item["name"]: item for item in content["hosted_firewall_template"]}
    template = hosted.get(row["hosted_firewall_template"])
    if template is None:
        yield "error", "EC841", where, f"the hosted firewall template {row['hosted_firewall_template']} does not exist"
        return
    wanted = (row["service_redirection_interface"], row["service_redirection_vlan"])
    has = {(item["interface"], item["vlan"]) for item in template["service_redirection_interfaces"]}
    if wanted not in has:
        yield "error", "EC842", where, f"{template['name']} has no interface {wanted[0]} with VLAN {wanted[1]}"
