# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A change of the network's configuration as one transaction: backup, edit, compile, hand over, verify, stage, activate. I/O.

    save_as ─► edit ─► compile ─► export ─► verify ─► stage ─► activate_with_rollback ─► every site polled ─► backup deleted
       │         └────────┴──────────┴─────────┴────────┴── failure: cancel_stage, clear_network_staging, edits rolled back
       └─ the backup package exists as long as a change is neither live nor rolled back; the next run sees it and finishes

Source: "NetScaler SD-WAN NITRO API reference 11.0", config/config_packages, config/change_management.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from .._engine.failures import ApplyFailed, ConcurrentChange, ConnectionFailed
from .._engine.operations import Operation, Plan
from .._engine.problems import Problem, errors
from .._engine.run import Applied
from .._engine.waiting import Progress, poll
from .._transport.rest.api import Rejected
from .change_model import ACTIVATE as ACTIVATE_STATE
from .change_model import NETWORK_STAGING, ChangeState, audits, change_state, has_audits, packages
from .change_plan import (
    ACTIVATE,
    CANCEL_STAGE,
    COMPILE,
    DELETE_BACKUP,
    EXPORT,
    IMPORT,
    LEAVES_FAILING,
    SAVE_AS,
    STAGE,
    VERIFY,
    ChangeOptions,
)
from .manager import Manager

COMPILE_SECONDS = 300.0  # that the system may think about a package without a word
LONGEST_POLL = 5.0
_END_IT = "Let that change end, or cancel it. What was only handed over (network_staging) is replaced with force: true."
GRACE = 5.0  # seconds within which an activation shows whose answer was lost


def unnoted(**_facts: Any) -> None:
    """For callers that keep no record."""


def read_state(manager: Manager) -> ChangeState:
    return change_state(manager.one("change_management"))


def settled(manager: Manager, options: ChangeOptions, progress: Progress) -> ChangeState:
    """The state when the activation that an earlier run started has ended; appliances restart meanwhile, so silence is part of it.

    Raises ApplyFailed where it does not end within activation_timeout.
    """

    def look() -> ChangeState:
        progress("waiting for the activation that an earlier run started")
        try:
            return read_state(manager)
        except (ConnectionFailed, Rejected):
            return ChangeState()

    limit = options.activation_timeout
    now = poll(look, lambda seen: seen.is_told and not seen.is_activating, limit, longest=LONGEST_POLL)
    if now.is_told and not now.is_activating:
        return now
    raise ApplyFailed(
        f"the activation that an earlier run started did not end within {limit:g} s (activation_timeout)",
        (),
        f"unchanged by this run; that activation is under way, and the package {options.backup} holds what was before. "
        f"Run again: it looks where the network is and goes on from there",
    )


def asked(options: ChangeOptions, running: str, staged: Mapping[str, str]) -> dict[str, Any]:
    """A note of an activation that is going to be asked for. running: what the network runs before it. staged: by appliance."""
    return {"package": options.package, "backup": options.backup, "running": running, "staged": dict(staged)}


def is_live(options: ChangeOptions, note: Any, now: ChangeState) -> bool:
    """Whether the network runs what the activation of that note was asked to make live.

    note: see asked(); None where there is none. No documented call shows the content of what the network runs, only its name, and
    what was staged is no longer listed. So without a note an activation that succeeded cannot be told from one that never began.
    """
    if not isinstance(note, Mapping) or asked(options, "", {}) != {**note, "running": "", "staged": {}}:
        return False
    if now.is_taken or not now.is_told:
        return False
    staged = note["staged"]
    if staged:
        return len(now.activated(staged)) == len(staged)
    return bool(now.current_config) and now.current_config != note["running"]


def may_be_done(refused: Rejected) -> bool:
    """A server error, or an answer that was not understood, may come after the deed; any other refusal means that nothing was
    done."""
    return refused.status >= 500 or (refused.status < 300 and refused.code is None)


class Change:
    """One transaction: carries out the operations of a plan.

    left: what of the desired package the device does not show after the edits, or shows in a wrong order. back: the edits from
    what the package is to what it was. moved: why the network's configuration is another one than that which was planned from, ""
    when it is not. note: takes down what the next run has to know should this one come no further.
    """

    def __init__(
        self,
        manager: Manager,
        options: ChangeOptions,
        progress: Progress,
        *,
        left: Callable[[], list[Problem]],
        back: Callable[[], Sequence[Operation]],
        moved: Callable[[], str],
        note: Callable[..., None] = unnoted,
    ) -> None:
        self._manager = manager
        self._options = options
        self._progress = progress
        self._left = left
        self._back = back
        self._moved = moved
        self._note = note
        self._undo: dict[str, tuple[str, ...]] = {}  # of the steps that were begun, by item
        self._exported = self._staging = self._activating = self._live = self._unfinished = self._deleted = False
        self._known: set[str] = set()  # packages, where what is staged may be of a run before this one
        self._warnings: list[Problem] = []
        self.sites: list[dict[str, str]] = []
        self._steps: dict[str, Callable[[Operation], None]] = {
            SAVE_AS: self._save_as,
            CANCEL_STAGE: self._cancel_stage,
            COMPILE: self._compile,
            EXPORT: self._export,
            VERIFY: self._verify,
            STAGE: self._stage,
            ACTIVATE: self._activate,
            DELETE_BACKUP: self._delete_backup,
            IMPORT: self._import,
        }

    # -- the transaction ----------------------------------------------------------------------------------------------

    def make(self, plan: Plan) -> Applied:
        """Raises ApplyFailed, ConcurrentChange, ConnectionFailed; then what was begun is rolled back as far as the link allows."""
        items = {operation.item for operation in plan.operations}
        self._live = DELETE_BACKUP in items and ACTIVATE not in items
        self._unfinished = SAVE_AS not in items
        done = False
        try:
            if self._unfinished and ACTIVATE in items:
                self._known = packages(self._manager.get("config_packages")) - {self._options.backup}
                self._alone(read_state(self._manager))
            for operation in plan.operations:
                self._undo[operation.item] = operation.undo or ()
                self._steps.get(operation.item, self._edit)(operation)
            done = True
        except (ApplyFailed, ConnectionFailed) as error:
            done = True
            raise self._failed(error, self._taken_back()) from error
        finally:
            if not done:  # a time-out of the task, Ctrl-C, or ConcurrentChange
                self._taken_back()
        return Applied(tuple(self._warnings), {"sites": self.sites} if self.sites else {})

    def _send(
        self, operation: Operation, what: str, *, safe: bool | None = None, timeout: float | None = None
    ) -> list[Any]:
        """The bodies of the answers, a line each."""
        self._progress(what)
        return [self._manager.send(line, safe=safe, timeout=timeout) for line in operation.do]

    def _save_as(self, operation: Operation) -> None:
        self._send(operation, "saving a backup of the package")

    def _cancel_stage(self, operation: Operation) -> None:
        self._send(operation, "cancelling what an earlier run had staged")

    def _edit(self, operation: Operation) -> None:
        self._progress(f"editing {operation.item}")
        for line in operation.do:
            self._manager.send(line, safe=line.startswith("PUT "))

    def _compile(self, operation: Operation) -> None:
        missing = self._left()
        if missing:
            raise ApplyFailed("the package does not hold what was sent to it", missing)
        # It changes nothing, so it may be asked for again.
        (body,) = self._send(operation, "compiling", safe=True, timeout=COMPILE_SECONDS)
        answer = self._manager.table.unwrap("config_packages", body)
        found = audits(answer)
        if errors(found):
            raise ApplyFailed("the package does not compile", found)
        if not has_audits(answer):
            raise ApplyFailed(
                "the compile was answered without audits, so it is not known whether the package is valid"
            )
        self._warnings += found

    def _export(self, operation: Operation) -> None:
        self._alone(read_state(self._manager))
        why = self._moved()
        if why:
            raise ConcurrentChange(why)
        self._exported = True
        try:
            self._send(operation, "handing over", timeout=COMPILE_SECONDS)
        except Rejected as refused:
            self._exported = may_be_done(refused)
            raise

    def _verify(self, operation: Operation) -> None:
        self._send(operation, "verifying", timeout=COMPILE_SECONDS)
        now = read_state(self._manager)
        if now.failure_reason:
            raise ApplyFailed(
                "change management does not verify the package", [_step_problem("verify", now.failure_reason)]
            )

    def _stage(self, operation: Operation) -> None:
        self._staging = True
        try:
            self._send(operation, "staging", timeout=COMPILE_SECONDS)
        except Rejected as refused:
            self._staging = may_be_done(refused)
            raise
        now = poll(
            self._look("staging"),
            lambda seen: seen.state == ACTIVATE_STATE or bool(seen.failure_reason) or bool(seen.failing),
            self._options.stage_timeout,
            longest=LONGEST_POLL,
        )
        if now.failing and not now.failure_reason:
            now = self._without(now, LEAVES_FAILING in operation.risk)
        if now.failure_reason:
            raise ApplyFailed("staging failed", [_step_problem("stage", now.failure_reason)])
        if now.state != ACTIVATE_STATE:
            waiting = [Problem("stage", site.name, f"transfer: {site.transfer_state or '?'}") for site in now.sites]
            text = f"staging did not end within {self._options.stage_timeout:g} s (stage_timeout); its state is {now.state or '?'}"
            raise ApplyFailed(text, waiting)

    def _alone(self, now: ChangeState) -> None:
        """Raises ApplyFailed while another session is changing the network. Without a change of ours that waits, all is theirs."""
        ours = self._unfinished and now.is_of(self._options.package, self._known)
        replaceable = self._options.force and now.state == NETWORK_STAGING
        if now.is_taken and not ours and not replaceable:
            what = f"its state is {now.state}" + (f" with {now.selected}" if now.selected else "")
            raise ApplyFailed(
                "another session is changing the network",
                [Problem("H33", "change_management", what, _END_IT)],
            )

    def _without(self, now: ChangeState, leaves_failing: bool) -> ChangeState:
        """Go on without the appliances that failed to stage, if the plan says so."""
        self.sites = [site.as_dict() for site in now.sites]
        if not leaves_failing:
            remedy = "Repair the site and run again, or go on without it with ignore_incomplete: true."
            text = f"{', '.join(site.name for site in now.failing)} did not stage"
            problems = [
                Problem("stage", site.name, f"{site.status or 'no status'}; transfer: {site.transfer_state}", remedy)
                for site in now.failing
            ]
            raise ApplyFailed(text, problems)
        self._progress("going on without those that failed")
        self._manager.send(self._manager.table.line("POST", "change_management", action="ignore_incomplete"))
        return poll(
            self._look("staging"),
            lambda seen: seen.state == ACTIVATE_STATE or bool(seen.failure_reason),
            self._options.stage_timeout,
            longest=LONGEST_POLL,
        )

    def _look(self, what: str, staged: dict[str, str] | None = None) -> Callable[[], ChangeState]:
        """Reads the state, says how far it is. While it activates, appliances restart: silence is part of it."""

        def look() -> ChangeState:
            try:
                seen = read_state(self._manager)
            except (ConnectionFailed, Rejected):
                if staged is None:
                    raise
                self._progress(f"{what}; no answer at the moment")
                return ChangeState()
            ready = (
                seen.activated(staged)
                if staged is not None
                else [s for s in seen.sites if s.staged_config and not s.failed]
            )
            share = len(ready) / len(seen.sites) if seen.sites else None
            self._progress(f"{what}: {len(ready)} of {len(seen.sites)} appliances", share)
            self.sites = [site.as_dict() for site in seen.sites] or self.sites
            return seen

        return look

    def _activate(self, operation: Operation) -> None:
        before = read_state(self._manager)
        skipped = {site.name for site in before.failing}
        listed = [site for site in before.sites if site.staged_config and site.name not in skipped]
        if not listed:
            raise ApplyFailed(
                "no site says what was staged for it, so it could not be checked whether it was activated"
            )
        # A site that runs a configuration of that name already proves nothing; where all do, the state alone does, and one that
        # stays as it is for a while.
        staged = {site.name: site.staged_config for site in listed if site.staged_config != site.active_config}
        began, moved = time.monotonic(), False

        def over(seen: ChangeState) -> bool:
            nonlocal moved
            moved = moved or seen.is_activating
            if seen.is_activating or not seen.is_told:
                return False
            if staged:
                return len(seen.activated(staged)) == len(staged)
            return moved or seen.state != ACTIVATE_STATE or time.monotonic() - began > GRACE

        self._note(activation=asked(self._options, before.current_config, staged))
        self._activating = True
        try:
            for line in operation.do:
                self._manager.send(line, timeout=COMPILE_SECONDS, expect_down=True)
        except Rejected as refused:
            if not may_be_done(refused):
                self._activating = False
                raise
            self._require_started(refused)
        except ConnectionFailed as lost:
            self._require_started(lost)
        end = time.monotonic() + self._options.activation_timeout
        look = self._look("activating", staged)
        now = poll(
            look,
            lambda seen: over(seen) or bool(seen.failure_reason),
            end - time.monotonic(),
            longest=LONGEST_POLL,
        )
        if now.failure_reason:
            self._activating = bool(now.activated(staged))
            raise ApplyFailed("the network did not take the change", [_step_problem("activate", now.failure_reason)])
        if not over(now):
            missing = staged.keys() - {site.name for site in now.activated(staged)}
            limit = f"{self._options.activation_timeout:g} s (activation_timeout)"
            problems = [Problem("activate", name, "it does not run what was staged") for name in sorted(missing)]
            state = f"; its state is {now.state or '?'}"
            raise ApplyFailed(
                f"not all sites run the new configuration after {limit}{'' if missing else state}", problems
            )
        self._activating, self._live = False, True

    def _require_started(self, why: ApplyFailed | ConnectionFailed) -> None:
        """After an answer that was lost: whether the activation goes on is what the network shows, not what became of the
        request. Raises ApplyFailed where it was not started."""
        self._progress("activating; the answer was lost, which can happen")

        def look() -> ChangeState | None:
            try:
                return read_state(self._manager)
            except (ConnectionFailed, Rejected):
                return None  # it restarts

        seen = poll(look, lambda now: now is None or now.state != ACTIVATE_STATE, GRACE)
        if seen is not None and seen.state == ACTIVATE_STATE:
            self._activating = False
            raise ApplyFailed(f"the activation was not started: {why}")

    def _delete_backup(self, operation: Operation) -> None:
        self._progress("deleting the backup")
        self._without_backup(operation.do)
        self._deleted = True

    def _import(self, operation: Operation) -> None:
        try:
            self._send(operation, "importing what the MCN runs now")
        except (ApplyFailed, ConnectionFailed) as error:
            raise ApplyFailed(f"the change is live, but Center did not import it: {error}") from error

    # -- the way back -------------------------------------------------------------------------------------------------

    def _taken_back(self) -> str:
        """The state of the device now, in a sentence."""
        if self._live:
            left = f"the package {self._options.backup} is still there; the next run deletes it"
            if self._deleted:
                left = "Center's copy of the package may be older than that; the next run imports it"
            return f"changed: the network runs it, but {left}"
        if self._activating:
            return (
                f"unknown; the activation is under way, and the package {self._options.backup} holds what was before. "
                f"Run again: it looks where the network is and goes on from there"
            )
        refused = [*(self._undone(STAGE) if self._staging else ()), *(self._undone(EXPORT) if self._exported else ())]
        try:
            for operation in self._back():
                for line in operation.do:
                    self._manager.send(line, safe=line.startswith("PUT "))
            left_over = [operation.item for operation in self._back()]
            if left_over:
                refused.append(f"the package still differs in {', '.join(left_over)}")
            elif not refused and not self._unfinished:
                self._without_backup(self._undo.get(SAVE_AS, ()))
        except (ConnectionFailed, ApplyFailed) as error:
            refused.append(f"the package could not be rolled back ({error})")
        if refused:
            return f"live configuration unchanged, but {'; '.join(refused)}; {self._kept}"
        if self._unfinished:
            return f"rolled back to what this run found: an earlier change that waits in the package; {self._kept}"
        return "rolled back; the live configuration was not changed"

    def _undone(self, item: str) -> list[str]:
        """Take a step back, whatever becomes of it: what could not be had, in words."""
        refused = []
        for line in self._undo.get(item, ()):
            try:
                self._manager.send(line)
            except (ConnectionFailed, ApplyFailed) as error:
                refused.append(f"{line.rpartition('=')[2]} was not taken ({error})")
        return refused

    def _without_backup(self, lines: Sequence[str]) -> None:
        """The backup, where it was made: the answer to that may have been what got lost."""
        if self._options.backup in packages(self._manager.get("config_packages")):
            for line in lines:
                self._manager.send(line)

    @property
    def _kept(self) -> str:
        return f"the package {self._options.backup} holds what was before, and the next run begins from there"

    def _failed(self, error: ApplyFailed | ConnectionFailed, device_state: str) -> ApplyFailed:
        problems = error.problems if isinstance(error, ApplyFailed) else ()
        details = dict(error.details) if isinstance(error, ApplyFailed) else {}
        if self.sites:
            details["sites"] = self.sites
        return ApplyFailed(str(error), problems, device_state, details)


def _step_problem(step: str, words: str) -> Problem:
    return Problem(step, "change_management", "it gives the reason", device_text=words)
