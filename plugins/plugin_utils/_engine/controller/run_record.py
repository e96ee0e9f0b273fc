# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""That a run is changing a device, for whoever comes meanwhile, and what it had begun, for whoever comes after a kill.

A worker of ansible-core outlives a KILL of its ansible-playbook and finishes its task, so a second run may meet it at work. And a
run that was killed leaves things that no device tells: that a trial commit is rolled back soon, that an activation was asked for.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from ..failures import ApplyFailed, ConnectionFailed, ValidationFailed
from ..operations import Plan
from ..plan_document import Subject
from ..problems import Problem
from ..words.enumeration import some
from .guard_records import Busy, Record, Records
from .state_dir import VARIABLE, StateDir

FOLDER = "runs"
MARGIN = 2.0  # seconds that a device may be late
LONGEST_WAIT = 900.0  # seconds; a run that finds a longer timer warns instead
MOST_ITEMS = 5  # that a warning names
UNTIL = "rolls_back_by"  # a fact: seconds since the epoch until which a device may roll a trial commit back by itself


class RunRecord:
    """Of one run. earlier: the facts that a run of this module which was cut short had noted. warnings: what is to be said of it."""

    def __init__(self, records: Records | None, subject: Subject) -> None:
        """records: None where the inventory has no folder for them."""
        self._records = records
        self._subject = subject
        self._left: Record | None = None
        self._facts: dict[str, Any] = {}
        self._change: Callable[[], None] | None = None
        self.warnings: list[Problem] = []

    @classmethod
    def of(cls, subject: Subject, variables: Mapping[str, Any], template: Callable[[Any], Any]) -> RunRecord:
        """All modules of a system share the lock of a host. Raises ValidationFailed where the folder cannot be used."""
        if not StateDir.is_known(variables):
            return cls(None, subject)
        state = StateDir.of(variables, template)
        system = f"{subject.module.partition('_')[0]}-{subject.host}"
        return cls(Records(state, subject.module, subject.host, system, folder=FOLDER, apart=True), subject)

    @property
    def earlier(self) -> Mapping[str, Any]:
        facts = (self._left.made or {}).get("facts") if self._left else None
        return dict(facts or {})

    # -- before and behind a run --------------------------------------------------------------------------------------

    def look(self) -> None:
        """Before anything is read. Writes nothing. Raises ValidationFailed while another run changes this host."""
        if self._records is None:
            return
        try:
            self._left = self._records.look()
        except Busy as busy:
            raise self._another(busy) from None
        if self._left:
            self.warnings.append(self._cut_short(self._left))

    def forget(self) -> None:
        """A run that had nothing to do has looked at what an earlier one left; a trial whose timer still runs stays on record.

        Raises ValidationFailed.
        """
        if self._records is None or self._left is None or self._left_to_wait() > 0:
            return
        try:
            with self._records.reserved() as reservation:
                reservation.tell("unchanged")
        except Busy as busy:
            raise self._another(busy) from None

    # -- while it applies ---------------------------------------------------------------------------------------------

    @contextmanager
    def hold(self, plan: Plan) -> Iterator[str]:
        """See run.Hold."""
        if self._records is None:
            text = "this inventory has no folder, so no other run can see that this one is changing the host"
            self.warnings.append(Problem("state-dir", VARIABLE, text, f"Set {VARIABLE}.", "warning"))
            yield ""
            return
        about = {"operations": [operation.item for operation in plan.operations]}
        self._facts = dict(self.earlier)  # true as long as this run has done nothing about it
        try:
            with self._records.reserved({**about, "facts": self._facts}) as reservation:

                def change() -> None:
                    with suppress(ValidationFailed):  # a disk that became full is no reason to leave a change half done
                        reservation.hold({**about, "facts": self._facts})

                self._change = change
                try:
                    yield self._moved(reservation.last, reservation.left)
                    self._facts = {}
                except ApplyFailed as failed:
                    if not failed.changed:
                        self._facts = dict(self.earlier)
                    raise
                except (
                    ValidationFailed,
                    ConnectionFailed,
                ):  # before anything was written, or after a trial that did not come to be
                    self._facts = dict(self.earlier)
                    raise
                finally:
                    self._change = None
                    if self._facts:
                        change()
                    reservation.tell("as its result says" if self._facts else "unchanged")
        except Busy as busy:
            raise self._another(busy) from None

    def note(self, **facts: Any) -> None:
        """What the next run has to know if this one comes no further; None forgets one."""
        self._facts = {name: value for name, value in {**self._facts, **facts}.items() if value is not None}
        if self._change:
            self._change()

    def on_trial(self, seconds: float) -> None:
        """The device rolls its last commit back when so many seconds are over; 0: it no longer does."""
        self.note(**{UNTIL: time.time() + seconds + MARGIN if seconds else None})

    def settle(self, progress: Callable[[str], None]) -> bool:
        """See run.Terms. Once."""
        left = self._left_to_wait()
        if not 0 < left <= LONGEST_WAIT:
            return False
        progress(f"waiting {left:.0f} s for the end of the trial commit of a run that was cut short")
        time.sleep(left)
        return True

    def _left_to_wait(self) -> float:
        until = self.earlier.get(UNTIL)
        return float(until) - time.time() if isinstance(until, int | float) else 0.0

    def _moved(self, last: str, left: Record | None) -> str:
        if self._records is None or (last, left) == (self._records.last, self._left):
            return ""
        return "another run of this controller changed it meanwhile"

    # -- what to say --------------------------------------------------------------------------------------------------

    def _another(self, busy: Busy) -> ValidationFailed:
        since = f", since {busy.since}" if busy.since else ""
        text = f"another run is changing this host ({busy}{since})"
        remedy = "Run again when it has ended."
        problem = Problem("another-run", self._subject.host, text, remedy)
        return ValidationFailed([problem], "Another run is under way")

    def _cut_short(self, left: Record) -> Problem:
        items = [str(item) for item in (left.made or {}).get("operations") or ()]
        about = some(items, MOST_ITEMS) or "nothing that is known"
        process = (left.main or left.worker).id
        how = "ended in the middle" if left.ended else "was cut short"
        text = f"an earlier run (process {process}, begun {left.began}) {how}; it was about {about}"
        if self._left_to_wait() > 0:
            text += "; the device may still roll its trial commit back by itself"
        remedy = "What it left is found by reading, and this run goes on from there."
        return Problem("cut-short", self._subject.host, text, remedy, "warning")
