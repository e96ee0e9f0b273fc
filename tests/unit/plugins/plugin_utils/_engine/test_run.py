# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The six steps, on a device that is a dictionary."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.failures import (
    ApplyFailed,
    ConcurrentChange,
    ValidationFailed,
)
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.operations import Operation, Plan
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.problems import Problem
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.run import Applied, converge

State = dict[str, int]


@dataclass
class Shelf:
    """A wing over a dict: keys are items, values their setting."""

    device: State
    desired: State
    problems: list[Problem] = field(default_factory=list)
    moves: int = 0  # how often somebody else changes it first
    deaf: bool = False  # accepts everything, keeps nothing
    defer: frozenset[str] = frozenset()
    log: list[str] = field(default_factory=list)

    def read(self) -> State:
        self.log.append("read")
        return dict(self.device)

    def desired_state(self, current: State) -> State:
        return {**current, **self.desired}

    def read_details(self, current: State, desired: State) -> None:
        self.log.append("survey")

    def check(self, current: State, desired: State) -> list[Problem]:
        return self.problems

    def plan(self, current: State, desired: State) -> Plan:
        todo = [
            Operation("update", key, (f"{key}={desired[key]}",), ())
            for key in desired
            if current.get(key) != desired[key]
        ]
        now, later = [op for op in todo if op.item not in self.defer], [op for op in todo if op.item in self.defer]
        return Plan(tuple(now), tuple(later)) if now else Plan(tuple(later))

    def apply(self, plan: Plan, current: State, desired: State) -> Applied:
        self.log.append("apply")
        if self.moves:
            self.moves -= 1
            self.device["other"] = self.moves
            raise ConcurrentChange("another session")
        if not self.deaf:
            self.device.update({op.item: desired[op.item] for op in plan.operations})
        return Applied(details={"seen": True})

    def show(self, state: State) -> State:
        return dict(sorted(state.items()))


def test_the_steps_come_in_order_and_the_second_run_changes_nothing() -> None:
    shelf = Shelf({"a": 1}, {"a": 2, "b": 3})
    outcome = converge(shelf, check_mode=False)
    assert shelf.log == ["read", "survey", "apply", "read"]
    assert (outcome.changed, outcome.before, outcome.after) == (True, {"a": 1}, {"a": 2, "b": 3})
    assert outcome.details == {"seen": True}
    assert not converge(shelf, check_mode=False).changed


def test_check_mode_plans_and_writes_nothing() -> None:
    shelf = Shelf({"a": 1}, {"a": 2})
    outcome = converge(shelf, check_mode=True)
    assert outcome.changed and outcome.plan.commands == ["a=2"] and shelf.device == {"a": 1}
    assert "apply" not in shelf.log


def test_a_broken_rule_stops_before_the_first_write_and_a_downgraded_one_warns() -> None:
    problem = Problem("S1", "a", "too many")
    shelf = Shelf({}, {"a": 1}, [problem])
    with pytest.raises(ValidationFailed, match="too many"):
        converge(shelf, check_mode=False)
    assert "apply" not in shelf.log
    assert [warning.rule for warning in converge(shelf, check_mode=False, warn_only=("S1",)).warnings] == ["S1"]


def test_somebody_else_is_read_again_once() -> None:
    shelf = Shelf({}, {"a": 1}, moves=1)
    assert converge(shelf, check_mode=False).after == {"a": 1, "other": 0}
    assert shelf.log.count("apply") == 2


def test_somebody_else_again_is_a_failure() -> None:
    shelf = Shelf({}, {"a": 1}, moves=2)
    with pytest.raises(ApplyFailed, match="keeps changing"):
        converge(shelf, check_mode=False)


def test_success_is_what_the_device_shows() -> None:
    with pytest.raises(ApplyFailed, match="does not show it") as caught:
        converge(Shelf({}, {"a": 1}, deaf=True), check_mode=False)
    assert [problem.item for problem in caught.value.problems] == ["a"]


def test_what_waits_is_not_missed_and_comes_with_the_next_run() -> None:
    shelf = Shelf({}, {"a": 1, "late": 2}, defer=frozenset({"late"}))
    first = converge(shelf, check_mode=False)
    assert [op.item for op in first.plan.deferred] == ["late"] and shelf.device == {"a": 1}
    assert converge(shelf, check_mode=False).after == {"a": 1, "late": 2}
