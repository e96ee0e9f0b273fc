# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The configuration editor of the lab: packages, what a PUT keeps, what the system adds and nobody removes."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.sdwan.editor import Editor, complete
from lab.sdwan.network import Network
from lab.sdwan.nitro import Refusal
from lab.sdwan_center.device import EDITOR

from .asked import REDIRECT, START, Mcn

LOCAL = "firewall_local_policy"


def local(mcn: Mcn, site: str = "berlin", *, auto: bool = False) -> list[dict[str, Any]]:
    (item,) = mcn.do("GET", "firewall", site_name=site)
    return [row for row in item[LOCAL] if bool(row.get("auto_generated")) is auto]


def refused(mcn: Mcn, method: str, resource: str, action: str = "", /, **item: Any) -> str:
    with pytest.raises(Refusal) as refusal:
        mcn.do(method, resource, action, **item)
    assert refusal.value.status == 400
    return refusal.value.text


def test_a_package_saved_as_another_is_a_copy_that_edits_do_not_reach() -> None:
    mcn = Mcn()
    mcn.do("POST", "config/config_package_save_as", new_package_name="backup")
    mcn.do("PUT", "global_network_settings", connection_match_type="symmetric")
    mcn.do("PUT", "firewall", site_name="paris", firewall_local_policy=[{"action": "drop"}])
    (before,) = mcn.do("GET", "global_network_settings", package="backup")
    assert before["connection_match_type"] == "directional"
    assert mcn.do("GET", "firewall", package="backup") == []
    assert [item["package_name"] for item in mcn.do("GET", "config/config_packages")] == ["Production", "backup"]
    assert "exists" in refused(mcn, "POST", "config/config_package_save_as", new_package_name="backup")
    mcn.do("DELETE", "config/config_packages", package="backup")
    assert "backup does not exist" in refused(mcn, "GET", "firewall", package="backup")


def test_edits_reach_the_package_and_nothing_live() -> None:
    mcn = Mcn()
    mcn.do("PUT", "firewall", site_name="paris", firewall_local_policy=[{"action": "drop"}])
    assert "firewall" not in mcn.network.live.content
    assert mcn.network.live.stamp == "Production_1"


def test_a_policy_comes_back_with_all_defaults_as_the_reference_spells_them() -> None:
    mcn = Mcn()
    mcn.do(
        "PUT",
        "firewall",
        site_name="paris",
        firewall_local_policy=[{"ip_protocol_num": 6, "from_zones": "internet_zone"}],
    )
    (row,) = local(mcn, "paris")
    shown = {
        key: row[key] for key in ("id", "priority", "action", "match_type", "ip_dscp", "to_zones", "track_connection")
    }
    assert shown == {
        "id": 1,
        "priority": 100,
        "action": "allow",
        "match_type": "any;",
        "ip_dscp": "ANY",
        "to_zones": "any",
        "track_connection": True,
    }
    assert (row["ip_protocol_num"], row["from_zones"], row["policy_type"]) == (6, "internet_zone", "built_in")
    assert not {"source_port", "destination_port", "application", "source_ip_address"} & row.keys()


def test_a_put_replaces_the_lists_that_it_names_and_keeps_the_others() -> None:
    mcn = Mcn()
    nat = [{"id": 1, "inside_ip_address": "192.0.2.9"}]
    mcn.do(
        "PUT",
        "firewall",
        site_name="paris",
        firewall_local_policy=[{}, {"action": "drop"}],
        firewall_static_nat_policy=nat,
    )
    mcn.do("PUT", "firewall", site_name="paris", firewall_local_policy=[{"action": "reject"}])
    (item,) = mcn.do("GET", "firewall", site_name="paris")
    assert item["firewall_static_nat_policy"] == nat
    assert [row["action"] for row in item[LOCAL]] == ["reject"]

    rows = [{"action": "drop"}]
    name = {"firewall_policy_template_name": "branches"}
    mcn.do("POST", "firewall_policy_template", **name, pre_appliance_policies=rows, post_appliance_policies=rows)
    mcn.do("PUT", "firewall_policy_template", **name, pre_appliance_policies=[])
    (template,) = mcn.do("GET", "firewall_policy_template")
    assert (len(template["pre_appliance_policies"]), len(template["post_appliance_policies"])) == (0, 1)


@given(st.lists(st.one_of(st.none(), st.integers(1, 5000)), max_size=8))
def test_local_policies_are_ordered_by_priority_then_as_given_and_get_ids_and_even_priorities(
    priorities: list[int | None],
) -> None:
    mcn = Mcn()
    rows = [{"source_port": place, "priority": value} for place, value in enumerate(priorities)]
    mcn.do("PUT", "firewall", site_name="paris", firewall_local_policy=rows)
    shown = local(mcn, "paris")
    assert [row["priority"] for row in shown] == [100 * place for place in range(1, len(rows) + 1)]
    assert len({row["id"] for row in shown}) == len(rows)
    places = [row["source_port"] for row in shown]
    keys = [(10**9 if priorities[place] is None else priorities[place], place) for place in places]
    assert keys == sorted(keys)


def test_ids_stay_with_their_policies_and_are_not_given_twice() -> None:
    mcn = Mcn()
    mcn.do("PUT", "firewall", site_name="paris", firewall_local_policy=[{"source_port": 1}, {"source_port": 2}])
    first, second = local(mcn, "paris")
    mcn.do("PUT", "firewall", site_name="paris", firewall_local_policy=[second, second, {"id": 77}])
    assert [row["id"] for row in local(mcn, "paris")] == [second["id"], 3, 4]
    mcn.do("DELETE", "firewall_local_policy_delete", site_name="paris", id=3)
    assert [row["id"] for row in local(mcn, "paris")] == [second["id"], 4]
    gone = refused(mcn, "DELETE", "firewall_local_policy_delete", site_name="paris", id=first["id"])
    assert gone == f"Policy {first['id']} does not exist"


def test_a_package_that_is_read_again_keeps_its_ids() -> None:
    rows = [{"id": 7, "priority": 300}, {"priority": 200}, {"id": 4, "priority": 100}]
    once = complete({"firewall": {"paris": {"firewall_local_policy": rows}}})
    assert [row["id"] for row in once["firewall"]["paris"][LOCAL]] == [4, 8, 7]
    assert complete(once) == once


def test_things_that_exist_or_do_not_are_refused() -> None:
    mcn = Mcn()
    new = {"vendor": "Palo Alto Networks", "model": "VM 50"}
    assert refused(mcn, "POST", "hosted_firewall_template", name="pan", **new) == "pan already exists"
    assert refused(mcn, "PUT", "hosted_firewall_template", name="nap", **new) == "nap does not exist"
    assert refused(mcn, "DELETE", "hosted_firewall_template", name="nap") == "nap does not exist"
    assert refused(mcn, "PUT", "firewall", site_name="rome") == "Site rome does not exist"
    assert "Package lost" in refused(mcn, "GET", "firewall", package="lost")
    mcn.do("POST", "firewall", site_name="paris")
    assert "already exists" in refused(mcn, "POST", "firewall", site_name="paris")
    mcn.do("PUT", "hosted_firewall_template", name="pan", model="VM 50")
    (item,) = mcn.do("GET", "hosted_firewall_template")
    assert (item["model"], item["primary_management_server"]) == ("VM 50", "192.0.2.5")
    mcn.do("DELETE", "hosted_firewall_template", name="pan")
    assert mcn.do("GET", "hosted_firewall_template") == []


@pytest.mark.parametrize(
    "row",
    [
        {"action": "redirect"},
        {"action": "permit"},
        {"policy_type": "hosted"},
        {"source_service_type": "extranet"},
        {"priority": "first"},
        {"log_interval": 30},
        {"policy_type": "hosted_firewall"},
        {**REDIRECT, "service_redirection_vlan": "native"},
        "allow",
        {"action": "Allow"},
        {"match_type": "any"},
        {"ip_dscp": "EF"},
        {"ip_dscp": "default"},
        {"ip_dscp": "any"},
        {"source_service_type": "Internet"},
        {"from_zones": "Default_LAN_Zone"},
        {"from_zones": "guests"},
        {"from_zones": "default_lan_zone;internet_zone"},
        {"to_zones": ["internet_zone"]},
        {"destination_port": "443"},
        {"source_port": "1-2-3"},
        {"ip_protocol_num": "6"},
        {"ip_protocol_num": True},
        {"log_interval": "60"},
        {"track_connection": "true"},
        {"allow_fragments": 1},
        {"hosted_firewall_template": "pan"},
        {"colour": "red"},
    ],
)
def test_a_policy_outside_of_the_reference_is_refused_and_the_old_ones_stay(row: Any) -> None:
    mcn = Mcn()
    mcn.do("PUT", "firewall", site_name="paris", firewall_local_policy=[{"action": "drop"}])
    assert refused(mcn, "PUT", "firewall", site_name="paris", firewall_local_policy=[row])
    assert [item["action"] for item in local(mcn, "paris")] == ["drop"]


@pytest.mark.parametrize(
    "row",
    [
        {"destination_port": 443, "source_port": "1024-65535", "ip_protocol_num": 6},
        {"ip_dscp": "DEFAULT"},
        {"ip_dscp": "af31", "match_type": "application_objects", "application_objects": "any"},
        {"from_zones": "default_lan_zone", "to_zones": "any", "log_interval": 60, "track_connection": False},
        {"source_ip_address": None, "application": ""},
    ],
)
def test_a_policy_of_the_reference_is_taken_and_shown_as_it_was_typed(row: dict[str, Any]) -> None:
    mcn = Mcn()
    mcn.do("PUT", "firewall", site_name="paris", firewall_local_policy=[row])
    (shown,) = local(mcn, "paris")
    assert {key: shown.get(key) for key in row} == row


@pytest.mark.parametrize(
    ("resource", "item"),
    [
        ("global_network_settings", {"default_firewall_action": "reject"}),
        ("global_network_settings", {"enable_fips_mode": "no"}),
        ("global_network_settings", {"tcp_idle_timeout": "60"}),
        ("global_network_settings", {"network_encryption_mode": "AES"}),
        ("office_365_breakout_policy", {"enable_breakout_from_branch_optimize": "true"}),
        ("office_365_breakout_policy", {"enable_breakout_from_branch_optimize": 1}),
        ("firewall", {"site_name": "paris", "firewall_settings": [{"source_route_validation": 1}]}),
        ("firewall", {"site_name": "paris", "firewall_settings": [{"default_firewall_action": "reject"}]}),
        ("firewall", {"site_name": "paris", "firewall_settings": [{"colour": "red"}]}),
    ],
)
def test_settings_outside_of_the_reference_are_refused(resource: str, item: dict[str, Any]) -> None:
    mcn = Mcn()
    before = mcn.do("GET", resource)
    assert refused(mcn, "PUT", resource, **item).startswith("Invalid ")
    assert mcn.do("GET", resource) == before


def test_zones_of_the_network_are_a_switch() -> None:
    mcn = Mcn(f"{START}own_zones: true\n")
    zones = {"from_zones": "guests;internet_zone"}
    mcn.do("PUT", "firewall", site_name="paris", firewall_local_policy=[zones])
    assert local(mcn, "paris")[0]["from_zones"] == zones["from_zones"]


def test_a_hosted_firewall_policy_redirects_whatever_its_action_says() -> None:
    mcn = Mcn()
    mcn.do("PUT", "firewall", site_name="berlin", firewall_local_policy=[{**REDIRECT, "action": "drop"}])
    (row,) = local(mcn)
    assert (row["action"], row["service_redirection_vlan"]) == ("redirect", 0)


def test_management_servers_pass_both_ways_in_front_and_neither_a_put_nor_a_delete_removes_that() -> None:
    mcn = Mcn()
    mcn.do("PUT", "firewall", site_name="berlin", firewall_local_policy=[REDIRECT])
    (item,) = mcn.do("GET", "firewall", site_name="berlin")
    assert [(row["action"], bool(row.get("auto_generated"))) for row in item[LOCAL]] == [
        ("allow", True),
        ("allow", True),
        ("redirect", False),
    ]
    auto = local(mcn, auto=True)
    assert {row.get("destination_ip_address") or row.get("source_ip_address") for row in auto} == {"192.0.2.5"}
    mcn.do("PUT", "firewall", site_name="berlin", firewall_local_policy=item[LOCAL])
    mcn.do("PUT", "firewall", site_name="berlin", firewall_local_policy=local(mcn))
    assert local(mcn, auto=True) == auto
    assert len(local(mcn)) == 1
    text = refused(mcn, "DELETE", "firewall_local_policy_delete", site_name="berlin", id=auto[0]["id"])
    assert text == "Automatically created policies cannot be deleted"


def test_a_breakout_of_office_365_lets_it_pass_first_and_its_template_is_not_ours() -> None:
    mcn = Mcn()
    mcn.do("PUT", "office_365_breakout_policy", enable_breakout_from_branch_optimize=True)
    (seen,) = mcn.do("GET", "office_365_breakout_policy")
    assert [key for key, value in seen.items() if value is True] == ["enable_breakout_from_branch_optimize"]
    (template,) = mcn.do("GET", "firewall_policy_template")
    name = template["firewall_policy_template_name"]
    assert template["auto_generated"] is True
    assert [row["application_objects"] for row in template["pre_appliance_policies"]] == ["Office365_Optimize"]
    for method in ("PUT", "DELETE", "POST"):
        assert refused(mcn, method, "firewall_policy_template", firewall_policy_template_name=name)
    mcn.do("PUT", "office_365_breakout_policy", enable_breakout_from_branch_optimize=False)
    assert mcn.do("GET", "firewall_policy_template") == []


def test_a_template_is_attached_and_detached() -> None:
    mcn = Mcn()
    mcn.do("POST", "firewall_policy_template", firewall_policy_template_name="branches")
    mcn.do("PUT", "firewall", site_name="paris", firewall_settings=[{"policy_template_name": "branches"}])
    mcn.do("DELETE", "firewall_policy_template_delete", site_name="paris", template_name="branches")
    (item,) = mcn.do("GET", "firewall", site_name="paris")
    assert item["firewall_settings"] == []
    assert refused(mcn, "DELETE", "firewall_policy_template_delete", site_name="paris", template_name="branches")


def test_sites_pairs_and_zones_come_from_the_network() -> None:
    mcn = Mcn()
    assert [row["model"] for row in mcn.do("GET", "sites")] == ["cb2100", "cb1100", "cb1100"]
    assert [row["name"] for row in mcn.do("GET", "ha_appliance")] == ["berlin-a", "berlin-b"]
    mcn.do("POST", "firewall_zones", name="guests")
    assert [row["id"] for row in mcn.do("GET", "firewall_zones")] == [1, 2, 3, 4]


def test_center_has_the_same_editor_under_other_names() -> None:
    network = Network("sites: [{site_name: dc, model: cb2100}]")
    table = Editor(network).table(EDITOR)
    assert set(EDITOR.values()) < set(table)
    assert "config_editor/site" in table and "config_editor/sites" not in table
    assert not [resource for resource in table if not resource.startswith("config_editor/")]


def test_content_that_no_package_can_have_is_told_when_the_lab_starts() -> None:
    start = (
        "{sites: [{site_name: dc, model: x}], content: {firewall: {dc: {firewall_local_policy: [{action: redirect}]}}}}"
    )
    with pytest.raises(ValueError, match="content of the network: Invalid action redirect"):
        Editor(Network(start))
