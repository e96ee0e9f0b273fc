# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one way through: read, normalise, check, plan, apply, verify."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import dataclass, field, replace
from typing import Any, Generic, Protocol, TypeVar

from .failures import ApplyFailed, ConcurrentChange, ConnectionFailed, RunFailed, ValidationFailed
from .operations import KINDS, Operation, Plan
from .plan_document import PlanDocument, Subject, desired_hash, fingerprint
from .problems import Problem, downgraded, errors

S = TypeVar("S")

MOST_STAGES = 4  # that one run goes through; a device on which each stage asks for another one never ends


@dataclass(frozen=True)
class Applied:
    """What an apply brought beside the change itself: warnings, further keys of the result."""

    warnings: tuple[Problem, ...] = ()
    details: Mapping[str, Any] = field(default_factory=dict)


class Wing(Protocol[S]):
    """One capability of one device. S: its typed state. Only read, read_details and apply do I/O, and only apply writes."""

    def desired(self) -> Any:
        """Plain data: what determines the plan, and nothing else (no time-outs, no paths of the controller, no secrets)."""

    def secrets(self) -> Mapping[str, str]:
        """The secrets that determine the plan, by the name of their option."""

    def read(self) -> S:
        """The smallest reads that answer the question, as typed objects."""

    def desired_state(self, current: S) -> S:
        """The whole desired state, from the document and what is there. Raises ValidationFailed on a bad document."""

    def read_details(self, current: S, desired: S) -> None:
        """Read what only a change needs (does each interface exist?). Called before check; may do nothing."""

    def check(self, current: S, desired: S) -> list[Problem]:
        """Every broken rule of the resulting state."""

    def plan(self, current: S, desired: S) -> Plan:
        """Ordered operations. Empty when there is nothing to do."""

    def apply(self, plan: Plan, current: S, desired: S) -> Applied:
        """The operations of the plan: everything or nothing, in one transaction where the device has one; undo in its own
        `finally`.

        Raises ConcurrentChange when another session changed the device first, ApplyFailed when it does not hold.
        """

    def show(self, state: S) -> Any:
        """The state as plain data, normalised: before and after."""

    def owned(self, state: S) -> Any:
        """Plain data: the part of the state that this document may change. No status, not a counters, nothing of others."""

    def counts(self, state: S) -> Mapping[str, int]:
        """How many things of each kind the device has, by the kind's plural (``sessions``), others' included."""

    def report(self) -> Mapping[str, Any]:
        """Further keys of the result, the same on success and on failure; called at the end, whatever became of the run."""


@dataclass(frozen=True)
class Intent:
    """What a guard looks at: who it is about, what is desired, what is there, what would be done."""

    subject: Subject
    desired: Any
    before: Any
    plan: Plan


Guard = Callable[[Intent], Sequence[Problem]]
"""May refuse a run with the ids of its own rules. Called after the first read and before any write, in check mode too."""


Hold = Callable[[Plan], AbstractContextManager[str]]
"""Excludes other runs from just before the first write until the end of the run. Yields why what was read may be outdated, "" where
it is not. Raises ValidationFailed where another run is under way."""


def _unheld(_plan: Plan) -> AbstractContextManager[str]:
    return nullcontext("")


@dataclass
class Run:
    """What is known of a run so far; a task's result is made of it, however the run ends.

    changed: the device was (or in check mode would be) changed. before, after: plain data. plans: one a stage.
    """

    changed: bool = False
    before: Any = None
    after: Any = None
    plans: list[PlanDocument] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    details: dict[str, Any] = field(default_factory=dict)

    @property
    def plan(self) -> Plan:
        """That of the first stage, which check mode shows too."""
        return self.plans[0].plan if self.plans else Plan()

    @property
    def commands(self) -> list[str]:
        return [line for document in self.plans for line in document.plan.commands]

    @property
    def counts(self) -> dict[str, int]:
        """How many operations of each kind, in all stages."""
        return {kind: sum(document.plan.counts[kind] for document in self.plans) for kind in KINDS}


@dataclass(frozen=True)
class Terms:
    """How a run is made.

    warn_only: ids of rules that count as warnings. assume: what earlier stages provide, so check mode does not require it.
    guards: further checks that may refuse. expected: the plan that was reviewed and accepted; anything else is refused. key: for hashes of secrets.
    hold: see Hold. settle: called where there is nothing to do; waits for what the device may still roll back by itself of an earlier
    run that was cut short, and returns whether there was such a thing.
    """

    check_mode: bool
    subject: Subject = field(default_factory=Subject)
    warn_only: Collection[str] = ()
    assume: Collection[str] = ()
    guards: Sequence[Guard] = ()
    expected: PlanDocument | None = None
    key: bytes = b""
    hold: Hold = _unheld
    settle: Callable[[], bool] = bool


def converge(wing: Wing[S], terms: Terms, progress: Callable[[str], None] = lambda what: None) -> Run:
    """Bring a device to its desired state, or say what would be done.

    Raises ValidationFailed (nothing was sent), ApplyFailed, ConnectionFailed (before the first write); each with what is
    known of the run.
    """
    walk = _Walk(wing, terms, progress)
    try:
        with walk.held:
            for _stage in range(MOST_STAGES):
                if not walk.stage():
                    return walk.run
            raise ApplyFailed(
                f"after {MOST_STAGES} stages there is still something to do", (), walk.state_of_earlier_stages
            )
    except RunFailed as failed:
        ended = walk.after_earlier_stages(failed)
        walk.note_failure(ended)
        if ended is failed:
            raise
        raise ended from failed


class _Walk(Generic[S]):
    """One run on its way."""

    state_of_earlier_stages = "changed by an earlier stage of this run; run again to go on"

    def __init__(self, wing: Wing[S], terms: Terms, progress: Callable[[str], None]) -> None:
        self._wing = wing
        self._terms = terms
        self._progress = progress
        self._applied = 0  # stages
        self._planned_twice = False  # another session changed the device once already
        self._holds = False
        self.held = ExitStack()
        self.run = Run()

    def stage(self) -> bool:
        """The six steps once. Whether they are due once more: for another stage, or because another session was quicker."""
        wing, terms = self._wing, self._terms
        known = replace(self.run, plans=[*self.run.plans], warnings=[*self.run.warnings])
        current, desired, document = self._planned()
        plan = document.plan
        if not plan and not terms.check_mode and terms.settle():
            self.run = known
            return True
        if terms.check_mode or not plan:
            self.run.changed = self.run.changed or bool(plan)
            self.run.after = wing.show(desired) if plan and not self._changes_its_ground(plan) else wing.show(current)
            return False
        self._progress(f"applying {len(plan.operations)} operations")
        try:
            self._hold(plan)
            applied = wing.apply(plan, current, desired)
        except ConcurrentChange as change:
            if terms.expected or self._planned_twice:
                raise _changed_under_way(change) from change
            self._planned_twice = True
            self.run = known  # without what was planned before another session changed the device
            return True
        self._applied += 1
        self.run.changed = True
        self.run.details.update(applied.details)
        self.run.warnings += applied.warnings
        self._verify(plan, desired)
        return self._changes_its_ground(plan) and terms.expected is None

    def _hold(self, plan: Plan) -> None:
        """Once a run. Raises ValidationFailed, ConcurrentChange."""
        if self._holds:
            return
        moved = self.held.enter_context(self._terms.hold(plan))
        self._holds = True
        if moved:
            raise ConcurrentChange(moved)

    def _planned(self) -> tuple[S, S, PlanDocument]:
        """Read, normalise, check, plan; and what every guard reports about it."""
        wing, terms = self._wing, self._terms
        self._progress("reading")
        current = wing.read()
        if not self.run.plans:
            self.run.before = self.run.after = wing.show(current)
        desired = wing.desired_state(current)
        wing.read_details(current, desired)
        problems = downgraded(wing.check(current, desired), terms.warn_only)
        if terms.check_mode:
            problems = [
                problem for problem in problems if not (problem.assumption and problem.assumption in terms.assume)
            ]
        if errors(problems):
            raise ValidationFailed(problems)
        plan = wing.plan(current, desired)
        determined = desired_hash(wing.desired(), wing.secrets(), terms.key)
        document = PlanDocument(terms.subject, determined, fingerprint(wing.owned(current)), plan)
        self.run.plans.append(document)
        self.run.warnings += problems
        if plan:
            self.run.warnings += _removals(wing.counts(current), wing.counts(desired))
        self._ask_guards(document)
        if terms.expected:
            different = terms.expected.differences(document)
            if different:
                raise ValidationFailed(different, "This is not the plan that was reviewed")
        return current, desired, document

    def _ask_guards(self, document: PlanDocument) -> None:
        intent = Intent(self._terms.subject, self._wing.desired(), self.run.before, document.plan)
        problems = [problem for guard in self._terms.guards for problem in guard(intent)]
        if errors(problems):
            raise ValidationFailed([*self.run.warnings, *problems], "This run is not allowed")
        self.run.warnings += problems

    def _verify(self, plan: Plan, desired: S) -> None:
        self._progress("verifying")
        try:
            seen, left = self._seen(plan, desired)
        except (ConnectionFailed, ApplyFailed, ValidationFailed) as error:
            problems = () if isinstance(error, ConnectionFailed) else error.problems
            why = "the state that was read back breaks rules" if isinstance(error, ValidationFailed) else error
            message = f"the change was made, but could not be verified: {why}"
            raise ApplyFailed(message, problems, "changed; run again to verify it") from error
        self.run.after = self._wing.show(seen)
        if left:
            missing = [Problem("read-back", item.item, f"still to do: {'; '.join(item.do)}") for item in left]
            message = "the change was accepted, but the device does not show it"
            raise ApplyFailed(message, missing, "changed, but not as planned")

    def _seen(self, plan: Plan, desired: S) -> tuple[S, list[Operation]]:
        """What the device shows, and what of the plan it does not show. A text that was cut on its way is no change of the
        device, so what seems to be missing is looked for once more."""
        for _look in ("first", "second"):
            seen = self._wing.read()
            if self._changes_its_ground(plan):  # the rest is another plan
                due = self._wing.plan(seen, self._wing.desired_state(seen)).operations
                left = [operation for operation in plan.operations if operation in due]
            else:
                due = self._wing.plan(seen, desired).operations
                left = [operation for operation in due if operation not in plan.deferred]
            if not left:
                break
        return seen, left

    @staticmethod
    def _changes_its_ground(plan: Plan) -> bool:
        """Whether the run can go on by itself after the plan. What was deferred waits for a person."""
        return plan.continues and not plan.deferred

    def after_earlier_stages(self, failed: RunFailed) -> RunFailed:
        """A stage that fails before its first write leaves what the earlier ones did: that is no refusal, no lost link."""
        if not self._applied or isinstance(failed, ApplyFailed):
            return failed
        problems = failed.problems if isinstance(failed, ValidationFailed) else ()
        text = failed.message if isinstance(failed, ValidationFailed) else str(failed)
        return ApplyFailed(
            f"an earlier stage of this run was applied, then: {text}", problems, self.state_of_earlier_stages
        )

    def note_failure(self, failed: RunFailed) -> None:
        """What a failed run leaves, as far as it is known, on the failure itself."""
        if isinstance(failed, ApplyFailed):
            if self._applied and not failed.changed:
                failed.device_state = f"{self.state_of_earlier_stages} (the last stage: {failed.device_state})"
            self.run.changed = failed.changed
            if failed.changed and not self._applied:
                self.run.after = None  # it has not been read since
        else:
            self.run.changed = False
        failed.run = self.run


def _changed_under_way(change: ConcurrentChange) -> ApplyFailed:
    remedy = "Run again when the other change is done."
    return ApplyFailed(
        f"another session keeps changing this device: {change}. Nothing was applied",
        [Problem("concurrent-change", "device", str(change), remedy)],
    )


def _removals(before: Mapping[str, int], after: Mapping[str, int]) -> list[Problem]:
    """A warning for each kind of thing of which nothing will be left."""
    return [
        Problem(
            "removes-all", kind, f"this removes all {int(count)} {kind}", "Make sure that this is intended.", "warning"
        )
        for kind, count in before.items()
        if count and not after.get(kind)
    ]
