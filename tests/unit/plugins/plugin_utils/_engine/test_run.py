# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The six steps, on a device that is a dictionary."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.failures import (
    ApplyFailed,
    ConcurrentChange,
    ConnectionFailed,
    Dropped,
    ValidationFailed,
)
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.operations import Operation, Plan
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.plan_document import PlanDocument, Subject
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.problems import Problem
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.run import Applied, Run, Terms
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.run import converge as engine_converge

State = dict[str, int]


@dataclass
class Shelf:
    """A wing over a dict: keys are items, values their setting; 0 is none."""

    device: State
    wish: State
    problems: list[Problem] = field(default_factory=list)
    moves: int = 0  # how often another session changes it first
    deaf: bool = False  # accepts everything, keeps nothing
    defer: frozenset[str] = frozenset()
    first: str = ""  # an item that changes what the rest is planned on
    lost: bool = False  # the link goes behind the first write
    log: list[str] = field(default_factory=list)

    def desired(self) -> State:
        return self.wish

    def secrets(self) -> dict[str, str]:
        return {}

    def read(self) -> State:
        if self.lost and "apply" in self.log:
            raise Dropped("the link is gone")
        self.log.append("read")
        return dict(self.device)

    def desired_state(self, current: State) -> State:
        return {**current, **self.wish}

    def read_details(self, current: State, desired: State) -> None:
        self.log.append("details")

    def check(self, current: State, desired: State) -> list[Problem]:
        return self.problems

    def plan(self, current: State, desired: State) -> Plan:
        todo = [
            Operation("update", key, (f"{key}={desired[key]}",), ())
            for key in desired
            if current.get(key) != desired[key]
        ]
        ground = [operation for operation in todo if operation.item == self.first]
        if ground:
            return Plan(tuple(ground), continues=True)
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

    def owned(self, state: State) -> State:
        return {key: value for key, value in sorted(state.items()) if key in self.wish}

    def counts(self, state: State) -> Mapping[str, int]:
        return {"settings": sum(bool(value) for value in state.values())}

    def report(self) -> Mapping[str, Any]:
        return {}


def converge(shelf: Shelf, **terms: Any) -> Run:
    return engine_converge(shelf, Terms(**{"check_mode": False, **terms}))


def test_the_steps_come_in_order_and_the_second_run_changes_nothing() -> None:
    shelf = Shelf({"a": 1}, {"a": 2, "b": 3})
    run = converge(shelf)
    assert shelf.log == ["read", "details", "apply", "read"]
    assert (run.changed, run.before, run.after) == (True, {"a": 1}, {"a": 2, "b": 3})
    assert run.details == {"seen": True}
    assert not converge(shelf).changed


def test_check_mode_plans_and_writes_nothing() -> None:
    shelf = Shelf({"a": 1}, {"a": 2})
    run = converge(shelf, check_mode=True)
    assert run.changed and run.plan.commands == ["a=2"] and shelf.device == {"a": 1}
    assert "apply" not in shelf.log


def test_a_broken_rule_stops_before_the_first_write_and_a_downgraded_one_warns() -> None:
    problem = Problem("S1", "a", "too many")
    shelf = Shelf({}, {"a": 1}, [problem])
    with pytest.raises(ValidationFailed, match="too many") as caught:
        converge(shelf)
    assert "apply" not in shelf.log and caught.value.run.before == caught.value.run.after == {}
    assert [warning.rule for warning in converge(shelf, warn_only=("S1",)).warnings] == ["S1"]


def holding(shelf: Shelf, moved: str = "") -> Callable[[Plan], AbstractContextManager[str]]:
    """Logs when other runs are kept away, and until when."""

    @contextmanager
    def hold(plan: Plan) -> Iterator[str]:
        shelf.log.append(f"hold {len(plan.operations)}")
        try:
            yield moved
        finally:
            shelf.log.append("let go")

    return hold


def test_others_are_kept_away_from_before_the_first_write_until_the_end_of_all_stages() -> None:
    shelf = Shelf({}, {"a": 1, "b": 2}, first="a")
    converge(shelf, hold=holding(shelf))
    assert [step for step in shelf.log if step != "details"] == [
        *("read", "hold 1", "apply", "read", "read", "apply", "read", "let go"),
    ]
    shelf.log.clear()
    converge(shelf, hold=holding(shelf))
    converge(Shelf({}, {"a": 1}), hold=holding(shelf), check_mode=True)
    assert shelf.log == ["read", "details"]
    shelf = Shelf({}, {"a": 1}, deaf=True)
    with pytest.raises(ApplyFailed):
        converge(shelf, hold=holding(shelf))
    assert shelf.log[-1] == "let go"


def test_what_another_run_changed_before_this_one_held_the_host_is_read_again() -> None:
    shelf = Shelf({}, {"a": 1})
    assert converge(shelf, hold=holding(shelf, "another run was here")).changed
    assert [step for step in shelf.log if step != "details"] == ["read", "hold 1", "read", "apply", "read", "let go"]


def test_a_run_that_may_not_hold_the_host_is_refused_before_the_first_write() -> None:
    def hold(plan: Plan) -> AbstractContextManager[str]:
        raise ValidationFailed([Problem("another-run", "fw1", "process 7")])

    shelf = Shelf({}, {"a": 1})
    with pytest.raises(ValidationFailed, match="process 7") as caught:
        converge(shelf, hold=hold)
    assert "apply" not in shelf.log and not caught.value.run.changed


def test_where_nothing_is_to_be_done_what_the_device_may_take_back_is_waited_for() -> None:
    shelf = Shelf({"a": 1}, {"a": 1})

    def settle() -> bool:
        shelf.log.append("settle")
        return shelf.device.pop("a", None) is not None and shelf.log.count("settle") == 1

    run = converge(shelf, settle=settle)
    assert run.changed and run.before == {} and shelf.device == {"a": 1}
    assert shelf.log.count("settle") == 1
    shelf.log.clear()
    converge(shelf, settle=settle, check_mode=True)
    assert "settle" not in shelf.log


def test_another_session_is_read_again_once() -> None:
    shelf = Shelf({}, {"a": 1}, moves=1)
    run = converge(shelf)
    assert run.after == {"a": 1, "other": 0} and run.before == {"other": 0}
    assert shelf.log.count("apply") == 2 and run.commands == ["a=1"]


def test_another_session_once_more_is_a_failure() -> None:
    shelf = Shelf({}, {"a": 1}, moves=2)
    with pytest.raises(ApplyFailed, match="keeps changing") as caught:
        converge(shelf)
    assert caught.value.run.commands == ["a=1"] and not caught.value.changed


def test_with_an_expected_plan_another_session_ends_the_run() -> None:
    expected = converge(Shelf({}, {"a": 1}), check_mode=True).plans[0]
    shelf = Shelf({}, {"a": 1}, moves=1)
    with pytest.raises(ApplyFailed, match="keeps changing"):
        converge(shelf, expected=expected)
    assert shelf.log.count("apply") == 1 and "a" not in shelf.device


def test_success_is_what_the_device_shows() -> None:
    with pytest.raises(ApplyFailed, match="does not show it") as caught:
        converge(Shelf({}, {"a": 1}, deaf=True))
    assert [problem.item for problem in caught.value.problems] == ["a"]
    assert caught.value.run.after == {} and caught.value.run.plan.commands == ["a=1"]


def test_a_change_that_cannot_be_read_back_has_failed_and_is_not_unreachable() -> None:
    with pytest.raises(ApplyFailed, match="could not be verified: the link is gone") as caught:
        converge(Shelf({}, {"a": 1}, lost=True))
    assert caught.value.changed


def test_what_waits_for_a_person_is_not_missed_and_ends_the_run() -> None:
    shelf = Shelf({}, {"a": 1, "b": 2}, defer=frozenset({"b"}))
    run = converge(shelf)
    assert run.after == {"a": 1} and [operation.item for operation in run.plan.deferred] == ["b"]


def test_a_run_goes_on_behind_a_step_that_changes_its_ground_and_check_mode_stops_there() -> None:
    shelf = Shelf({}, {"ground": 1, "a": 2}, first="ground")
    planned = converge(shelf, check_mode=True)
    assert planned.commands == ["ground=1"] and planned.plan.continues and planned.after == {}
    run = converge(shelf)
    assert run.plan == planned.plan
    assert [document.plan.commands for document in run.plans] == [["ground=1"], ["a=2"]]
    assert run.commands == ["ground=1", "a=2"] and run.counts == {"create": 0, "update": 2, "delete": 0}
    assert (run.before, run.after) == ({}, {"ground": 1, "a": 2})


class Moving(Shelf):
    """Another session changes the ground behind the first stage, so many times."""

    def apply(self, plan: Plan, current: State, desired: State) -> Applied:
        if self.moves and plan.operations[0].item != self.first:
            self.moves -= 1
            self.device["ground"] = 0
            raise ConcurrentChange("another session")
        left, self.moves = self.moves, 0
        applied = super().apply(plan, current, desired)
        self.moves = left
        return applied


def test_another_session_behind_the_first_stage_is_read_again_once_and_the_first_stage_is_not_forgotten() -> None:
    run = converge(Moving({}, {"ground": 1, "a": 2}, first="ground", moves=1))
    assert [document.plan.commands for document in run.plans] == [["ground=1"], ["ground=1"], ["a=2"]]
    assert (run.before, run.after) == ({}, {"ground": 1, "a": 2})
    with pytest.raises(ApplyFailed, match="keeps changing") as caught:
        converge(Moving({}, {"ground": 1, "a": 2}, first="ground", moves=2))
    assert caught.value.changed and "earlier stage" in caught.value.device_state


def test_an_expected_plan_is_applied_up_to_where_the_rest_is_planned_anew() -> None:
    shelf = Shelf({}, {"ground": 1, "a": 2}, first="ground")
    expected = converge(shelf, check_mode=True).plans[0]
    assert converge(shelf, expected=expected).commands == ["ground=1"]
    assert shelf.device == {"ground": 1}


def test_a_later_stage_that_is_refused_or_not_reached_is_a_failure_that_changed_something() -> None:
    class Strict(Shelf):
        def check(self, current: State, desired: State) -> list[Problem]:
            return [Problem("S1", "a", "too many")] if "ground" in current else []

    for shelf, said in (
        (Strict({}, {"ground": 1, "a": 2}, first="ground"), "too many"),
        (Shelf({}, {"ground": 1, "a": 2}, first="ground", lost=True), "the link is gone"),
    ):
        with pytest.raises(ApplyFailed) as caught:
            converge(shelf)
        text = f"{caught.value} {caught.value.problems}"
        assert said in text and caught.value.changed and caught.value.run.changed


def test_a_device_on_which_each_stage_asks_for_another_one_ends() -> None:
    class Endless(Shelf):
        def apply(self, plan: Plan, current: State, desired: State) -> Applied:
            applied = super().apply(plan, current, desired)
            self.wish["ground"] = self.wish["ground"] + 1
            return applied

    with pytest.raises(ApplyFailed, match="still something to do"):
        converge(Endless({}, {"ground": 1}, first="ground"))


def test_an_expected_plan_that_is_not_the_one_now_is_refused_with_the_difference() -> None:
    expected = converge(Shelf({}, {"a": 1}), check_mode=True, subject=Subject("m", "edge1", "acme")).plans[0]
    for shelf, subject, rule in (
        (Shelf({"a": 2}, {"a": 1}), Subject("m", "edge1", "acme"), "plan-fingerprint"),
        (Shelf({}, {"a": 3}), Subject("m", "edge1", "acme"), "plan-operations"),
        (Shelf({}, {"a": 3}), Subject("m", "edge1", "acme"), "plan-desired"),
        (Shelf({}, {"a": 1}), Subject("m", "edge2", "acme"), "plan-host"),
        (Shelf({}, {"a": 1}), Subject("m", "edge1", "other"), "plan-customer"),
        (Shelf({}, {"a": 1}), Subject("n", "edge1", "acme"), "plan-module"),
    ):
        with pytest.raises(ValidationFailed) as caught:
            converge(shelf, expected=expected, subject=subject)
        assert rule in {problem.rule for problem in caught.value.problems}
        assert caught.value.message == "This is not the plan that was reviewed" and "apply" not in shelf.log
    old = replace(expected, collection="0.1.0", schema=0)
    rules = {problem.rule for problem in old.differences(expected)}
    assert rules == {"plan-collection", "plan-schema"}
    assert converge(Shelf({}, {"a": 1}), expected=expected, subject=Subject("m", "edge1", "acme")).changed


def test_an_order_that_changed_is_another_plan() -> None:
    run = converge(Shelf({}, {"a": 1, "b": 2}), check_mode=True)
    document = run.plans[0]
    turned = replace(document, plan=Plan(document.plan.operations[::-1]))
    assert [problem.item for problem in turned.differences(document)] == ["operations"]
    twice = replace(document, plan=Plan((*document.plan.operations, document.plan.operations[0])))
    assert twice.differences(document) and document.differences(twice)


def test_a_plan_document_survives_json_and_anything_else_is_refused_in_words() -> None:
    plan = Plan(
        (Operation("delete", "x", ("no x",), None, ("reload",)),), notes={"a": 1}, continues=True, after=("image",)
    )
    document = PlanDocument(Subject("m", "h", "c"), "d", "f", plan)
    assert PlanDocument.from_dict(document.as_dict()) == document
    for junk in ({}, [], None, "plan", {**document.as_dict(), "operations": [{"kind": "explode"}]}):
        with pytest.raises(ValueError, match="not a plan of this collection"):
            PlanDocument.from_dict(junk)  # type: ignore[arg-type]


def test_a_guard_refuses_before_the_first_write_and_may_only_warn() -> None:
    said = Problem("R1", "customer", "not allowed")
    shelf = Shelf({}, {"a": 1})
    with pytest.raises(ValidationFailed, match="not allowed"):
        converge(shelf, guards=[lambda intent: [said]])
    assert "apply" not in shelf.log and "read" in shelf.log
    warned = converge(shelf, guards=[lambda intent: [replace(said, severity="warning")]])
    assert warned.changed and said.rule in {warning.rule for warning in warned.warnings}


def test_what_an_earlier_stage_brings_is_not_missed_in_check_mode_and_is_in_the_real_run() -> None:
    problem = Problem("H24", "image", "it is not there", assumption="image")
    shelf = Shelf({}, {"a": 1}, [problem])
    assert converge(shelf, check_mode=True, assume=["image"]).changed
    for terms in ({"check_mode": True}, {"check_mode": True, "assume": ["other"]}, {"assume": ["image"]}):
        with pytest.raises(ValidationFailed, match="it is not there"):
            converge(shelf, **terms)


def test_a_plan_that_leaves_nothing_of_a_kind_says_how_many_it_removes() -> None:
    emptied = converge(Shelf({"a": 1, "b": 2}, {"a": 0, "b": 0}), check_mode=True)
    assert [warning.message for warning in emptied.warnings] == ["this removes all 2 settings"]
    assert converge(Shelf({"a": 1, "b": 2}, {"a": 0}), check_mode=True).warnings == []


def test_a_lost_link_before_the_first_write_keeps_what_is_known() -> None:
    class Far(Shelf):
        def read(self) -> State:
            raise Dropped("no route")

    with pytest.raises(ConnectionFailed) as caught:
        converge(Far({}, {"a": 1}))
    assert caught.value.run == Run()
