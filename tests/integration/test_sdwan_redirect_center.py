# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""sdwan_redirect through SD-WAN Center."""

from __future__ import annotations

from typing import Any

import pytest
from integration.conftest import StartLab
from integration.networks import center, device, spec, written
from integration.redirects import (
    ALL_TRAFFIC,
    BACKUP,
    INTERNET,
    USE_CASES,
    Done,
    ended,
    revision,
    run,
)

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.failures import ApplyFailed, ValidationFailed
from lab.sdwan.hosting import Machine
from lab.server import Lab

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


def through_center(lab: Lab, document: Any, **more: Any) -> Done:
    return run(lab, document, name="center", **more)


@pytest.mark.parametrize("document", USE_CASES.values(), ids=USE_CASES.keys())
def test_center_imports_first_and_a_second_run_sends_no_write(managed, document):
    lab = managed()
    planned = through_center(lab, document, check_mode=True)
    assert (planned.changed, planned.plan.continues, planned.details["imported"]) == (True, True, False)
    assert written(lab, "center") == []
    done = through_center(lab, document)
    assert done.changed and done.details["imported"]
    assert done.plan == planned.plan and len(done.plans) == 2
    assert written(lab, "center") == [line.split(" {")[0] for line in done.commands]
    assert written(lab, "center")[0] == written(lab, "center")[-1] == "POST config/network_config_import"
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
    assert isinstance(error, ApplyFailed)
    assert [item.rule for item in error.problems] == ["concurrent-change"]


def test_a_prepared_change_in_center_is_not_thrown_away_when_the_mcn_moved(managed):
    lab = managed()
    assert through_center(lab, ALL_TRAFFIC, activate=False).changed
    device(lab, "mcn").network.live.revision += 1
    error = ended(lab, ALL_TRAFFIC, name="center")
    assert isinstance(error, ValidationFailed)
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
    assert isinstance(error, ApplyFailed)
    assert error.device_state.startswith("changed by an earlier stage of this run")
    assert [(item.rule, item.item) for item in error.problems if item.severity == "error"] == [
        ("H4", "site_policies[hamburg]")
    ]


def test_center_in_check_mode_imports_nothing(managed):
    lab = managed()
    planned = through_center(lab, ALL_TRAFFIC, check_mode=True)
    assert (planned.before, planned.after) == ({}, {})
    assert [operation.item for operation in planned.plan.operations] == ["package"] and planned.plan.continues
    assert written(lab, "center") == []


def test_a_reviewed_plan_of_an_import_ends_there_and_the_next_one_is_the_change(managed):
    lab = managed()
    for last in ("POST config/network_config_import", "POST config/network_config_import"):
        reviewed = through_center(lab, ALL_TRAFFIC, check_mode=True).plans[0]
        done = through_center(lab, ALL_TRAFFIC, expected=reviewed)
        assert [document.plan for document in done.plans] == [reviewed.plan]
        assert written(lab, "center")[-1] == last
    assert revision(lab) == 2
    assert not through_center(lab, ALL_TRAFFIC).changed


def test_center_is_not_made_to_import_a_package_that_the_mcn_does_not_run(managed):
    lab = managed()
    error = ended(lab, ALL_TRAFFIC, name="center", package="Staging")
    assert isinstance(error, ValidationFailed)
    assert [item.rule for item in error.problems] == ["H30"]
    assert written(lab, "center") == []


@pytest.mark.parametrize(
    ("fault", "state"),
    [
        ({"name": "http_status", "status": 403}, "unchanged"),
        ({"name": "http_status", "status": 500}, "unknown; the network runs what it ran before"),
        ({"name": "reset"}, "unknown; the network runs what it ran before"),
    ],
)
def test_an_import_that_fails_says_what_may_have_become_of_the_copy(managed, fault, state):
    lab = managed(faults=[{"at": "POST .*network_config_import", **fault}])
    error = ended(lab, ALL_TRAFFIC, name="center")
    assert isinstance(error, ApplyFailed)
    assert error.device_state.startswith(state)
    assert (error.changed, revision(lab)) == (state != "unchanged", 1)


def test_a_center_that_does_not_tell_what_it_imported_is_taken_at_its_word(managed):
    lab = managed()
    table = device(lab, "center").nitro.table["config/network_config_import"]

    async def without_revision(_ask: Any) -> Any:
        return [{"package_name": "Production", "active_revision": "Production_1"}]

    table["GET"] = without_revision
    done = through_center(lab, ALL_TRAFFIC)
    assert "H30" in {item.rule for item in done.warnings}
    assert revision(lab) == 2


def test_a_site_of_center_without_a_firewall_gets_no_redirect_unless_forced(managed):
    lab = managed()
    device(lab, "mcn").network.sites["berlin"].appliances[0].hosting.machine = None
    error = ended(lab, ALL_TRAFFIC, name="center")
    assert isinstance(error, ApplyFailed)
    assert [item.rule for item in error.problems if item.severity == "error"] == ["H4"]
    assert revision(lab) == 1
    assert through_center(lab, ALL_TRAFFIC, force=True).changed


def test_firewalls_that_an_earlier_stage_brings_up_are_assumed_in_check_mode_and_looked_for_in_the_real_run(managed):
    lab = managed()
    through_center(lab, {"connection_match_type": "symmetric"})
    hosting = device(lab, "mcn").network.sites["berlin"].appliances[0].hosting
    machine, hosting.machine = hosting.machine, None
    assumed = {"assume": ["hosted_firewalls"]}
    planned = through_center(lab, ALL_TRAFFIC, check_mode=True, **assumed)
    assert planned.plan.after == ("the hosted firewalls of berlin are up",)
    assert {item.rule for item in planned.warnings} <= {"H11"}
    refused = ended(lab, ALL_TRAFFIC, name="center", **assumed)
    assert isinstance(refused, ValidationFailed)
    assert [item.rule for item in refused.problems if item.severity == "error"] == ["H4"]
    without = ended(lab, ALL_TRAFFIC, name="center", check_mode=True)
    assert isinstance(without, ValidationFailed)
    hosting.machine = machine
    assert through_center(lab, ALL_TRAFFIC, **assumed).plan == planned.plan


@pytest.mark.parametrize("fault", [{"name": "http_status", "status": 500}, {"name": "reset"}])
def test_an_import_that_fails_after_the_activation_is_not_told_as_unchanged(managed, fault):
    lab = managed()
    through_center(lab, ALL_TRAFFIC)
    lab.add_fault("center", {"at": "POST .*network_config_import", **fault})
    error = ended(lab, INTERNET, name="center")
    assert revision(lab) == 3
    assert isinstance(error, ApplyFailed)
    assert error.changed
    assert "the change is live, but Center did not import it" in str(error)
    assert error.device_state.startswith("changed: the network runs it")
    lab.clear_faults("center")
    again = through_center(lab, INTERNET)
    assert [operation.item for operation in again.plan.operations] == ["package"] and not again.plans[1].plan
    assert revision(lab) == 3
    assert not through_center(lab, INTERNET).changed


def test_a_prepared_redirect_is_not_activated_when_its_firewall_has_gone(managed):
    lab = managed()
    assert through_center(lab, ALL_TRAFFIC, activate=False).changed
    device(lab, "mcn").network.sites["berlin"].appliances[0].hosting.machine = None
    error = ended(lab, ALL_TRAFFIC, name="center")
    assert isinstance(error, ValidationFailed)
    assert [item.rule for item in error.problems if item.severity == "error"] == ["H4"]
    assert revision(lab) == 1
