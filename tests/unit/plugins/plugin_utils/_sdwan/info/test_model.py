# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What sdwan_info shows of policies in the order of their evaluation, of firewalls and of counters."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.info.model import (
    counter,
    firewall_facts,
    ha_facts,
    in_order,
    packets,
)
from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.model import hosted_firewalls
from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.redirect.model import Redirects, redirects

# "Citrix SD-WAN: firewall policies"
STAGES = ["pre_templates", "pre_global", "local", "local_auto", "post_templates", "post_global"]
INTO = {"hosted_firewall_template": "pa", "service_redirection_interface": "Interface-1"}
REDIRECT: dict[str, Any] = {"policy_type": "hosted_firewall", "action": "redirect", **INTO}
ALLOW: dict[str, Any] = {"action": "allow"}
AUTO: dict[str, Any] = {**ALLOW, "auto_generated": True}
WEBEX: dict[str, Any] = {"action": "allow", "match_type": "application", "application": "webex"}


def template(name: str, pre: Any = (), post: Any = (), **more: Any) -> dict[str, Any]:
    rows = {"pre_appliance_policies": pre, "post_appliance_policies": post}
    return {"firewall_policy_template_name": name, **rows, **more}


def package(
    templates: Any = (), own: Any = (), attached: Any = (), everywhere: str = "", site: str = "berlin"
) -> Redirects:
    settings = [{"policy_template_name": name} for name in attached]
    firewall = {"site_name": site, "firewall_settings": settings, "firewall_local_policy": own}
    return redirects({"global_policy_template": everywhere}, (), templates, [firewall], {})


def source(number: int) -> dict[str, Any]:
    """A policy that is told from the others."""
    return {"action": "drop", "source_ip_address": f"192.0.2.{number}"}


def shown(state: Redirects, site: str = "berlin") -> list[tuple[Any, ...]]:
    return [
        (row["number"], row["stage"], row["template"], row["position"], row["policy"].get("source_ip_address"))
        for row in in_order(state, site)
    ]


def test_h17_a_site_evaluates_its_policies_in_six_stages() -> None:
    templates = [
        template("all", [source(3)], [source(9)]),
        template("a", [source(1)], [source(7), source(8)]),
        template("b", [source(2)]),
        template("unused", [source(99)], [source(99)]),
    ]
    own = [{**source(6), "auto_generated": True, "priority": 0}, {**source(5), "priority": 200}]
    state = package(templates, [*own, {**source(4), "priority": 100}], ["a", "b"], "all")
    assert shown(state) == [
        (1, "pre_templates", "a", 1, "192.0.2.1"),
        (2, "pre_templates", "b", 2, "192.0.2.2"),
        (3, "pre_global", "all", 1, "192.0.2.3"),
        (4, "local", None, 1, "192.0.2.4"),
        (5, "local", None, 2, "192.0.2.5"),
        (6, "local_auto", None, 1, "192.0.2.6"),
        (7, "post_templates", "a", 1, "192.0.2.7"),
        (8, "post_templates", "a", 2, "192.0.2.8"),
        (9, "post_global", "all", 1, "192.0.2.9"),
    ]


def test_a_template_that_is_attached_and_global_is_evaluated_once() -> None:
    state = package([template("a", [source(1)], [source(2)])], attached=["a"], everywhere="a")
    assert [row[1:3] for row in shown(state)] == [("pre_templates", "a"), ("post_templates", "a")]


def test_a_site_without_a_configuration_of_its_own_evaluates_what_is_everywhere() -> None:
    state = package([template("a", [source(1)], [source(2)])], own=[source(3)], everywhere="a")
    assert [row[1:3] for row in shown(state, "paris")] == [("pre_global", "a"), ("post_global", "a")]


def test_what_sd_wan_made_stands_in_front_and_is_shown_as_such() -> None:
    own = template("office", [AUTO], [AUTO], auto_generated=True)
    rows = in_order(package([template("a", [REDIRECT], [ALLOW]), own], attached=["a"]), "berlin")
    seen = [(row["stage"], row["template"], row["auto_generated"], row["redirect"]) for row in rows]
    assert seen == [
        ("pre_templates", "office", True, False),
        ("pre_templates", "a", False, True),
        ("post_templates", "office", True, False),
        ("post_templates", "a", False, False),
    ]


@pytest.mark.parametrize(
    ("own", "shadows"),
    [
        ([ALLOW, REDIRECT], [None, 1]),
        ([REDIRECT, ALLOW], [None, None]),
        ([{**ALLOW, "destination_port": "443"}, REDIRECT], [None, None]),
        ([ALLOW, {**REDIRECT, "destination_port": "443"}], [None, 1]),
        ([{"action": "count_and_continue"}, REDIRECT], [None, None]),
        ([REDIRECT, WEBEX], [None, 1]),
        ([WEBEX, REDIRECT], [None, None]),
        ([{"action": "drop"}, ALLOW, REDIRECT, REDIRECT], [None, None, 1, 1]),
        ([REDIRECT, {**REDIRECT, "destination_port": 443}], [None, 1]),
        ([{**REDIRECT, "destination_port": 443}, REDIRECT], [None, None]),
        ([REDIRECT, REDIRECT], [None, 1]),
        ([REDIRECT, {"action": "drop", "destination_port": 23}], [None, 1]),
        ([{"action": "drop"}, {"action": "reject", "destination_port": 23}], [None, None]),
    ],
)
def test_h18_h19_who_leaves_a_redirect_or_a_breakout_nothing(own: list[dict[str, Any]], shadows: list[Any]) -> None:
    assert [row["shadowed_by"] for row in in_order(package(own=own), "berlin")] == shadows


def test_a_breakout_after_all_stages_of_a_redirect_comes_too_late() -> None:
    rows = in_order(package([template("a", post=[WEBEX])], [REDIRECT], ["a"]), "berlin")
    assert [(row["stage"], row["shadowed_by"]) for row in rows] == [("local", None), ("post_templates", 1)]


def test_a_policy_is_shown_as_a_document_has_it() -> None:
    (row,) = in_order(package(own=[{**REDIRECT, "to_zones": "internet_zone", "ip_dscp": "ANY"}]), "berlin")
    assert row["policy"] == {"action": "redirect", **INTO, "to_zones": ["internet_zone"]}


_words = st.sampled_from(["", "a", "b", "c"])
_policies = st.lists(
    st.fixed_dictionaries(
        {"action": st.sampled_from(["allow", "drop", "count_and_continue", "redirect"])},
        optional={
            "auto_generated": st.booleans(),
            "destination_port": st.sampled_from(["80", "80-90", "any"]),
            "application": st.sampled_from(["webex", "any"]),
        },
    ),
    max_size=3,
)
_templates = st.lists(
    st.builds(template, _words, _policies, _policies, auto_generated=st.booleans()),
    max_size=3,
    unique_by=lambda item: item["firewall_policy_template_name"],
)
_packages = st.builds(package, _templates, _policies, st.lists(_words, max_size=3, unique=True), _words)


@given(_packages)
def test_numbers_go_on_positions_begin_anew_and_stages_never_go_back(state: Redirects) -> None:
    rows = in_order(state, "berlin")
    assert [row["number"] for row in rows] == [*range(1, len(rows) + 1)]
    stages = [row["stage"] for row in rows]
    assert stages == sorted(stages, key=STAGES.index)
    for stage in STAGES:
        positions = [row["position"] for row in rows if row["stage"] == stage]
        assert positions == [*range(1, len(positions) + 1)]


@given(_packages)
def test_whoever_shadows_comes_first_and_decides(state: Redirects) -> None:
    rows = in_order(state, "berlin")
    for row in rows:
        if row["shadowed_by"] is not None:
            assert row["shadowed_by"] < row["number"]
            assert rows[row["shadowed_by"] - 1]["policy"]["action"] != "count_and_continue"


@given(_packages)
def test_every_policy_that_concerns_the_site_is_shown_once(state: Redirects) -> None:
    concerned = {*state.sites["berlin"].templates, state.global_template}
    expected: Counter[str] = Counter({"": len(state.sites["berlin"].policies)})
    for name, item in state.templates.items():
        if item.auto or name in concerned:
            expected[name] += len(item.pre) + len(item.raw["post_appliance_policies"])
    found = Counter(row["template"] or "" for row in in_order(state, "berlin"))
    assert found == +expected


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from([*template("")]), _json), _json, _json)
def test_hostile_answers_never_raise_and_stay_json(item: dict[str, Any], rows: Any, name: Any) -> None:
    named = {**item, "firewall_policy_template_name": "a"}
    settings = {"global_policy_template": name}
    firewall = {"site_name": "berlin", "firewall_settings": rows, "firewall_local_policy": rows}
    for everywhere in (settings, {"global_policy_template": "a"}):
        shown = in_order(redirects(everywhere, (), [named, item], [firewall], {}), "berlin")
        assert json.loads(json.dumps(shown)) == shown
        own = rows if isinstance(rows, list) else [rows]
        assert sum(row["template"] is None for row in shown) == sum(isinstance(row, dict) for row in own)


# --- firewalls and counters


def test_a_firewall_is_shown_with_what_its_columns_mean() -> None:
    row = {"management_ip": "192.0.2.7", "admin_status": "Up", "operation_status": "Running", "packets_sent": "7"}
    found = firewall_facts(hosted_firewalls([row])[0])
    assert {**row, "packets_sent": 7}.items() <= found.items()
    assert (found["phase"], found["is_up"], found["device_url"]) == ("running", True, "https://192.0.2.7:4100")


def test_packets_are_those_of_all_firewalls() -> None:
    rows = [{"packets_sent": 3, "packets_received": "2", "packets_dropped": 1}, {"packets_sent": 4}, {}]
    assert packets(hosted_firewalls(rows)) == {"packets_sent": 7, "packets_received": 2, "packets_dropped": 1}
    assert packets([]) == {"packets_sent": 0, "packets_received": 0, "packets_dropped": 0}


def test_a_counter_keeps_its_fields_and_counts_in_numbers() -> None:
    row = {"id": 5, "action": "redirect", "packets": "10", "bytes": 1000, "from_zones": "any", "log": True}
    assert counter({**row, "deep": [1], "deeper": {"a": 1}}) == {**row, "packets": 10}


@pytest.mark.parametrize("row", [{}, {"packets": None, "bytes": "many"}, {"packets": [1], "bytes": {"a": 1}}])
def test_a_counter_that_counts_nothing_is_zero(row: dict[str, Any]) -> None:
    assert counter(row) == {"packets": 0, "bytes": 0}


@given(st.dictionaries(st.text(max_size=5), _json, max_size=5))
def test_a_counter_is_flat_and_bounded(row: dict[str, Any]) -> None:
    found = counter({**row, "action": "x" * 9999})
    assert len(found["action"]) == 500
    assert all(isinstance(value, str | int) for value in found.values())


@pytest.mark.parametrize(
    ("item", "active"),
    [
        ({"is_active": 1, "status": "Active"}, True),
        ({"is_active": "0", "status": "Standby"}, False),
        ({"status": "not configured"}, None),
        ({}, None),
    ],
)
def test_an_appliance_that_says_nothing_of_a_pair_is_neither_active_nor_standby(item: Any, active: Any) -> None:
    assert ha_facts(item) == {"is_active": active, "status": item.get("status", "")}
