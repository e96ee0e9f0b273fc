# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one way through: read, normalise, check, plan, apply, verify."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from .failures import Failed, Moved, Refused
from .operations import Plan
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

    def resulting(self, current: S) -> S:
        """The whole wanted state, from the document and what is there. Raises Refused on a bad document."""

    def survey(self, current: S, wanted: S) -> None:
        """Read what only a change needs (does each interface exist?). Called before check; may do nothing."""

    def check(self, current: S, wanted: S) -> list[Problem]:
        """Every broken rule of the resulting state."""

    def plan(self, current: S, wanted: S) -> Plan:
        """Ordered operations. Empty when there is nothing to do."""

    def apply(self, plan: Plan, current: S, wanted: S) -> Applied:
        """Everything or nothing, in one transaction where the device has one; undo in its own `finally`.

        Raises Moved when somebody else changed the device first, Failed when it does not hold.
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

    warn_only: ids of rules that count as warnings. Raises Refused (nothing was sent), Failed, DoorError.
    """
    for attempt in ("first", "last"):
        progress("reading")
        current = wing.read()
        wanted = wing.resulting(current)
        wing.survey(current, wanted)
        problems = downgraded(wing.check(current, wanted), warn_only)
        if errors(problems):
            raise Refused(problems)
        plan = wing.plan(current, wanted)
        before = wing.show(current)
        if check_mode or not plan:
            after = wing.show(wanted) if plan else before
            return Outcome(bool(plan), before, after, plan, tuple(problems))
        progress(f"applying {len(plan.operations)} operations")
        try:
            applied = wing.apply(plan, current, wanted)
            break
        except Failed as failed:
            failed.plan = plan
            failed.details = {"before": before, **failed.details}
            raise
        except Moved as moved:
            if attempt == "last":
                raise Failed(
                    f"somebody else keeps changing this device: {moved}. Nothing was applied.",
                    [Problem("moved", "device", str(moved), "Run again when the other change is done.")],
                ) from moved
    progress("verifying")
    for _look in ("first", "second"):  # a text that was cut on its way is no change of the device
        seen = wing.read()
        left = [operation for operation in wing.plan(seen, wanted).operations if operation not in plan.deferred]
        if not left:
            break
    if left:
        raise Failed(
            "the change was accepted, but the device does not show it",
            [Problem("read-back", operation.item, f"still to do: {'; '.join(operation.do)}") for operation in left],
            device_state="changed, but not as planned",
            details={"before": before, "after": wing.show(seen)},
        )
    return Outcome(True, before, wing.show(seen), plan, (*problems, *applied.warnings), applied.details)
