# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs of sdwan_redirect against a lab network, from login to logout, and what the network then carries."""

from __future__ import annotations

import copy
import json
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from integration.harness import Tasks
from integration.networks import device

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.failures import (
    ApplyFailed,
    ConnectionFailed,
    ValidationFailed,
)
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.operations import Plan
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.plan_document import PlanDocument
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.problems import Problem
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


# So that faults are got over as fast as a test wants them to be.
QUICK = {"ansible_rest_retry_wait": 0.01, "ansible_rest_read_timeout": 5, "ansible_rest_timeout": 5}
_WARNING = re.compile(r"\w+: \[(\S+)\] ([^:]+): (.*)", re.DOTALL)


class Done:
    """The result of a task that did not fail. details: all of it."""

    def __init__(self, result: Mapping[str, Any]) -> None:
        self.details = result
        self.changed: bool = result["changed"]
        self.before, self.after = result["before"], result["after"]
        self.commands: list[str] = result["commands"]
        plans = [result["plan"], *result.get("further_plans", ())]
        self.plans = [PlanDocument.from_dict(plan) for plan in plans]

    @property
    def plan(self) -> Plan:
        return self.plans[0].plan

    @property
    def warnings(self) -> list[Problem]:
        found = [_WARNING.fullmatch(text) for text in self.details.get("warnings", ())]
        return [Problem(each[1], each[2], each[3], severity="warning") for each in found if each]


def result_of(
    lab: Lab, document: Any, state: Any = "merged", *, name: str = "mcn", check_mode: bool = False, **more: Any
) -> dict[str, Any]:
    """One task of sdwan_redirect through its action, from login to logout. expected: a plan that was consented to."""
    package = more.pop("package", PACKAGE)
    expected = more.pop("expected", None)
    options = {
        "config": copy.deepcopy(document),
        "state": state,
        "via": "center" if name == "center" else "mcn",
        "package": package,
        "backup_package": f"{package}_before",
        "stage_timeout": 5,
        "activation_timeout": 5,
        **({"hosted_firewalls": UP} if name == "mcn" else {}),
        **more,
    }
    variables = {**QUICK, **({"netsec_expected_plan": expected.as_dict()} if expected else {})}
    with tempfile.TemporaryDirectory(prefix="netsec-") as directory:
        result = Tasks(lab, Path(directory), name)("sdwan_redirect", options, check=check_mode, **variables)
    assert "canary" not in json.dumps(result).lower()
    return result


def run(lab: Lab, *arguments: Any, **more: Any) -> Done:
    """Raises what the task failed of."""
    result = result_of(lab, *arguments, **more)
    if result.get("failed") or result.get("unreachable"):
        raise _failure(result)
    return Done(result)


def _failure(result: Mapping[str, Any]) -> Exception:
    """As the wing raised it."""
    assert "errors" not in result, result
    if result.get("unreachable"):
        return ConnectionFailed(result["msg"])
    problems = [Problem(**problem) for problem in result["problems"]]
    if "; nothing was sent:" in result["msg"]:
        return ValidationFailed(problems, result["msg"])
    failed = ApplyFailed(result["msg"], problems, result["device_state"], dict(result))
    assert failed.changed == result["changed"]
    return failed


def ended(lab: Lab, *arguments: Any, **more: Any) -> Exception | None:
    """The error that a run ended with."""
    try:
        run(lab, *arguments, **more)
    except (ApplyFailed, ConnectionFailed, ValidationFailed) as error:
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
