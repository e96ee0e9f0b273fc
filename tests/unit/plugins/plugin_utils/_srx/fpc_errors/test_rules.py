# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every rule of FPC error actions: one document that breaks it, and one that nearly does."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.problems import Problem
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.rules import overridable
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.states import STATES, State
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.chassis import Card, Chassis, Engine, parse_release
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.display_set import statements
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.fpc_errors.model import ALL, FpcErrors, Key, parse
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.fpc_errors.plan import desired_state
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.fpc_errors.rule_table import RULES
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.fpc_errors.rules import (
    Facts,
    check,
    restarting_slots,
    validate,
)
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.fpc_errors.tables import (
    ACTIONS,
    CARDS,
    DRIVERS,
    LEVEL_ROWS,
    LEVELS,
)

from .fpc_configs import configurations, documents

HELD: Mapping[int, str] = MappingProxyType({0: "SPC2", 1: "SPC2", 7: "IOC2", 11: "IOC3"})
Document = list[dict[str, Any]]


def chassis(
    cards: Mapping[int, str] = HELD, engine: str = "SRX5k RE-1800X4", version: int | None = 2, **more: Any
) -> Chassis:
    held = {slot: Card(slot, kind, kind) for slot, kind in cards.items()}
    return Chassis(**{"model": "SRX5800", "cards": held, "engines": (Engine(0, version, engine),), **more})


def facts(release: str = "18.4R3", *nodes: Chassis, **more: Any) -> Facts:
    return Facts(nodes or (chassis(),), "SRX5800", release, parse_release(release), **more)


def problems(
    document: Document | None, state: State = "merged", start: str = "", known: Facts | None = None
) -> list[Problem]:
    found = statements(start)
    current = parse(found.paths, found.inactive)
    return check(current, desired_state(current, document, state), document, state, known or facts())


def broken(*arguments: Any, **more: Any) -> list[tuple[str, str]]:
    return [(problem.rule, problem.severity) for problem in problems(*arguments, **more)]


GOOD: Document = [
    {"fpc": 0, "fatal": {"threshold": 1, "actions": ["alarm", "get-state"]}, "major": {"actions": ["alarm"]}},
    {"fpc": 7, "minor": {"threshold": 10, "actions": ["log"]}},
]


def test_a_good_document_breaks_no_rule() -> None:
    for release in ("15.1X49-D50", "17.3R1", "18.4R1", "21.4R3", "24.4R1-S2.9"):
        assert problems(GOOD, known=facts(release)) == []


# -- the device


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        (facts("21.4R3", chassis({}, model="SRX345", engines=())), [("F1", "error")]),
        (facts("21.4R3", chassis(model="SRX5400")), []),
        (Facts((), "", "21.4R3", parse_release("21.4R3")), [("F1", "warning")]),
        (facts("21.4R3", chassis(engine="SRX5k RE-13-20", version=1)), [("F2", "error")]),
        (facts("21.4R3", chassis(engine="SRX5K-RE3-128G", version=3)), []),
        (facts("21.4R3", chassis(engine="RE of tomorrow", version=None)), [("F2", "warning")]),
        (facts("15.1X49-D29"), [("F3", "error")]),
        (facts("15.1X49-D30"), [("F3", "warning")]),
        (facts("15.1X49-D50"), []),
        (facts("17.2R3"), [("F3", "error")]),
        (facts("17.3R1"), []),
        (facts("12.3X48-D105"), [("F3", "error")]),
        (facts("no release"), [("F3", "warning")]),
    ],
)
def test_chassis_routing_engine_and_release(known: Facts, expected: list[tuple[str, str]]) -> None:
    assert broken([{"fpc": 0, "major": {"actions": ["alarm"]}}], known=known) == expected


def test_settings_may_be_taken_away_wherever_they_stand() -> None:
    known = facts("12.1X46-D10", chassis({}, model="SRX345"))
    assert broken(None, "deleted", "set chassis fpc 0 error minor threshold 3", known) == []
    assert broken([], "overridden", "set chassis fpc 0 error minor threshold 3", known) == []


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("SPC2", []),
        ("IOC3", []),
        ("IOC", [("F4", "error")]),
        ("SPC", [("F4", "error")]),
        ("IOC4", [("F4", "warning")]),
        ("", [("F4", "warning")]),
    ],
)
def test_kinds_of_cards(kind: str, expected: list[tuple[str, str]]) -> None:
    assert broken([{"fpc": 3, "minor": {"threshold": 5}}], known=facts("18.4R1", chassis({3: kind}))) == expected


def test_an_empty_slot_and_how_slots_of_a_cluster_count() -> None:
    document: Document = [{"fpc": 2, "minor": {"threshold": 5}}]
    assert broken(document) == [("F5", "error")]
    assert "0, 1, 7, 11" in problems(document)[0].remedy
    on_node1 = facts("18.4R1", chassis(node="node0"), chassis({2: "IOC3"}, node="node1"), cluster=True)
    assert broken(document, known=on_node1) == []
    assert broken([{"fpc": 14, "minor": {"threshold": 5}}], known=on_node1) == []  # slot 2 of node1, counted on
    assert broken([{"fpc": 14, "minor": {"threshold": 5}}]) == [("F5", "error")]


# -- what restarts the chassis


@pytest.mark.parametrize("action", ["offline", "reset"])
@pytest.mark.parametrize("level", LEVELS)
def test_a_reset_of_an_spc2_needs_confirmation_and_says_what_happens(action: str, level: str) -> None:
    document: Document = [{"fpc": 0, level: {"actions": ["alarm", "log", action]}}]
    (problem,) = problems(document)
    assert (problem.rule, problem.severity, problem.item) == ("F6", "error", f"config[fpc 0].{level}.actions")
    assert "ALL FPCs" in problem.message and "whole chassis" in problem.message
    assert "confirm_chassis_restart" in problem.remedy
    assert [(each.rule, each.severity) for each in problems(document, known=facts(confirmed=True))] == [
        ("F6", "warning")
    ]
    assert broken([{"fpc": 7, level: {"actions": ["alarm", "log", action]}}]) == []


def test_all_fpcs_include_the_spc2() -> None:
    document: Document = [{"all": True, "major": {"actions": ["alarm", "reset"]}}]
    assert broken(document, known=facts("24.4R1")) == [("F6", "error")]
    assert broken(document, known=facts("24.4R1", chassis({7: "IOC2"}))) == []


def test_an_spc2_on_the_other_node_counts() -> None:
    known = facts("18.4R1", chassis({3: "IOC2"}), chassis({3: "SPC2"}, node="node1"), cluster=True)
    assert broken([{"fpc": 3, "major": {"actions": ["alarm", "reset"]}}], known=known) == [("F6", "error")]


def test_a_reset_that_stands_and_that_the_document_does_not_name_only_warns() -> None:
    start = "set chassis fpc 0 error fatal action alarm\nset chassis fpc 0 error fatal action reset"
    assert broken([{"fpc": 7, "minor": {"threshold": 5}}], start=start) == [("F6", "warning")]
    assert broken([{"fpc": 0, "fatal": {"threshold": 5}}], start=start) == [("F6", "warning")]
    assert broken([{"fpc": 0, "fatal": {"actions": ["alarm", "reset"]}}], start=start) == [("F6", "error")]


@pytest.mark.parametrize("kind", ["SPC3", "", "SPC"])
def test_whether_other_services_cards_restart_it_is_unverified(kind: str) -> None:
    document: Document = [{"fpc": 3, "major": {"actions": ["alarm", "reset"]}}]
    assert ("F6", "warning") in broken(document, known=facts("18.4R1", chassis({3: kind})))


def test_falling_back_to_default_actions_that_reset_needs_confirmation() -> None:
    start = "set chassis fpc 0 error fatal action alarm\nset chassis fpc 7 error fatal action alarm"
    (problem,) = problems(None, "deleted", start)
    assert (problem.rule, problem.severity, problem.item) == ("F7", "error", "config[fpc 0].fatal")
    assert "alarm, reset" in problem.message and "whole chassis" in problem.message
    assert broken(None, "deleted", start, facts(confirmed=True)) == [("F7", "warning")]
    assert broken([{"fpc": 0, "fatal": {"threshold": 2}}], "replaced", start) == [("F7", "error")]
    assert broken([{"fpc": 7}], "deleted", start) == []
    assert broken([{"fpc": 0, "major": {"actions": ["alarm"]}}], start="") == []  # the default stood before
    assert broken([{"fpc": 0, "fatal": {}}], "deleted", "set chassis fpc 0 error fatal action reset") == []


def test_slots_in_which_a_reset_restarts_the_chassis() -> None:
    assert restarting_slots(facts()) == {ALL, 0, 1}
    assert restarting_slots(facts("18.4R1", chassis(), cluster=True)) == {ALL, 0, 1, 12, 13}
    assert restarting_slots(facts("18.4R1", chassis({7: "IOC2"}))) == frozenset()


# -- advice


def test_a_list_that_is_the_default() -> None:
    known = facts("18.4R1", chassis({7: "IOC2"}))
    assert broken([{"fpc": 7, "fatal": {"actions": ["alarm", "reset"]}}], known=known) == [("F8", "warning")]
    assert broken([{"fpc": 7, "fatal": {"actions": ["reset", "alarm"]}}], known=known) == []
    stands = "set chassis fpc 7 error fatal action alarm\nset chassis fpc 7 error fatal action reset"
    assert broken([{"fpc": 7, "fatal": {"actions": ["alarm", "reset"]}}], start=stands, known=known) == []


@pytest.mark.parametrize("level", ["fatal", "major"])
def test_a_cluster_wants_the_alarm(level: str) -> None:
    document: Document = [{"fpc": 7, level: {"actions": ["log"]}}]
    pair = facts("18.4R1", chassis(), chassis(node="node1"), cluster=True)
    (problem,) = problems(document, known=pair)
    assert (problem.rule, problem.severity) == ("F9", "warning") and "redundancy group 1" in problem.message
    assert broken([{"fpc": 7, level: {"actions": ["log", "alarm"]}}], known=pair) == []
    assert broken([{"fpc": 7, level: {"threshold": 3}}], known=pair) == []
    assert broken([{"fpc": 7, "minor": {"actions": ["log"]}}], known=pair) == []
    assert broken(document) == []


def test_a_threshold_of_0_never_acts() -> None:
    assert broken([{"fpc": 7, "minor": {"threshold": 0}}]) == [("F10", "warning")]
    assert broken([{"fpc": 7, "minor": {"threshold": 1}}]) == []


def test_a_threshold_that_is_reached_already() -> None:
    known = facts(counts={Key(7, "minor"): 5, Key(11, "minor"): 5})
    (problem,) = problems([{"fpc": 7, "minor": {"threshold": 5}}], known=known)
    assert (problem.rule, problem.severity) == ("F18", "warning") and "5 minor errors" in problem.message
    assert broken([{"fpc": 7, "minor": {"threshold": 6}}], known=known) == []
    assert ("F18", "warning") not in broken([{"fpc": 7, "minor": {"threshold": 0}}], known=known)
    assert (
        broken([{"fpc": 7, "minor": {"threshold": 3}}], start="set chassis fpc 7 error minor threshold 3", known=known)
        == []
    )


# -- values


@pytest.mark.parametrize(
    ("level", "threshold", "fits"),
    [
        ("fatal", 1, True),
        ("fatal", 0, False),
        ("fatal", 1024, True),
        ("fatal", 1025, False),
        ("major", 0, False),
        ("major", 1024, True),
        ("minor", 0, True),
        ("minor", -1, False),
        ("minor", 1024, True),
        ("minor", 1025, False),
    ],
)
def test_thresholds(level: str, threshold: int, fits: bool) -> None:
    found = broken([{"fpc": 7, level: {"threshold": threshold}}])
    assert (("F11", "error") in found) is not fits


@pytest.mark.parametrize(
    ("release", "action", "expected"),
    [
        ("15.1X49-D60", "get-state", []),
        ("15.1X49-D60", "disable-pfe", ["error"]),
        ("17.3R1", "disable-pfe", ["warning"]),  # the row of 17.3 is unverified
        ("17.4R1", "disable-pfe", ["warning"]),  # its neighbour 18.4 has it
        ("17.4R1", "trap", ["error"]),
        ("18.4R3", "fault", []),
        ("18.4R3", "reset-pfe", ["error"]),
        ("21.4R3", "disable-pfe", []),
        ("21.4R3", "fault", ["warning"]),
        ("21.4R3", "trap", ["warning"]),
        ("24.4R1", "trap", []),
        ("24.4R1", "fault", ["error"]),
        ("25.2R1", "reset-pfe", []),
        ("18.4R3", "offline-pfe", ["warning"]),
        ("21.4R3", "offline-pfe", ["warning"]),
        ("24.4R1", "explode", ["error"]),
        ("?", "trap", ["warning"]),
        ("?", "alarm", []),
    ],
)
def test_actions_of_releases(release: str, action: str, expected: list[str]) -> None:
    found = problems([{"fpc": 7, "minor": {"actions": [action]}}], known=facts(release))
    assert [problem.severity for problem in found if problem.rule == "F12"] == expected


def test_an_action_is_named_once() -> None:
    assert broken([{"fpc": 7, "minor": {"actions": ["log", "alarm", "log"]}}]) == [("F13", "error")]


@pytest.mark.parametrize("action", ["", "two words", "a;b", "caf\u00e9", "log\nset system", "-x", "A" * 99])
def test_an_action_is_a_word(action: str) -> None:
    assert ("F19", "error") in broken([{"fpc": 7, "minor": {"actions": [action]}}])


def test_an_empty_list_is_not_no_action() -> None:
    assert broken([{"fpc": 7, "minor": {"threshold": 5, "actions": []}}]) == [("F16", "error")]
    assert broken([{"fpc": 7, "minor": {"actions": []}}], "deleted") == []


@pytest.mark.parametrize(
    ("release", "expected"),
    [("18.4R3", ["error"]), ("15.1X49-D50", ["error"]), ("22.2R1", ["warning"]), ("24.4R1", [])],
)
def test_all_fpcs_at_once_need_a_new_release(release: str, expected: list[str]) -> None:
    found = problems([{"all": True, "minor": {"threshold": 5}}], known=facts(release))
    assert [problem.severity for problem in found if problem.rule == "F14"] == expected


def test_nothing_is_written_below_what_is_deactivated() -> None:
    start = "set chassis fpc 7 error minor threshold 3\n"
    document: Document = [{"fpc": 7, "minor": {"threshold": 5}}]
    for above in ("chassis", "chassis fpc 7", "chassis fpc 7 error"):
        assert broken(document, start=f"{start}deactivate {above}") == [("F17", "error")]
    assert broken(document, start=f"{start}deactivate chassis fpc 7 error minor") == []  # ours, and written anew
    assert broken(document, start=f"{start}deactivate chassis fpc 8") == []


# -- the document itself


@pytest.mark.parametrize(
    ("document", "rules"),
    [
        ([{"fpc": 0}, {"fpc": 1}, {"all": True}], []),
        ([{"fpc": 0}, {"fpc": 0}], ["F13"]),
        ([{"all": True}, {"all": True}], ["F13"]),
        ([{"all": False}], ["F15"]),
        ([{}], ["F15"]),
        ([{"fpc": 0, "all": True}], ["F15"]),
        ([{"fpc": 23}], []),
        ([{"fpc": 24}], ["F15"]),
        ([{"fpc": -1}], ["F15"]),
        ([], []),
        (None, []),
    ],
)
def test_the_form_of_a_document(document: Document | None, rules: list[str]) -> None:
    assert [problem.rule for problem in validate(document, "merged")] == rules


def test_an_emptied_document_deletes_nothing() -> None:
    assert [problem.rule for problem in validate([], "deleted")] == ["document"]
    assert validate(None, "deleted") == []


def test_all_problems_come_at_once_and_in_the_order_of_the_table() -> None:
    document: Document = [
        {"fpc": 2, "minor": {"threshold": 5000, "actions": ["explode"]}},
        {"fpc": 0, "fatal": {"actions": ["reset"]}},
    ]
    assert [rule for rule, _severity in broken(document, known=facts("12.3R1"))] == ["F3", "F5", "F6", "F11", "F12"]


@settings(max_examples=60, deadline=None)
@given(
    configurations(), documents, st.sampled_from(STATES), st.sampled_from(["15.1X49-D30", "21.4R3", ""]), st.booleans()
)
def test_checking_never_raises_and_names_rules_of_the_table(
    config: Any, document: Document, state: State, release: str, cluster: bool
) -> None:
    for problem in problems(document, state, "\n".join(config.text()), facts(release, chassis(), cluster=cluster)):
        assert problem.rule in RULES and problem.message
        if problem.severity == "error" and problem.rule in overridable(RULES):
            assert "warn_only" in problem.remedy


# -- tables


def test_tables_hold_together() -> None:
    assert [row.release for row in ACTIONS] == sorted(row.release for row in ACTIONS)
    for level, row in LEVEL_ROWS.items():
        assert row.lowest <= row.threshold <= row.highest == 1024 and row.source, level
        assert all(set(row.actions) <= each.actions for each in ACTIONS), level
    assert {kind for driver in DRIVERS for kind in driver.cards} <= {kind for kind, row in CARDS.items() if row.handled}
    assert [kind for kind, row in CARDS.items() if row.restarts_chassis] == ["SPC2"]
    assert overridable(RULES) == {"F4", "F5", "F12", "F14"}
    assert FpcErrors() == FpcErrors(present=frozenset({1}))  # slots that others use are no difference


def test_a_chassis_whose_cards_are_not_told_is_taken_for_one_with_an_spc2() -> None:
    document: Document = [{"fpc": 3, "fatal": {"actions": ["reset"]}}]
    blind = facts("18.4R3", chassis(cards={}))
    assert ("F6", "error") in [(item.rule, item.severity) for item in problems(document, known=blind)]
    confirmed = facts("18.4R3", chassis(cards={}), confirmed=True)
    assert ("F6", "error") not in [(item.rule, item.severity) for item in problems(document, known=confirmed)]


def test_falling_back_to_a_reset_of_all_fpcs_needs_the_confirmation_too() -> None:
    start = "set chassis error fatal action reset\nset chassis fpc 0 error fatal action log\n"
    found = problems([{"fpc": 0}], "deleted", start, facts("24.4R1"))
    assert ("F7", "error") in [(item.rule, item.severity) for item in found]
