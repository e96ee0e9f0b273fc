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
from types import TracebackType
from typing import Any, Self

from .._engine.failures import ApplyFailed, ConcurrentChange, ConnectionFailed
from .._engine.operations import Plan
from .._engine.problems import Problem
from .._engine.run import Applied
from .._engine.waiting import Progress, poll
from .._transport.ssh.cli import PASTE_BLOCK, InputLost
from .candidate import Difference, deviations, difference, rejections
from .display_set import words_of
from .firewall import Firewall
from .junos_cli import refusal, word

MINUTE = 60  # seconds; what a device's timer counts
LONGEST = 65535  # minutes that `commit confirmed` takes
IN_A_HURRY = 2.0  # seconds to leave politely when the task was interrupted
MARGIN = 10  # seconds that a roll back may take after the timer
BACK = 2  # commits to take a change back, should somebody else commit at the same time
MANY = 20  # differences that an error names

_COMMENT_LENGTH = 100  # unverified; long lines wrap nowhere, but a comment is a ticket, not a text
_LEAVE = ((r"\[yes,no\] \((?:yes|no)\)\s*$", "yes"),)
_COMPLETE = re.compile(r"^(?:\S+:\s*)?commit complete", re.MULTILINE)
_CHECKED = re.compile(r"configuration check succeeds")
_TRIAL = re.compile(r"commit confirmed will be automatically rolled back")
_NOT_FOUND = re.compile(r"^warning: statement not found", re.MULTILINE)  # `delete` of what is not there
# unverified wording: no public source says whether every release takes a trial commit in private mode
_NOT_PRIVATE = re.compile(r"confirmed.*(?:private)|private.*(?:confirmed)", re.IGNORECASE)

REFUSALS: tuple[tuple[re.Pattern[str], str, str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), message, remedy)
    for pattern, message, remedy in (
        (
            r"configuration database locked by",
            "another session holds the configuration exclusively",
            "See who in the device's own words, and run again when it is gone.",
        ),
        (
            r"shared configuration database modified",
            "somebody has changed the shared candidate and not committed it",
            "Commit it or throw it away (configure, rollback 0, commit), then run again.",
        ),
        (
            r"permission denied|unknown command",
            "this user may not do that",
            "Give its login class the permissions configure and control of these statements, or use another user.",
        ),
        (
            r"no space left|filesystem full",  # unverified wording
            "the device has no space left for the commit",
            "Free space on the device (request system storage cleanup), then run again.",
        ),
    )
)


@dataclass(frozen=True)
class CommitOptions:
    """confirm_timeout: seconds, sent as whole minutes, rounded up; 0 commits without a trial. commit_timeout: seconds that a
    commit may think without a word."""

    confirm_timeout: int = 300
    commit_timeout: int = 300
    comment: str | None = None

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> CommitOptions:
        """From the options of a module."""
        return cls(options["confirm_timeout"], options["commit_timeout"], options["comment"])

    @property
    def wrong(self) -> list[str]:
        """What the command line of Junos would not take as it is meant."""
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
        device that does not show the change shows what it carried before. Raises ApplyFailed with what the device carries
        now, ConcurrentChange when somebody else changed the device first. details of the result: the commit as it was sent.
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
                    raise ApplyFailed("the commit was taken, but the device does not show the change", problems)
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
        except _Refusal:
            self.phase = "candidate"
            raise
        self.phase = "trial" if trial else "confirmed"

    def _confirm(self, session: _Session, kept: Callable[[], list[Problem]]) -> None:
        """A trial whose timer may have ended meanwhile is looked at once more: an empty commit is taken, too."""
        if self.phase != "trial":
            return
        self.phase = "confirming"
        session.commit("commit", False)
        self.phase = "confirmed"
        late = time.monotonic() - self._sent >= self._options.minutes * MINUTE
        if late and _missing(kept):
            raise ApplyFailed("the timer of the trial commit ended before it was confirmed; the device took it back")

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
        """The error with what the device carries now, proved by a read where a commit may have been taken."""
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
                failed.device_state = f"unchanged; a commit that still comes: {self._until}"
                return failed
            self._progress("taking the change back")
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
                raise ApplyFailed("what was taken back came again")

    def _waited(self, kept: Callable[[], list[Problem]], why: Exception) -> str:
        """What the device carries when its timer, should one run, must have taken the change back."""
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
    """Whether something would go that the plan's undo does not bring back: it was not there when the plan was made."""
    lines = [line for operation in plan.operations for line in operation.undo or ()]
    restored = {words_of(line)[1:] for line in lines if line.startswith("set ")}
    return any(path not in restored for path in found.removed)


def _missing(kept: Callable[[], list[Problem]]) -> list[Problem]:
    """What the device does not show of a change, looked for twice: a text that was cut on its way is no change."""
    return kept() and kept()


class _Refusal(ApplyFailed):
    """The device said no to a commit, in words that are known: it carries what it did before."""


class _NotInPrivate(_Refusal):
    """This release takes no trial commit in private mode."""


class _Session:
    """Configuration mode, entered and left. lost: the session did not survive the leaving."""

    def __init__(self, firewall: Firewall, options: CommitOptions) -> None:
        self._firewall = firewall
        self._options = options
        self._open = False
        self.lost = False

    def __enter__(self) -> Self:
        self._enter("configure private")
        return self

    def _enter(self, command: str) -> None:
        answer = self._firewall.cli.ask(command, ())
        if not self._firewall.cli.prompt.endswith("#"):
            raise _refusal(answer, f"the device refused {command!r}")
        self._open = True

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Politely where there is time, quickly when the task was interrupted, not at all when nobody listens."""
        if isinstance(error, ConnectionFailed):
            self.lost = True
        elif self._open:
            hurry = error is not None and not isinstance(error, ApplyFailed | ConcurrentChange)
            try:
                self._leave(IN_A_HURRY if hurry else float(self._options.commit_timeout))
            except ConnectionFailed:
                self.lost = True

    def _leave(self, patience: float) -> None:
        self._open = False
        self._firewall.cli.ask("rollback 0", (), patience, "commit_timeout")
        self._firewall.cli.ask("exit configuration-mode", _LEAVE, patience, "commit_timeout")

    def exclusively(self) -> None:
        """Leave, and come back as the only one."""
        self._leave(float(self._options.commit_timeout))
        self._enter("configure exclusive")

    def paste(self, plan: Plan, partly: bool = False) -> bool:
        """All lines into the candidate, compared with what it shows then; whether they make a difference. Raises ApplyFailed;
        ConcurrentChange when somebody else has done some of it already, unless that is no matter (partly).

        A garbled paste is dropped and tried once more line by line, for terminals with a small input buffer.
        """
        lines = plan.commands
        problems: list[Problem] = []
        for block in (PASTE_BLOCK, 1):
            if problems:
                self._firewall.cli.run("rollback 0")
            try:
                answers = self._firewall.cli.paste(lines, block)
            except InputLost as garbled:
                problems = [_garbled(str(garbled))]
                continue
            problems = _refused_lines(plan, answers)
            if any(problem.rule == "device" for problem in problems):
                break
            if not partly and any(_NOT_FOUND.search(answer) for answer in answers):
                raise ConcurrentChange("a statement that is to go is gone already")
            found, missing, extra = self._compared(lines)
            if not partly and _of_others(plan, found):
                raise ConcurrentChange("somebody else has configured something below what was to go")
            if not extra and (partly or not missing):
                return bool(found.added or found.removed)
            if not extra:
                raise ConcurrentChange("the device already holds some of what was pasted")
            problems = [_garbled(f"in the candidate, but not sent: {text}") for text in extra[:MANY]]
            problems += [_garbled(f"sent, but not in the candidate: {text}") for text in missing[:MANY]]
        raise ApplyFailed("the device did not take what was pasted as it was sent; the candidate was dropped", problems)

    def _compared(self, lines: list[str]) -> tuple[Difference, list[str], list[str]]:
        """What the candidate shows, what of the lines is missing there, what is in it beside them. Looked for twice: a
        text that was cut on its way is no candidate."""
        for _look in ("first", "second"):
            shown = self._firewall.cli.run("show | compare")[0]
            if refusal(shown):
                raise _refusal(shown, "the device refused 'show | compare'; the candidate was dropped")
            found = difference(shown)
            missing, extra = deviations(lines, found)
            if not missing:
                break
        return found, missing, extra

    def check(self, plan: Plan) -> None:
        """commit check. Raises ApplyFailed with each complaint."""
        answer = self._say("commit check")
        if _CHECKED.search(answer) and not refusal(answer):
            return
        if any(pattern.search(answer) for pattern, _message, _remedy in REFUSALS):
            raise _refusal(answer, "the device refused 'commit check'; nothing was changed")
        raise ApplyFailed(
            "the device rejected the candidate; nothing was changed",
            rejections(answer, plan.operations) or [_said(answer)],
        )

    def commit(self, command: str, trial: bool) -> None:
        """Returns when the device said that it is done. Raises _Refusal where it said that it did nothing, ApplyFailed where
        its answer does not tell: one node of a cluster may have committed when the other has not."""
        answer = self._say(command)
        complete, said = _COMPLETE.search(answer), refusal(answer)
        if complete and not said and (not trial or _TRIAL.search(answer)):
            return
        failed = _refusal(answer, f"the device refused the commit ({command})")
        if said and not complete:
            kind = _NotInPrivate if trial and _NOT_PRIVATE.search(answer) else _Refusal
            raise kind(str(failed), failed.problems)
        raise ApplyFailed(f"the answer to the commit ({command}) cannot be read", failed.problems)

    def _say(self, command: str) -> str:
        return self._firewall.cli.ask(command, (), float(self._options.commit_timeout), "commit_timeout")


def _refused_lines(plan: Plan, answers: list[str]) -> list[Problem]:
    problems: list[Problem] = []
    remaining = iter(answers)
    for operation in plan.operations:
        for line in operation.do:
            text = refusal(next(remaining, ""))
            if text:
                message = f"the device does not take the line {line!r}"
                problems.append(Problem("device", operation.item, message, _remedy(text), "error", text))
    return problems


def _garbled(text: str) -> Problem:
    return Problem("read-back", "paste", text, "Look for a slow or lossy terminal line, and run again.")


def _said(answer: str) -> Problem:
    text = " ".join(answer.split())[:500]
    return Problem("device", "configuration", "the device refused this", "See its own words.", "error", text)


def _refusal(answer: str, message: str) -> ApplyFailed:
    text = " ".join(answer.split())[:500]
    for pattern, meaning, remedy in REFUSALS:
        if pattern.search(answer):
            return ApplyFailed(
                f"{message}: {meaning}", [Problem("device", "configuration", meaning, remedy, "error", text)]
            )
    return ApplyFailed(message, [_said(answer)])


def _remedy(text: str) -> str:
    for pattern, _meaning, remedy in REFUSALS:
        if pattern.search(text):
            return remedy
    return "Check that this model and release know the statement."
