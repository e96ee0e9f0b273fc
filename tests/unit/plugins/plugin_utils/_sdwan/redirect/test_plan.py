# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Laws of redirects: the plan gives what is wanted, a second one is empty, its undo gives what was; what each state owns.

The editor that carries the requests out is a plain model of NITRO: a POST adds, a PUT replaces the lists that it names and keeps
the rest, a DELETE removes what its keys name.
"""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import Any
from urllib.parse import quote, unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.operations import Plan
from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.change_plan import (
    ACTIVATE,
    COMPILE,
    PACKAGE,
    SAVE_AS,
    ChangeOptions,
    PackageRequests,
    Unfinished,
)
from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.redirect.model import (
    Policy,
    PolicyTemplate,
    Redirects,
    SiteFirewall,
    policy,
    redirects,
    to_entry,
    to_item,
)
from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.redirect.plan import (
    desired_state,
    edits,
    owned,
    plan,
)
from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.resources import Resources, parsed

TABLE = Resources("sdwan")
PREPARED = ChangeOptions("P", "P_before", activate=False)


def planned(current: Redirects, desired: Redirects) -> Plan:
    """Without an activation, which nothing takes back."""
    return plan(current, desired, TABLE, PREPARED)


NAMED = {
    "hosted_firewall_template": "name",
    "firewall_policy_template": "firewall_policy_template_name",
    "firewall": "site_name",
}


class Editor:
    """One package."""

    def __init__(self) -> None:
        self.settings: dict[str, Any] = {"default_firewall_action": "allow"}
        self.breakout: dict[str, Any] = {}
        self.things: dict[str, dict[str, dict[str, Any]]] = {name: {} for name in NAMED}
        self.last_id = 0

    def seen(self) -> Redirects:
        lists = [[*self.things[name].values()] for name in NAMED]
        return redirects(self.settings, lists[0], lists[1], lists[2], self.breakout)

    def run(self, lines: list[str]) -> None:
        for line in lines:
            method, path, body = parsed(line)
            group, name, *keys = path.split("/")
            if group == "config":  # the steps around the edits
                continue
            assert group == "config_editor"
            if method == "DELETE":
                self.remove(
                    name, {key: unquote(value) for key, value in (pair.split("=") for pair in keys[0].split(","))}
                )
            else:
                item = copy.deepcopy(body[name])
                assert item.pop("package_name") == "P"
                self.write(method, name, item)

    def write(self, method: str, name: str, item: dict[str, Any]) -> None:
        if name == "global_network_settings":
            self.settings |= item
        elif name == "office_365_breakout_policy":
            self.breakout |= item
        else:
            key, things = item[NAMED[name]], self.things[name]
            assert (key in things) == (method == "PUT") or name == "firewall"
            things[key] = {**things.get(key, {}), **item}
            for row in things[key].get("firewall_local_policy", []):
                if "id" not in row:
                    self.last_id += 1
                    row["id"] = self.last_id

    def remove(self, name: str, keys: dict[str, str]) -> None:
        assert keys.pop("package_name") == "P"
        if name in NAMED:
            del self.things[name][keys[NAMED[name]]]
            return
        site = self.things["firewall"][keys["site_name"]]
        part, own, key = {
            "firewall_local_policy_delete": ("firewall_local_policy", "id", "id"),
            "firewall_policy_template_delete": ("firewall_settings", "policy_template_name", "template_name"),
        }[name]
        left = [row for row in site[part] if str(row.get(own)) != keys[key]]
        assert len(left) == len(site[part]) - 1
        site[part] = left


TARGETS = st.sampled_from([("pa", "Interface-1"), ("pa", "Interface-2"), ("pb", "Interface-1")])
POLICIES = st.builds(
    lambda action, target, port, kind, zones, flags: {
        **(
            {"action": action}
            if action != "redirect"
            else {"hosted_firewall_template": target[0], "service_redirection_interface": target[1]}
        ),
        **({"destination_port": port} if port else {}),
        **({"destination_service_type": kind} if kind else {}),
        **({"from_zones": zones} if zones else {}),
        **flags,
    },
    st.sampled_from(["allow", "drop", "redirect"]),
    TARGETS,
    st.sampled_from(["", "80", "443-445"]),
    st.sampled_from(["", "internet", "virtual_path"]),
    st.sampled_from([[], ["internet_zone"], ["default_lan_zone", "internet_zone"]]),
    st.sampled_from([{}, {"track_connection": False}, {"log_interval": 60, "log_connection_end": True}]),
)
LISTS = st.lists(POLICIES, max_size=4)
SITES = ("berlin", "paris")
HOSTED = st.builds(
    lambda name, model, server, interfaces: {
        "name": name,
        "vendor": "Palo Alto Networks",
        "model": model,
        **({"primary_management_server": server} if server else {}),
        "service_redirection_interfaces": [{"interface": "Interface-1", "vlan": vlan} for vlan in interfaces],
    },
    st.sampled_from(["pa", "pb"]),
    st.sampled_from(["VM 50", "VM 100"]),
    st.sampled_from(["", "192.0.2.1"]),
    st.sets(st.integers(0, 3), min_size=1, max_size=2).map(sorted),
)
TEMPLATES = st.builds(
    lambda name, everywhere, sites, policies: {
        "name": name,
        "global": everywhere,
        "sites": sites,
        "pre_appliance_policies": policies,
    },
    st.sampled_from(["t1", "t2"]),
    st.sampled_from([None, True, False]),
    st.sampled_from([None, [], ["berlin"], ["paris", "berlin"]]),
    st.none() | LISTS,
)
SITE_LISTS = st.builds(lambda site, policies: {"site": site, "policies": policies}, st.sampled_from(SITES), LISTS)


def documents(**fixed: Any) -> st.SearchStrategy[dict[str, Any]]:
    def clean(document: dict[str, Any]) -> dict[str, Any]:
        return {key: value for key, value in document.items() if value not in (None, [], {})}

    return st.fixed_dictionaries(
        {
            "connection_match_type": st.sampled_from([None, "symmetric", "directional"]),
            "hosted_firewall_templates": st.lists(HOSTED, max_size=2, unique_by=lambda item: item["name"]),
            "policy_templates": st.lists(TEMPLATES, max_size=2, unique_by=lambda item: item["name"]),
            "site_policies": st.lists(SITE_LISTS, max_size=2, unique_by=lambda item: item["site"]),
            "office_365_breakout": st.dictionaries(
                st.sampled_from(["optimize", "allow", "default"]), st.booleans(), max_size=2
            ),
            "trusted_applications": st.lists(st.sampled_from(["webex", "box"]), unique=True, max_size=2),
            **fixed,
        }
    ).map(clean)


STATES = st.sampled_from(["merged", "replaced", "overridden", "deleted"])


def carried(document: dict[str, Any], extra: dict[str, Any] | None = None) -> Editor:
    """An editor whose package carries a document, and things of others."""
    editor = Editor()
    for name, item in (extra or {}).items():
        editor.things["firewall"][name] = item
    start = editor.seen()
    editor.run(planned(start, desired_state(start, document, "merged")).commands)
    return editor


OTHERS: dict[str, Any] = {
    "rome": {
        "site_name": "rome",
        "firewall_settings": [],
        "firewall_local_policy": [{"id": 900, "action": "drop", "priority": 100}],
        "firewall_static_nat_policy": [{"name": "n"}],
    }
}


@settings(max_examples=250, deadline=None)
@given(documents(), documents(), STATES)
def test_the_plan_gives_what_is_wanted_a_second_one_is_empty_and_its_undo_gives_what_was(before, document, state):
    editor = carried(before, OTHERS)
    current = editor.seen()
    desired = desired_state(current, document, state)
    found = planned(current, desired)
    assert Plan.from_dict(found.as_dict()) == found
    editor.run(found.commands)
    seen = editor.seen()
    assert without_empty(seen) == without_empty(desired)
    assert not planned(seen, desired_state(seen, document, state))
    assert editor.things["firewall"]["rome"]["firewall_static_nat_policy"] == [{"name": "n"}]
    assert seen.sites["rome"].policies == current.sites["rome"].policies
    editor.run(found.undo_commands)
    assert without_empty(editor.seen()) == without_empty(current)


def without_empty(state: Redirects) -> tuple[Any, ...]:
    """Comparable, without sites that nothing is configured for."""
    sites = {
        name: (site.templates, site.policies) for name, site in state.sites.items() if site.templates or site.policies
    }
    templates = {name: template.pre for name, template in state.templates.items()}
    return state.match_type, state.hosted, templates, state.global_template, sites, state.breakout


@settings(max_examples=200, deadline=None)
@given(POLICIES)
def test_a_policy_is_the_same_after_a_way_through_nitro_and_through_a_document(entry):
    first = policy(entry)
    assert policy(to_item(first)) == first
    assert policy(to_entry(first)) == first


@settings(max_examples=200, deadline=None)
@given(documents(), documents())
def test_what_others_have_stays_in_every_state(before, document):
    editor = carried(before, OTHERS)
    current = editor.seen()
    for state in ("merged", "replaced", "overridden", "deleted"):
        desired = desired_state(current, document, state)
        named = {item["name"] for item in document.get("policy_templates", [])}
        for name, template in current.templates.items():
            if name not in named:
                kept = [item for item in template.pre if not item.is_redirect]
                assert [item for item in desired.templates[name].pre if not item.is_redirect] == kept
        assert desired.sites["rome"].policies == current.sites["rome"].policies


def listed(current: list[dict[str, Any]], desired: list[dict[str, Any]], state: Any, **more: Any) -> list[str]:
    """Actions of a site's policies, with their ports."""
    start = carried({"site_policies": [{"site": "berlin", "policies": current}]}).seen()
    found = desired_state(start, {"site_policies": [{"site": "berlin", "policies": desired}], **more}, state)
    return [
        f"{item.action} {item.value('destination_port') or item.value('application') or ''}".strip()
        for item in found.sites["berlin"].policies
    ]


REDIRECT: dict[str, Any] = {"hosted_firewall_template": "pa", "service_redirection_interface": "Interface-1"}
ALLOW, DROP = ({"action": action, "destination_port": port} for action, port in (("allow", "443"), ("drop", "23")))


@pytest.mark.parametrize(
    ("current", "desired", "state", "left"),
    [
        ([DROP, REDIRECT], [ALLOW], "merged", ["drop 23", "allow 443", "redirect"]),
        ([DROP], [REDIRECT], "merged", ["drop 23", "redirect"]),
        ([], [REDIRECT, ALLOW], "merged", ["redirect", "allow 443"]),
        ([DROP], [ALLOW, REDIRECT], "merged", ["drop 23", "allow 443", "redirect"]),
        ([DROP, REDIRECT], [REDIRECT, DROP], "merged", ["drop 23", "redirect"]),
        ([DROP, REDIRECT], [REDIRECT, DROP], "replaced", ["redirect", "drop 23"]),
        ([DROP, REDIRECT], [], "replaced", []),
        ([DROP, REDIRECT], [DROP], "deleted", ["redirect"]),
    ],
)
def test_where_a_policy_comes_to_stand(current, desired, state, left):
    assert listed(current, desired, state) == left


def test_trusted_applications_come_before_the_first_redirect_and_go_with_it():
    trusted = {"trusted_applications": ["webex"]}
    assert listed([], [DROP, REDIRECT], "merged", **trusted) == ["drop 23", "allow webex", "redirect"]
    assert listed([REDIRECT], [REDIRECT], "merged", **trusted) == ["allow webex", "redirect"]
    assert listed([], [DROP], "merged", **trusted) == ["drop 23"]
    assert listed([{"action": "allow", "application": "webex"}, REDIRECT], [REDIRECT], "deleted", **trusted) == []


def test_a_site_that_is_named_without_policies_loses_all_redirects_and_nothing_else():
    start = carried({"site_policies": [{"site": "berlin", "policies": [DROP, REDIRECT]}]}).seen()
    found = desired_state(start, {"site_policies": [{"site": "berlin"}]}, "deleted")
    assert [item.action for item in found.sites["berlin"].policies] == ["drop"]


def test_what_sdwan_made_is_never_sent_away():
    auto = {
        "id": "auto1",
        "action": "allow",
        "destination_ip_address": "192.0.2.200",
        "auto_generated": True,
        "priority": 0,
    }
    editor = Editor()
    editor.things["firewall"]["berlin"] = {
        "site_name": "berlin",
        "firewall_settings": [],
        "firewall_local_policy": [auto],
    }
    template = {"firewall_policy_template_name": "auto", "auto_generated": True, "pre_appliance_policies": [auto]}
    editor.things["firewall_policy_template"]["auto"] = template
    start = editor.seen()
    for state in ("replaced", "overridden", "deleted"):
        document = {"site_policies": [{"site": "berlin", "policies": [REDIRECT]}]}
        lines = planned(start, desired_state(start, document, state)).commands
        assert not [line for line in lines if "auto" in line.split(" {")[0]]
        assert all('"id":"auto1"' in line for line in lines if line.startswith("PUT config_editor/firewall "))


@pytest.mark.parametrize(
    "attached",
    [
        {"nat": "a"},
        [{"nat": "a"}, {"nat": "b"}],
        [{"policy_template_name": "house", "order": 1}, {"nat": "a"}],
        [{"policy_template_name": ["odd"]}],
    ],
)
def test_settings_of_a_site_go_back_as_they_came(attached):
    editor = Editor()
    editor.things["firewall"]["berlin"] = {
        "site_name": "berlin",
        "firewall_settings": attached,
        "firewall_local_policy": [],
    }
    start = editor.seen()
    document = {"site_policies": [{"site": "berlin", "policies": [REDIRECT]}]}
    found = planned(start, desired_state(start, document, "merged"))
    (sent,) = [parsed(line)[2]["firewall"] for line in found.commands if line.startswith("PUT config_editor/firewall ")]
    expected = attached if isinstance(attached, list) else [attached]
    assert len(sent["firewall_settings"]) == len(expected)
    assert all(item in sent["firewall_settings"] for item in expected)


WORDS = st.sampled_from(
    [
        "name",
        "firewall_policy_template_name",
        "pre_appliance_policies",
        "site_name",
        "firewall_local_policy",
        "firewall_settings",
        "action",
        "from_zones",
        "priority",
        "service_redirection_interfaces",
        "interface",
        "vlan",
    ]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=5),
    max_leaves=20,
)


@settings(max_examples=300, deadline=None)
@given(JSON)
def test_answers_of_any_shape_are_read_without_an_error(body):
    items = [item for item in (body if isinstance(body, list) else [body]) if isinstance(item, dict)]
    state = redirects(items[0] if items else {}, items, items, items, items[0] if items else {})
    assert isinstance(state, Redirects)
    assert all(isinstance(item, Policy) for _where, item in state.redirects())


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ({"source_ip_address": "10.0.0.1/24"}, {"source_ip_address": "10.0.0.0/24"}),
        ({"source_ip_address": "10.0.0.1"}, {"source_ip_address": "10.0.0.1/32"}),
        ({"destination_ip_address": "2001:DB8::/32"}, {"destination_ip_address": "2001:db8::/32"}),
        ({}, {"source_ip_address": "0.0.0.0/0", "destination_ip_address": "any"}),
        ({"ip_dscp": "ef"}, {"ip_dscp": "EF"}),
        ({}, {"ip_dscp": "ANY", "match_type": "any;", "application_objects": "any"}),
        ({"destination_service_type": "internet"}, {"destination_service_type": "Internet"}),
        ({}, {"ip_protocol_num": 0}),
        ({"ip_protocol_num": 6}, {"ip_protocol_num": "6"}),
        ({"destination_port": "443"}, {"destination_port": 443}),
        ({"destination_port": "443"}, {"destination_port": "443-443"}),
        ({"destination_port": "80-90"}, {"destination_port": "80 - 90"}),
        ({"destination_port": "080"}, {"destination_port": 80}),
        ({"destination_port": "0080-090"}, {"destination_port": "80-90"}),
        ({"from_zones": ["b", "a"]}, {"from_zones": "a;b"}),
        ({"from_zones": ["default_lan_zone"]}, {"from_zones": "Default_LAN_Zone"}),
        ({"ip_dscp": "DEFAULT"}, {"ip_dscp": "default"}),
        ({}, {"track_connection": "true", "reverse_also": 0, "log_interval": "0"}),
    ],
)
def test_what_a_device_writes_otherwise_is_no_change(typed, shown):
    assert policy({"action": "allow", **typed}) == policy({"action": "Allow", **shown})


# Fields of a policy by "NetScaler SD-WAN NITRO API reference 11.0", config_editor/firewall_policy_template.
REFERENCE = {
    "action", "match_type", "application", "application_family", "application_objects", "ip_protocol_num", "source_ip_address",
    "source_port", "source_service_type", "source_service_name", "from_zones", "destination_ip_address", "destination_port",
    "destination_service_type", "destination_service_name", "to_zones", "ip_dscp", "allow_fragments", "track_connection",
    "reverse_also", "match_established", "log_connection_start", "log_connection_end", "log_interval", "priority", "id",
}  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ({"destination_port": "443"}, {"destination_port": 443}),
        ({"source_port": 53}, {"source_port": 53}),
        ({"destination_port": "443-443"}, {"destination_port": 443}),
        ({"destination_port": "80-90"}, {"destination_port": "80-90"}),
        ({"ip_protocol_num": "6"}, {"ip_protocol_num": 6}),
        ({"ip_dscp": "EF"}, {"ip_dscp": "ef"}),
        ({"ip_dscp": "Af31"}, {"ip_dscp": "af31"}),
        ({"ip_dscp": "default"}, {"ip_dscp": "DEFAULT"}),
        ({"source_service_type": "Virtual_Path"}, {"source_service_type": "virtual_path"}),
        ({"from_zones": ["Untrusted_Internet_Zone"]}, {"from_zones": "untrusted_internet_zone"}),
        ({"to_zones": ["guests"]}, {"to_zones": "guests"}),
        ({"application": "webex"}, {"application": "webex", "match_type": "application"}),
        ({"track_connection": False, "log_interval": 60}, {"track_connection": False, "log_interval": 60}),
    ],
)
def test_a_policy_is_sent_as_the_reference_spells_and_types_it(typed, sent):
    item = to_item(replace(policy({"action": "drop", **typed}), raw={}))
    assert {name: item[name] for name in sent} == sent
    assert item.keys() <= REFERENCE
    redirect = to_item(replace(policy({**REDIRECT, **typed}), raw={}))
    assert {name: redirect[name] for name in sent} == sent
    assert redirect.keys() - REFERENCE == {
        *("policy_type", "hosted_firewall_template", "service_redirection_interface", "service_redirection_vlan")
    }


def test_of_two_policies_that_are_the_same_the_one_that_is_too_many_is_deleted_by_its_number():
    editor = Editor()
    row = {"action": "drop", "destination_port": 23}
    rows = [{**row, "id": 4, "priority": 100}, {**row, "id": 9, "priority": 200}]
    editor.write("PUT", "firewall", {"site_name": "berlin", "firewall_local_policy": rows})
    once = {"site_policies": [{"site": "berlin", "policies": [row]}]}
    before = editor.seen()
    lines = planned(before, desired_state(before, once, "replaced")).commands
    assert [line for line in lines if "config_editor" in line] == [
        "DELETE config_editor/firewall_local_policy_delete/site_name=berlin,id=9,package_name=P"
    ]
    editor.run(lines)
    assert not planned(editor.seen(), desired_state(editor.seen(), once, "replaced"))


def test_a_policy_that_a_document_lists_twice_does_not_get_the_number_of_the_other_one():
    editor = Editor()
    row = {"action": "drop", "destination_port": 23}
    editor.write("PUT", "firewall", {"site_name": "berlin", "firewall_local_policy": [{**row, "id": 4}]})
    twice = {"site_policies": [{"site": "berlin", "policies": [row, row]}]}
    before = editor.seen()
    editor.run(planned(before, desired_state(before, twice, "replaced")).commands)
    assert sorted(item["id"] for item in editor.things["firewall"]["berlin"]["firewall_local_policy"]) == [1, 4]
    assert not planned(editor.seen(), desired_state(editor.seen(), twice, "replaced"))


@pytest.mark.parametrize("name", ["Zürich", "東京", "Кёльн 2"])
def test_names_of_any_language_go_into_paths_as_percent_encoded_utf_8(name):
    editor = Editor()
    document = {
        "hosted_firewall_templates": [{"name": name, "vendor": "Palo Alto Networks", "model": "VM 50"}],
        "policy_templates": [{"name": name, "sites": [name], "pre_appliance_policies": [REDIRECT]}],
        "site_policies": [{"site": name, "policies": [{"action": "drop"}]}],
    }
    before = editor.seen()
    desired = desired_state(before, document, "replaced")
    plan_of = planned(before, desired)
    paths = [line.split(" ")[1] for line in (*plan_of.commands, *plan_of.undo_commands)]
    assert all(path.isascii() for path in paths) and any(quote(name) in path for path in paths)
    editor.run(plan_of.commands)
    assert not planned(editor.seen(), desired)
    editor.run(plan_of.undo_commands)
    assert not editor.things["firewall_policy_template"]


# -- the plan around the edits ----------------------------------------------------------------------------------------

DOCUMENT = {"connection_match_type": "symmetric", "site_policies": [{"site": "berlin", "policies": [REDIRECT]}]}
LIVE = ChangeOptions("P", "P_before")


def test_a_change_is_a_transaction_and_nothing_to_do_is_none() -> None:
    start = Editor().seen()
    desired = desired_state(start, DOCUMENT, "merged")
    found = plan(start, desired, TABLE, LIVE, after=("the hosted firewalls of berlin are up",))
    items = [operation.item for operation in found.operations]
    assert (items[0], found.after) == (SAVE_AS, ("the hosted firewalls of berlin are up",))
    edited = edits(start, desired, PackageRequests(TABLE, "P"))
    assert found.operations[1 : 1 + len(edited)] == edited != ()
    assert items[1 + len(edited)] == COMPILE and ACTIVATE in items
    assert plan(desired, desired, TABLE, LIVE) == Plan()


def test_what_an_earlier_run_left_is_finished_by_the_steps_that_remain() -> None:
    left = replace(Editor().seen(), unfinished=Unfinished())
    items = [operation.item for operation in plan(left, left, TABLE, LIVE).operations]
    assert SAVE_AS not in items and items[0] == COMPILE and ACTIVATE in items
    assert plan(left, left, TABLE, PREPARED) == Plan()


def test_an_older_copy_is_imported_and_nothing_is_planned_on_it() -> None:
    old = replace(Editor().seen(), import_due=True)
    found = plan(old, desired_state(old, DOCUMENT, "merged"), Resources("sdwan_center"), LIVE, through_center=True)
    assert [operation.item for operation in found.operations] == [PACKAGE] and found.continues
    assert found.operations[0].undo is None


# -- what a document may change ---------------------------------------------------------------------------------------


def drop(port: str, **more: Any) -> dict[str, Any]:
    return {"action": "drop", "destination_port": port, **more}


def carrying(**policies: list[dict[str, Any]]) -> Redirects:
    editor = Editor()
    for site, listed in policies.items():
        item = {"site_name": site, "firewall_settings": [], "firewall_local_policy": listed}
        editor.things["firewall"][site] = item
    return editor.seen()


def test_what_is_owned_is_what_a_document_names_and_with_overridden_all_redirects() -> None:
    start = carrying(berlin=[drop("23")], paris=[drop("24"), REDIRECT])
    others = carrying(berlin=[drop("23", id=7, priority=300)], paris=[drop("25"), REDIRECT], rome=[drop("1")])
    own = carrying(berlin=[drop("22")], paris=[drop("24"), REDIRECT])
    without_theirs = carrying(berlin=[drop("23")], paris=[drop("24")])
    for state in ("merged", "replaced", "overridden", "deleted"):
        assert owned(others, DOCUMENT, state) == owned(start, DOCUMENT, state) != owned(own, DOCUMENT, state)
    same = [
        owned(without_theirs, DOCUMENT, state) == owned(start, DOCUMENT, state) for state in ("merged", "overridden")
    ]
    assert same == [True, False]


def test_a_match_type_a_global_template_and_breakouts_are_owned_where_the_document_says_so() -> None:
    named = {
        "office_365_breakout": {"optimize": True},
        "policy_templates": [{"name": "t", "global": True, "sites": ["berlin"]}],
    }
    start = Editor().seen()
    for changed in (
        replace(start, match_type="symmetric"),
        replace(start, breakout=frozenset({"allow"})),
        replace(start, templates={"house": PolicyTemplate("house", (policy(REDIRECT),))}),
    ):
        assert owned(changed, named, "merged") == owned(start, named, "merged")
    for changed in (
        replace(start, global_template="house"),
        replace(start, breakout=frozenset({"optimize"})),
        replace(start, templates={"t": PolicyTemplate("t", (policy(REDIRECT),))}),
        replace(start, sites={"berlin": SiteFirewall(("t",))}),
    ):
        assert owned(changed, named, "merged") != owned(start, named, "merged")
