# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs of sdwan_redirect against a lab network, from login to logout, and what the network then carries."""

from __future__ import annotations

import copy
from typing import Any

from integration.networks import device, opened

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.failures import (
    ApplyFailed,
    ConnectionFailed,
    ValidationFailed,
)
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.run import Run, Terms, converge
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.waiting import Progress
from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.change_plan import ChangeOptions
from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.redirect.device import RedirectWing, Task
from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.redirect.rules import validate
from lab.server import Lab

PACKAGE, BACKUP = "Production", "Production_before"
TEMPLATE: dict[str, Any] = {
    "name": "pa-branch",
    "vendor": "Palo Alto Networks",
    "model": "VM 50",
    "primary_management_server": "192.0.2.200",
    "service_redirection_interfaces": [{"interface": "Interface-1"}, {"interface": "Interface-2"}],
}
INTO_ONE = {"hosted_firewall_template": "pa-branch", "service_redirection_interface": "Interface-1"}
INTO_TWO = {"hosted_firewall_template": "pa-branch", "service_redirection_interface": "Interface-2"}
BASE = {"connection_match_type": "symmetric", "hosted_firewall_templates": [TEMPLATE]}
ALL_TRAFFIC = {**BASE, "site_policies": [{"site": "berlin", "policies": [INTO_ONE]}]}
INTERNET = {
    **BASE,
    "policy_templates": [
        {
            "name": "internet-to-firewall",
            "sites": ["berlin", "hamburg"],
            "pre_appliance_policies": [{**INTO_ONE, "destination_service_type": "internet"}],
        }
    ],
}
BREAKOUT = {
    **BASE,
    "office_365_breakout": {"optimize": True},
    "trusted_applications": ["webex"],
    "policy_templates": [{"name": "rest-to-firewall", "global": True, "pre_appliance_policies": [INTO_ONE]}],
}
NAMES = ("berlin", "hamburg", "paris")
USE_CASES = {"all traffic": ALL_TRAFFIC, "Internet only": INTERNET, "breakout and the rest": BREAKOUT}
UP = [{"site_name": name, "admin_status": "Up", "operation_status": "Running"} for name in NAMES]


def run(
    lab: Lab, document: Any, state: Any = "merged", *, name: str = "mcn", check_mode: bool = False, **more: Any
) -> Run:
    """One run of sdwan_redirect, from login to logout. Its details are what a result says beside its usual keys."""
    assert validate(document, state) == []
    package = more.pop("package", PACKAGE)
    change = ChangeOptions(
        package,
        **{
            "backup": f"{package}_before",
            "stage_timeout": 5.0,
            "activation_timeout": 5.0,
            "force": more.pop("force", False),
            **more.pop("change", {}),
        },
    )
    assume = more.pop("assume", ())
    firewalls = more.pop("firewalls", UP if name == "mcn" else None)
    wing_type = more.pop("wing_type", RedirectWing)
    task = Task(copy.deepcopy(document), state, change, firewalls, assume=assume)
    with opened(lab, name) as manager:
        wing = wing_type(manager, task, Progress(name, None), check_mode=check_mode)
        done = converge(wing, Terms(check_mode, assume=assume, **more))
        done.details = {**wing.report(), **done.details}
        return done


def ended(lab: Lab, *arguments: Any, **more: Any) -> Exception | None:
    """The error that a run ended with."""
    try:
        run(lab, *arguments, **more)
    except (ApplyFailed, ConnectionFailed, ValidationFailed) as error:
        told = f"{error} {getattr(error, 'details', '')} {getattr(error, 'device_state', '')} {getattr(error, 'problems', '')}"
        assert "canary" not in told.lower()
        return error
    return None


def live(lab: Lab) -> dict[str, Any]:
    content: dict[str, Any] = device(lab, "mcn").network.live.content
    return content


def revision(lab: Lab) -> int:
    number: int = device(lab, "mcn").network.live.revision
    return number


def fired(lab: Lab, name: str = "mcn") -> list[str]:
    return [entry["text"].split()[0] for entry in lab.journal(name) if entry["event"] == "fault"]


def without_empty_sites(package: dict[str, Any]) -> dict[str, Any]:
    """A package, without sites that nothing is configured for."""
    sites = {name: item for name, item in package["firewall"].items() if any(item.values())}
    return {**package, "firewall": sites}
