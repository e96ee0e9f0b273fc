# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.problems import Problem
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.rules import (
    Finding,
    error,
    in_order,
    overridable,
    problems,
    rule_table,
    warning,
)

TABLE = rule_table(
    [error("Z1", "first", "a guide"), warning("A2", "second", "a guide"), error("B3", "x", "y", overridable=True)]
)


def test_problems_come_once_in_the_order_of_the_table_then_by_item_with_numbers_by_value() -> None:
    found = problems(
        TABLE,
        [
            Finding("A2", "port9", "m"),
            Finding("Z1", "port10", "m"),
            Finding("Z1", "port9", "m"),
            Finding("Z1", "port9", "m"),
        ],
    )
    assert [(problem.rule, problem.item, problem.severity) for problem in found] == [
        ("Z1", "port9", "error"),
        ("Z1", "port10", "error"),
        ("A2", "port9", "warning"),
    ]


def test_a_finding_on_something_unverified_only_warns() -> None:
    (found,) = problems(TABLE, [Finding("Z1", "a", "m", "r", warning=True, assumption="image")])
    assert (found.severity, found.remedy, found.assumption) == ("warning", "r", "image")
    assert "assumption" not in found.as_dict()


def test_an_error_that_may_be_downgraded_says_so_once() -> None:
    said = "B3 can be downgraded with warn_only."
    remedies = [
        ("", said),
        ("Wait.", f"Wait. {said}"),
        ("Wait, or name B3 in warn_only.", "Wait, or name B3 in warn_only."),
    ]
    for remedy, shown in remedies:
        assert problems(TABLE, [Finding("B3", "a", "m", remedy)])[0].remedy == shown
    for finding in (
        Finding("B3", "a", "m", "r", warning=True),
        Finding("Z1", "a", "m", "r"),
        Finding("A2", "a", "m", "r"),
    ):
        assert problems(TABLE, [finding])[0].remedy == "r"


def test_problems_of_other_tables_come_first() -> None:
    others = Problem("document", "config", "must be a mapping")
    assert in_order(TABLE, [*problems(TABLE, [Finding("Z1", "a", "m")]), others])[0] == others


def test_a_rule_that_is_listed_twice_or_not_at_all_is_an_error() -> None:
    with pytest.raises(ValueError, match="twice"):
        rule_table([*TABLE.values(), error("Z1", "again", "a guide")])
    with pytest.raises(KeyError):
        problems(TABLE, [Finding("Q9", "a", "m")])
    assert overridable(TABLE) == {"B3"}
