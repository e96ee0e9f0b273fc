# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rules of redirects: each broken once, and what comes close to breaking it."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.model import HostedFirewall
from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.redirect.model import Redirects, redirects
from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.redirect.plan import desired_state
from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.redirect.rules import (
    Context,
    after,
    check,
    check_order,
    validate,
    validate_package,
)

MODELS = {"dc": "cb2100", "berlin": "cb1100", "paris": "cb1100", "rome": "cb210"}
ZONES = frozenset({"default_lan_zone", "internet_zone", "untrusted_internet_zone"})
UP = {name: [HostedFirewall(name, admin_status="Up", operation_status="Running")] for name in ("berlin", "paris")}
AROUND = Context(MODELS, ZONES, UP)
TEMPLATE: dict[str, Any] = {
    "name": "pa",
    "vendor": "Palo Alto Networks",
    "model": "VM 50",
    "service_redirection_interfaces": [{"interface": "Interface-1"}, {"interface": "Interface-2", "vlan": 200}],
}
INTO: dict[str, Any] = {"hosted_firewall_template": "pa", "service_redirection_interface": "Interface-1"}
OUT = {**INTO, "destination_service_type": "internet"}
GOOD: dict[str, Any] = {
    "connection_match_type": "symmetric",
    "hosted_firewall_templates": [TEMPLATE],
    "policy_templates": [{"name": "some", "sites": ["paris"], "pre_appliance_policies": [OUT]}],
    "site_policies": [{"site": "berlin", "policies": [OUT]}],
}


def changed(**parts: Any) -> dict[str, Any]:
    return {**copy.deepcopy(GOOD), **parts}


def local(*policies: dict[str, Any], site: str = "berlin") -> dict[str, Any]:
    return changed(site_policies=[{"site": site, "policies": [*policies]}], policy_templates=[])


def hosted(**parts: Any) -> dict[str, Any]:
    return changed(hosted_firewall_templates=[{**TEMPLATE, **parts}])


def broken(
    document: dict[str, Any], *, state: Any = "merged", current: Redirects | None = None, around: Context = AROUND
) -> set[str]:
    """Ids of the rules that the document breaks by itself, or else by what it leads to."""
    found = validate(document, state)
    if not found:
        before = current or Redirects()
        found = check(before, desired_state(before, document, state), around)
    return {item.rule for item in found}


def package(document: dict[str, Any], **more: Any) -> Redirects:
    """A package that carries the document."""
    return desired_state(Redirects(), {**document, **more}, "merged")


def test_the_good_document_breaks_nothing() -> None:
    assert broken(GOOD) == set()
    assert (
        broken(
            {**GOOD, "site_policies": [{"site": "berlin", "policies": []}], "policy_templates": []}, state="replaced"
        )
        == set()
    )


BROKEN = [
    ("H1", local(OUT, site="rome"), {}),
    ("H1", changed(policy_templates=[{"name": "some", "sites": ["dc"], "pre_appliance_policies": [OUT]}], site_policies=[]), {}),
    ("H1", changed(policy_templates=[{"name": "g", "global": True, "pre_appliance_policies": [OUT]}], site_policies=[]),
     {"around": Context({"dc": "cb2100"}, ZONES, {})}),
    ("H2", hosted(model="VM 300"), {}),
    ("H2", hosted(vendor="Nobody"), {}),
    ("H3", hosted(deployment_mode="Layer 3"), {}),
    ("H3", hosted(service_redirection_interfaces=[{"interface": "Interface-3"}]), {}),
    ("H3", hosted(service_redirection_interfaces=[]), {}),
    ("H3", local({**OUT, "service_redirection_interface": "Interface-3"}), {}),
    ("H4", GOOD, {"around": Context(MODELS, ZONES, {**UP, "berlin": []})}),
    ("H4", GOOD, {"around": Context(MODELS, ZONES, {**UP, "paris": [HostedFirewall("paris", admin_status="Up", operation_status="Booting")]})}),
    ("H11", local(INTO), {}),
    ("H13", changed(connection_match_type="directional"), {}),
    ("H13", {key: value for key, value in GOOD.items() if key != "connection_match_type"}, {}),
    ("H14", local({**OUT, "service_redirection_interface": "Interface-2", "service_redirection_vlan": 200}), {}),
    ("H14", local({**INTO, "source_service_type": "internet"}), {}),
    ("H15", local({**OUT, "service_redirection_vlan": 300}), {}),
    ("H15", hosted(service_redirection_interfaces=[{"interface": "Interface-1", "vlan": 4095}]), {}),
    ("H15", GOOD, {"around": Context(MODELS, ZONES, UP, {"pa": frozenset({0})})}),
    ("H18", local({"action": "allow"}, OUT), {}),
    ("H18", local({"action": "drop", "destination_service_type": "internet"}, {**OUT, "destination_port": "443"}), {}),
    ("H18", changed(policy_templates=[{"name": "p", "sites": ["berlin"], "pre_appliance_policies": [{"action": "allow"}]}]), {}),
    ("H19", local(OUT, {"action": "allow", "application": "webex", "destination_service_type": "internet"}), {"state": "replaced"}),
    ("H24", local(OUT, site="bern"), {}),
    ("H24", local({**OUT, "hosted_firewall_template": "pb"}), {}),
    ("H24", local({**OUT, "from_zones": ["dmz"]}), {}),
    ("H25", changed(site_policies=[{"site": "berlin", "policies": [OUT]}] * 2), {}),
    ("H25", changed(policy_templates=[{"name": name, "global": True} for name in "ab"]), {}),
    ("H25", local({"action": "redirect", "hosted_firewall_template": "pa"}), {}),
    ("H25", local({**OUT, "action": "allow"}), {}),
    ("H25", local({**OUT, "application": "a", "application_family": "b"}), {}),
    ("H25", changed(hosted_firewall_templates=[{"name": "pa"}]), {}),
    ("H26", local({**OUT, "destination_ip_address": "10.0.0.300"}), {}),
    ("H26", local({**OUT, "destination_port": "https"}), {}),
    ("H26", local({**OUT, "destination_port": "90-80"}), {}),
    ("H26", local({**OUT, "log_interval": 5}), {}),
    ("H26", hosted(primary_management_server="a b"), {}),
    ("H26", changed(trusted_applications=["a\nb"]), {}),
    ("H29", {"connection_match_type": "symmetric"}, {"state": "overridden"}),
    ("H29", {}, {"state": "deleted"}),
    ("H31", hosted(vendor="Check Point", model="Edge"), {}),
    ("H32", GOOD, {"around": Context(MODELS, ZONES, None)}),
    ("H32", changed(policy_templates=[{"name": "g", "global": True, "pre_appliance_policies": [OUT]}], site_policies=[]),
     {"around": Context(MODELS, ZONES, None)}),
    ("H4", GOOD, {"around": Context(MODELS, ZONES, {**UP, "paris": [*UP["paris"], HostedFirewall("paris", "paris-b")]})}),
    ("H41", local(OUT, {"action": "allow", "application": "webex"}), {"state": "replaced"}),
    ("H29", {"trusted_applications": ["webex"], "site_policies": []}, {"state": "overridden"}),
    ("H15", local({**OUT, "service_redirection_vlan": -1}), {}),
    ("H26", local({**OUT, "ip_protocol_num": 0}), {}),
    ("H26", local({**OUT, "ip_protocol_num": 256}), {}),
    ("H40", GOOD, {"around": Context(MODELS, ZONES, {**UP, "paris": [replace(UP["paris"][0], model="VM 100")]})}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "document", "more"), BROKEN, ids=[f"{row[0]}-{number}" for number, row in enumerate(BROKEN)]
)
def test_a_document_that_breaks_a_rule_is_told_which(rule: str, document: dict[str, Any], more: dict[str, Any]) -> None:
    assert rule in broken(document, **more)


FINE = [
    ("H1", changed(policy_templates=[{"name": "g", "global": True, "pre_appliance_policies": [OUT]}], site_policies=[])),
    ("H1", local({"action": "drop", "destination_port": "23"}, site="rome")),
    ("H2", hosted(model="vm100")),
    ("H3", hosted(deployment_mode="virtual wire")),
    ("H11", local(OUT)),
    ("H14", local({**INTO, "source_service_type": "internet", "service_redirection_interface": "Interface-2", "service_redirection_vlan": 200})),
    ("H14", local({**INTO, "source_service_type": "internet", "destination_service_type": "internet"})),
    ("H15", local({**INTO, "service_redirection_interface": "Interface-2", "service_redirection_vlan": 200, "from_zones": ["internet_zone"]})),
    ("H18", local({"action": "allow", "destination_port": "443"}, OUT)),
    ("H18", local({"action": "count_and_continue"}, OUT)),
    ("H18", local({"action": "allow", "match_established": True}, OUT)),
    ("H18", local(OUT, {"action": "allow"})),
    ("H19", local({"action": "allow", "application": "webex"}, OUT)),
    ("H41", local({"action": "allow", "application": "webex"}, OUT)),
    ("H41", local({**OUT, "destination_port": "80"}, {"action": "allow", "application": "webex"})),
    ("H26", local({**OUT, "ip_protocol_num": 255})),
    ("H19", local({**OUT, "destination_port": "80"}, {"action": "allow", "application": "webex", "destination_service_type": "internet"})),
    ("H24", local({**OUT, "from_zones": ["internet_zone"]})),
    ("H26", local({**OUT, "destination_port": "80-90", "destination_ip_address": "2001:db8::/32", "log_interval": 60})),
    ("H26", hosted(primary_management_server="panorama.example.com", secondary_management_server="2001:db8::5")),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "document"), FINE, ids=[f"{row[0]}-{number}" for number, row in enumerate(FINE)])
def test_what_comes_close_is_fine(rule: str, document: dict[str, Any]) -> None:
    assert rule not in broken(document)


def test_vlans_and_tags_that_are_the_same_are_fine() -> None:
    around = Context(MODELS, ZONES, UP, {"pa": frozenset({0, 200})})
    assert broken(GOOD, around=around) == set()


def test_what_stood_before_is_no_reason_to_refuse_another_change() -> None:
    before = package(local({"action": "allow"}, OUT))
    assert broken({"site_policies": [{"site": "paris", "policies": [OUT]}]}, current=before) == set()


def test_only_sites_that_redirect_anew_and_could_are_asked_for_their_firewall() -> None:
    before = package(GOOD)
    unknown = Context(MODELS, ZONES, None)
    further = {**OUT, "destination_service_type": "intranet"}
    document = {"site_policies": [{"site": name, "policies": [further]} for name in ("paris", "rome")]}
    found = check(before, desired_state(before, document, "merged"), unknown)
    assert [(item.rule, item.item) for item in found if item.severity == "error"] == [
        ("H1", "site_policies[rome]"),
        ("H32", "site_policies[paris]"),
    ]


def test_a_template_of_all_sites_leaves_the_redirect_of_a_site_nothing() -> None:
    everywhere = {"name": "g", "global": True, "pre_appliance_policies": [{"action": "allow"}]}
    desired = desired_state(Redirects(), changed(policy_templates=[everywhere]), "merged")
    found = check(Redirects(), desired, AROUND)
    assert [(item.rule, item.item) for item in found] == [("H18", "site_policies[berlin]")]
    assert "policy template g" in found[0].message


def test_a_hosted_template_that_policies_use_is_not_deleted() -> None:
    before = package(GOOD)
    assert broken({"hosted_firewall_templates": [{"name": "pa"}]}, state="deleted", current=before) == {"H24"}
    everything = {**GOOD, "site_policies": [{"site": "berlin"}]}
    assert broken(everything, state="deleted", current=before) == set()


def test_the_order_of_a_package_is_checked_with_what_sdwan_made_itself() -> None:
    auto = {
        "action": "allow",
        "application_objects": "Office365_Optimize",
        "destination_service_type": "internet",
        "auto_generated": True,
    }
    redirect = {"policy_type": "hosted_firewall", **OUT}

    def of(*pre: dict[str, Any]) -> Redirects:
        template = {"firewall_policy_template_name": "t", "pre_appliance_policies": [*pre]}
        sites = [{"site_name": "berlin", "firewall_settings": [{"policy_template_name": "t"}]}]
        return redirects({"connection_match_type": "symmetric"}, [], [template], sites, {})

    assert check_order(of(redirect), of(auto, redirect)) == []
    assert [item.rule for item in check_order(of(redirect), of(redirect, auto))] == ["H19"]
    assert check_order(of(redirect, auto), of(redirect, auto)) == []


@pytest.mark.parametrize("hostile", ["a/b", "a\nb", "a\x00b", "../x", "x" * 200, "", " a", "a=b", "a,b"])
def test_names_that_stand_in_paths_are_plain(hostile: str) -> None:
    for document in (
        changed(hosted_firewall_templates=[{**TEMPLATE, "name": hostile}]),
        changed(policy_templates=[{"name": hostile}]),
        changed(site_policies=[{"site": hostile, "policies": []}]),
    ):
        assert "H26" in {item.rule for item in validate(document, "merged")}
    assert "H26" in {item.rule for item in validate_package(hostile, "b")}


def test_the_backup_is_another_package() -> None:
    assert {item.rule for item in validate_package("P", "P")} == {"H25"}
    assert validate_package("P", "P_before") == []


TEXTS = (
    "application",
    "application_family",
    "application_objects",
    "source_service_name",
    "destination_service_name",
    "ip_dscp",
)


@pytest.mark.parametrize("option", TEXTS)
@pytest.mark.parametrize("hostile", ["a\nb", "a\x00b", "\x7f", "x" * 1000])
def test_texts_with_control_characters_or_without_end_are_refused(option: str, hostile: str) -> None:
    assert "H26" in {item.rule for item in validate(local({**OUT, option: hostile}), "merged")}


def test_a_site_that_is_gone_is_no_reason_to_refuse_to_delete_its_redirects() -> None:
    assert broken({"site_policies": [{"site": "bern"}]}, state="deleted") == set()


def test_every_problem_comes_at_once() -> None:
    document = changed(
        hosted_firewall_templates=[{**TEMPLATE, "vendor": "Nobody", "primary_management_server": "a b"}],
        site_policies=[{"site": "a/b", "policies": [{**OUT, "destination_port": "x"}, {"action": "redirect"}]}],
    )
    assert {item.rule for item in validate(document, "merged")} >= {"H2", "H25", "H26"}


# -- what an earlier stage may bring ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("hosted_now", "rule"), [({"berlin": [], "paris": UP["paris"]}, "H4"), (None, "H32")])
def test_firewalls_may_be_up_by_then_and_with_force_they_need_not_be(hosted_now, rule):
    before = Redirects()
    desired = desired_state(before, GOOD, "merged")
    for force, severity in ((False, "error"), (True, "warning")):
        around = replace(AROUND, hosted=hosted_now, force=force)
        found = [item for item in check(before, desired, around) if item.rule == rule]
        assert found
        assert {(item.assumption, item.severity) for item in found} == {("hosted_firewalls", severity)}


def test_a_plan_names_the_firewalls_that_it_newly_redirects_into_whether_they_are_up_or_not():
    before = Redirects()
    desired = desired_state(before, GOOD, "merged")
    expected = ["the hosted firewalls of berlin, paris are up"]
    assert after(before, desired, AROUND) == after(before, desired, replace(AROUND, hosted=None)) == expected
    assert after(desired, desired, AROUND) == []


OTHER = {**INTO, "service_redirection_interface": "Interface-2", "service_redirection_vlan": 200}


@pytest.mark.parametrize(
    ("policies", "rules"),
    [
        ([INTO, OTHER], {"H18"}),
        ([OTHER, INTO], {"H18"}),
        ([OUT, {**OUT, "destination_port": "443"}], {"H18"}),
        ([{**OUT, "destination_port": "443"}, OUT], set()),
        ([{**INTO, "source_ip_address": "10.0.0.0/8"}, {**OTHER, "source_ip_address": "10.1.0.0/16"}], {"H18"}),
        ([{**INTO, "source_ip_address": "10.1.0.0/16"}, {**OTHER, "source_ip_address": "10.0.0.0/8"}], set()),
        ([{**OUT, "destination_port": "80"}, {**OUT, "destination_port": "443"}], set()),
        ([{**OUT, "match_established": True}, OUT], set()),
        ([OUT, {**OUT, "reverse_also": True}], set()),
        ([{**OUT, "reverse_also": True}, OUT], {"H18"}),
        ([{**OUT, "reverse_also": True}, {**OTHER, "source_service_type": "internet"}], {"H18"}),
        ([OUT, OUT], {"H43"}),
        ([{**OUT, "from_zones": ["any"]}, {**OUT, "ip_dscp": "ANY"}], {"H43"}),
        ([OUT, {"action": "drop", "destination_service_type": "internet", "destination_port": "23"}], {"H43"}),
        ([{"action": "drop", "destination_service_type": "internet", "destination_port": "23"}, OUT], set()),
        ([OUT, {"action": "allow"}], set()),
    ],
)
def test_h18_h43_of_redirects_that_take_the_same_the_later_one_is_told_and_what_is_listed_twice(
    policies: list[dict[str, Any]], rules: set[str]
) -> None:
    assert broken(local(*policies), state="replaced") - {"H11"} == rules


def test_h43_the_same_policy_in_a_template_and_at_its_site_is_told_and_does_not_refuse() -> None:
    document = changed(site_policies=[{"site": "paris", "policies": [OUT]}])
    found = check(Redirects(), package(document), AROUND)
    assert [(item.rule, item.item, item.severity) for item in found] == [("H43", "site_policies[paris]", "warning")]
    assert check(package(document), package(document), AROUND) == []


def test_h18_a_redirect_of_the_global_template_takes_nothing_from_a_site_that_comes_after_it_in_another_way() -> None:
    everywhere = {"name": "everywhere", "global": True, "pre_appliance_policies": [INTO]}
    document = changed(policy_templates=[everywhere])
    found = check(Redirects(), package(document), AROUND)
    assert ("H18", "site_policies[berlin]") in {(item.rule, item.item) for item in found}


@pytest.mark.parametrize("name", ["Zürich", "東京-1", "Кёльн 2", "Köln", "4.Büro"])
def test_names_may_have_letters_of_any_language(name: str) -> None:
    template = {**TEMPLATE, "name": name}
    policy = {**OUT, "hosted_firewall_template": name}
    document = changed(
        hosted_firewall_templates=[template],
        policy_templates=[{"name": name, "sites": [name], "pre_appliance_policies": [policy]}],
        site_policies=[{"site": name, "policies": [policy]}],
    )
    assert [item for item in validate(document, "merged") if item.severity == "error"] == []
    assert validate_package(name, f"{name}_netsec_before") == []


@pytest.mark.parametrize(
    "name", ["a/b", "a,b", "a=b", "a:b", "a;b", "a%2Fb", "a\u0000", "ä\u200bb", "́a", " a", "a\ud800"]
)
def test_h26_names_with_a_character_that_means_something_in_a_path_do_not_fit(name: str) -> None:
    assert "H26" in {item.rule for item in validate(local(OUT, site=name), "merged")}


@pytest.mark.parametrize(
    ("zones", "rules"),
    [
        (["default_lan_zone"], set()),
        (["Default_LAN_Zone"], set()),
        (["any"], set()),
        (["default_lan_zone", "internet_zone"], {"H44"}),
        (["guests"], {"H44"}),
    ],
)
def test_h44_several_zones_and_a_zone_of_the_network_are_not_in_the_reference(
    zones: list[str], rules: set[str]
) -> None:
    around = replace(AROUND, zones=ZONES | {"guests"})
    for name in ("from_zones", "to_zones"):
        assert broken(local({**OUT, name: zones}), around=around) == rules
