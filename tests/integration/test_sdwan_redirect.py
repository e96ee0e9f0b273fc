# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""sdwan_redirect against a lab network, over the real connection: use cases, states, what it owns."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from integration.networks import NETWORK, device, opened, spec, written
from integration.redirects import (
    ALL_TRAFFIC,
    BACKUP,
    BASE,
    BREAKOUT,
    INTERNET,
    INTO_ONE,
    INTO_TWO,
    NAMES,
    PACKAGE,
    USE_CASES,
    ended,
    live,
    revision,
    run,
    without_empty_sites,
)

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.failures import ValidationFailed
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.operations import Plan
from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.redirect.device import RedirectWing, read_package
from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.redirect.model import to_document

EXAMPLES = Path(__file__).resolve().parents[2] / "roles" / "sdwan_hosted_firewall" / "files" / "examples"


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


def test_a_release_that_lists_otherwise_converges_as_well(network):
    lab = network(bare=True, nested=False, old_errors=True)
    done = run(lab, ALL_TRAFFIC)
    assert done.changed
    assert done.after == run(network(), ALL_TRAFFIC).after
    assert not run(lab, ALL_TRAFFIC).changed


@pytest.mark.parametrize("example", sorted(EXAMPLES.glob("*.yml")), ids=lambda path: path.stem)
def test_the_examples_that_ship_converge_from_empty(network, example):
    lab = network()
    document = yaml.safe_load(example.read_text(encoding="utf-8"))["sdwan_hosted_firewall_redirect_config"]
    done = run(lab, document)
    assert done.changed
    assert {item.rule for item in done.warnings} <= {"H11", "H34"}
    assert not run(lab, document).changed


@pytest.mark.parametrize("document", USE_CASES.values(), ids=USE_CASES.keys())
def test_the_way_back_leaves_no_redirect_and_nothing_else_undone(network, document):
    lab = network()
    before = without_empty_sites(live(lab) or device(lab, "mcn").editor.packages[PACKAGE])
    run(lab, document)
    assert run(lab, document, "deleted").changed
    left = without_empty_sites(live(lab))
    settings = {**before["global_network_settings"], "connection_match_type": "symmetric"}
    assert left == {**before, "global_network_settings": settings}
    assert not run(lab, document, "deleted").changed


PAIRS = [(first, second) for first in (None, *USE_CASES) for second in USE_CASES if first != second]


@pytest.mark.parametrize(("first", "second"), PAIRS, ids=lambda name: name or "empty")
@pytest.mark.parametrize("state", ["merged", "overridden"])
def test_undo_sent_by_hand_brings_a_package_back(network, first, second, state):
    lab = network()
    if first:
        run(lab, USE_CASES[first])
    with opened(lab, "mcn") as manager:
        before = read_package(manager, PACKAGE)
        done = run(lab, USE_CASES[second], state, activate=False)
        assert read_package(manager, PACKAGE) != before
        for line in done.plan.undo_commands:
            manager.send(line)
        assert to_document(read_package(manager, PACKAGE), NAMES) == to_document(before, NAMES)


def test_check_mode_writes_nothing_and_says_what_a_run_then_does(network):
    lab = network()
    planned = run(lab, ALL_TRAFFIC, check_mode=True)
    assert planned.changed
    assert written(lab, "mcn") == []
    done = run(lab, ALL_TRAFFIC)
    assert planned.plan.as_dict() == done.plan.as_dict()
    assert written(lab, "mcn") == [line.split(" {")[0] for line in planned.commands]


def carrying_out(monkeypatch: pytest.MonkeyPatch, changed: Callable[[Plan], Plan]) -> None:
    """Have something become of each plan between planning it and applying it."""
    apply = RedirectWing.apply
    monkeypatch.setattr(RedirectWing, "apply", lambda wing, plan, *states: apply(wing, changed(plan), *states))


@pytest.mark.parametrize("document", USE_CASES.values(), ids=USE_CASES.keys())
def test_a_plan_that_went_through_json_sends_the_same_requests(network, monkeypatch, document):
    first, second = network(), network()
    run(first, document)
    carrying_out(monkeypatch, lambda plan: Plan.from_dict(json.loads(json.dumps(plan.as_dict()))))
    run(second, document)
    assert written(first, "mcn") == written(second, "mcn")
    assert live(first) == live(second)


def test_what_is_sent_is_what_the_plan_says_and_not_what_the_task_would(network, monkeypatch):
    def without_rollback(plan: Plan) -> Plan:
        return Plan.from_dict(json.loads(json.dumps(plan.as_dict()).replace("activate_with_rollback", "activate")))

    lab = network()
    carrying_out(monkeypatch, without_rollback)
    assert run(lab, ALL_TRAFFIC).changed
    sent = [line.rpartition("action=")[2] for line in written(lab, "mcn") if "change_management" in line]
    assert sent == ["verify", "stage", "activate"]


def test_one_change_of_many_sends_one_edit(network):
    lab = network()
    run(lab, INTERNET)
    before = len(written(lab, "mcn"))
    changed = copy.deepcopy(INTERNET)
    changed["policy_templates"][0]["sites"] = ["berlin", "hamburg", "paris"]
    done = run(lab, changed)
    edits = [
        line for operation in done.plan.operations for line in operation.do if "transaction[" not in operation.item
    ]
    assert [line.split(" {")[0] for line in edits] == ["PUT config_editor/firewall"]
    assert written(lab, "mcn")[before:] == [line.split(" {")[0] for line in done.commands]


@pytest.mark.parametrize(
    ("state", "document", "left"),
    [
        ("deleted", {"site_policies": [{"site": "berlin"}]}, {"berlin": [], "paris": ["redirect"]}),
        (
            "overridden",
            {"site_policies": [{"site": "paris", "policies": [INTO_ONE]}], **BASE},
            {"berlin": [], "paris": ["redirect"]},
        ),
        (
            "merged",
            {"site_policies": [{"site": "berlin", "policies": [{"action": "allow", "application": "webex"}]}]},
            {"berlin": ["allow", "redirect"], "paris": ["redirect"]},
        ),
        (
            "replaced",
            {"site_policies": [{"site": "berlin", "policies": [{"action": "drop", "destination_port": "23"}]}]},
            {"berlin": ["drop"], "paris": ["redirect"]},
        ),
    ],
)
def test_states_touch_what_they_own(network, state, document, left):
    lab = network()
    run(lab, {**BASE, "site_policies": [{"site": name, "policies": [INTO_ONE]} for name in ("berlin", "paris")]})
    done = run(lab, document, state)
    found = {
        name: [row["action"] for row in live(lab)["firewall"][name]["firewall_local_policy"]]
        for name in ("berlin", "paris")
    }
    assert found == left
    assert not run(lab, document, state).changed
    assert done.changed


def test_what_sdwan_made_itself_is_shown_and_stays(network):
    lab = network()
    run(lab, BREAKOUT)
    run(lab, ALL_TRAFFIC)
    shown = run(lab, ALL_TRAFFIC).after
    automatic = [entry for site in shown["site_policies"] for entry in site["policies"] if entry.get("auto_generated")]
    made = [entry for entry in shown["policy_templates"] if entry.get("auto_generated")]
    assert [entry["destination_ip_address"] for entry in automatic if "destination_ip_address" in entry] == [
        "192.0.2.200"
    ]
    assert [row["application_objects"] for row in made[0]["pre_appliance_policies"]] == ["Office365_Optimize"]
    gone = run(lab, {"site_policies": [{"site": "berlin", "policies": []}]}, "replaced")
    assert gone.changed
    assert all("auto" not in line for line in written(lab, "mcn") if line.startswith("DELETE"))


def test_what_the_system_writes_otherwise_is_no_change(network):
    lab = network()
    typed = {
        "source_ip_address": "10.1.2.3/16",
        "destination_ip_address": "192.0.2.9",
        "ip_dscp": "ef",
        "ip_protocol_num": 6,
        "destination_port": "443",
    }
    document = {**BASE, "site_policies": [{"site": "berlin", "policies": [{**INTO_ONE, **typed}]}]}
    assert run(lab, document).changed
    assert not run(lab, document, "replaced").changed


def test_nat_and_post_policies_of_a_site_stay(network):
    nat = [{"name": "web", "outside_ip": "203.0.113.7"}]
    post = [{"action": "drop", "destination_port": 23}]
    content = {
        "firewall": {"berlin": {"firewall_static_nat_policy": nat}},
        "firewall_policy_template": [{"firewall_policy_template_name": "house", "post_appliance_policies": post}],
    }
    lab = network(network={**NETWORK, "content": content})
    document = {
        **ALL_TRAFFIC,
        "policy_templates": [
            {"name": "house", "pre_appliance_policies": [{**INTO_TWO, "source_service_type": "internet"}]}
        ],
    }
    run(lab, document)
    assert live(lab)["firewall"]["berlin"]["firewall_static_nat_policy"] == nat
    assert live(lab)["firewall_policy_template"][0]["post_appliance_policies"][0]["destination_port"] == 23


@pytest.mark.parametrize(
    ("site", "role"), [("berlin", "Client"), ("dc2", "standby")], ids=["a branch", "the standby of the MCN"]
)
def test_only_the_active_mcn_is_edited(lab, site, role):
    network = {
        **NETWORK,
        "sites": [*NETWORK["sites"], {"site_name": "dc2", "model": "cb2100", "mode": "secondary_mcn"}],
    }
    started = lab(spec("mcn", site, network))
    with pytest.raises(ValidationFailed) as caught:
        run(started, ALL_TRAFFIC)
    assert [item.rule for item in caught.value.problems] == ["H23"]
    assert role in str(caught.value)
    assert written(started, "mcn") == []


def test_a_package_that_is_missing_or_not_the_running_one_is_refused(network):
    lab = network()
    content = device(lab, "mcn").editor.packages
    content["Draft"] = copy.deepcopy(content[PACKAGE])
    for name, rule in (("Produktion", "H24"), ("Draft", "H30")):
        error = ended(lab, ALL_TRAFFIC, package=name)
        assert isinstance(error, ValidationFailed)
        assert [item.rule for item in error.problems] == [rule]
    assert written(lab, "mcn") == []
