# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each rule of the flow monitor: broken, and a near miss."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.problems import Problem
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.rules import overridable
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.flow_monitor.model import (
    EXTRAS,
    Filter,
    Monitor,
    TraceFile,
    file_of,
    filter_of,
)
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.flow_monitor.rules import (
    RULES,
    check,
    validate,
    wrong_log_name,
)

F, T = Filter("f"), TraceFile("t")
HIDDEN = Filter("f", extras=(("conn_tag", "5"),))


def broken(found: list[Problem]) -> list[str]:
    for problem in found:
        warns = problem.rule in {"M15", "M16", "M17", "M21"}
        assert problem.severity == ("warning" if warns else "error"), problem
        assert problem.message and problem.remedy and problem.item
    return [problem.rule for problem in found]


def of_filter(**criteria: Any) -> list[str]:
    return broken(validate([{"name": "f", "protocol": "tcp", **criteria}], None, "started", False))


def of_file(**options: Any) -> list[str]:
    return broken(validate([], {"name": "t", **options}, "started", False))


# rule, options of a filter that break it, options that just do not
OF_FILTERS: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("M1", {"name": ""}, {"name": "a"}),
    ("M1", {"name": "x" * 64}, {"name": "x" * 63}),
    ("M1", {"name": "a b"}, {"name": "a.b-c_D9"}),
    ("M1", {"name": "a?"}, {"name": "-a"}),
    ("M1", {"name": "\u0661"}, {"name": "1"}),
    ("M1", {"name": "a\n"}, {"name": "a"}),
    ("M1", {"name": "protocol"}, {"name": "protocols"}),
    ("M1", {"name": "dest"}, {"name": "dest1"}),
    ("M1", {"name": "i"}, {"name": "I"}),
    ("M2", {"source_prefix": "10.0.0"}, {"source_prefix": "10.0.0.0"}),
    ("M2", {"destination_prefix": "10.0.0.0/33"}, {"destination_prefix": "10.0.0.0/32"}),
    ("M2", {"source_prefix": ""}, {"source_prefix": "::1"}),
    (
        "M3",
        {"source_prefix": "10.0.0.1", "destination_prefix": "2001:db8::1"},
        {"source_prefix": "2001:db8::/32", "destination_prefix": "::1"},
    ),
    ("M4", {"source_port": "0"}, {"source_port": "1"}),
    ("M4", {"destination_port": "65536"}, {"destination_port": "65535"}),
    ("M4", {"destination_port": "1-2"}, {"destination_port": "https"}),
    ("M5", {"protocol": "256"}, {"protocol": "255"}),
    ("M5", {"protocol": "tcpp"}, {"protocol": "TCP"}),
    ("M6", {"conn_tag": 4294967296}, {"conn_tag": 4294967295}),
    ("M6", {"conn_tag": -1}, {"conn_tag": 0}),
    ("M6", {"vxlan_vni": 16777216}, {"vxlan_vni": 16777215}),
    ("M6", {"geneve_vni": 16777216}, {"geneve_vni": 0}),
    ("M7", {"interface": "ge-0/0/0?"}, {"interface": "ge-0/0/0"}),
    ("M7", {"interface": ""}, {"interface": "reth0.0"}),
    ("M7", {"tenant": 'T"1'}, {"tenant": "T 1"}),
    ("M7", {"source_tenant": "T\n1"}, {"source_tenant": "T1"}),
    ("M7", {"destination_service": "a\\b"}, {"destination_service": "junos-https"}),
    ("M15", {"logical_system": "LS1"}, {"tenant": "LS1"}),
    ("M15", {"logical_system": "LS1"}, {"root_logical_system": True}),
]


@pytest.mark.parametrize(("rule", "wrong", "right"), OF_FILTERS)
def test_a_rule_of_filters_broken_and_nearly(rule: str, wrong: dict[str, Any], right: dict[str, Any]):
    assert of_filter(**wrong) == [rule]
    assert of_filter(**right) == []


def test_logical_systems_exclude_each_other():
    assert of_filter(logical_system="LS1", root_logical_system=True) == ["M15", "M19"]
    assert of_filter(logical_system="LS1", root_logical_system=False) == ["M15"]


def test_what_goes_needs_a_name_and_nothing_else():
    assert broken(validate([{"name": "protocol", "protocol": "wrong"}], None, "absent", False)) == []
    assert broken(validate([{"name": "a b"}], None, "absent", False)) == ["M1"]


@pytest.mark.parametrize(
    ("rule", "wrong", "right"),
    [
        ("M12", {"size": "10239"}, {"size": "10240"}),
        ("M12", {"size": "1073741825"}, {"size": "1g"}),
        ("M12", {"size": "many"}, {"size": "10k"}),
        ("M13", {"files": 1}, {"files": 2}),
        ("M13", {"files": 1001}, {"files": 1000}),
        ("M14", {"name": "../passwd"}, {"name": "passwd"}),
        ("M14", {"name": ".hidden"}, {"name": "hidden."}),
        ("M14", {"name": "x" * 256}, {"name": "x" * 255}),
        ("M14", {"name": "size"}, {"name": "sizes"}),
        ("M14", {"name": "w"}, {"name": "wo1"}),
        ("M7", {"match": "a?"}, {"match": "a{0,1}"}),
        ("M7", {"match": "a\\.b"}, {"match": "a[.]b"}),
        ("M7", {"match": "(a"}, {"match": "(a)"}),
        ("M7", {"match": "a{99999999999}"}, {"match": "a{999}"}),
    ],
)
def test_a_rule_of_trace_files_broken_and_nearly(rule: str, wrong: dict[str, Any], right: dict[str, Any]):
    assert of_file(**wrong) == [rule]
    assert of_file(**right) == []


def test_a_filter_stands_once():
    one, other = ({"name": name, "protocol": "tcp"} for name in "fF")
    assert broken(validate([one, one, other], None, "started", False)) == ["M8"]
    assert broken(validate([one, other], None, "started", False)) == []


def test_absent_names_what_goes_or_purges():
    assert broken(validate([], None, "absent", False)) == ["M18"]
    assert broken(validate([], None, "absent", True)) == broken(validate([{"name": "f"}], None, "absent", False)) == []


def against(current: Monitor, desired: Monitor, *named: Filter, **more: Any) -> list[str]:
    return broken(check(current, desired, named, more.pop("file", None), **{"changes": True, **more}))


READY = Monitor(True, T, {"f": F})


@pytest.mark.parametrize(
    ("rule", "desired"), [("M9", Monitor(True, T, {})), ("M10", Monitor(True, None, {"f": F})), ("", READY)]
)
def test_a_monitor_starts_with_a_filter_and_a_file(rule: str, desired: Monitor):
    assert against(Monitor(), desired) == ([rule] if rule else [])
    assert against(Monitor(), Monitor(False, desired.file, desired.filters)) == []  # at rest it needs neither


@pytest.mark.parametrize(
    ("current", "changes", "rule"),
    [
        (Monitor(traceoptions=True, tracing=True), True, "M11"),
        (Monitor(traceoptions=True, tracing=False), True, "M11"),
        (Monitor(True, T, {"f": F}, tracing=True, traceoptions=True), True, "M11"),
        (Monitor(True, T, {"f": F}, tracing=True, traceoptions=True), False, ""),  # runs on
        (Monitor(tracing=True), True, "M11"),
        (Monitor(True, T, {"f": F}, tracing=True), True, ""),
        (Monitor(tracing=None), True, ""),
        (Monitor(tracing=False), True, ""),
    ],
)
def test_nobody_starts_beside_traceoptions(current: Monitor, changes: bool, rule: str):
    assert against(current, READY, changes=changes) == ([rule] if rule else [])
    assert against(current, Monitor(False, T, {"f": F}), changes=changes) == []  # at rest it is in nobody's way


def test_a_monitor_of_somebody_else_is_not_touched_unless_it_stays_as_it_is():
    assert against(READY, READY, foreign="the monitor runs already") == ["M20"]
    assert against(READY, READY, foreign="the monitor runs already", changes=False) == []


EVERYTHING: list[dict[str, Any]] = [
    {},
    {"source_prefix": "0.0.0.0/0", "destination_prefix": "0.0.0.0/0"},
    {"destination_prefix": "::/0"},
    {"root_logical_system": True},
]


@pytest.mark.parametrize("criteria", EVERYTHING)
def test_a_filter_that_matches_everything_warns(criteria: dict[str, Any]):
    entry = {"name": "f", **criteria}
    for state in ("started", "present", "stopped"):
        (found,) = validate([entry], None, state, False)
        assert (found.rule, found.severity, found.item) == ("M21", "warning", "filters[f]")
    assert validate([entry], None, "absent", False) == []
    for narrow in ({"protocol": "icmp"}, {"interface": "reth0"}, {"conn_tag": 5}, {"source_port": "1"}):
        assert broken(validate([{**entry, **narrow}], None, "started", False)) == []


def test_a_criterion_that_is_not_shown_cannot_be_verified():
    shown = Monitor(True, T, {"f": F})
    assert against(shown, READY, HIDDEN) == ["M16"]
    assert against(Monitor(True, T, {"f": HIDDEN}), READY, HIDDEN) == []  # is shown
    assert against(Monitor(), READY, HIDDEN) == []  # is made now
    other = Monitor(True, T, {"f": Filter("f", "10.0.0.1/32")})
    assert against(other, READY, HIDDEN) == []  # is made anew


def test_what_is_not_shown_of_a_trace_file_cannot_be_verified():
    sized = TraceFile("t", 20480)
    for changes in (True, False):  # of filters, say
        assert against(READY, READY, file=sized, changes=changes) == ["M17"]
    assert against(READY, READY, file=sized, forced=True) == []  # is set now
    assert against(READY, READY, file=TraceFile("t")) == []
    assert against(READY, READY, file=TraceFile("u", 20480)) == []
    assert against(Monitor(), READY, file=sized) == []


def test_every_rule_is_tried_here():
    """Each id is named by a row above or by another test of this file."""
    source = ast.parse(Path(__file__).read_text(encoding="utf-8"))
    tried = {
        node.value
        for part in source.body
        for node in ast.walk(part)
        if getattr(part, "name", "broken") not in ("broken", "test_every_rule_is_tried_here")
        and isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and node.value in RULES
    }
    assert tried | {rule for rule, *_rest in OF_FILTERS} == set(RULES)
    assert overridable(RULES) == {"M3"}


texts = st.one_of(st.none(), st.text(max_size=12))
entries = st.fixed_dictionaries(
    {"name": st.text(max_size=70)},
    optional={
        **dict.fromkeys(("source_prefix", "destination_prefix", "source_port", "destination_port", "protocol"), texts),
        **dict.fromkeys(("interface", "logical_system", "tenant", "source_tenant", "destination_service"), texts),
        **{key: st.none() | st.integers() for key in ("conn_tag", "vxlan_vni", "geneve_vni")},
        "root_logical_system": st.none() | st.booleans(),
    },
)


@given(entries)
def test_what_the_rules_let_through_can_be_typed(entry: dict[str, Any]):
    found = broken(validate([entry], None, "started", False))
    if set(found) <= {"M15", "M3", "M21"}:
        assert filter_of(entry).command.isprintable()
        assert set(dict(filter_of(entry).extras)) <= set(EXTRAS)


@given(
    st.fixed_dictionaries(
        {"name": st.text(max_size=10), "size": texts, "files": st.none() | st.integers(), "match": texts},
    )
)
def test_a_trace_file_that_the_rules_let_through_can_be_typed(entry: dict[str, Any]):
    if not validate([], entry, "started", False):
        assert file_of(entry).command.isprintable()
        assert not wrong_log_name(entry["name"])


@pytest.mark.parametrize(("given", "file", "most"), [("x" * 64, "t", 63), ("x", "t" * 256, 255)])
def test_a_name_that_is_too_long_is_told_how_long_it_may_be(given: str, file: str, most: int):
    found = validate([{"name": given, "protocol": "tcp"}], {"name": file}, "started", False)
    (problem,) = (problem for problem in found if problem.severity == "error")
    assert f"it has {most + 1} characters, at most {most} are allowed" in problem.message
    assert "at most 255" in wrong_log_name("t" * 256) and wrong_log_name("t" * 255) == ""


@pytest.mark.parametrize("name", ["", ".", "..", "../x", "a/b", "a b", "a?", "x" * 256, "a\n"])
def test_a_log_is_named_plainly(name: str):
    assert wrong_log_name(name)
    assert not wrong_log_name("trace.0.gz")
