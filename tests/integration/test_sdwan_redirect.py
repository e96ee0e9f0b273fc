# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""sdwan_redirect against a lab network, over the real connection: states, the transaction, what goes wrong in it."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from integration.conftest import StartLab
from integration.networks import device, opened, spec, written

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.run import Outcome, converge
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.waiting import Progress
from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.model import HostedFirewall
from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.package_device import ChangeOptions
from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.redirect_device import RedirectWing
from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.redirect_rules import flaws
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
USE_CASES = {"all traffic": ALL_TRAFFIC, "Internet only": INTERNET, "breakout and the rest": BREAKOUT}
UP = [
    HostedFirewall(site_name=name, admin_status="Up", operation_status="Running")
    for name in ("berlin", "hamburg", "paris")
]


def run(
    lab: Lab, document: Any, state: Any = "merged", *, name: str = "mcn", check_mode: bool = False, **more: Any
) -> Outcome:
    """One run of sdwan_redirect, from login to logout."""
    assert flaws(document, state) == []
    change = {"stage_timeout": 5.0, "activation_timeout": 5.0, **more.pop("change", {})}
    with opened(lab, name) as manager:
        wing = RedirectWing(
            manager,
            copy.deepcopy(document),
            state,
            ChangeOptions(PACKAGE, BACKUP, **change),
            Progress(name, None),
            given=UP,
            check_mode=check_mode,
            **more,
        )
        return converge(wing, check_mode=check_mode)


def live(lab: Lab) -> dict[str, Any]:
    content: dict[str, Any] = device(lab, "mcn").network.live.content
    return content


def revision(lab: Lab) -> int:
    number: int = device(lab, "mcn").network.live.revision
    return number


@pytest.fixture
def network(lab: StartLab) -> Any:
    def start(*further: Any, **more: Any) -> Lab:
        return lab(spec("mcn", "dc", **more), *further)

    return start


@pytest.mark.parametrize("document", USE_CASES.values(), ids=USE_CASES.keys())
def test_a_use_case_converges_from_empty_and_a_second_run_sends_no_write(network, document):
    lab = network()
    first = run(lab, document)
    assert first.changed
    assert revision(lab) == 2
    assert BACKUP not in device(lab, "mcn").editor.packages
    asked = len(written(lab, "mcn"))
    second = run(lab, document)
    assert not second.changed
    assert second.before == second.after == first.after
    assert written(lab, "mcn")[asked:] == []


def test_check_mode_writes_nothing_and_says_what_a_run_then_does(network):
    lab = network()
    planned = run(lab, ALL_TRAFFIC, check_mode=True)
    assert planned.changed
    assert written(lab, "mcn") == []
    done = run(lab, ALL_TRAFFIC)
    assert planned.plan.as_dict() == done.plan.as_dict()
    edits = [line.split(" {")[0] for line in done.plan.commands]
    around = [line.split(" {")[0] for line in done.plan.notes["transaction"]]
    assert written(lab, "mcn") == [around[0], *edits, *around[1:]]
