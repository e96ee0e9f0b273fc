# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""sdwan_redirect beside other people: their packages, changes, policies and names."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from integration.networks import NETWORK, after, device, written
from integration.redirects import (
    ALL_TRAFFIC,
    BACKUP,
    BASE,
    INTERNET,
    INTO_ONE,
    INTO_TWO,
    PACKAGE,
    TEMPLATE,
    ended,
    live,
    revision,
    run,
)

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.failures import ApplyFailed, ValidationFailed
from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan import change_transaction as package_device
from lab.sdwan import change_management
from lab.sdwan import network as lab_network

OTHERS = {**TEMPLATE, "name": "a/b", "deployment_mode": "Virtual Wire"}


def test_another_configuration_that_is_activated_behind_ours_is_no_unchanged_network(network):
    lab = network()
    running = device(lab, "mcn").network.live
    after(lab, "mcn", "config/config_packages", "DELETE", lambda: setattr(running, "package", "Other"))
    error = ended(lab, ALL_TRAFFIC)
    assert revision(lab) == 2
    assert isinstance(error, ApplyFailed)
    assert error.changed
    assert [item.rule for item in error.problems if item.severity == "error"] == ["H30"]


def test_a_package_whose_name_is_that_of_our_next_activation_is_not_taken_for_it(network):
    lab = network()
    packages = device(lab, "mcn").editor.packages
    packages["Production_2"] = copy.deepcopy(packages[PACKAGE])
    assert run(lab, ALL_TRAFFIC).changed


@pytest.mark.parametrize(
    ("state", "name"),
    [
        *((state, PACKAGE) for state in ("appliance_staging", "activate", "staging", "activating")),
        *(
            (state, "Production_2")
            for state in ("network_staging", "appliance_staging", "activate", "staging", "activating")
        ),
    ],
)
def test_what_others_staged_of_the_same_package_is_theirs(network, state, name):
    lab = network()
    mcn = device(lab, "mcn")
    mcn.editor.packages.setdefault(name, copy.deepcopy(mcn.editor.packages[PACKAGE]))
    lab.call(lambda: mcn.changes.receive(name, {"theirs": True}))
    lab.call(lambda: setattr(mcn.changes, "state", state))
    if state == "activate":
        lab.call(lambda: setattr(mcn.network.sites["berlin"].appliances[0], "staged_config", f"{name}_2"))
    error = ended(lab, ALL_TRAFFIC)
    assert isinstance(error, ApplyFailed)
    assert "H33" in {item.rule for item in error.problems}
    assert (mcn.changes.state, mcn.changes.content) == (state, {"theirs": True})
    assert not [line for line in written(lab, "mcn") if "change_management" in line or "export" in line]
    assert BACKUP not in mcn.editor.packages


@pytest.mark.parametrize("state", ["network_staging", "activate"])
def test_a_system_that_keeps_the_name_of_the_last_change_takes_the_next(network, state):
    lab = network()
    run(lab, ALL_TRAFFIC)
    changes = device(lab, "mcn").changes
    lab.call(lambda: setattr(changes, "state", state))
    lab.call(lambda: setattr(changes, "selected", PACKAGE))
    assert run(lab, INTERNET).changed
    assert revision(lab) == 3


def test_what_was_only_handed_over_is_replaced_with_force(network):
    lab = network()
    changes = device(lab, "mcn").changes
    lab.call(lambda: changes.receive("Other", {"theirs": True}))
    assert run(lab, ALL_TRAFFIC, force=True).changed
    lab = network()
    changes = device(lab, "mcn").changes
    lab.call(lambda: changes.receive("Other", {"theirs": True}))
    lab.call(lambda: setattr(changes, "state", "activate"))
    assert isinstance(ended(lab, ALL_TRAFFIC, force=True), ApplyFailed)


def test_a_prepared_change_does_not_cancel_that_of_a_package_with_a_longer_name(network):
    lab = network()
    run(lab, INTERNET, activate=False)
    changes, packages = device(lab, "mcn").changes, device(lab, "mcn").editor.packages
    packages["Production_2"] = copy.deepcopy(packages[PACKAGE])
    lab.call(lambda: changes.receive("Production_2", {}))
    lab.call(lambda: setattr(changes, "state", "activate"))
    error = ended(lab, ALL_TRAFFIC)
    assert isinstance(error, ApplyFailed)
    assert "H33" in {item.rule for item in error.problems}
    assert (changes.state, changes.selected) == ("activate", "Production_2")


def test_a_release_that_numbers_no_configuration_is_asked_whether_it_still_activates(network, monkeypatch):
    monkeypatch.setattr(lab_network.Live, "stamp", property(lambda self: self.package))
    monkeypatch.setattr(change_management.ChangeManagement, "_next", property(lambda self: self.selected))
    lab = network(faults=[{"name": "job_hangs", "at": "activate"}])
    error = ended(lab, ALL_TRAFFIC, activation_timeout=1)
    assert isinstance(error, ApplyFailed)
    assert "its state is activating" in str(error)
    assert revision(lab) == 1
    assert BACKUP in device(lab, "mcn").editor.packages
    lab = network()
    assert run(lab, ALL_TRAFFIC).changed
    assert revision(lab) == 2
    # And one that goes on calling its state so.
    changes = device(lab, "mcn").changes
    shown = changes._get

    async def kept(ask: Any) -> Any:
        return [{**row, "state": "activate" if row["state"] == "idle" else row["state"]} for row in await shown(ask)]

    table = device(lab, "mcn").nitro.table["config/change_management"]
    table["GET"] = kept
    monkeypatch.setattr(package_device, "GRACE", 0.5)
    assert run(lab, INTERNET).changed
    assert revision(lab) == 3
    assert BACKUP not in device(lab, "mcn").editor.packages


def test_a_name_that_fits_into_no_request_is_an_error_and_not_a_wreck(network):
    lab = network()
    run(lab, INTERNET, activate=False)
    templates = device(lab, "mcn").editor.packages[PACKAGE]["hosted_firewall_template"]
    templates.append(OTHERS)
    error = ended(lab, ALL_TRAFFIC)
    assert isinstance(error, ApplyFailed)
    assert [item.rule for item in error.problems] == ["H26"]


def test_such_a_name_that_comes_while_we_edit_is_told_with_what_is_left(network):
    lab = network()
    packages = device(lab, "mcn").editor.packages

    def theirs() -> None:
        templates = packages[PACKAGE]["hosted_firewall_template"]
        if OTHERS not in templates:
            templates.append(OTHERS)

    after(lab, "mcn", "config_editor/firewall", "PUT", theirs)
    error = ended(lab, ALL_TRAFFIC)
    assert isinstance(error, ApplyFailed)
    assert [item.rule for item in error.problems] == ["H26"]
    assert BACKUP in packages
    assert BACKUP in error.device_state
    assert revision(lab) == 1


def test_an_answer_that_is_nested_without_end_goes_back_or_is_refused(network):
    lab = network()
    deep: list[Any] = []
    for _level in range(700):
        deep = [deep]
    table = device(lab, "mcn").nitro.table["config_editor/firewall"]
    usual = table["GET"]

    async def nested(ask: Any) -> Any:
        await usual(ask)
        row = {"site_name": "berlin", "firewall_settings": [], "firewall_local_policy": []}
        return [{**row, "firewall_static_nat_policy": deep}]

    table["GET"] = nested
    assert isinstance(ended(lab, ALL_TRAFFIC), ApplyFailed | ValidationFailed)
    assert revision(lab) == 1


def test_a_disorder_that_stood_before_is_no_reason_to_refuse_another_change(network):
    late = {"action": "allow", "match_type": "application", "application": "webex"}
    content = {
        "firewall_policy_template": [
            *(
                {
                    "firewall_policy_template_name": name,
                    "pre_appliance_policies": [{"policy_type": "hosted_firewall", **INTO_ONE}],
                }
                for name in ("s1", "s2")
            ),
            {"firewall_policy_template_name": "g", "pre_appliance_policies": [late]},
        ],
        "global_network_settings": {"global_policy_template": "g", "connection_match_type": "symmetric"},
        "hosted_firewall_template": [{**TEMPLATE, "deployment_mode": "Virtual Wire"}],
        "firewall": {
            "berlin": {"firewall_settings": [{"policy_template_name": "s1"}]},
            "paris": {"firewall_settings": [{"policy_template_name": "s2"}]},
        },
    }
    lab = network(network={**NETWORK, "content": content})
    document = {"policy_templates": [{"name": "s1"}]}
    assert run(lab, document, "deleted").changed
    assert not run(lab, document, "deleted").changed


def test_a_policy_of_others_goes_back_as_it_came(network):
    zones = ";".join(f"customer_zone_{number:03}" for number in range(60))
    theirs = {
        "action": "drop",
        "match_type": "any;",
        "from_zones": zones,
        "policy_type": "built_in",
        "comment": "theirs",
    }
    content = {
        "firewall_zones": [{"id": number, "name": name} for number, name in enumerate(zones.split(";"), 1)],
        "firewall": {"berlin": {"firewall_local_policy": [theirs]}},
    }
    lab = network(network={**NETWORK, "content": content, "own_zones": True})
    assert run(lab, ALL_TRAFFIC).changed
    left = live(lab)["firewall"]["berlin"]["firewall_local_policy"][0]
    assert {key: left[key] for key in theirs} == theirs


def test_a_list_of_many_zones_converges(network):
    zones = [f"customer_zone_{number:03}" for number in range(60)]
    content = {"firewall_zones": [{"id": number, "name": name} for number, name in enumerate(zones, 1)]}
    lab = network(network={**NETWORK, "content": content, "own_zones": True})
    document = {**BASE, "site_policies": [{"site": "berlin", "policies": [{**INTO_ONE, "from_zones": zones}]}]}
    done = run(lab, document)
    assert done.changed and "H44" in {item.rule for item in done.warnings}
    assert not run(lab, document).changed


def test_an_allow_that_stood_behind_the_redirect_is_moved_for_a_trusted_application(network):
    lab = network()
    out = {**INTO_ONE, "destination_service_type": "internet"}
    sites = [{"site": "berlin", "policies": [out, {"action": "allow", "application": "webex"}]}]
    done = run(lab, {**BASE, "site_policies": sites}, "replaced")
    assert "H41" in {item.rule for item in done.warnings}
    trusted = {**BASE, "trusted_applications": ["webex"], "site_policies": [{"site": "berlin", "policies": [out]}]}
    assert run(lab, trusted).changed
    policies = live(lab)["firewall"]["berlin"]["firewall_local_policy"]
    assert [row["action"] for row in policies] == ["allow", "redirect"]
    assert not run(lab, trusted).changed


def test_the_package_that_runs_is_no_backup(network):
    lab = network()
    device(lab, "mcn").editor.packages["Draft"] = copy.deepcopy(device(lab, "mcn").editor.packages[PACKAGE])
    device(lab, "mcn").network.live.package = BACKUP
    device(lab, "mcn").editor.packages[BACKUP] = {}
    error = ended(lab, ALL_TRAFFIC, force=True)
    assert isinstance(error, ValidationFailed)
    assert [item.item for item in error.problems] == ["backup_package"]
    assert written(lab, "mcn") == []


def test_a_prepared_change_is_taken_back_to_what_runs(network):
    allow = {"action": "allow", "match_type": "ip_protocol", "policy_type": "built_in"}
    redirect = {**INTO_ONE, "action": "redirect", "policy_type": "hosted_firewall"}
    content = {
        "global_network_settings": {"connection_match_type": "symmetric"},
        "hosted_firewall_template": [{**TEMPLATE, "deployment_mode": "Virtual Wire"}],
        "firewall": {"berlin": {"firewall_local_policy": [allow, redirect]}},
    }
    lab = network(network={**NETWORK, "content": content})
    assert run(lab, {"site_policies": [{"site": "berlin"}]}, "deleted", activate=False).changed
    assert run(lab, ALL_TRAFFIC).changed
    assert [row["action"] for row in live(lab)["firewall"]["berlin"]["firewall_local_policy"]] == ["allow", "redirect"]


def test_a_backup_may_be_called_as_the_next_activation_is(network):
    lab = network()
    named = {"backup_package": "Production_2"}
    assert run(lab, ALL_TRAFFIC, **named).changed
    assert not run(lab, ALL_TRAFFIC, **named).changed


def test_an_allow_of_a_template_lets_out_what_the_sites_own_one_would(network):
    lab = network()
    out = {**INTO_ONE, "destination_service_type": "internet"}
    document = {
        **BASE,
        "trusted_applications": ["zoom"],
        "policy_templates": [{"name": "all", "sites": ["berlin"], "pre_appliance_policies": [out]}],
        "site_policies": [{"site": "berlin", "policies": [{**INTO_TWO, "source_service_type": "internet"}]}],
    }
    done = run(lab, document)
    assert "H41" not in {item.rule for item in done.warnings}


def test_another_package_than_the_one_that_runs_is_activated_with_force_only(network):
    lab = network()
    packages = device(lab, "mcn").editor.packages
    packages["Draft"] = copy.deepcopy(packages[PACKAGE])
    refused = ended(lab, ALL_TRAFFIC, package="Draft")
    assert isinstance(refused, ValidationFailed)
    assert [item.rule for item in refused.problems] == ["H30"]
    done = run(lab, ALL_TRAFFIC, package="Draft", force=True)
    assert "H30" in {item.rule for item in done.warnings}
    assert device(lab, "mcn").network.live.package == "Draft"


def test_redirects_that_take_each_others_traffic_are_refused_and_duplicates_are_told(network):
    lab = network()
    other = {**INTO_TWO, "destination_service_type": "internet"}
    error = ended(lab, {**BASE, "site_policies": [{"site": "berlin", "policies": [INTO_ONE, other]}]})
    assert isinstance(error, ValidationFailed)
    assert [(item.rule, item.item) for item in error.problems if item.severity == "error"] == [
        ("H18", "site_policies[berlin]")
    ]
    assert written(lab, "mcn") == []
    done = run(lab, {**BASE, "site_policies": [{"site": "berlin", "policies": [other, other]}]}, "replaced")
    assert done.changed
    assert [item.item for item in done.warnings if item.rule == "H43"] == ["site_policies[berlin].policies[1]"]


def test_what_is_sent_is_what_the_reference_has_and_the_rest_is_named(network):
    lab = network()
    policy = {"action": "drop", "destination_port": "23", "ip_dscp": "DEFAULT", "to_zones": ["Internet_Zone"]}
    document = {"site_policies": [{"site": "berlin", "policies": [policy]}]}
    done = run(lab, document)
    assert done.details["undocumented_fields"] == []
    (row,) = live(lab)["firewall"]["berlin"]["firewall_local_policy"]
    assert (row["destination_port"], row["ip_dscp"], row["to_zones"]) == (23, "DEFAULT", "internet_zone")
    assert "policy_type" not in row
    assert not run(lab, document, "replaced").changed
    done = run(lab, ALL_TRAFFIC)
    assert done.details["api_documented"] is False
    assert done.details["undocumented_fields"] == [
        "firewall.hosted_firewall_template",
        "firewall.policy_type",
        "firewall.service_redirection_interface",
        "firewall.service_redirection_vlan",
        "global_network_settings.connection_match_type",
    ]


def test_names_with_letters_of_any_language_work(network):
    sites = [*NETWORK["sites"], {"site_name": "Zürich 東京", "model": "cb1100"}]
    lab = network(network={**NETWORK, "sites": sites})
    template = {**TEMPLATE, "name": "Büro"}
    policy = {**INTO_ONE, "hosted_firewall_template": "Büro"}
    document = {
        **BASE,
        "hosted_firewall_templates": [template],
        "policy_templates": [{"name": "Кёльн", "sites": ["Zürich 東京"], "pre_appliance_policies": [policy]}],
    }
    up = [{"site_name": "Zürich 東京", "admin_status": "Up", "operation_status": "Running"}]
    assert run(lab, document, hosted_firewalls=up).changed
    assert not run(lab, document, hosted_firewalls=up).changed
    assert live(lab)["firewall"]["Zürich 東京"]["firewall_settings"] == [{"policy_template_name": "Кёльн"}]
    assert run(lab, {"policy_templates": [{"name": "Кёльн"}]}, "deleted").changed
    assert live(lab)["firewall_policy_template"] == []
