# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Firewall policies as the system keeps and shows them, those that it makes itself, and which of a site's match.

Source: "NetScaler SD-WAN NITRO API reference 11.0", config_editor/firewall_policy_template (fields, types, defaults);
"Palo Alto Networks firewall integration on the SD-WAN 1100 platform" (what is made automatically; the names here are the lab's).
"""

from __future__ import annotations

import contextlib
import ipaddress
from collections.abc import Collection, Mapping
from typing import Any

from .nitro import Refusal
from .reference import POLICY, REDIRECT, fits

# Fields that the reference gives no default are not there until they are set.
DEFAULTS: Mapping[str, Any] = {
    "policy_type": "built_in",
    "action": "allow",
    "match_type": "any;",  # sic
    "application_objects": "any",
    "source_service_type": "any",
    "source_service_name": "any",
    "from_zones": "any",
    "destination_service_type": "any",
    "destination_service_name": "any",
    "to_zones": "any",
    "ip_dscp": "ANY",
    "allow_fragments": True,
    "track_connection": True,
    "reverse_also": False,
    "match_established": False,
    "log_connection_start": False,
    "log_connection_end": False,
    "log_interval": 0,
}
REDIRECT_FIELDS = ("hosted_firewall_template", "service_redirection_interface")
OFFICE_365 = "auto_office_365"
CATEGORIES = {"optimize": "Office365_Optimize", "allow": "Office365_Allow", "default": "Office365_Default"}


def number(given: Mapping[str, Any], key: str, default: int = 0) -> int:
    """Of a field that may be missing. Raises Refusal for anything but an integer that is not negative."""
    value = given.get(key)
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise Refusal(f"Invalid {key} {value}")
    return value


def rows_of(given: Any, key: str) -> list[dict[str, Any]]:
    """A list of objects. Raises Refusal for anything else."""
    found = given or []
    if not isinstance(found, list) or not all(isinstance(row, Mapping) for row in found):
        raise Refusal(f"{key} must be a list")
    return [dict(row) for row in found]


def flat(given: Mapping[str, Any], *lists: str) -> dict[str, Any]:
    """A copy. Raises Refusal where a field other than those lists holds a list or an object."""
    for key, value in given.items():
        if key not in lists and isinstance(value, (list, Mapping)):
            raise Refusal(f"Invalid {key}")
    return dict(given)


def stored(given: Mapping[str, Any], own_zones: bool = False, also: Collection[str] = ()) -> dict[str, Any]:
    """own_zones: several zones, joined by semicolons, and those that the network added. also: fields of another release. Raises Refusal
    for what is not in the reference: other fields, other types, values outside of their enumerations."""
    row = flat(given)
    hosted = row.get("policy_type") == "hosted_firewall"
    known = {"auto_generated": bool, **POLICY, **(REDIRECT if hosted else {"policy_type": REDIRECT["policy_type"]})}
    fits(row, known, also=also, free=("from_zones", "to_zones") if own_zones else ())
    if hosted:
        row["action"] = "redirect"  # the form greys it out
        if not all(row.get(key) for key in REDIRECT_FIELDS):
            raise Refusal("hosted_firewall_template and service_redirection_interface are mandatory")
        row["service_redirection_vlan"] = number(row, "service_redirection_vlan")
    interval = number(row, "log_interval")
    if interval and not 60 <= interval <= 600:
        raise Refusal(f"Invalid log_interval {interval}")
    return row


def shown(row: Mapping[str, Any]) -> dict[str, Any]:
    """With its defaults, and as a system writes what was typed: prefixes without host bits (unverified)."""
    found = {**DEFAULTS, **{key: value for key, value in row.items() if value is not None}}
    for key in ("source_ip_address", "destination_ip_address"):
        if "/" in str(found.get(key)):
            with contextlib.suppress(ValueError):
                found[key] = str(ipaddress.ip_network(str(found[key]), strict=False))
    return found


def office_365(content: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What a breakout lets pass, before all other policies of a template."""
    settings = content["office_365_breakout_policy"]
    return [
        {
            "action": "allow",
            "match_type": "application_objects",
            "application_objects": name,
            "destination_service_type": "internet",
            "auto_generated": True,
        }
        for word, name in CATEGORIES.items()
        if settings.get(f"enable_breakout_from_branch_{word}")
    ]


def automatic(content: Mapping[str, Any], site: str) -> list[dict[str, Any]]:
    """A site that redirects lets its firewall's management servers pass, both ways."""
    used = {
        row["hosted_firewall_template"] for row in site_policies(content, site) if row.get("hosted_firewall_template")
    }
    found: list[dict[str, Any]] = []
    for template in content["hosted_firewall_template"]:
        for key in ("primary_management_server", "secondary_management_server"):
            server = template.get(key)
            if template["name"] in used and server:
                common = {"action": "allow", "auto_generated": True, "priority": 0}
                found.append({**common, "id": f"auto{len(found)}", "destination_ip_address": server})
                found.append({**common, "id": f"auto{len(found)}", "source_ip_address": server})
    return found


def site_policies(content: Mapping[str, Any], site: str) -> list[dict[str, Any]]:
    """Those that a site evaluates before its post templates, without SD-WAN's own."""
    item = content["firewall"].get(site) or {}
    names = [row.get("policy_template_name") for row in item.get("firewall_settings") or ()]
    everywhere = content["global_network_settings"].get("global_policy_template")
    if everywhere and everywhere not in names:
        names.append(everywhere)
    templates = {row["firewall_policy_template_name"]: row for row in content["firewall_policy_template"]}
    found = [row for name in names if name in templates for row in templates[name]["pre_appliance_policies"]]
    return [*found, *(item.get("firewall_local_policy") or ())]
