# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Error actions of FPCs: configuration and document as objects, what each state owns, plans and their undo."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.states import STATES, State
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.display_set import statements
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.fpc_errors.model import (
    ALL,
    FpcErrors,
    Key,
    Setting,
    effect,
    from_document,
    parse,
    to_document,
)
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.fpc_errors.plan import (
    RESTARTS_CHASSIS,
    RESTARTS_FPC,
    desired_state,
    plan,
)

from .fpc_configs import Config, configurations, documents

START = """\
set chassis fpc 0 error fatal threshold 3
set chassis fpc 0 error fatal action alarm
set chassis fpc 0 error fatal action log
set chassis fpc 0 error minor threshold 20
set chassis fpc 1 pic 0 tunnel-services
set chassis fpc 1 error major action alarm
set chassis error fatal action alarm
"""


def read(config: Config) -> FpcErrors:
    found = statements("\n".join(config.text()))
    return parse(found.paths, found.inactive)


def planned(text: str, document: list[dict[str, Any]] | None, state: State) -> list[str]:
    current = read(Config(text))
    return plan(current, desired_state(current, document, state)).commands


# -- laws


@settings(max_examples=150, deadline=None)
@given(configurations(), documents, st.sampled_from(STATES))
def test_a_plan_brings_what_is_wanted_and_its_undo_what_was(
    config: Config, document: list[dict[str, Any]], state: State
) -> None:
    current, before = read(config), config.text()
    desired = desired_state(current, document, state)
    steps = plan(current, desired)
    seen = read(config.run(steps.commands))
    assert seen == desired
    assert not plan(seen, desired)
    assert not plan(seen, desired_state(seen, document, state))
    assert config.run(steps.undo_commands).text() == before


@settings(max_examples=100, deadline=None)
@given(configurations(), documents, st.sampled_from(STATES))
def test_each_operation_is_undone_by_its_own_undo(config: Config, document: list[dict[str, Any]], state: State) -> None:
    current = read(config)
    for operation in plan(current, desired_state(current, document, state)).operations:
        before = config.text()
        config.run(list(operation.do))
        after = config.text()
        config.run(list(operation.undo))
        assert config.text() == before
        config.run(list(operation.do))
        assert config.text() == after


@given(configurations())
def test_what_was_read_is_a_document_that_changes_nothing(config: Config) -> None:
    current = read(config)
    document = [
        {key: value for key, value in item.items() if key not in ("other", "inactive")} for item in to_document(current)
    ]
    assert desired_state(current, document, "merged").settings == current.settings
    assert from_document(document) == current.settings


@given(st.text(max_size=300))
def test_reading_never_raises(text: str) -> None:
    found = statements("set chassis fpc " + text)
    assert isinstance(parse(found.paths, found.inactive), FpcErrors)
    words = tuple(text.split())
    assert isinstance(parse([words, ("chassis", "error", *words)], [words]), FpcErrors)


# -- states


def test_merged_leaves_what_the_document_leaves_out() -> None:
    assert planned(START, [{"fpc": 0, "fatal": {"threshold": 5}}], "merged") == [
        "set chassis fpc 0 error fatal threshold 5"
    ]


def test_a_list_of_actions_is_written_whole_and_in_its_order() -> None:
    commands = planned(START, [{"fpc": 0, "fatal": {"actions": ["log", "alarm"]}}], "merged")
    path = "chassis fpc 0 error fatal action"
    assert commands == [f"delete {path}", f"set {path} log", f"set {path} alarm"]
    assert planned(START, [{"fpc": 0, "fatal": {"actions": ["alarm", "log"]}}], "merged") == []


def test_replaced_makes_a_named_fpc_as_written_and_leaves_others() -> None:
    commands = planned(START, [{"fpc": 0, "fatal": {"threshold": 3}}], "replaced")
    assert sorted(commands) == ["delete chassis fpc 0 error fatal action", "delete chassis fpc 0 error minor"]


def test_overridden_removes_others_but_never_what_is_no_error_action() -> None:
    commands = planned(START, [{"fpc": 0, "minor": {"threshold": 20}}], "overridden")
    assert sorted(commands) == [
        "delete chassis error fatal",
        "delete chassis fpc 0 error fatal",
        "delete chassis fpc 1 error major",
    ]


@pytest.mark.parametrize(
    ("document", "gone"),
    [
        ([{"fpc": 0}], ["delete chassis fpc 0", "delete chassis fpc 0 error fatal"]),
        ([{"fpc": 0, "minor": {}}], ["delete chassis fpc 0 error minor"]),
        ([{"all": True}], ["delete chassis error fatal"]),
        ([{"fpc": 9}], []),
    ],
)
def test_deleted_removes_what_is_named(document: list[dict[str, Any]], gone: list[str]) -> None:
    assert sorted(planned(START, document, "deleted")) == gone


def test_deleted_without_a_document_removes_all() -> None:
    assert len(planned(START, None, "deleted")) == 4


def test_an_entry_goes_with_its_last_statement_but_not_where_others_have_something_in_it() -> None:
    config = Config(START)
    config.run(planned(START, None, "deleted"))
    assert config.text() == ["set chassis fpc 1 pic 0 tunnel-services"]


# -- what is special


def test_a_deactivated_level_counts_as_not_there_and_is_written_anew() -> None:
    text = START + "deactivate chassis fpc 0 error fatal\n"
    current = read(Config(text))
    assert Key(0, "fatal") not in current.settings
    commands = planned(text, [{"fpc": 0, "fatal": {"threshold": 3}}], "merged")
    assert commands == ["delete chassis fpc 0 error fatal", "set chassis fpc 0 error fatal threshold 3"]
    assert to_document(current)[1]["inactive"] == ["chassis fpc 0 error fatal"]


def test_the_undo_of_a_new_fpc_takes_its_empty_entry_away() -> None:
    current = read(Config(START))
    document = [{"fpc": 1, "minor": {"threshold": 2}}, {"fpc": 2, "fatal": {"threshold": 2}, "minor": {"threshold": 2}}]
    operations = plan(current, desired_state(current, document, "merged")).operations
    assert [operation.undo for operation in operations] == [
        ("delete chassis fpc 1 error minor",),
        ("delete chassis fpc 2",),
        ("delete chassis fpc 2 error minor",),
    ]


def test_what_brings_a_reset_comes_last_and_is_marked() -> None:
    text = "set chassis fpc 7 error major action reset\n"
    current = read(Config(text))
    document = [
        {"fpc": 0, "major": {"actions": ["offline"]}},
        {"fpc": 7, "major": {"actions": ["alarm"]}},
        {"fpc": 8, "major": {"actions": ["reset"]}},
    ]
    operations = plan(current, desired_state(current, document, "merged"), frozenset({0})).operations
    assert [(operation.item, operation.risk) for operation in operations] == [
        ("config[fpc 7].major", ()),
        ("config[fpc 0].major", (RESTARTS_CHASSIS,)),
        ("config[fpc 8].major", (RESTARTS_FPC,)),
    ]


def test_falling_back_to_the_default_reset_is_marked_too() -> None:
    current = read(Config("set chassis fpc 0 error fatal action alarm\n"))
    (operation,) = plan(current, desired_state(current, None, "deleted"), frozenset({0})).operations
    assert operation.risk == (RESTARTS_CHASSIS,)


def test_an_own_setting_goes_before_that_of_all_and_both_before_the_default() -> None:
    state = FpcErrors({Key(ALL, "fatal"): Setting(7, ("log",)), Key(1, "fatal"): Setting(None, ("alarm",))})
    assert effect(state, 1, "fatal") == (7, ("alarm",), "fpc")
    assert effect(state, 2, "fatal") == (7, ("log",), "all")
    assert effect(state, 2, "minor") == (10, ("log",), "default")
    assert effect(FpcErrors(), 2, "fatal") == (1, ("alarm", "reset"), "default")


def test_other_statements_below_error_are_shown_and_kept() -> None:
    text = START + "set chassis fpc 0 error scope pfe category functional fatal threshold 3\n"
    current = read(Config(text))
    assert to_document(current)[1]["other"] == ["scope pfe category functional fatal threshold 3"]
    assert all("scope" not in line for line in planned(text, [], "overridden"))
