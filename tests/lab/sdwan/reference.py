# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Fields of the configuration editor with the types and enumerations that the reference gives them, and what does not fit is refused.

Source: "NetScaler SD-WAN NITRO API reference 11.0", config_editor/firewall_policy_template, firewall, global_network_settings,
office_365_breakout_policy. The words of the refusals are the lab's.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from .nitro import Refusal

SERVICES = (
    "any",
    "local",
    "virtual_path",
    "internet",
    "intranet",
    "gre_tunnel",
    "lan_ipsec_tunnel",
    "ip_host",
    "multicast",
)
ZONES = ("any", "default_lan_zone", "internet_zone", "untrusted_internet_zone")
DSCP = (
    *("ANY", "DEFAULT"),
    *("af11", "af12", "af13", "af21", "af22", "af23", "af31", "af32", "af33", "af41", "af42", "af43"),
    *("cs1", "cs2", "cs3", "cs4", "cs5", "cs6", "cs7", "ef"),
)
# Typed integer, described "Port or Port Range"; a range cannot be one, so here it is text.
PORT = re.compile(r"\d{1,5}-\d{1,5}")

Kind = type[Any] | tuple[str, ...] | re.Pattern[str]
POLICY: Mapping[str, Kind] = {
    "id": int,
    "priority": int,
    "action": ("allow", "drop", "reject", "count_and_continue"),
    "match_type": (
        "ip_protocol",
        "application",
        "application_family",
        "application_objects",
        "any;",
    ),  # sic, its default
    "application": str,
    "application_family": str,
    "application_objects": str,
    "ip_protocol_num": int,
    "source_ip_address": str,
    "source_port": PORT,
    "source_service_type": SERVICES,
    "source_service_name": str,
    "from_zones": ZONES,
    "destination_ip_address": str,
    "destination_port": PORT,
    "destination_service_type": SERVICES,
    "destination_service_name": str,
    "to_zones": ZONES,
    "ip_dscp": DSCP,
    "allow_fragments": bool,
    "track_connection": bool,
    "reverse_also": bool,
    "match_established": bool,
    "log_connection_start": bool,
    "log_connection_end": bool,
    "log_interval": int,
}
# Of a policy that redirects; not in the reference, so these are as the forms have them.
REDIRECT: Mapping[str, Kind] = {
    "policy_type": ("built_in", "hosted_firewall"),
    "action": (*POLICY["action"], "redirect") if isinstance(POLICY["action"], tuple) else str,
    "hosted_firewall_template": str,
    "service_redirection_interface": str,
    "service_redirection_vlan": int,
}
_TIMEOUTS = (
    *("generic_idle_timeout", "generic_initial_timeout", "icmp_idle_timeout", "icmp_initial_timeout"),
    *("tcp_closed_timeout", "tcp_closing_timeout", "tcp_idle_timeout", "tcp_initial_timeout"),
    *("udp_idle_timeout", "udp_initial_timeout"),
)
SITE_SETTINGS: Mapping[str, Kind] = {
    "policy_template_name": str,
    "priority": int,
    "default_firewall_action": ("allow", "drop"),
    "default_track_connection": bool,
    "source_route_validation": bool,
    "max_new_connections_per_source": int,
    "tcp_timewait_seconds": int,
    "untracked_and_denied_timeout_seconds": int,
    **{f"{name}_seconds": int for name in _TIMEOUTS},
}
NETWORK_SETTINGS: Mapping[str, Kind] = {
    "connection_match_type": ("directional", "symmetric"),  # by the forms
    "global_policy_template": str,
    "default_firewall_action": ("allow", "drop"),
    "default_connection_state_tracking": bool,
    "extended_packet_authentication_trailer_type": ("32-Bit Checksum", "SHA-256"),
    "network_encryption_mode": ("AES 128-Bit", "AES 256-Bit"),
    "on_demand_bandwidth_limit_percent": int,
    "denied_timeout": int,
    "tcp_time_wait_timeout": int,
    **dict.fromkeys(
        (
            "enable_encryption_key_rotation",
            "enable_extended_packet_authentication_trailer",
            "enable_extended_packet_encryption_header",
            "enable_fips_mode",
        ),
        bool,
    ),
    **dict.fromkeys(_TIMEOUTS, int),
}


def fits(
    row: Mapping[str, Any], kinds: Mapping[str, Kind], *, also: Collection[str] = (), free: Collection[str] = ()
) -> None:
    """also: other fields that the row may have. free: fields that may hold any text. Null counts as not given. Raises Refusal."""
    for name, value in row.items():
        if name not in kinds:
            if name not in also:
                raise Refusal(f"Invalid parameter {name}")
        elif value is not None and not (isinstance(value, str) if name in free else _fits(value, kinds[name])):
            raise Refusal(f"Invalid {name} {value}")


def _fits(value: Any, kind: Kind) -> bool:
    if isinstance(kind, tuple):
        return isinstance(value, str) and value in kind
    if isinstance(kind, re.Pattern):
        return _fits(value, int) or (isinstance(value, str) and bool(kind.fullmatch(value)))
    return isinstance(value, kind) and (kind is bool or not isinstance(value, bool))
