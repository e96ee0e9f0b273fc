# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hosted firewalls: which appliances a task means, what systems tell of them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.hosted_firewall.model import (
    Target,
    as_rows,
    chosen,
    columns,
    document_of,
    end,
    ended,
    fleet,
    machines,
    members,
    state,
)
from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.model import Region, collector_address, sites

from .hosting import BERLIN_A, BERLIN_B, INVENTORY, PARIS, SITES, STATUSES, across, appliance, center, machine, row

OPTIONS: dict[str, Any] = {
    "state": "present",
    "power": "started",
    "via": "appliance",
    "update_secret": "on_create",
    "force": False,
    "wait": True,
    "assume": [],
    "vm_auth_key": "canary-key",
    "auth_code": None,
}


def test_a_document_holds_names_of_secrets_and_no_secret() -> None:
    document = document_of(OPTIONS)
    assert document.secrets == ("vm_auth_key",) and not document.renew
    assert "canary" not in repr(document)
    assert document_of({**OPTIONS, "update_secret": "always"}).renew
    assert not document_of({**OPTIONS, "update_secret": "always", "vm_auth_key": ""}).renew


def test_a_site_means_all_its_appliances_and_a_name_one() -> None:
    assert list(chosen(SITES, ["berlin"])) == [BERLIN_A, BERLIN_B]
    assert list(chosen(SITES, ["paris", "berlin/berlin-b"])) == [PARIS, BERLIN_B]
    assert chosen(SITES, ["rome", "berlin/berlin-c", "berlin/"]) == {}


def test_of_a_pair_without_names_the_address_tells_one_from_the_other() -> None:
    unnamed = [{key: value for key, value in item.items() if key != "appliance_name"} for item in INVENTORY]
    found = chosen(members(sites(unnamed)), ["berlin", "paris"])
    assert list(found) == [("berlin", "192.0.2.11"), ("berlin", "192.0.2.12"), ("paris", "")]
    by_address = fleet(
        found, machines([row(("berlin", ""), management_ip="192.0.2.12"), row(("paris", ""), "stopped")])
    )
    assert [state(by_address.machines[key]) for key in found] == ["absent", "started", "stopped"]


def test_the_firewall_of_another_appliance_is_not_ours() -> None:
    found = center(across("berlin"), row(BERLIN_B), row(PARIS))
    assert [state(found.machines[key]) for key in (BERLIN_A, BERLIN_B)] == ["absent", "started"]


def test_a_row_that_says_nothing_is_no_firewall() -> None:
    assert machines([{"site_name": "berlin", "vendor": "", "packets_sent": 0}]) == []


@pytest.mark.parametrize(
    ("status", "ends"),
    [("provisioning", "running"), ("stopping", "stopped"), ("deprovisioning", "absent"), ("strange", "")],
)
def test_what_a_job_ends_in_is_known_by_its_words(status: str, ends: str) -> None:
    assert end(machine(status)) == ends


def test_a_machine_in_the_middle_of_a_job_counts_as_what_becomes_of_it() -> None:
    up = ended(machine("provisioning"))
    assert up is not None and up.is_up
    stopped = ended(machine("stopping"))
    assert stopped is not None and stopped.is_stopped
    assert ended(machine("deprovisioning")) is None
    assert ended(machine("strange")) == machine("strange") and ended(machine("failed")) == machine("failed")


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({}, "started"),
        ({"admin_status": "Down"}, "Running, admin status Down"),
        ({"operation_status": "Stopped"}, "Stopped, admin status Up"),
        ({"operation_status": "Contemplating"}, "Contemplating, admin status Up"),
        ({"admin_status": "Down", "operation_status": "Stopped"}, "stopped"),
        ({"operation_status": "Failed: booting"}, "Failed: booting"),
        ({"operation_status": "Runningish"}, "Runningish, admin status Up"),
    ],
)
def test_only_two_statuses_that_agree_are_success(said: dict[str, str], expected: str) -> None:
    assert state(machine(**said)) == expected


def test_what_a_system_does_not_tell_is_no_difference() -> None:
    desired = {"image_name": "other", "model": "VM 50", "secondary_management_server": "192.0.2.9"}
    assert machine().differs(desired) == ["image_name", "secondary_management_server"]
    told = {key: value for key, value in row().items() if key not in desired}
    assert machines([told])[0].differs(desired) == []
    assert machine(image_name=None, secondary_management_server=None).differs(desired) == []


def test_rows_of_a_result_have_every_column_and_the_url_of_the_firewall() -> None:
    found = center(across("berlin"), row(BERLIN_A, management_ip="2001:db8::1"))
    here, there = columns(found)
    assert here["device_url"] == "https://[2001:db8::1]:4100" and here["state"] == "started"
    assert there["device_url"] is None and there["management_ip"] == "192.0.2.12" and there["state"] == "absent"
    assert here.keys() == there.keys() >= {"admin_status", "operation_status", "processing_status", "packets_dropped"}
    assert "packets_sent" not in as_rows(found)[0]
    assert "site_name" not in as_rows(appliance(row()))[0]


REGIONS = [
    Region("default"),
    Region("emea", "192.0.2.70"),
    Region("apac", "collector.example.com"),
    Region("x", "a b/c"),
]


def test_the_collector_of_a_region_is_an_address() -> None:
    assert collector_address(REGIONS, "emea") == "192.0.2.70"
    assert collector_address(REGIONS, "apac") == "collector.example.com"
    for region, words in (("rome", "no region 'rome'"), ("default", "no collector"), ("x", "not an address")):
        with pytest.raises(ValueError, match=words):
            collector_address(REGIONS, region)


def test_images_of_other_regions_come_from_their_collector_through_center_only() -> None:
    emea = Target("paris", "paris-a", "emea")
    assert [emea.store(via) for via in ("center", "collector", "appliance")] == ["emea", "", ""]
    assert Target("berlin", "a", "Default_Region").store("center") == ""


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=2),
    max_leaves=3,
)


@given(st.lists(st.dictionaries(st.sampled_from([*row(), "site_name", "management_ip"]), JSON), max_size=4))
def test_no_answer_breaks_the_reading(rows: list[dict[str, Any]]) -> None:
    found = center(across("berlin", "paris"), *rows)
    assert len(columns(found)) == len(as_rows(found)) == 3


@given(st.sampled_from([*STATUSES]))
def test_what_a_job_ends_in_is_no_job(status: str) -> None:
    after = ended(machine(status))
    assert after is None or end(machine(status)) == "" or after.is_up or after.is_stopped
