# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which role the playbooks run on which hosts: the one table of it. Pure."""

from __future__ import annotations

from dataclasses import dataclass

SITE, CAPTURE = "site", "capture"


@dataclass(frozen=True)
class Capability:
    """A role, and what makes a host one of its hosts.

    groups: whose hosts it is for. variables: each of them, set for a host, desires it there. states: (variable, values) that desire it
    without a document. playbook: the one that runs it. tags: of parts of the role; its name is a tag of all of it.

    last: a variable whose hosts build on what the role brings to all others, so they come last, and first where the variable
    of `way_back` has its value. Empty where no host waits for another.
    """

    name: str
    groups: tuple[str, ...]
    variables: tuple[str, ...]
    states: tuple[tuple[str, tuple[str, ...]], ...] = ()
    playbook: str = SITE
    tags: tuple[str, ...] = ()
    last: str = ""
    way_back: tuple[str, str] = ("", "")


CAPABILITIES: dict[str, Capability] = {
    row.name: row
    for row in (
        Capability(
            "iosxr_span",
            groups=("iosxr",),
            variables=("iosxr_span_config",),
            states=(("iosxr_span_state", ("deleted",)),),
            tags=("iosxr_span_apply", "iosxr_span_verify"),
        ),
        Capability("srx_policy_log", groups=("srx",), variables=("srx_policy_log_config",)),
        Capability("srx_fpc_error_action", groups=("srx",), variables=("srx_fpc_error_action_config",)),
        Capability(
            "srx_flow_monitor",
            groups=("srx",),
            variables=("srx_flow_monitor_filters",),
            states=(("srx_flow_monitor_state", ("stopped", "absent")),),
        ),
        Capability("srx_capture", groups=("srx",), variables=("srx_capture_filters",), playbook=CAPTURE),
        Capability(
            "ips_license",
            groups=("ips",),
            variables=("ips_license_files", "ips_license_server"),
            states=(("ips_license_source", ("last_attempt",)),),
        ),
        Capability(
            "ips_certificate",
            groups=("ips",),
            variables=(),
            states=(("ips_certificate_state", ("current", "synced", "regenerated", "absent")),),
        ),
        Capability(
            "ips_update",
            groups=("ips",),
            variables=("ips_update_policies", "ips_update_package", "ips_update_packages", "ips_update_wanted"),
        ),
        Capability(
            "sdwan_hosted_firewall",
            groups=("sdwan", "sdwan_center"),
            variables=(
                "sdwan_hosted_firewall_model",
                "sdwan_hosted_firewall_image_src",
                "sdwan_hosted_firewall_redirect_config",
            ),
            last="sdwan_hosted_firewall_redirect_config",
            way_back=("sdwan_hosted_firewall_state", "absent"),
        ),
    )
}

# Variables of a whole run, which belong to no role.
OF_RUNS = (
    "netsec_canary",
    "netsec_customer",
    "netsec_expected_plan",
    "netsec_max_fail_percentage",
    "netsec_plan_key",
    "netsec_serial",
    "netsec_state_dir",
)
