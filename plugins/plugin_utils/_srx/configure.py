# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One configuration session of Junos: private candidate, paste, compare, check, commit on trial, confirm, leave. I/O dialect.

Texts are the device's own: netmiko's juniper_junos knows the markers of commits, captures show the errors; those that no
public source shows are marked unverified.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from .._engine.failures import ApplyFailed, ConcurrentChange, ConnectionFailed
from .._engine.operations import Plan
from .._engine.problems import Problem
from .._engine.run import Applied
from .._engine.waiting import Progress, poll
from .._transport.ssh.configuration import ConfigurationSession, deviating, not_taken, refused_lines
from .candidate import Difference, deviations, difference, rejections
from .display_set import words_of
from .firewall import Firewall
from .junos_cli import word
from .refusals import NOT_IN_PRIVATE, NOTHING_TO_DELETE, OTHERWISE, REFUSALS

MINUTE = 60  # seconds; what a device's timer counts
LONGEST = 65535  # minutes that `commit confirmed` takes
MARGIN = 10  # seconds that a roll back may take after the timer
SLOW = 60.0  # seconds that a trial commit may take before its timer begins
BACK = 2  # commits to take a change back, should another session commit at the same time

_COMMENT_LENGTH = 100  # unverified; long lines wrap nowhere, but a comment is a ticket, not a text
_LEAVE = ((r"\[yes,no\] \((?:yes|no)\)\s*$", "yes"),)
_COMPLETE = re.compile(r"^(?:\S+:\s*)?commit complete", re.MULTILINE)
_CHECKED = re.compile(r"configuration check succeeds")
_TRIAL = re.compile(r"commit confirmed will be automatically rolled back")


def _untold(_seconds: float) -> None:
    """For callers that keep no record."""


@dataclass(frozen=True)
class CommitOptions:
    """confirm_timeout: seconds, sent as whole minutes, rounded up; 0 commits without a trial. commit_timeout: seconds that a
    commit may think without a word. on_trial: is told within how many seconds the device may roll a commit back by itself;
    0: no longer."""

    confirm_timeout: int = 300
    commit_timeout: int = 300
    comment: str | None = None
    on_trial: Callable[[float], None] = _untold

    @classmethod
    def of(cls, options: Mapping[str, Any], on_trial: Callable[[float], None] = _untold) -> CommitOptions:
        """From the options of a module."""
        return cls(options["confirm_timeout"], options["commit_timeout"], options["comment"], on_trial)

    @property
    def wrong(self) -> list[str]:
        """What the command line of Junos would not take as it is written."""
        found = []
        if not 0 <= self.confirm_timeout <= LONGEST * MINUTE:
            found.append(f"confirm_timeout must be 0 to {LONGEST * MINUTE} seconds, not {self.confirm_timeout}")
        if self.commit_timeout < 1:
            found.append(f"commit_timeout must be 1 second or more, not {self.commit_timeout}")
        if self.comment is not None:
            try:
                word(self.comment)
            except ValueError as error:
                found.append(f"comment: {error}")
            if len(self.comment) > _COMMENT_LENGTH:
                found.append(f"comment must be at most {_COMMENT_LENGTH} characters")
        return found

    @property
    def minutes(self) -> int:
        """What the device's timer is set to: Junos counts whole minutes, 1 or more. 0: no trial."""
        return -(-self.confirm_timeout // MINUTE)

    def command(self, trial: bool) -> str:
        timer = f" confirmed {self.minutes}" if trial else ""
        comment = f" comment {_quoted(self.comment)}" if self.comment else ""
        return f"commit{timer}{comment}"


def _quoted(text: str) -> str:
    typed = word(text)
    return typed if typed.startswith('"') else f'"{typed}"'


class Configuration:
    """One change, whole or not at all.

    phase: closed, candidate, committing (a commit was sent), trial (it was taken, the device's timer runs), confirming,
    confirmed.
    """

    def __init__(self, firewall: Firewall, options: CommitOptions, progress: Progress) -> None:
        self._firewall = firewall
        self._options = options
        self._progress = progress
        self.phase = "closed"
        self._sent = 0.0  # when the trial commit was sent, in monotonic seconds: its timer begins later

    def change(self, plan: Plan, kept: Callable[[], list[Problem]]) -> Applied:
        """Commit the plan's lines and keep them if kept() has nothing to say against it.

        kept() reads the configuration back, in operational mode or through `run`; the commits of Junos are atomic, so a
        device that does not show the change shows its state from before. Raises ApplyFailed with the state that the device has
        now, ConcurrentChange when another session changed the device first. details of the result: the commit as it was sent.
        """
        applied = Applied(details={"commit": self._options.command(self._on_trial)})
        session = _Session(self._firewall, self._options)
        try:
            with session:
                self._prepare(session, plan)
                self._progress("committing")
                self._commit(session, plan)
                problems = _missing(kept)
                if problems:
                    raise ApplyFailed("the commit was accepted, but the device does not show the change", problems)
                self._confirm(session, kept)
        except ConcurrentChange:
            self._again(session, "unchanged")
            raise
        except (ConnectionFailed, ApplyFailed) as error:
            if self.phase == "confirming" and isinstance(error, ConnectionFailed) and self._confirmed_anew(kept):
                return applied
            raise self._undone(error, session, plan, kept) from error
        self._again(session, "changed; run again to verify it")
        return applied

    def _again(self, session: _Session, device_state: str) -> None:
        """A new session where the old one did not survive the leaving. What was done by then is said if none comes."""
        if session.lost:
            try:
                self._firewall.reopen()
            except ConnectionFailed as error:
                raise ApplyFailed(f"the session was lost at its end: {error}", device_state=device_state) from error

    def _prepare(self, session: _Session, plan: Plan) -> None:
        self.phase = "candidate"
        session.paste(plan)
        session.check(plan)

    @property
    def _on_trial(self) -> bool:
        return self._options.minutes > 0

    def _commit(self, session: _Session, plan: Plan) -> None:
        trial = self._on_trial
        command = self._options.command(trial)
        if trial:
            self._options.on_trial(self._options.minutes * MINUTE + SLOW)
        try:
            self.phase, self._sent = "committing", time.monotonic()
            try:
                session.commit(command, trial)
            except _NotInPrivate:
                self.phase = "candidate"
                session.exclusively()
                self._prepare(session, plan)
                self.phase, self._sent = "committing", time.monotonic()
                session.commit(command, trial)
        except _Refused:
            self.phase = "candidate"
            raise
        self.phase = "trial" if trial else "confirmed"
        if trial:
            self._options.on_trial(self._options.minutes * MINUTE)

    def _confirm(self, session: _Session, kept: Callable[[], list[Problem]]) -> None:
        """A trial whose timer may have ended meanwhile is looked at once more: an empty commit is taken, too."""
        if self.phase != "trial":
            return
        self.phase = "confirming"
        session.commit("commit", False)
        self.phase = "confirmed"
        self._options.on_trial(0)
        late = time.monotonic() - self._sent >= self._options.minutes * MINUTE
        if late and _missing(kept):
            raise ApplyFailed("the timer of the trial commit ended before it was confirmed; the device rolled it back")

    def _confirmed_anew(self, kept: Callable[[], list[Problem]]) -> bool:
        """The link went while the commit was confirmed: any later commit confirms it too."""
        try:
            self._firewall.reopen()
            if _missing(kept):
                return False
            with _Session(self._firewall, self._options) as session:
                session.commit("commit", False)
            self.phase = "confirmed"
            return not _missing(kept)
        except (ConnectionFailed, ApplyFailed, ConcurrentChange):
            return False

    def _undone(
        self, error: ConnectionFailed | ApplyFailed, session: _Session, plan: Plan, kept: Callable[[], list[Problem]]
    ) -> ApplyFailed:
        """The error with the state of the device now, proved by a read where a commit may have been taken."""
        failed = (
            error if isinstance(error, ApplyFailed) else ApplyFailed(f"the session was lost while applying: {error}")
        )
        if self.phase in ("closed", "candidate"):
            failed.device_state = "unchanged"  # a private candidate is dropped with its session
            return failed
        try:
            if session.lost:
                self._firewall.reopen()
            if self.phase == "committing" and _missing(kept):
                failed.device_state = f"unchanged; a commit that still arrives: {self._until}"
                return failed
            self._progress("rolling the change back")
            self._take_back(plan)
            failed.device_state = "rolled back"
        except (ConnectionFailed, ApplyFailed, ConcurrentChange) as unread:
            failed.device_state = self._waited(kept, unread)
        return failed

    @property
    def _until(self) -> str:
        timer = self._options.minutes
        return (
            f"it rolls back by itself within {timer * MINUTE:g} s" if timer else "no timer runs; see show system commit"
        )

    def _take_back(self, plan: Plan) -> None:
        """The undo lines, committed: that confirms the way back and ends the timer.

        What others, or the timer, took back already is no matter: it is done when the undo lines make no difference any
        more. Raises ApplyFailed, ConnectionFailed.
        """
        undo = Plan(tuple(replace(each, do=each.undo or (), undo=each.do) for each in reversed(plan.operations)))
        with _Session(self._firewall, self._options) as session:
            for _try in range(BACK):
                if not session.paste(undo, partly=True):
                    return
                session.commit("commit", False)
            if session.paste(undo, partly=True):
                raise ApplyFailed("what was rolled back is configured again")

    def _waited(self, kept: Callable[[], list[Problem]], why: Exception) -> str:
        """The state of the device when its timer, should one run, must have rolled the change back."""
        self._progress("waiting for the device to roll back")
        timer = self._options.minutes

        def gone() -> bool:
            return bool(_missing(kept))

        try:
            self._firewall.reopen()
            back = poll(gone, bool, timer * MINUTE + MARGIN if timer else 0)
        except (ConnectionFailed, ApplyFailed) as unread:
            return f"unknown ({why}), it could not be read ({unread}); {self._until}"
        return "rolled back" if back else f"changed ({why}); run again to verify it"


def _of_others(plan: Plan, found: Difference) -> bool:
    """Whether something would be deleted that the plan's undo does not restore: it was not there when the plan was made."""
    lines = [line for operation in plan.operations for line in operation.undo or ()]
    restored = {words_of(line)[1:] for line in lines if line.startswith("set ")}
    return any(path not in restored for path in found.removed)


def _missing(kept: Callable[[], list[Problem]]) -> list[Problem]:
    """What the device does not show of a change, looked for twice: a text that was cut on its way is no change."""
    return kept() and kept()


class _Refused(ApplyFailed):
    """The device refused a commit, in known words: its configuration is what it was before."""


class _NotInPrivate(_Refused):
    """This release takes no trial commit in private mode."""


class _Session(ConfigurationSession):
    """Configuration mode of Junos: a private candidate, or one of the only session."""

    def __init__(self, firewall: Firewall, options: CommitOptions) -> None:
        super().__init__(firewall.cli, float(options.commit_timeout), "commit_timeout")
        self._command = "configure private"

    def _enter(self) -> None:
        answer = self._cli.ask(self._command, ())
        if not self._cli.prompt.endswith("#"):
            raise _refused(answer, f"the device refused {self._command!r}")

    def _leave(self, patience: float) -> None:
        self._ask("rollback 0", (), patience)
        self._ask("exit configuration-mode", _LEAVE, patience)

    def _drop(self) -> None:
        self._cli.run("rollback 0")

    def exclusively(self) -> None:
        """Leave, and come back as the only one."""
        self._command = "configure exclusive"
        self._reenter()

    def paste(self, plan: Plan, partly: bool = False) -> bool:
        """All lines into the candidate, compared with what it shows then; whether they make a difference. Raises ApplyFailed;
        ConcurrentChange when another session has done some of it already, unless that is no matter (partly).
        """
        actual = Difference()

        def look(answers: list[str]) -> list[Problem]:
            nonlocal actual
            refused = refused_lines(plan.operations, answers, REFUSALS, OTHERWISE)
            if refused:
                raise not_taken(refused)
            if not partly and any(NOTHING_TO_DELETE.search(answer) for answer in answers):
                raise ConcurrentChange("a statement that was to be deleted is already gone")
            actual, missing, extra = self._compared(plan.commands)
            if not partly and _of_others(plan, actual):
                raise ConcurrentChange(
                    "another session has configured something below a statement that was to be deleted"
                )
            if missing and not extra and not partly:
                raise ConcurrentChange("the device already has some of what was pasted")
            return deviating(missing, extra) if extra else []

        self._paste(plan.commands, look)
        return bool(actual.added or actual.removed)

    def _compared(self, lines: list[str]) -> tuple[Difference, list[str], list[str]]:
        """What the candidate shows, what of the lines is missing there, what is in it beside them. Looked for twice: a
        text that was cut on its way is no candidate."""
        for _look in ("first", "second"):
            text = self._cli.run("show | compare")[0]
            if REFUSALS.find(text):
                raise _refused(text, "the device refused 'show | compare'; the candidate was dropped")
            found = difference(text)
            missing, extra = deviations(lines, found)
            if not missing:
                break
        return found, missing, extra

    def check(self, plan: Plan) -> None:
        """commit check. Raises ApplyFailed with each complaint."""
        answer = self._ask("commit check")
        refusal = REFUSALS.find(answer)
        if _CHECKED.search(answer) and not refusal:
            return
        if refusal and refusal.meaning:
            raise _refused(answer, "the device refused 'commit check'; nothing was changed")
        raise ApplyFailed(
            "the device rejected the candidate; nothing was changed",
            rejections(answer, plan.operations) or [_as_problem(answer)],
        )

    def commit(self, command: str, trial: bool) -> None:
        """Returns when the device said that it is done. Raises _Refused where it said that it did nothing, ApplyFailed where
        its answer does not show it: one node of a cluster may have committed when the other has not."""
        answer = self._ask(command)
        complete, refusal = _COMPLETE.search(answer), REFUSALS.find(answer)
        if complete and not refusal and (not trial or _TRIAL.search(answer)):
            return
        failed = _refused(answer, f"the device refused the commit ({command})")
        if refusal and not complete:
            kind = _NotInPrivate if trial and refusal.meaning == NOT_IN_PRIVATE else _Refused
            raise kind(str(failed), failed.problems)
        raise ApplyFailed(f"the answer to the commit ({command}) cannot be read", failed.problems)


def _refused(answer: str, message: str) -> ApplyFailed:
    """With the whole answer of the device: who holds a lock is in the lines after its refusal."""
    refusal = REFUSALS.find(answer)
    meaning = f": {refusal.meaning}" if refusal and refusal.meaning else ""
    return ApplyFailed(f"{message}{meaning}", [_as_problem(answer)])


def _as_problem(answer: str) -> Problem:
    refusal = REFUSALS.find(answer)
    text = answer.strip()
    message = (refusal and refusal.meaning) or "the device refused this"
    remedy = (refusal and refusal.remedy) or "See the device's own words."
    return Problem("device", "configuration", message, remedy, device_text=text)
