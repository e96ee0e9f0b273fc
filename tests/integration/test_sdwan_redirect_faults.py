# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""sdwan_redirect when something goes wrong: each step, each fault, others at work, runs that were killed."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from aiohttp import web
from integration.networks import NETWORK, device, spec, written
from integration.redirects import (
    ALL_TRAFFIC,
    BACKUP,
    BASE,
    BREAKOUT,
    INTERNET,
    INTO_ONE,
    PACKAGE,
    TEMPLATE,
    ended,
    fired,
    live,
    revision,
    run,
    without_empty_sites,
)

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.failures import (
    ApplyFailed,
    ConnectionFailed,
    ValidationFailed,
)
from lab.sdwan import editor
from lab.sdwan.hosting import Machine
from lab.server import Lab

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
        if isinstance(error, ApplyFailed) and error.device_state.startswith(("rolled back", "unchanged")):
            assert without_empty_sites(packages[PACKAGE]) == without_empty_sites(package)
            assert BACKUP not in packages
    lab.clear_faults("mcn")
    run(lab, ALL_TRAFFIC)
    assert [row["action"] for row in live(lab)["firewall"]["berlin"]["firewall_local_policy"]] == ["redirect"]
    assert not run(lab, ALL_TRAFFIC).changed
    assert BACKUP not in device(lab, "mcn").editor.packages


EVERYTHING = {
    **INTERNET,
    "office_365_breakout": {"optimize": True},
    "site_policies": [{"site": "paris", "policies": [{**INTO_ONE, "destination_port": "443"}]}],
}
EDITS = (
    "global_network_settings",
    "office_365_breakout_policy",
    "hosted_firewall_template",
    "firewall_policy_template",
    "firewall$",
)


@pytest.mark.parametrize("fault", ["reset", "http_status", "lost_answer"])
@pytest.mark.parametrize("resource", EDITS)
def test_an_edit_that_fails_between_others_leaves_none_of_them(network, resource, fault):
    lab = network()
    packages = device(lab, "mcn").editor.packages
    before = copy.deepcopy((live(lab), packages[PACKAGE]))
    lab.add_fault("mcn", {"name": fault, "at": f"(PUT|POST) .*config_editor/{resource}", "times": 8})
    error = ended(lab, EVERYTHING)
    lab.clear_faults("mcn")
    assert fault in fired(lab)
    assert isinstance(error, ApplyFailed | ConnectionFailed)
    assert live(lab) == before[0]
    if BACKUP in packages:  # the way back was refused, too: the result says so, and the next run goes on from there
        assert BACKUP in error.device_state
    else:
        assert error.device_state.startswith("rolled back")
        assert without_empty_sites(packages[PACKAGE]) == without_empty_sites(before[1])
    assert run(lab, EVERYTHING).changed
    assert not run(lab, EVERYTHING).changed
    assert BACKUP not in packages


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
    change = {"stage_timeout": 1} if fault == "job_hangs" else {}  # else a slow machine, not the fault, ends it
    error = ended(lab, ALL_TRAFFIC, **change)
    assert isinstance(error, ApplyFailed)
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
    done = run(lab, INTERNET, ignore_incomplete=True)
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


# Steps of a change that an earlier run prepared.
REMAINING = [
    f"transaction[{step}]" for step in ("compile", "export_to_cm", "verify", "stage", "activate", "delete_backup")
]


def test_an_activation_that_never_ends_is_said_to_be_under_way_and_finished_by_the_next_run(network):
    lab = network(faults=[{"name": "job_hangs", "at": "activate"}])
    error = ended(lab, ALL_TRAFFIC, activation_timeout=1)
    assert isinstance(error, ApplyFailed)
    assert error.device_state.startswith("unknown; the activation is under way")
    assert error.changed
    assert BACKUP in device(lab, "mcn").editor.packages
    lab.clear_faults("mcn")
    still = ended(lab, ALL_TRAFFIC, activation_timeout=1)
    assert isinstance(still, ApplyFailed)
    assert "an earlier run started did not end" in str(still)
    assert not still.changed
    assert "that activation is under way" in still.device_state
    lab.call(device(lab, "mcn").network.restart_change_management)
    again = run(lab, ALL_TRAFFIC)
    assert again.changed
    assert [operation.item for operation in again.plan.operations] == REMAINING
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
    assert isinstance(error, ApplyFailed)
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
    items = [operation.item for operation in done.plan.operations]
    assert items[-len(REMAINING) :] == REMAINING
    assert "transaction[save_as]" not in items
    assert live(lab)["global_network_settings"]["connection_match_type"] == "symmetric"
    assert BACKUP not in packages


def test_what_a_run_that_was_killed_had_staged_is_cancelled_by_a_step_of_the_plan(network):
    lab = network()
    mcn = device(lab, "mcn")
    packages = mcn.editor.packages
    run(lab, ALL_TRAFFIC, activate=False)
    lab.call(lambda: mcn.changes.receive(PACKAGE, copy.deepcopy(packages[PACKAGE])))
    lab.call(lambda: setattr(mcn.changes, "state", "activate"))
    lab.call(lambda: setattr(mcn.network.sites["berlin"].appliances[0], "staged_config", f"{PACKAGE}_2"))
    planned = run(lab, ALL_TRAFFIC, check_mode=True)
    assert [operation.item for operation in planned.plan.operations] == ["transaction[cancel_stage]", *REMAINING]
    asked = len(written(lab, "mcn"))
    done = run(lab, ALL_TRAFFIC)
    assert done.plan == planned.plan
    assert written(lab, "mcn")[asked:] == [line.split(" {")[0] for line in planned.commands]
    assert revision(lab) == 2


def test_a_package_may_be_edited_without_being_activated(network):
    lab = network()
    assert run(lab, ALL_TRAFFIC, activate=False).changed
    assert revision(lab) == 1
    assert not run(lab, ALL_TRAFFIC, activate=False).changed
    assert run(lab, ALL_TRAFFIC).changed
    assert revision(lab) == 2


def test_audit_errors_of_others_stop_the_change_with_their_text(network):
    lab = network()
    packages = device(lab, "mcn").editor.packages
    packages[PACKAGE]["global_network_settings"]["global_policy_template"] = "vanished"
    error = ended(lab, ALL_TRAFFIC)
    assert isinstance(error, ApplyFailed)
    assert [(item.rule, item.device_text) for item in error.problems if item.severity == "error"] == [
        ("H34", "the global policy template does not exist")
    ]
    assert error.device_state.startswith("rolled back")


def test_an_mcn_that_hosts_a_firewall_knows_whether_it_is_up_and_what_it_counts(lab):
    sites = [{"site_name": "dc", "model": "cb1100", "mode": "primary_mcn"}]
    started = lab(spec("mcn", "dc", {"network": "one", "sites": sites, "package": PACKAGE}))
    document = {**BASE, "site_policies": [{"site": "dc", "policies": [INTO_ONE]}]}
    error = ended(started, document)
    assert isinstance(error, ValidationFailed)
    assert [item.rule for item in error.problems if item.severity == "error"] == ["H4"]
    hosting = device(started, "mcn").hosting
    hosting.machine = Machine("Palo Alto Networks", "VM 50", "i", admin_status="Up", operation_status="Running")
    done = run(started, document)
    assert [row["action"] for row in done.details["redirect_counters"]] == ["redirect"]


def test_a_backup_that_cannot_be_deleted_never_takes_back_what_is_live(network):
    lab = network(faults=[{"name": "http_status", "at": f"DELETE .*package_name={BACKUP}"}])
    error = ended(lab, ALL_TRAFFIC)
    assert isinstance(error, ApplyFailed)
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
        run(lab, INTERNET, activate=False)
    changes = staged_by_others(lab, state)
    error = ended(lab, ALL_TRAFFIC, activation_timeout=1)
    assert isinstance(error, ApplyFailed)
    assert "H33" in {item.rule for item in error.problems}
    assert (changes.state, changes.selected) == (state, "Other")
    assert not [line for line in written(lab, "mcn") if "cancel_stage" in line or "clear_network" in line]
    run(lab, ALL_TRAFFIC, activate=False)
    assert (changes.state, changes.selected) == (state, "Other")


def test_a_later_run_that_fails_keeps_what_an_earlier_one_prepared(network):
    lab = network()
    run(lab, INTERNET, activate=False)
    packages = device(lab, "mcn").editor.packages
    prepared = copy.deepcopy(packages[PACKAGE])
    lab.add_fault("mcn", {"name": "http_status", "at": "action=compile"})
    lab.add_fault("mcn", {"name": "http_status", "at": "nothing"})
    error = ended(lab, ALL_TRAFFIC, activate=False)
    assert isinstance(error, ApplyFailed)
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
    assert isinstance(error, ValidationFailed)
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
    assert isinstance(error, ApplyFailed)
    assert f"resources: {{{name}: {{envelope: ...}}}}" in str(error)
    assert written(lab, "mcn")[asked:] == []


@pytest.mark.parametrize("fault", [{"name": "http_status", "status": 403}, {"name": "error_in_200"}, {"name": "reset"}])
def test_an_activation_that_is_refused_or_never_arrives_is_taken_back(network, fault):
    lab = network(faults=[{**fault, "at": "action=activate"}])
    before = copy.deepcopy(live(lab))
    error = ended(lab, ALL_TRAFFIC)
    assert isinstance(error, ApplyFailed)
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
    assert isinstance(error, ApplyFailed)
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
        assert isinstance(error, ValidationFailed)
        assert "H16" in {item.rule for item in error.problems if item.severity == "error"}


def test_names_of_the_device_that_fit_into_no_path_are_a_problem_and_no_traceback(network):
    content = {"hosted_firewall_template": [{**TEMPLATE, "name": "a/b", "deployment_mode": "Virtual Wire"}]}
    lab = network(network={**NETWORK, "content": content})
    error = ended(lab, ALL_TRAFFIC, "overridden")
    assert isinstance(error, ValidationFailed)
    assert [item.rule for item in error.problems] == ["H26"]
    assert written(lab, "mcn") == []


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
    assert isinstance(error, ApplyFailed)
    assert {item.rule for item in error.problems} == {"H16"}
    assert error.device_state.startswith("rolled back")
    assert (live(lab), revision(lab)) == (before, 2)
    assert len(device(lab, "mcn").editor.packages[PACKAGE]["firewall"]["berlin"]["firewall_local_policy"]) == 1


@pytest.mark.parametrize("missing", [[], ["monitor/firewall_filter_stats"]])
def test_redirects_that_are_not_counted_after_the_activation_are_a_warning(lab, missing):
    sites = [{"site_name": "dc", "model": "cb1100", "mode": "primary_mcn"}]
    started = lab(spec("mcn", "dc", {"network": "one", "sites": sites, "package": PACKAGE}, missing=missing))
    hosting = device(started, "mcn").hosting
    hosting.machine = Machine("Palo Alto Networks", "VM 50", "i", admin_status="Up", operation_status="Running")
    done = run(started, {**BASE, "site_policies": [{"site": "dc", "policies": [INTO_ONE]}]})
    assert [item.rule for item in done.warnings if item.rule == "H21"] == (["H21"] if missing else [])
    assert revision(started) == 2


def test_redirects_that_a_cut_list_of_counters_does_not_have_are_said_to_be_perhaps_missing(lab):
    sites = [{"site_name": "dc", "model": "cb1100", "mode": "primary_mcn"}]
    rows = [{"action": "drop", "source_port": port} for port in range(1, 1001)]
    content = {"firewall": {"dc": {"firewall_local_policy": rows}}}
    network = {"network": "one", "sites": sites, "package": PACKAGE, "content": content}
    started = lab(spec("mcn", "dc", network))
    hosting = device(started, "mcn").hosting
    hosting.machine = Machine("Palo Alto Networks", "VM 50", "i", admin_status="Up", operation_status="Running")
    done = run(started, {**BASE, "site_policies": [{"site": "dc", "policies": [INTO_ONE]}]})
    (warned,) = [item for item in done.warnings if item.rule == "H21"]
    assert "no more than 1000 policies" in warned.message
    assert "counts no policy" not in warned.message
