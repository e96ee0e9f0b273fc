# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A change of the network's configuration as one transaction: backup, edit, compile, hand over, verify, stage, activate. I/O.

    save_as ─► edit ─► compile ─► export ─► verify ─► stage ─► activate_with_rollback ─► every site polled ─► backup deleted
       │         └────────┴──────────┴─────────┴────────┴── failure: cancel_stage, clear_network_staging, edits taken back
       └─ the backup package stands as long as a change is neither live nor taken back; the next run sees it and finishes

Source: "NetScaler SD-WAN NITRO API reference 11.0", config/config_packages, config/change_management.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .._engine.failures import ApplyFailed, ConcurrentChange, ConnectionFailed
from .._engine.operations import Plan
from .._engine.problems import Problem, errors
from .._engine.run import Applied
from .._engine.waiting import Progress, poll
from .._transport.rest.api import Rejected
from .change_model import ACTIVATE, NETWORK_STAGING, ChangeState, audits, change_state, has_audits, packages
from .manager import Manager
from .redirect.plan import Requests

COMPILE_SECONDS = 300.0  # that the system may think about a package without a word
LONGEST_POLL = 5.0
_END_IT = "Let that change end, or cancel it. What was only handed over (network_staging) is replaced with force: true."
GRACE = 5.0  # seconds within which an activation shows whose answer was lost


@dataclass(frozen=True)
class ChangeOptions:
    """activate: False ends after the compile. rollback: the network returns by itself on an error. force: another package than the
    one that runs may be activated, and what was handed over, but not staged, be replaced. Times in seconds."""

    package: str
    backup: str
    activate: bool = True
    rollback: bool = True
    ignore_incomplete: bool = False
    stage_timeout: float = 1200.0
    activation_timeout: float = 600.0
    force: bool = False


class Change:
    """One transaction. left: what of a wanted package the device does not show. restored: plans back to what was before."""

    def __init__(self, manager: Manager, options: ChangeOptions, progress: Progress) -> None:
        self._manager = manager
        self._options = options
        self._progress = progress
        self._requests = Requests(manager.table, options.package)
        self._exported = self._staging = self._activating = self._live = self._unfinished = False
        self._known: set[str] = set()  # packages, where what is staged may be of a run before this one
        self.sites: list[dict[str, str]] = []

    def lines(self, unfinished: bool = False) -> list[str]:
        """All requests of the transaction around the edits, as a plan shows them."""
        table, options = self._manager.table, self._options
        names = {"package_name": options.package, "new_package_name": options.backup}
        found = [] if unfinished else [table.line("POST", "config_package_save_as", names)]
        found.append(self._requests.act("config_packages", "compile"))
        if options.activate:
            found.append(self._requests.act("config_packages", "export_to_cm"))
            found += [self._act(action) for action in ("verify", "stage", self._activation)]
            found.append(self._drop_backup)
        return found

    @property
    def _activation(self) -> str:
        return "activate_with_rollback" if self._options.rollback else "activate"

    @property
    def _drop_backup(self) -> str:
        return self._manager.table.line("DELETE", "config_packages", keys={"package_name": self._options.backup})

    def _act(self, action: str) -> str:
        return self._manager.table.line("POST", "change_management", action=action)

    def state(self) -> ChangeState:
        return change_state(self._manager.one("change_management"))

    # -- the transaction ----------------------------------------------------------------------------------------------

    def make(
        self,
        plan: Plan,
        left: Callable[[], list[Problem]],
        back: Callable[[], Plan],
        *,
        unfinished: bool,
        moved: Callable[[], str] = lambda: "",
    ) -> Applied:
        """left: what the package lacks after the edits, or has in a wrong order. back: the plan from what it is to what it
        was. moved: why the network's configuration is another one than that which was planned from, "" when it is not.

        Raises ApplyFailed, ConcurrentChange, ConnectionFailed; then what was begun is taken back as far as the link allows.
        """
        self._unfinished = unfinished
        done = False
        try:
            if not unfinished:
                self._send(self.lines()[0], "saving a backup of the package")
            elif self._options.activate:
                self._clear_ours()
            for operation in plan.operations:
                for line in operation.do:
                    self._send(line, f"editing {operation.item}", safe=line.startswith("PUT "))
            missing = left()
            if missing:
                raise ApplyFailed("the package does not hold what was sent to it", missing)
            warnings = self._compile()
            if self._options.activate:
                self._hand_over(moved)
                self._activate()
                self._live = True
                self._dropped()
            done = True
        except (ApplyFailed, ConnectionFailed) as error:
            done = True
            raise self._told(error, self._taken_back(back)) from error
        finally:
            if not done:  # a time-out of the task, Ctrl-C, or ConcurrentChange
                self._taken_back(back)
        return Applied(tuple(warnings), {"sites": self.sites} if self.sites else {})

    def _send(self, line: str, what: str, *, safe: bool | None = None, timeout: float | None = None) -> Any:
        self._progress(what)
        return self._manager.send(line, safe=safe, timeout=timeout)

    def _compile(self) -> list[Problem]:
        line = self._requests.act("config_packages", "compile")
        # It changes nothing, so it may be asked for again.
        body = self._send(line, "compiling", safe=True, timeout=COMPILE_SECONDS)
        answer = self._manager.table.unwrap("config_packages", body)
        found = audits(answer)
        if errors(found):
            raise ApplyFailed("the package does not compile", found)
        if not has_audits(answer):
            raise ApplyFailed("the compile was answered without audits, so nothing tells whether the package is sound")
        return found

    def _hand_over(self, moved: Callable[[], str]) -> None:
        self._alone(self.state())
        why = moved()
        if why:
            raise ConcurrentChange(why)
        self._exported = True
        try:
            self._send(self._requests.act("config_packages", "export_to_cm"), "handing over", timeout=COMPILE_SECONDS)
        except Rejected as refused:
            self._exported = _may_be_done(refused)
            raise
        self._send(self._act("verify"), "verifying", timeout=COMPILE_SECONDS)
        now = self.state()
        if now.failure_reason:
            raise ApplyFailed("change management does not verify the package", [_said("verify", now.failure_reason)])
        self._staging = True
        try:
            self._send(self._act("stage"), "staging", timeout=COMPILE_SECONDS)
        except Rejected as refused:
            self._staging = _may_be_done(refused)
            raise
        now = poll(
            self._look("staging"),
            lambda seen: seen.state == ACTIVATE or bool(seen.failure_reason) or bool(seen.failing),
            self._options.stage_timeout,
            longest=LONGEST_POLL,
        )
        if now.failing and not now.failure_reason:
            now = self._without(now)
        if now.failure_reason:
            raise ApplyFailed("staging failed", [_said("stage", now.failure_reason)])
        if now.state != ACTIVATE:
            waiting = [Problem("stage", site.name, f"transfer: {site.transfer_state or '?'}") for site in now.sites]
            text = f"staging did not end within {self._options.stage_timeout:g} s (stage_timeout); its state is {now.state or '?'}"
            raise ApplyFailed(text, waiting)

    def _alone(self, now: ChangeState) -> None:
        """Raises ApplyFailed while somebody else is changing the network. Without a change of ours that waits, all is theirs."""
        ours = self._unfinished and now.is_of(self._options.package, self._known)
        replaceable = self._options.force and now.state == NETWORK_STAGING
        if now.is_taken and not ours and not replaceable:
            what = f"its state is {now.state}" + (f" with {now.selected}" if now.selected else "")
            raise ApplyFailed(
                "somebody else is changing the network",
                [Problem("H33", "change_management", what, _END_IT)],
            )

    def _without(self, now: ChangeState) -> ChangeState:
        """Go on without the appliances that failed to stage, if that is wanted."""
        self.sites = [site.as_dict() for site in now.sites]
        if not self._options.ignore_incomplete:
            remedy = "Mend the site and run again, or leave it behind with ignore_incomplete: true."
            text = f"{', '.join(site.name for site in now.failing)} did not stage"
            problems = [
                Problem("stage", site.name, f"{site.status or 'no status'}; transfer: {site.transfer_state}", remedy)
                for site in now.failing
            ]
            raise ApplyFailed(text, problems)
        self._send(self._act("ignore_incomplete"), "going on without those that failed")
        return poll(
            self._look("staging"),
            lambda seen: seen.state == ACTIVATE or bool(seen.failure_reason),
            self._options.stage_timeout,
            longest=LONGEST_POLL,
        )

    def _look(self, what: str, staged: dict[str, str] | None = None) -> Callable[[], ChangeState]:
        """Reads the state, says how far it is. While it activates, appliances restart: silence is part of it."""

        def look() -> ChangeState:
            try:
                seen = self.state()
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

    def _activate(self) -> None:
        before = self.state()
        skipped = {site.name for site in before.failing}
        listed = [site for site in before.sites if site.staged_config and site.name not in skipped]
        if not listed:
            raise ApplyFailed("no site says what was staged for it, so nothing could tell whether it was activated")
        # A site that runs a configuration of that name already tells nothing; where all do, the state alone does, and one that
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
            return moved or seen.state != ACTIVATE or time.monotonic() - began > GRACE

        self._activating = True
        try:
            self._manager.send(self._act(self._activation), timeout=COMPILE_SECONDS, expect_down=True)
        except Rejected as refused:
            if not _may_be_done(refused):
                self._activating = False
                raise
            self._begun(refused)
        except ConnectionFailed as lost:
            self._begun(lost)
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
            raise ApplyFailed("the network did not take the change", [_said("activate", now.failure_reason)])
        if not over(now):
            missing = staged.keys() - {site.name for site in now.activated(staged)}
            limit = f"{self._options.activation_timeout:g} s (activation_timeout)"
            problems = [Problem("activate", name, "it does not run what was staged") for name in sorted(missing)]
            state = f"; its state is {now.state or '?'}"
            raise ApplyFailed(
                f"not all sites run the new configuration after {limit}{'' if missing else state}", problems
            )
        self._activating = False

    def _begun(self, why: ApplyFailed | ConnectionFailed) -> None:
        """After an answer that was lost: whether the activation goes on is what the network shows, not what became of the
        request. Raises ApplyFailed where it was not begun."""
        self._progress("activating; the answer was lost, as it may be")

        def look() -> ChangeState | None:
            try:
                return self.state()
            except (ConnectionFailed, Rejected):
                return None  # it restarts

        seen = poll(look, lambda now: now is None or now.state != ACTIVATE, GRACE)
        if seen is not None and seen.state == ACTIVATE:
            self._activating = False
            raise ApplyFailed(f"the activation was not begun: {why}")

    # -- the way back -------------------------------------------------------------------------------------------------

    def _clear_ours(self) -> None:
        """What a run before this one staged and left; an activation that it began is waited for."""
        limit = self._options.activation_timeout
        self._known = packages(self._manager.get("config_packages")) - {self._options.backup}
        now = poll(
            self._look("activating", {}),
            lambda seen: seen.is_told and not seen.is_activating,
            limit,
            longest=LONGEST_POLL,
        )
        self._alone(now)
        if now.is_activating or not now.is_told:
            self._activating = True
            raise ApplyFailed(
                f"the activation that an earlier run began did not end within {limit:g} s (activation_timeout)"
            )
        if now.is_taken and now.state != NETWORK_STAGING:
            self._send(self._act("cancel_stage"), "cancelling what an earlier run had staged")

    def _taken_back(self, back: Callable[[], Plan]) -> str:
        """What the device carries now, in a sentence."""
        if self._live:
            return f"changed: the network runs it, but the package {self._options.backup} is still there; the next run activates once more"
        if self._activating:
            return (
                f"unknown; the activation is under way, and the package {self._options.backup} holds what was before. "
                f"Run again: it looks where the network is and goes on from there"
            )
        refused = [*self._asked("cancel_stage", self._staging), *self._asked("clear_network_staging", self._exported)]
        try:
            for operation in back().operations:
                for line in operation.do:
                    self._manager.send(line, safe=line.startswith("PUT "))
            left = [operation.item for operation in back().operations]
            if left:
                refused.append(f"the package still differs in {', '.join(left)}")
            elif not refused and not self._unfinished:
                self._dropped()
        except (ConnectionFailed, ApplyFailed) as error:
            refused.append(f"the package could not be taken back ({error})")
        if refused:
            return f"live configuration unchanged, but {'; '.join(refused)}; {self._kept}"
        if self._unfinished:
            return f"rolled back to what this run found: an earlier change that waits in the package; {self._kept}"
        return "rolled back; the live configuration was not changed"

    def _asked(self, action: str, desired: bool) -> list[str]:
        """Ask change management for a way back, whatever becomes of it: what could not be had, in words."""
        try:
            if desired:
                self._manager.send(self._act(action))
        except (ConnectionFailed, ApplyFailed) as error:
            return [f"{action} was not taken ({error})"]
        return []

    def _dropped(self) -> None:
        """The backup, where it was made: the answer to that may have been what got lost."""
        if self._options.backup in packages(self._manager.get("config_packages")):
            self._manager.send(self._drop_backup)

    @property
    def _kept(self) -> str:
        return f"the package {self._options.backup} holds what was before, and the next run begins from there"

    def _told(self, error: ApplyFailed | ConnectionFailed, device_state: str) -> ApplyFailed:
        problems = error.problems if isinstance(error, ApplyFailed) else ()
        details = dict(error.details) if isinstance(error, ApplyFailed) else {}
        if self.sites:
            details["sites"] = self.sites
        return ApplyFailed(str(error), problems, device_state, details)


def _may_be_done(refused: Rejected) -> bool:
    """A server error, or an answer that was not understood, may come after the deed; any other refusal means that nothing was
    done."""
    return refused.status >= 500 or (refused.status < 300 and refused.code is None)


def _said(step: str, words: str) -> Problem:
    return Problem(step, "change_management", "it says why", device_text=words)
