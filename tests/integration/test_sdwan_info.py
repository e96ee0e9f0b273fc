# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""sdwan_info against appliances and a Center of the lab."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from integration.networks import NETWORK, center, device, opened, sent, spec, written
from integration.single_tasks import SingleTask

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.failures import ApplyFailed
from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.info.device import PARTS, Asked, gathered
from lab.sdwan.hosting import Image, Machine
from lab.server import Lab

REDIRECT = {
    "policy_type": "hosted_firewall",
    "action": "redirect",
    "hosted_firewall_template": "pa",
    "service_redirection_interface": "Interface-1",
}
CONTENT: dict[str, Any] = {
    "global_network_settings": {"connection_match_type": "symmetric", "global_policy_template": "everywhere"},
    "hosted_firewall_template": [
        {
            "name": "pa",
            "vendor": "Palo Alto Networks",
            "model": "VM 50",
            "primary_management_server": "192.0.2.200",
            "service_redirection_interfaces": [{"interface": "Interface-1", "vlan": 0}],
        }
    ],
    "firewall_policy_template": [
        {"firewall_policy_template_name": "everywhere", "pre_appliance_policies": [REDIRECT]},
        {
            "firewall_policy_template_name": "some",
            "pre_appliance_policies": [{"action": "allow", "match_type": "application", "application": "webex"}],
            "post_appliance_policies": [{"action": "drop"}],
        },
    ],
    "firewall": {
        "berlin": {
            "firewall_settings": [{"policy_template_name": "some"}],
            "firewall_local_policy": [{"action": "allow"}, REDIRECT],
        }
    },
    "office_365_breakout_policy": {"enable_breakout_from_branch_optimize": True},
}


def started(lab: Any, *further: Any) -> Lab:
    network = {**NETWORK, "content": CONTENT}
    running: Lab = lab(spec("mcn", "dc", network), spec("berlin", "berlin", network), *further)
    hosting = device(running, "berlin").hosting
    hosting.images["pa.qcow2"] = Image("pa.qcow2", "Palo Alto Networks", 2 << 30)
    hosting.machine = Machine("Palo Alto Networks", "VM 50", "pa.qcow2", admin_status="Up", operation_status="Running")
    return running


def read(lab: Lab, name: str, *desired: str, **asked: str) -> dict[str, Any]:
    with opened(lab, name) as manager:
        return {**gathered(manager, desired, Asked(**asked)), **manager.about}


def test_a_branch_tells_what_it_is_hosts_and_counts(lab):
    running = started(lab)
    found = read(running, "berlin", "system", "ha", "images", "storage", "hosted_firewalls", "redirect_counters")
    assert found["not_available"] == {}
    assert found["system"]["hosts_firewalls"] is True
    assert found["ha"]["is_active"] is True
    assert [(image["name"], image["complete"], image["in_use"]) for image in found["images"]] == [
        ("pa.qcow2", True, True)
    ]
    firewall = found["hosted_firewalls"][0]
    assert (firewall["model"], firewall["is_up"], firewall["phase"]) == ("VM 50", True, "running")
    assert firewall["device_url"] == f"https://{firewall['management_ip']}:4100"
    assert {row["action"] for row in found["redirect_counters"]["policies"]} == {"redirect"}
    assert found["redirect_counters"]["packets_sent"] >= 0
    assert found["api_documented"] is False
    assert "hosted_firewalls" in found["undocumented_calls"]
    assert written(running, "berlin") == []


def many(*last: dict[str, Any], rows: int = 1000) -> dict[str, Any]:
    """A network whose branch has so many policies, and those at the end."""
    local = [{"action": "drop", "destination_port": port} for port in range(1, rows + 1)]
    firewall = {"berlin": {"firewall_local_policy": [*local, *last]}}
    return {
        **NETWORK,
        "content": {**{key: CONTENT[key] for key in ("hosted_firewall_template",)}, "firewall": firewall},
    }


@pytest.mark.parametrize("rows", [996, 1000])
def test_counters_that_were_cut_say_so_and_complete_ones_do_not(lab, rows):
    """The appliance lists two policies of its own for management servers before them."""
    running = lab(spec("berlin", "berlin", many(REDIRECT, rows=rows)))
    found = read(running, "berlin", "redirect_counters")
    cut = rows == 1000
    assert found["redirect_counters"]["truncated"] is cut
    assert len(found["redirect_counters"]["policies"]) == (0 if cut else 1)
    assert ("warnings" in found) is cut
    if cut:
        assert "no more than 1000 policies" in found["warnings"][0]


def test_the_operation_log_is_told_after_a_success_too(lab):
    running = started(lab, center("center"))
    hosting = device(running, "berlin").hosting
    running.call(lambda: [hosting.note(f"virtual machine is up {number}") for number in range(30)])
    lines = read(running, "berlin", "operation_log")["operation_log"]
    assert [line["message"] for line in lines] == [f"virtual machine is up {number}" for number in range(10, 30)]
    assert set(lines[0]) == {"time", "site_name", "message"}
    seen = read(running, "center", "operation_log")["operation_log"]
    assert {line["site_name"] for line in seen} == {"berlin"}
    assert "operation_log" in read(running, "berlin")


def test_documented_parts_alone_are_said_to_be_documented(lab):
    found = read(started(lab), "mcn", "system", "ha", "change_management")
    assert (found["api_documented"], found["undocumented_calls"]) == (True, [])
    assert found["change_management"]["current_config"] == "Production_1"
    assert {site["site_name"] for site in found["change_management"]["sites"]} >= {"dc", "berlin"}


def test_policies_come_in_the_order_of_their_evaluation_with_who_shadows_whom(lab):
    found = read(started(lab), "mcn", "policies", package="Production", site="berlin")["policies"]
    rows = found[0]["policies"]
    assert [(row["stage"], row["template"], row["policy"]["action"], row["auto_generated"]) for row in rows] == [
        ("pre_templates", "auto_office_365", "allow", True),
        ("pre_templates", "some", "allow", False),
        ("pre_global", "everywhere", "redirect", False),
        ("local", None, "allow", False),
        ("local", None, "redirect", False),
        ("local_auto", None, "allow", True),
        ("local_auto", None, "allow", True),
        ("post_templates", "some", "drop", False),
    ]
    assert [(row["number"], row["position"]) for row in rows][2:5] == [(3, 1), (4, 1), (5, 2)]
    assert [row["number"] for row in rows if row["shadowed_by"]] == [5]
    assert rows[4]["shadowed_by"] == 4


def test_center_tells_regions_inventory_and_all_firewalls(lab):
    found = read(started(lab, center("center")), "center")
    assert [region["name"] for region in found["regions"]] == ["default", "emea"]
    assert [region["is_default"] for region in found["regions"]] == [True, False]
    assert {row["site_name"] for row in found["inventory"]} == {"dc", "berlin", "hamburg", "paris", "rome"}
    assert [(row["site_name"], row["is_up"]) for row in found["hosted_firewalls"]] == [("berlin", True)]


def test_what_a_system_does_not_have_is_told_and_not_invented(lab):
    running = started(lab)
    found = read(running, "berlin", "system", "regions", "policies")
    assert found["not_available"] == {"regions": "an appliance does not report it", "policies": "name the package"}
    with pytest.raises(ApplyFailed, match="regions: an appliance does not report it"):
        read(running, "berlin", "regions")


def test_a_call_that_this_release_does_not_have_is_named_with_the_option_that_renames_it(lab):
    network = {**NETWORK, "content": CONTENT}
    running = lab(spec("berlin", "berlin", network, missing=["config/hosted_firewalls"]))
    found = read(running, "berlin", "system", "hosted_firewalls")
    assert "resources: {hosted_firewalls: {path: ...}}" in found["not_available"]["hosted_firewalls"]


def test_what_policies_count_is_told_where_the_firewall_is_not(lab):
    network = {**NETWORK, "content": CONTENT}
    running = lab(spec("berlin", "berlin", network, missing=["config/hosted_firewalls"]))
    found = read(running, "berlin", "redirect_counters")
    assert [row["packets"] > 0 for row in found["redirect_counters"]["policies"]] == [True, True]
    assert found["redirect_counters"]["packets_dropped"] is None
    assert "resources: {hosted_firewalls: {path: ...}}" in found["not_available"]["redirect_counters"]


def test_policies_are_read_by_documented_calls_and_templates_by_one_more(lab):
    running = started(lab)
    found = read(running, "mcn", "policies", "policies", package="Production", site="berlin")
    assert (found["api_documented"], found["not_available"]) == (True, {})
    resources = ["global_network_settings", "firewall_policy_template", "firewall"]
    base = "GET config_editor/{}/package_name=Production"
    assert sent(running, "mcn")[1:-1] == [base.format(name) for name in resources]
    both = read(running, "mcn", "policies", "templates", package="Production")
    assert both["policies"][0]["policies"] == found["policies"][0]["policies"]
    assert [(row["name"], row["model"]) for row in both["templates"]] == [("pa", "VM 50")]
    assert both["undocumented_calls"] == ["hosted_firewall_template"]


def test_a_firewall_is_asked_for_once_whoever_wants_to_know(lab):
    running = started(lab)
    read(running, "berlin", "hosted_firewalls", "redirect_counters", "hosted_firewalls")
    assert [text for text in sent(running, "berlin") if "hosted_firewalls" in text] == ["GET config/hosted_firewalls"]


def test_a_site_of_the_network_without_policies_of_its_own_and_one_that_is_not_there(lab):
    running = started(lab)
    found = read(running, "mcn", "policies", package="Production", site="paris")["policies"]
    assert [(row["site"], [policy["template"] for policy in row["policies"]]) for row in found] == [
        ("paris", ["auto_office_365", "everywhere"])
    ]
    found = read(running, "mcn", "system", "policies", package="Production", site="nowhere")
    assert found["not_available"] == {
        "policies": "Production has no site 'nowhere'; its sites: berlin, dc, hamburg, paris, rome"
    }


@pytest.mark.parametrize("status", [400, 403, 404, 405])
def test_a_refusal_names_the_option_where_the_call_is_nobody_s(lab, status):
    running = started(lab)
    running.add_fault("berlin", {"name": "http_status", "at": "GET .*(images|ha_status)", "status": status, "times": 2})
    found = read(running, "berlin", "images", "ha", "system")["not_available"]
    assert "`resources: {hosted_firewall_images: {path: ...}}`" in found["images"]
    assert f"HTTP {status}" in found["ha"] and "resources" not in found["ha"]


def test_an_answer_of_another_form_is_not_taken_for_none(lab):
    with opened(started(lab), "berlin", {"hosted_firewalls": {"envelope": "vms"}}) as manager:
        found = gathered(manager, ["system", "hosted_firewalls"], Asked())
    assert "hosted_firewalls" not in found
    assert "without 'vms'" in found["not_available"]["hosted_firewalls"]


def test_a_branch_tells_no_policies_and_says_why(lab):
    found = read(started(lab), "berlin", "system", "policies", package="Production")
    assert "on the MCN only" in found["not_available"]["policies"]


# --- as a task


@pytest.fixture
def acme(lab):
    return started(lab, center("center"))


@pytest.fixture
def task(acme: Lab, tmp_path: Path) -> SingleTask:
    return SingleTask(acme, tmp_path, "sdwan_info", "berlin", {})


def test_a_task_reads_the_same_in_check_mode_and_writes_nothing(acme, task):
    found = task({}, "--check")
    kept = {"system", "ha", "images", "storage", "hosted_firewalls", "redirect_counters"}
    assert kept <= {*found} and not found["changed"]
    assert {*found["not_available"]} == {"change_management"}
    assert written(acme, "berlin") == []


def test_a_package_that_is_not_named_is_a_warning(task):
    found = task({"gather": ["system", "policies", "templates"]})
    assert found["warnings"] == ["berlin: policies, templates: name the package"]
    assert found["system"]["model"] == "cb1100"


def test_a_task_that_could_read_nothing_fails_with_all_reasons(task):
    found = task({"gather": ["policies", "regions"]})
    assert (
        found["msg"]
        .removeprefix("berlin: ")
        .startswith("nothing of what was asked for could be read: policies: name the package; regions: ")
    )
    assert found["not_available"] == {"policies": "name the package", "regions": "an appliance does not report it"}
    assert found["api_documented"] is True


def test_a_name_that_no_path_carries_is_refused(task):
    (error,) = task({"gather": ["policies"], "package": "a/b"})["errors"]
    assert error.startswith("package_name 'a/b' cannot be used in a path of NITRO")


def test_the_manager_is_read_where_the_task_says_so(acme, task):
    manager = {
        "manager_host": "127.0.0.1",
        "manager_port": acme.device("center").port,
        "manager_dialect": "sdwan_center",
    }
    assert [row["name"] for row in task({"via": "manager", "gather": ["regions"]}, **manager)["regions"]] == [
        "default",
        "emea",
    ]
    assert task({"gather": ["system"]}, **manager)["system"]["site_name"] == "berlin"
    asked = len(sent(acme, "berlin"))
    assert "manager_host" in task({"via": "manager"})["msg"]
    assert len(sent(acme, "berlin")) == asked


def test_every_part_has_a_choice_in_the_documentation():
    from ansible_collections.mspplus.netsec.plugins.action.sdwan_info import ActionModule

    assert {*ActionModule.arguments.spec["gather"]["choices"]} == {*PARTS}
