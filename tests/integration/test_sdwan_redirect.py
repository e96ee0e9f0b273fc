# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""sdwan_redirect against a lab network, over the real connection: states, the transaction, what goes wrong in it."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml
from aiohttp import web
from integration.conftest import StartLab
from integration.networks import NETWORK, center, device, opened, spec, written

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.failures import DoorError, Failed, Refused
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.run import Outcome, converge
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.waiting import Progress
from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.model import HostedFirewall
from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.package_device import ChangeOptions
from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.redirect_device import RedirectWing, read_package
from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.redirect_model import to_document
from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.redirect_rules import flaws
from lab.sdwan import editor
from lab.sdwan.hosting import Machine
from lab.server import Lab

EXAMPLES = Path(__file__).resolve().parents[2] / "roles" / "hosted_firewall" / "files" / "examples"
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
    package = more.pop("package", PACKAGE)
    with opened(lab, name) as manager:
        wing = RedirectWing(
            manager,
            copy.deepcopy(document),
            state,
            ChangeOptions(package, f"{package}_before", **change),
            Progress(name, None),
            given=UP if name == "mcn" else None,
            check_mode=check_mode,
            **more,
        )
        return converge(wing, check_mode=check_mode)


def ended(lab: Lab, *arguments: Any, **more: Any) -> Exception | None:
    """The error that a run ended with."""
    try:
        run(lab, *arguments, **more)
    except (Failed, DoorError, Refused) as error:
        return error
    return None


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


@pytest.mark.parametrize("example", sorted(EXAMPLES.glob("*.yml")), ids=lambda path: path.stem)
def test_the_examples_that_ship_converge_from_empty(network, example):
    lab = network()
    document = yaml.safe_load(example.read_text(encoding="utf-8"))["hosted_firewall_redirect_config"]
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
        done = run(lab, USE_CASES[second], state, change={"activate": False})
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
    edits = [line.split(" {")[0] for line in done.plan.commands]
    around = [line.split(" {")[0] for line in done.plan.notes["transaction"]]
    assert written(lab, "mcn") == [around[0], *edits, *around[1:]]


def test_one_change_of_many_sends_one_edit(network):
    lab = network()
    run(lab, INTERNET)
    before = len(written(lab, "mcn"))
    changed = copy.deepcopy(INTERNET)
    changed["policy_templates"][0]["sites"] = ["berlin", "hamburg", "paris"]
    done = run(lab, changed)
    assert [line.split(" {")[0] for line in done.plan.commands] == ["PUT config_editor/firewall"]
    assert len(written(lab, "mcn")) - before == 1 + len(done.plan.notes["transaction"])


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
    post = [{"action": "drop", "destination_port": "23"}]
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
    assert live(lab)["firewall_policy_template"][0]["post_appliance_policies"][0]["destination_port"] == "23"


@pytest.mark.parametrize(
    ("site", "role"), [("berlin", "Client"), ("dc2", "standby")], ids=["a branch", "the standby of the MCN"]
)
def test_only_the_active_mcn_is_edited(lab, site, role):
    network = {
        **NETWORK,
        "sites": [*NETWORK["sites"], {"site_name": "dc2", "model": "cb2100", "mode": "secondary_mcn"}],
    }
    started = lab(spec("mcn", site, network))
    with pytest.raises(Refused) as caught:
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
        assert isinstance(error, Refused)
        assert [item.rule for item in error.problems] == [rule]
    assert written(lab, "mcn") == []


# -- what goes wrong --------------------------------------------------------------------------------------------------

EDIT = "PUT .*config_editor/firewall$"
STEPS = {
    "save_as": "config_package_save_as",
    "edit": EDIT,
    "compile": "action=compile",
    "export": "action=export_to_cm",
    "verify": "action=verify",
    "stage": "action=stage",
    "state": "GET .*config/change_management",
}
NOT_TAKEN = {
    "reset": {},
    "http_status": {"status": 500},
    "error_in_200": {},
    "lost_answer": {},
    "garbage_body": {"how": "html"},
}


def without_empty_sites(package: dict[str, Any]) -> dict[str, Any]:
    """A package, without sites that nothing is configured for."""
    sites = {name: item for name, item in package["firewall"].items() if any(item.values())}
    return {**package, "firewall": sites}


@pytest.mark.parametrize("fault", NOT_TAKEN)
@pytest.mark.parametrize("step", STEPS)
def test_a_call_that_fails_leaves_the_network_as_it_was_and_the_next_run_converges(network, step, fault):
    lab = network()
    before = copy.deepcopy(live(lab))
    package = copy.deepcopy(device(lab, "mcn").editor.packages[PACKAGE])
    times = {} if step == "save_as" else {"times": 1}
    lab.add_fault("mcn", {"name": fault, "at": STEPS[step], **NOT_TAKEN[fault], **times})
    error = ended(lab, ALL_TRAFFIC)
    assert [entry for entry in lab.journal("mcn") if entry["event"] == "fault"], "the fault did not happen"
    if error is not None:
        assert live(lab) == before
        packages = device(lab, "mcn").editor.packages
        if isinstance(error, Failed) and error.device_state.startswith(("rolled back", "unchanged")):
            assert without_empty_sites(packages[PACKAGE]) == without_empty_sites(package)
            assert BACKUP not in packages
    lab.clear_faults("mcn")
    run(lab, ALL_TRAFFIC)
    assert [row["action"] for row in live(lab)["firewall"]["berlin"]["firewall_local_policy"]] == ["redirect"]
    assert not run(lab, ALL_TRAFFIC).changed
    assert BACKUP not in device(lab, "mcn").editor.packages


def fired(lab: Lab, name: str = "mcn") -> list[str]:
    return [entry["text"].split()[0] for entry in lab.journal(name) if entry["event"] == "fault"]


REFUSING = {
    "verify_fails": ({}, "does not verify", "rolled back"),
    "site_stage_fails": ({"at": "berlin-a"}, "berlin/berlin-a did not stage", "rolled back"),
    "job_hangs": ({"at": "stage"}, "staging did not end within 1 s", "rolled back"),
    "activation_rolls_back": ({}, "did not take the change", "rolled back"),
}


@pytest.mark.parametrize("fault", REFUSING)
def test_a_network_that_does_not_take_a_change_keeps_what_it_ran(network, fault):
    parameters, words, state = REFUSING[fault]
    lab = network(faults=[{"name": fault, **parameters}])
    before = copy.deepcopy(live(lab))
    error = ended(lab, ALL_TRAFFIC, change={"stage_timeout": 1.0})
    assert isinstance(error, Failed)
    assert words in str(error)
    assert error.device_state.startswith(state)
    assert fault in fired(lab)
    assert (live(lab), revision(lab)) == (before, 1)
    assert device(lab, "mcn").changes.state == "idle"
    assert BACKUP not in device(lab, "mcn").editor.packages
    lab.clear_faults("mcn")
    assert run(lab, ALL_TRAFFIC).changed
    assert not run(lab, ALL_TRAFFIC).changed


def test_a_site_that_does_not_stage_can_be_left_behind(network):
    lab = network(faults=[{"name": "site_stage_fails", "at": "berlin-a"}])
    done = run(lab, INTERNET, change={"ignore_incomplete": True})
    assert done.changed
    states = {site["appliance_name"]: site["transfer_state"] for site in done.details["sites"]}
    assert revision(lab) == 2
    assert device(lab, "mcn").network.sites["berlin"].active_config != device(lab, "mcn").network.live.stamp
    assert "berlin-a" in states


def test_appliances_that_restart_for_long_are_waited_for(network):
    lab = network(faults=[{"name": "restart_long", "milliseconds": 1500}])
    assert run(lab, ALL_TRAFFIC).changed
    assert "restart_long" in fired(lab)
    assert revision(lab) == 2


def test_an_activation_that_never_ends_is_said_to_be_under_way_and_finished_by_the_next_run(network):
    lab = network(faults=[{"name": "job_hangs", "at": "activate"}])
    error = ended(lab, ALL_TRAFFIC, change={"activation_timeout": 1.0})
    assert isinstance(error, Failed)
    assert error.device_state.startswith("unknown; the activation is under way")
    assert error.changed
    assert BACKUP in device(lab, "mcn").editor.packages
    lab.clear_faults("mcn")
    still = ended(lab, ALL_TRAFFIC, change={"activation_timeout": 1.0})
    assert "an earlier run began did not end" in str(still)
    lab.call(device(lab, "mcn").network.restart_change_management)
    again = run(lab, ALL_TRAFFIC)
    assert again.changed
    assert [operation.risk for operation in again.plan.operations] == [("unfinished",)]
    assert revision(lab) == 2
    assert not run(lab, ALL_TRAFFIC).changed


@pytest.mark.parametrize("at", ["config_editor/firewall", "action=stage", "action=activate", "GET .*change_management"])
def test_a_session_that_is_forgotten_in_the_middle_is_renewed(network, at):
    lab = network(faults=[{"name": "unauthorized", "at": at, "times": 1}])
    assert run(lab, ALL_TRAFFIC).changed
    assert fired(lab) == ["unauthorized"]
    assert revision(lab) == 2


def test_a_change_that_somebody_else_staged_is_left_alone(network):
    lab = network()
    changes = device(lab, "mcn").changes
    lab.call(lambda: changes.receive("Other", copy.deepcopy(device(lab, "mcn").editor.packages[PACKAGE])))
    lab.call(lambda: setattr(changes, "state", "activate"))
    error = ended(lab, ALL_TRAFFIC)
    assert isinstance(error, Failed)
    assert [item.rule for item in error.problems] == ["H33"]
    assert (changes.state, changes.selected) == ("activate", "Other")
    assert revision(lab) == 1


def test_a_run_that_was_killed_is_finished_by_the_next_one(network):
    lab = network()
    packages = device(lab, "mcn").editor.packages
    packages[BACKUP] = copy.deepcopy(packages[PACKAGE])
    packages[PACKAGE]["global_network_settings"]["connection_match_type"] = "symmetric"
    done = run(lab, ALL_TRAFFIC)
    assert done.changed
    assert "unfinished" in done.plan.operations[-1].risk
    assert live(lab)["global_network_settings"]["connection_match_type"] == "symmetric"
    assert BACKUP not in packages


def test_a_package_may_be_edited_without_being_activated(network):
    lab = network()
    assert run(lab, ALL_TRAFFIC, change={"activate": False}).changed
    assert revision(lab) == 1
    assert not run(lab, ALL_TRAFFIC, change={"activate": False}).changed
    assert run(lab, ALL_TRAFFIC).changed
    assert revision(lab) == 2


def test_audit_errors_of_others_stop_the_change_with_their_text(network):
    lab = network()
    packages = device(lab, "mcn").editor.packages
    packages[PACKAGE]["global_network_settings"]["global_policy_template"] = "vanished"
    error = ended(lab, ALL_TRAFFIC)
    assert isinstance(error, Failed)
    assert [(item.rule, item.device_text) for item in error.problems if item.severity == "error"] == [
        ("H34", "the global policy template does not exist")
    ]
    assert error.device_state.startswith("rolled back")


def test_counters_of_the_mcn_itself_are_read_where_it_redirects(lab):
    sites = [{"site_name": "dc", "model": "cb1100", "mode": "primary_mcn"}]
    started = lab(spec("mcn", "dc", {"network": "one", "sites": sites, "package": PACKAGE}))
    document = {**BASE, "site_policies": [{"site": "dc", "policies": [INTO_ONE]}]}
    done = run(started, document)
    assert [row["action"] for row in done.details["redirect_counters"]] == ["redirect"]


def test_a_backup_that_cannot_be_deleted_never_takes_back_what_is_live(network):
    lab = network(faults=[{"name": "http_status", "at": f"DELETE .*package_name={BACKUP}"}])
    error = ended(lab, ALL_TRAFFIC)
    assert isinstance(error, Failed)
    assert error.device_state.startswith("changed: the network runs it")
    assert revision(lab) == 2
    assert live(lab) == device(lab, "mcn").editor.packages[PACKAGE]
    lab.clear_faults("mcn")
    assert run(lab, ALL_TRAFFIC).changed
    assert not run(lab, ALL_TRAFFIC).changed


def staged_by_others(lab: Lab, state: str = "activate", name: str = "Other") -> Any:
    changes = device(lab, "mcn").changes
    lab.call(lambda: changes.receive(name, copy.deepcopy(device(lab, "mcn").editor.packages[PACKAGE])))
    lab.call(lambda: setattr(changes, "state", state))
    return changes


@pytest.mark.parametrize("state", ["network_staging", "appliance_staging", "activate", "staging"])
@pytest.mark.parametrize("prepared", [False, True])
def test_what_others_handed_over_or_staged_is_never_cancelled_or_replaced(network, state, prepared):
    lab = network()
    if prepared:
        run(lab, INTERNET, change={"activate": False})
    changes = staged_by_others(lab, state)
    error = ended(lab, ALL_TRAFFIC, change={"activation_timeout": 0.5})
    assert isinstance(error, Failed)
    assert "H33" in {item.rule for item in error.problems}
    assert (changes.state, changes.selected) == (state, "Other")
    assert not [line for line in written(lab, "mcn") if "cancel_stage" in line or "clear_network" in line]
    run(lab, ALL_TRAFFIC, change={"activate": False})
    assert (changes.state, changes.selected) == (state, "Other")


def test_a_later_run_that_fails_keeps_what_an_earlier_one_prepared(network):
    lab = network()
    run(lab, INTERNET, change={"activate": False})
    packages = device(lab, "mcn").editor.packages
    prepared = copy.deepcopy(packages[PACKAGE])
    lab.add_fault("mcn", {"name": "http_status", "at": "action=compile"})
    lab.add_fault("mcn", {"name": "http_status", "at": "nothing"})
    error = ended(lab, ALL_TRAFFIC, change={"activate": False})
    assert isinstance(error, Failed)
    assert "an earlier change that waits in the package" in error.device_state
    assert without_empty_sites(packages[PACKAGE]) == without_empty_sites(prepared)
    assert BACKUP in packages
    lab.clear_faults("mcn")
    done = run(lab, ALL_TRAFFIC)
    assert [item.rule for item in done.warnings if item.rule == "H39"] == ["H39"]
    assert "policy_templates[internet-to-firewall]" in next(str(item) for item in done.warnings if item.rule == "H39")


@pytest.mark.parametrize(("status", "refused"), [(500, False), (400, True), (404, True)])
def test_an_mcn_whose_pair_cannot_be_asked_for_is_not_taken_for_the_active_one(lab, status, refused):
    """400 and 404: an appliance without that call has no pair."""
    pair = {**NETWORK, "sites": [{"site_name": "dc2", "model": "cb2100", "mode": "secondary_mcn"}, *NETWORK["sites"]]}
    started = lab(
        spec("mcn", "dc2", pair, faults=[{"name": "http_status", "at": "appliance_ha_status", "status": status}])
    )
    error = ended(started, ALL_TRAFFIC)
    assert (error is None) is refused
    assert bool(written(started, "mcn")) is refused


def test_a_package_with_a_longer_name_runs_and_the_shorter_one_is_refused(network):
    lab = network()
    running = device(lab, "mcn").network.live
    device(lab, "mcn").editor.packages["Production_test"] = {}
    running.package = "Production_test"
    error = ended(lab, ALL_TRAFFIC)
    assert isinstance(error, Refused)
    assert [item.rule for item in error.problems] == ["H30"]


@pytest.mark.parametrize(
    "name", ["firewall", "hosted_firewall_template", "firewall_policy_template", "config_packages"]
)
def test_an_answer_of_another_form_is_not_taken_for_nothing(network, name):
    """A release that wraps its answers otherwise must not look like an empty one."""
    lab = network()
    run(lab, ALL_TRAFFIC)
    asked = len(written(lab, "mcn"))
    table = device(lab, "mcn").nitro.table
    path = f"config/{name}" if name == "config_packages" else f"config_editor/{name}"
    read = table[path]["GET"]

    async def wrapped(ask: Any) -> Any:
        return web.json_response({"items": await read(ask)})

    table[path] = {**table[path], "GET": wrapped}
    error = ended(lab, ALL_TRAFFIC)
    assert isinstance(error, Failed)
    assert f"resources: {{{name}: {{envelope: ...}}}}" in str(error)
    assert written(lab, "mcn")[asked:] == []


@pytest.mark.parametrize("fault", [{"name": "http_status", "status": 403}, {"name": "error_in_200"}, {"name": "reset"}])
def test_an_activation_that_is_refused_or_never_arrives_is_taken_back(network, fault):
    lab = network(faults=[{**fault, "at": "action=activate"}])
    before = copy.deepcopy(live(lab))
    error = ended(lab, ALL_TRAFFIC)
    assert isinstance(error, Failed)
    assert error.device_state.startswith("rolled back")
    assert (live(lab), revision(lab), device(lab, "mcn").changes.state) == (before, 1, "idle")
    assert BACKUP not in device(lab, "mcn").editor.packages


def test_an_activation_whose_answer_is_lost_goes_on(network):
    lab = network(faults=[{"name": "lost_answer", "at": "action=activate"}])
    assert run(lab, ALL_TRAFFIC).changed
    assert revision(lab) == 2


@pytest.mark.parametrize("action", ["cancel_stage", "clear_network_staging"])
def test_a_way_back_that_is_refused_does_not_keep_the_others_from_being_taken(network, action):
    lab = network(
        faults=[
            {"name": "http_status", "at": f"action={action}", "status": 400},
            {"name": "site_stage_fails", "at": "berlin"},
        ]
    )
    package = copy.deepcopy(device(lab, "mcn").editor.packages[PACKAGE])
    error = ended(lab, ALL_TRAFFIC)
    assert isinstance(error, Failed)
    assert f"{action} was not taken" in error.device_state
    assert without_empty_sites(device(lab, "mcn").editor.packages[PACKAGE]) == without_empty_sites(package)
    lab.clear_faults("mcn")
    assert run(lab, ALL_TRAFFIC).changed
    assert not run(lab, ALL_TRAFFIC).changed


def test_templates_that_sdwan_made_are_refused_in_a_document(network):
    lab = network()
    run(lab, BREAKOUT)
    name = next(entry["name"] for entry in run(lab, BREAKOUT).after["policy_templates"] if entry.get("auto_generated"))
    for state in ("merged", "replaced", "deleted"):
        error = ended(lab, {"policy_templates": [{"name": name, "pre_appliance_policies": [INTO_ONE]}]}, state)
        assert isinstance(error, Refused)
        assert "H16" in {item.rule for item in error.problems if item.severity == "error"}


def test_names_of_the_device_that_fit_into_no_path_are_a_problem_and_no_traceback(network):
    content = {"hosted_firewall_template": [{**TEMPLATE, "name": "a/b", "deployment_mode": "Virtual Wire"}]}
    lab = network(network={**NETWORK, "content": content})
    error = ended(lab, ALL_TRAFFIC, "overridden")
    assert isinstance(error, Refused)
    assert [item.rule for item in error.problems] == ["H26"]
    assert written(lab, "mcn") == []


# -- through Center ---------------------------------------------------------------------------------------------------


@pytest.fixture
def managed(lab: StartLab) -> Any:
    def start(**more: Any) -> Lab:
        started = lab(spec("mcn", "dc"), center("center", **more))
        for name in ("berlin", "hamburg", "paris"):
            for appliance in device(started, "mcn").network.sites[name].appliances:
                appliance.hosting.machine = Machine(
                    "Palo Alto Networks", "VM 50", "i", admin_status="Up", operation_status="Running"
                )
        return started

    return start


def through_center(lab: Lab, document: Any, **more: Any) -> Outcome:
    return run(lab, document, name="center", **more)


@pytest.mark.parametrize("document", USE_CASES.values(), ids=USE_CASES.keys())
def test_center_imports_first_and_a_second_run_sends_no_write(managed, document):
    lab = managed()
    assert through_center(lab, document).changed
    assert written(lab, "center")[0] == "POST config/network_config_import"
    assert revision(lab) == 2
    asked = len(written(lab, "center"))
    assert not through_center(lab, document).changed
    assert written(lab, "center")[asked:] == []
    assert written(lab, "mcn") == []


def test_center_plans_again_when_the_mcn_moved_and_gives_up_when_it_keeps_moving(managed):
    lab = managed(faults=[{"name": "mcn_moves", "at": "compile", "times": 1}])
    assert through_center(lab, ALL_TRAFFIC).changed
    assert revision(lab) == 3
    assert written(lab, "center").count("POST config/network_config_import") >= 2
    lab = managed(faults=[{"name": "mcn_moves", "at": "compile"}])
    error = ended(lab, ALL_TRAFFIC, name="center")
    assert isinstance(error, Failed)
    assert [item.rule for item in error.problems] == ["moved"]


def test_a_prepared_change_in_center_is_not_thrown_away_when_the_mcn_moved(managed):
    lab = managed()
    assert through_center(lab, ALL_TRAFFIC, change={"activate": False}).changed
    device(lab, "mcn").network.live.revision += 1
    error = ended(lab, ALL_TRAFFIC, name="center")
    assert isinstance(error, Refused)
    assert [item.rule for item in error.problems] == ["H30"]
    assert BACKUP in device(lab, "center").editor.packages


def test_a_center_that_does_not_tell_revisions_is_not_made_to_import_each_time(managed):
    lab = managed()
    assert through_center(lab, ALL_TRAFFIC).changed
    table = device(lab, "center").nitro.table["config/network_config_import"]

    async def silent(_ask: Any) -> Any:
        return [{}]

    table["GET"] = silent
    asked = len(written(lab, "center"))
    again = through_center(lab, ALL_TRAFFIC)
    assert not again.changed
    assert "H30" in {item.rule for item in again.warnings}
    assert written(lab, "center")[asked:] == []


def test_half_a_pair_without_a_firewall_is_seen_in_center(managed):
    lab = managed()
    device(lab, "mcn").network.sites["hamburg"].appliances[1].hosting.machine = None
    error = ended(lab, INTERNET, name="center")
    assert isinstance(error, Refused)
    assert [(item.rule, item.item) for item in error.problems if item.severity == "error"] == [
        ("H4", "site_policies[hamburg]")
    ]


def test_center_in_check_mode_imports_nothing(managed):
    lab = managed()
    error = ended(lab, ALL_TRAFFIC, name="center", check_mode=True)
    assert isinstance(error, Refused)
    assert written(lab, "center") == []


def test_a_site_of_center_without_a_firewall_gets_no_redirect_unless_forced(managed):
    lab = managed()
    device(lab, "mcn").network.sites["berlin"].appliances[0].hosting.machine = None
    error = ended(lab, ALL_TRAFFIC, name="center")
    assert isinstance(error, Refused)
    assert [item.rule for item in error.problems if item.severity == "error"] == ["H4"]


# -- what only a device can break -------------------------------------------------------------------------------------


def test_a_change_that_costs_sdwan_its_own_policies_is_taken_back(network, monkeypatch):
    lab = network()
    run(lab, ALL_TRAFFIC)
    made = editor.automatic

    def lossy(content: Any, site: str) -> list[dict[str, Any]]:
        """As if a PUT that names more than one policy took the automatic ones away."""
        return [] if len(content["firewall"][site]["firewall_local_policy"]) > 1 else made(content, site)

    monkeypatch.setattr(editor, "automatic", lossy)
    before = copy.deepcopy(live(lab))
    more = {"site_policies": [{"site": "berlin", "policies": [{"action": "drop", "destination_port": "23"}]}]}
    error = ended(lab, more)
    assert isinstance(error, Failed)
    assert {item.rule for item in error.problems} == {"H16"}
    assert error.device_state.startswith("rolled back")
    assert (live(lab), revision(lab)) == (before, 2)
    assert len(device(lab, "mcn").editor.packages[PACKAGE]["firewall"]["berlin"]["firewall_local_policy"]) == 1


@pytest.mark.parametrize("missing", [[], ["monitor/firewall_filter_stats"]])
def test_redirects_that_are_not_counted_after_the_activation_are_a_warning(lab, missing):
    sites = [{"site_name": "dc", "model": "cb1100", "mode": "primary_mcn"}]
    started = lab(spec("mcn", "dc", {"network": "one", "sites": sites, "package": PACKAGE}, missing=missing))
    done = run(started, {**BASE, "site_policies": [{"site": "dc", "policies": [INTO_ONE]}]})
    assert [item.rule for item in done.warnings if item.rule == "H21"] == (["H21"] if missing else [])
    assert revision(started) == 2
