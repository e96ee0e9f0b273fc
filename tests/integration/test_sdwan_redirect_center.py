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
    ended,
    revision,
    run,
)

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.failures import ApplyFailed, ValidationFailed
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.run import Outcome
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
    assert isinstance(error, ApplyFailed)
    assert [item.rule for item in error.problems] == ["moved"]


def test_a_prepared_change_in_center_is_not_thrown_away_when_the_mcn_moved(managed):
    lab = managed()
    assert through_center(lab, ALL_TRAFFIC, change={"activate": False}).changed
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
    assert isinstance(error, ValidationFailed)
    assert [(item.rule, item.item) for item in error.problems if item.severity == "error"] == [
        ("H4", "site_policies[hamburg]")
    ]


def test_center_in_check_mode_imports_nothing(managed):
    lab = managed()
    error = ended(lab, ALL_TRAFFIC, name="center", check_mode=True)
    assert isinstance(error, ValidationFailed)
    assert written(lab, "center") == []


def test_a_site_of_center_without_a_firewall_gets_no_redirect_unless_forced(managed):
    lab = managed()
    device(lab, "mcn").network.sites["berlin"].appliances[0].hosting.machine = None
    error = ended(lab, ALL_TRAFFIC, name="center")
    assert isinstance(error, ValidationFailed)
    assert [item.rule for item in error.problems if item.severity == "error"] == ["H4"]


@pytest.mark.parametrize("fault", [{"name": "http_status", "status": 500}, {"name": "reset"}])
def test_an_import_that_fails_after_the_activation_is_not_told_as_unchanged(managed, fault):
    lab = managed()
    through_center(lab, ALL_TRAFFIC)
    lab.add_fault("center", {"at": "POST .*network_config_import", **fault})
    error = ended(lab, INTERNET, name="center")
    assert revision(lab) == 3
    assert isinstance(error, ApplyFailed)
    assert error.changed
    assert "could not be verified" in str(error)
    lab.clear_faults("center")
    assert not through_center(lab, INTERNET).changed


def test_a_prepared_redirect_is_not_activated_when_its_firewall_has_gone(managed):
    lab = managed()
    assert through_center(lab, ALL_TRAFFIC, change={"activate": False}).changed
    device(lab, "mcn").network.sites["berlin"].appliances[0].hosting.machine = None
    error = ended(lab, ALL_TRAFFIC, name="center")
    assert isinstance(error, ValidationFailed)
    assert [item.rule for item in error.problems if item.severity == "error"] == ["H4"]
    assert revision(lab) == 1
