# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One configuration session of IOS XR: enter, paste, read back, commit on trial, confirm, leave. I/O dialect.

Texts are the device's own, from captures in the issues of netmiko and cisco.iosxr; those that no capture shows are
marked unverified.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from .._engine.failures import ApplyFailed, ConcurrentChange, ConnectionFailed
from .._engine.operations import Operation
from .._engine.problems import Problem
from .._transport.ssh.cli import Cli
from .._transport.ssh.configuration import ConfigurationSession, deviating, refused_lines
from .candidate import differences, rejections
from .refusals import LABEL_USED, LINE_REFUSALS, REFUSALS, UNKNOWN_COMMAND

COMMENT_WITH_TRIAL = (7,)  # first release that takes a comment with `confirmed` (netmiko#3626)
OTHERWISE = "Check that this platform and release know the command."
SLOW = 60.0  # seconds that a trial commit may take before its timer begins
MOST_LABELS = 9  # commits of one label: LABEL, LABEL-2, ... LABEL-9

_LABEL = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,29}")  # length unverified
_COMMENT = re.compile(r"(?=\S)(?:[ #-~](?<![?!\"\\])){1,60}(?<=\S)")
_OTHERS_COMMITTED = "Do you wish to proceed with this commit anyway"
_OTHERS = (_OTHERS_COMMITTED + r"\?.*\[no\]:?\s*$", "no")
_LARGE = (r"Confirm\? ?\[y/n\].*$", "y")
_LEAVE_TRIAL = (r"Do you wish to exit\?.*\[no\]:?\s*$", "yes")
_UNCOMMITTED = (r"\(yes/no/cancel\)\?.*\[cancel\]:?\s*$", "no")

_CONFIRMED = re.compile(r"Confirming commit", re.IGNORECASE)
_NOTHING = re.compile(r"^(?:% )?No configuration changes to commit", re.MULTILINE)
_REJECTED = re.compile(r"^% Failed to commit", re.MULTILINE)


def _untold(_seconds: float) -> None:
    """For callers that keep no record."""


@dataclass(frozen=True)
class CommitOptions:
    """confirm_timeout: seconds, 30 to 65535 (upper end unverified). commit_timeout: seconds that a commit may think
    without a word. release: of the router, for what it cannot combine. on_trial: is told within how many seconds the router may
    roll a commit back by itself; 0: no longer."""

    confirm_timeout: int = 120
    commit_timeout: int = 300
    label: str | None = None
    comment: str | None = None
    exclusive: bool = False
    release: tuple[int, ...] | None = None
    on_trial: Callable[[float], None] = _untold

    @classmethod
    def of(cls, options: Mapping[str, Any], on_trial: Callable[[float], None] = _untold) -> Self:
        """From the options of a module."""
        return cls(
            options["confirm_timeout"],
            options["commit_timeout"],
            options["commit_label"],
            options["commit_comment"],
            options["exclusive"],
            on_trial=on_trial,
        )

    @property
    def wrong(self) -> list[str]:
        """What the command line of XR would not take as it is written; a blank or a `?` would change the command."""
        found = []
        if self.label is not None and not _LABEL.fullmatch(self.label):
            found.append(f"commit_label must match {_LABEL.pattern}, not {self.label!r}")
        if self.comment is not None and not _COMMENT.fullmatch(self.comment):
            found.append(
                "commit_comment must be 1 to 60 printable ASCII characters without question mark, exclamation mark, quote and backslash"
            )
        return found

    @property
    def comment_fits(self) -> bool:
        return self.release is None or self.release >= COMMENT_WITH_TRIAL

    def trial_commands(self) -> Iterator[tuple[str, ...]]:
        """For each label, the forms of the command: labels are used once (so a second run takes LABEL-2 and so on);
        netmiko writes the label before the timer, cisco.iosxr after it, and no public grammar says which release
        takes which."""
        timer = f"confirmed {self.confirm_timeout}"
        comment = f" comment {self.comment}" if self.comment and self.comment_fits else ""
        if self.label is None:
            yield (f"commit {timer}{comment}",)
            return
        for number in range(1, MOST_LABELS + 1):
            label = f"label {self.label}" if number == 1 else f"label {self.label[:27]}-{number}"
            yield f"commit {label} {timer}{comment}", f"commit {timer} {label}{comment}"


class Configuration(ConfigurationSession):
    """A context manager: however the block is left, what was not confirmed does not stay.

    Leaving after a trial commit makes the router roll back at once (cisco.iosxr#260). phase: closed, candidate,
    committing (the trial commit was sent), trial (it was taken), confirming, confirmed. on_trial: whether the router may
    have a commit that it still rolls back by itself.
    """

    def __init__(self, cli: Cli, options: CommitOptions) -> None:
        super().__init__(cli, float(options.commit_timeout), "commit_timeout")
        self._options = options
        self.phase = "closed"

    @property
    def on_trial(self) -> bool:
        return self.phase in ("committing", "trial", "confirming")

    def _enter(self) -> None:
        command = "configure exclusive" if self._options.exclusive else "configure"
        answer = self._cli.ask(command, ())
        if "(config" not in self._cli.prompt:
            raise _refusal(answer, f"the router refused {command!r}")
        self.phase = "candidate"

    def _leave(self, patience: float) -> None:
        if self.phase == "candidate":
            self._ask("abort", (), patience)
        else:
            self._end(patience)

    def _end(self, patience: float | None = None) -> str:
        return self._ask("end", (_LEAVE_TRIAL, _UNCOMMITTED), patience)

    def _drop(self) -> None:
        self._reenter()

    def paste(self, operations: Sequence[Operation], running: str) -> None:
        """All operations into the candidate, read back and compared. Raises ApplyFailed; the candidate is dropped then.

        running: what the router has of it before, as it prints it. When lines are missing and nothing else is in the candidate,
        the router holds them already: raises ConcurrentChange.
        """
        lines = [line for operation in operations for line in operation.do]

        def look(answers: list[str]) -> list[Problem]:
            refused = refused_lines(operations, answers, LINE_REFUSALS, OTHERWISE)
            if refused:
                return refused
            candidate = self._cli.run("show configuration")[0]
            if REFUSALS.find(candidate):
                raise _refusal(candidate, "the router refused 'show configuration'; the candidate was dropped")
            missing, extra = differences(lines, candidate, running)
            if missing and not extra:
                raise ConcurrentChange("the router already has some of what was pasted")
            return deviating(missing, extra)

        self._paste(lines, look)

    def commit_on_trial(self, operations: Sequence[Operation]) -> str:
        """commit confirmed; the command that was taken. Raises ConcurrentChange when others committed meanwhile, ApplyFailed with each
        `!!%` text when it is rejected. What else the router prints (log messages, warnings) is no refusal."""
        command = answer = ""
        self._options.on_trial(self._options.confirm_timeout + SLOW)
        for forms in self._options.trial_commands():
            for command in forms:
                self.phase = "committing"
                answer = self._commit(command)
                if not UNKNOWN_COMMAND.search(answer):
                    break
                self.phase = "candidate"
            if not LABEL_USED.search(answer):
                break
        if _OTHERS_COMMITTED in answer or _NOTHING.search(answer):
            self.phase = "candidate"
            raise ConcurrentChange(
                "the router says that there is nothing to commit"
                if _NOTHING.search(answer)
                else "others committed since this run read the router"
            )
        if _REJECTED.search(answer):
            self.phase = "candidate"
            problems = self._rejections(operations)
            if problems and not LABEL_USED.search(answer):
                raise ApplyFailed("the router rejected the commit; nothing was changed", problems)
        if REFUSALS.find(answer):
            self.phase = "candidate"
            raise _refusal(answer, f"the router refused the commit ({command}); nothing was changed")
        self.phase = "trial"
        self._options.on_trial(self._options.confirm_timeout)
        return command

    def _rejections(self, operations: Sequence[Operation]) -> list[Problem]:
        """Why a commit was rejected; nothing, rather than another error, where the router does not come to say it."""
        try:
            return rejections(self._cli.run("show configuration failed")[0], operations)
        except ConnectionFailed:
            self.lost, self._open = True, False
            return []

    def confirm(self) -> None:
        """Raises ApplyFailed unless the router said, or proved by letting us leave without a question, that it confirmed."""
        self.phase = "confirming"
        answer = self._commit("commit")
        if _CONFIRMED.search(answer):
            self._confirmed()
            return
        if _NOTHING.search(answer):
            raise ApplyFailed("the timer of the trial commit ended before it was confirmed; the router rolled it back")
        if _OTHERS_COMMITTED in answer or LINE_REFUSALS.find(answer):
            raise _refusal(answer, "the router did not report that it confirmed the trial commit")
        self._open = False
        if re.search(_LEAVE_TRIAL[0].removesuffix("$"), self._end()):
            raise ApplyFailed("the router did not confirm the trial commit")
        self._confirmed()

    def _confirmed(self) -> None:
        self.phase = "confirmed"
        self._options.on_trial(0)

    def _commit(self, command: str) -> str:
        return self._ask(command, (_OTHERS, _LARGE))


def _refusal(answer: str, message: str) -> ApplyFailed:
    """The failure that an answer reports; whatever the router printed is in it."""
    text = answer.strip()
    refusal = REFUSALS.find(answer)
    if refusal and refusal.meaning:
        problem = Problem("device", "configuration", refusal.meaning, refusal.remedy, "error", text)
        return ApplyFailed(f"{message}: {refusal.meaning}", [problem])
    return ApplyFailed(
        message, [Problem("device", "configuration", message, "See the router's own words.", "error", text)]
    )
