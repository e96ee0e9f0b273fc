# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one way through: read, normalise, check, plan, apply, verify."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from .failures import ApplyFailed, ConcurrentChange, ConnectionFailed, ValidationFailed
from .operations import Operation, Plan
from .problems import Problem, downgraded, errors

S = TypeVar("S")


@dataclass(frozen=True)
class Applied:
    """What an apply brought beside the change itself: warnings, further keys of the result."""

    warnings: tuple[Problem, ...] = ()
    details: Mapping[str, Any] = field(default_factory=dict)


class Wing(Protocol[S]):
    """One capability of one device. S: its typed state. Only read, survey and apply do I/O."""

    def read(self) -> S:
        """The smallest reads that answer the question, as typed objects."""

    def desired_state(self, current: S) -> S:
        """The whole wanted state, from the document and what is there. Raises ValidationFailed on a bad document."""

    def read_details(self, current: S, desired: S) -> None:
        """Read what only a change needs (does each interface exist?). Called before check; may do nothing."""

    def check(self, current: S, desired: S) -> list[Problem]:
        """Every broken rule of the resulting state."""

    def plan(self, current: S, desired: S) -> Plan:
        """Ordered operations. Empty when there is nothing to do."""

    def apply(self, plan: Plan, current: S, desired: S) -> Applied:
        """Everything or nothing, in one transaction where the device has one; undo in its own `finally`.

        Raises ConcurrentChange when somebody else changed the device first, ApplyFailed when it does not hold.
        """

    def show(self, state: S) -> Any:
        """The state as plain data, normalised: before, after and the fingerprint."""


@dataclass(frozen=True)
class Outcome:
    """changed: the device was (or in check mode would be) changed. before, after: plain data."""

    changed: bool
    before: Any
    after: Any
    plan: Plan
    warnings: tuple[Problem, ...] = ()
    details: Mapping[str, Any] = field(default_factory=dict)


def converge(
    wing: Wing[S],
    *,
    check_mode: bool,
    warn_only: tuple[str, ...] = (),
    progress: Callable[[str], None] = lambda what: None,
) -> Outcome:
    """Bring a device to its wanted state, or say what would be done.

    warn_only: ids of rules that count as warnings. Raises ValidationFailed (nothing was sent), ApplyFailed, ConnectionFailed.
    """
    for attempt in ("first", "last"):
        progress("reading")
        current = wing.read()
        desired = wing.desired_state(current)
        wing.read_details(current, desired)
        problems = downgraded(wing.check(current, desired), warn_only)
        if errors(problems):
            raise ValidationFailed(problems)
        plan = wing.plan(current, desired)
        before = wing.show(current)
        if check_mode or not plan:
            after = wing.show(desired) if plan else before
            return Outcome(bool(plan), before, after, plan, tuple(problems))
        progress(f"applying {len(plan.operations)} operations")
        try:
            applied = wing.apply(plan, current, desired)
            break
        except ApplyFailed as failed:
            failed.details = {"before": before, **failed.details}
            raise _with_plan(failed, plan) from failed.__cause__
        except ConcurrentChange as moved:
            if attempt == "last":
                raise ApplyFailed(
                    f"somebody else keeps changing this device: {moved}. Nothing was applied.",
                    [Problem("moved", "device", str(moved), "Run again when the other change is done.")],
                ) from moved
    progress("verifying")
    details = {"before": before, **applied.details}
    try:
        seen, left = _verified(wing, plan, desired)
    except (ConnectionFailed, ApplyFailed, ValidationFailed) as error:
        said = () if isinstance(error, ConnectionFailed) else error.problems
        why = "what is there now breaks rules" if isinstance(error, ValidationFailed) else error
        message = f"the change was made, but could not be verified: {why}"
        raise _with_plan(ApplyFailed(message, said, "changed; run again to verify it", details), plan) from error
    if left:
        missing = [Problem("read-back", item.item, f"still to do: {'; '.join(item.do)}") for item in left]
        message = "the change was accepted, but the device does not show it"
        details["after"] = wing.show(seen)
        raise _with_plan(ApplyFailed(message, missing, "changed, but not as planned", details), plan)
    return Outcome(True, before, wing.show(seen), plan, (*problems, *applied.warnings), applied.details)


def _with_plan(failed: ApplyFailed, plan: Plan) -> ApplyFailed:
    failed.plan = plan
    return failed


def _verified(wing: Wing[S], plan: Plan, desired: S) -> tuple[S, list[Operation]]:
    """What the device shows, and what of the plan it does not show. A text that was cut on its way is no change of the
    device, so what seems to be missing is looked for once more."""
    for _look in ("first", "second"):
        seen = wing.read()
        left = [operation for operation in wing.plan(seen, desired).operations if operation not in plan.deferred]
        if not left:
            break
    return seen, left
