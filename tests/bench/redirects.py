# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Redirects of a network: how many HTTP requests a run is, as the lab's journal has them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import labs
import yaml
from measuring import BenchError, Program, run

SITES = ("berlin", "hamburg", "paris")
NETWORK = {
    "network": "acme",
    "sites": [
        {"site_name": "dc", "model": "cb2100", "mode": "primary_mcn"},
        *({"site_name": name, "model": "cb1100"} for name in SITES),
    ],
    "package": "Production",
}
DEVICE = {
    "name": "mcn",
    "kind": "sdwan",
    "username": "ops",
    "password": "bench-password",
    "network": "acme",
    "site": "dc",
    "config_text": yaml.safe_dump(NETWORK),
}
BASE = "/sdwan/nitro/v1/"
UP = [{"site_name": name, "admin_status": "Up", "operation_status": "Running"} for name in SITES]
TEMPLATE = {
    "name": "pa-branch",
    "vendor": "Palo Alto Networks",
    "model": "VM 50",
    "primary_management_server": "192.0.2.200",
    "service_redirection_interfaces": [{"interface": "Interface-1"}, {"interface": "Interface-2"}],
}
INTO = {"hosted_firewall_template": "pa-branch", "service_redirection_interface": "Interface-1"}


def document(sites: Sequence[str]) -> dict[str, Any]:
    """Internet traffic of these sites through their firewalls, Office 365 and Webex directly."""
    policies = [{**INTO, "destination_service_type": "internet"}]
    return {
        "connection_match_type": "symmetric",
        "hosted_firewall_templates": [TEMPLATE],
        "office_365_breakout": {"optimize": True},
        "trusted_applications": ["webex"],
        "policy_templates": [
            {"name": "internet-to-firewall", "sites": list(sites), "pre_appliance_policies": policies},
        ],
    }


def keep(lab: labs.Lab, name: str, sites: Sequence[str], changed: int) -> Program:
    """A playbook run. changed: how many hosts it must have changed."""
    options = {"package": "Production", "config": document(sites), "hosted_firewalls": UP, "progress": False}
    task = {"name": "Redirect", "mspplus.netsec.sdwan_redirect": options}
    program = labs.playbook(lab, "rest", name, [task], lab.hosts)

    def check(output: str) -> None:
        program.check(output)
        if f"changed={changed} " not in output:
            raise BenchError(f"{name}: changed={changed} was expected\n{output[-3000:]}")

    return Program(program.command, program.environment, program.folder, check)


def asked(lab: labs.Lab, program: Program) -> Counter[str]:
    """The requests of a run, from login to logout, by method and resource, keys of paths left out."""
    seen = len(lab.journal("mcn"))
    run(program)
    return Counter(_call(entry["text"]) for entry in lab.journal("mcn", seen) if entry["event"] == "request")


def _call(text: str) -> str:
    """`GET config_editor/firewall` for `GET /sdwan/nitro/v1/config_editor/firewall/package_name=Production`."""
    method, _space, url = text.partition(" ")
    path, _mark, query = url.removeprefix(BASE).partition("?")
    action = f"?{query}" if query.startswith("action=") else ""
    return f"{method} {'/'.join(path.split('/')[:2])}{action}"


def _writes(calls: Mapping[str, int]) -> dict[str, int]:
    return {call: count for call, count in calls.items() if not call.startswith("GET ") and "config/login" not in call}


def redirect_requests(say: Any) -> tuple[float, dict[str, Any]]:
    """Requests of a run that finds the network as written; `detail` has those of a run with one change, too."""
    with labs.lab("redirect-requests", DEVICE) as lab:
        first = asked(lab, keep(lab, "first", SITES[:2], 1))
        unchanged = asked(lab, keep(lab, "unchanged", SITES[:2], 0))
        one_change = asked(lab, keep(lab, "one-change", SITES, 1))
    if _writes(unchanged) or not unchanged:
        raise BenchError(f"a run without a change was expected to read only: {dict(unchanged)}")
    if sum(count for call, count in _writes(one_change).items() if "config_editor/" in call) != 1:
        raise BenchError(f"one edit was expected: {dict(one_change)}")
    runs = {"unchanged": unchanged, "one_change": one_change, "from_empty": first}
    for name, calls in runs.items():
        say(f"  {name}: {calls.total()} requests")
    about = {
        name: {
            "requests": calls.total(),
            "writes": sum(_writes(calls).values()),
            "by_path": dict(sorted(calls.items())),
        }
        for name, calls in runs.items()
    }
    return float(unchanged.total()), about
