# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One configuration session of IOS XR: enter, paste, read back, commit on trial, confirm, leave. I/O dialect.

Texts are the device's own, from captures in the issues of netmiko and cisco.iosxr; those that no capture shows are
marked unverified.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from .._engine.cli import PASTE_BLOCK, Cli, Garbled
from .._engine.failures import DoorError, Failed, Moved
from .._engine.operations import Operation
from .._engine.problems import Problem
from .candidate import differences, rejections

# The prompt, with the host name cut at 31 characters in configuration mode (netmiko cisco_xr).
PROMPT = r"^{base}[^\s()#]*(?:\([^\s()]+\))?# ?"

COMMENT_WITH_TRIAL = (7,)  # first release that takes a comment with `confirmed` (netmiko#3626)
MANY = 20  # differences that an error names

_LABEL = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,29}")  # length unverified
_COMMENT = re.compile(r"(?=\S)(?:[ #-~](?<![?!\"\\])){1,60}(?<=\S)")
_OTHERS_COMMITTED = "Do you wish to proceed with this commit anyway"
_OTHERS = (_OTHERS_COMMITTED + r"\?.*\[no\]:?\s*$", "no")
_LARGE = (r"Confirm\? ?\[y/n\].*$", "y")
_LEAVE_TRIAL = (r"Do you wish to exit\?.*\[no\]:?\s*$", "yes")
_UNCOMMITTED = (r"\(yes/no/cancel\)\?.*\[cancel\]:?\s*$", "no")

_LINE_ERROR = re.compile(r"^% (?!Confirming commit)(?P<text>.+)$", re.MULTILINE)
_NOTHING = re.compile(r"^(?:% )?No configuration changes to commit", re.MULTILINE)
_REJECTED = re.compile(r"^% Failed to commit", re.MULTILINE)

# What refuses the door to configuration mode, or the commit: pattern, message, remedy.
REFUSALS: tuple[tuple[re.Pattern[str], str, str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), message, remedy)
    for pattern, message, remedy in (
        (
            r"trial commit is underway",
            "another session holds a trial commit that is neither confirmed nor rolled back",
            "Wait for its timer, or ask its owner to confirm (show configuration sessions detail).",
        ),
        (
            r"locked by another|Cannot enter exclusive mode",
            "another session holds the lock on the configuration",
            "See who with show configuration sessions, and run again when it is gone.",
        ),
        (
            r"not authorized|authorization failed|permission denied",
            "this user is not authorised to do that",
            "Give the user the task group that the command needs, or use another user.",
        ),
        (
            r"no space|disk (?:is )?full|insufficient disk",  # unverified wording
            "the router has no disk space left for the commit",
            "Free space on the router (show media), then run again.",
        ),
    )
)


@dataclass(frozen=True)
class CommitOptions:
    """confirm_timeout: seconds, 30 to 65535 (upper end unverified). commit_timeout: seconds that a commit may think
    without a word. release: of the router, for what it cannot combine."""

    confirm_timeout: int = 120
    commit_timeout: int = 300
    label: str | None = None
    comment: str | None = None
    exclusive: bool = False
    release: tuple[int, ...] | None = None

    @property
    def wrong(self) -> list[str]:
        """What the command line of XR would not take as it is meant; a blank or a `?` would change the command."""
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

    @property
    def trial_command(self) -> str:
        label = f" label {self.label}" if self.label else ""
        # the place of the comment behind the timer is unverified
        comment = f" comment {self.comment}" if self.comment and self.comment_fits else ""
        return f"commit{label} confirmed {self.confirm_timeout}{comment}"


class Configuration:
    """A context manager: however the block is left, what was not confirmed does not stay.

    Leaving after a trial commit makes the router roll back at once (cisco.iosxr#260). state says, for an error message,
    what the router carries if the session were lost now.
    """

    def __init__(self, cli: Cli, options: CommitOptions) -> None:
        self._cli = cli
        self._options = options
        self._phase = "closed"  # closed | candidate | trial | confirming | confirmed
        self.on_trial = False  # whether the router may carry a commit that it still takes back by itself

    @property
    def state(self) -> str:
        return {
            "trial": f"on trial; the router rolls back by itself within {self._options.confirm_timeout} s",
            "confirming": "unknown: the confirming commit was sent, its answer was lost; read again to see",
            "confirmed": "changed",
        }.get(self._phase, "unchanged")

    def __enter__(self) -> Self:
        answer = self._cli.ask("configure exclusive" if self._options.exclusive else "configure", ())
        if "(config" not in self._cli.prompt:
            raise _refusal(answer, "the router did not enter configuration mode")
        self._phase = "candidate"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, DoorError):
            return  # nobody listens any more; a lost session drops its candidate, its trial rolls back by the timer
        if self._phase == "candidate":
            self._cli.ask("abort", ())
        elif self._phase != "closed":
            self._cli.ask("end", (_LEAVE_TRIAL, _UNCOMMITTED), self._options.commit_timeout)
        self._phase = "closed"

    def paste(self, operations: Sequence[Operation], standing: str) -> None:
        """All operations into the candidate, read back and compared. Raises Failed; the candidate is dropped then.

        standing: what the router has of it before, as it prints it.

        A garbled paste is dropped and tried once more line by line, for terminals with a small input buffer. When lines
        are missing and nothing else stands there, the router holds them already: raises Moved.
        """
        lines = [line for operation in operations for line in operation.do]
        problems: list[Problem] = []
        for block in (PASTE_BLOCK, 1):
            if problems:
                self._cli.ask("abort", ())
                self._phase = "closed"
                self.__enter__()
            try:
                problems = _refused_lines(operations, self._cli.paste(lines, block))
            except Garbled as garbled:
                problems = [_garbled(str(garbled))]
            if problems:
                continue
            missing, extra = differences(lines, self._cli.run("show configuration")[0], standing)
            if not missing and not extra:
                return
            if not extra:
                raise Moved("the router already holds some of what was pasted")
            problems = [_garbled(f"in the candidate, but not sent: {text}") for text in extra[:MANY]]
            problems += [_garbled(f"sent, but not in the candidate: {text}") for text in missing[:MANY]]
        raise Failed("the router did not take what was pasted as it was sent; the candidate was dropped", problems)

    def commit_on_trial(self, operations: Sequence[Operation]) -> None:
        """commit confirmed. Raises Moved when others committed meanwhile, Failed with each `!!%` text when refused."""
        self._phase, self.on_trial = "trial", True
        answer = self._cli.ask(self._options.trial_command, (_OTHERS, _LARGE), self._options.commit_timeout)
        if _OTHERS_COMMITTED in answer:
            self._phase, self.on_trial = "candidate", False
            raise Moved("others committed since this run read the router")
        if _NOTHING.search(answer):
            self._phase, self.on_trial = "candidate", False
            raise Moved("the router says that there is nothing to commit")
        error = _LINE_ERROR.search(answer)
        if error:
            self._phase, self.on_trial = "candidate", False
            problems: list[Problem] = []
            if _REJECTED.search(answer):
                problems = rejections(self._cli.run("show configuration failed")[0], operations)
            if problems:
                raise Failed("the router rejected the commit; nothing was changed", problems)
            raise _refusal(answer, "the router refused the commit; nothing was changed")

    def confirm(self) -> None:
        self._phase = "confirming"
        answer = self._cli.ask("commit", (_OTHERS, _LARGE), self._options.commit_timeout)
        error = _LINE_ERROR.search(answer)
        if error or _OTHERS_COMMITTED in answer:
            raise _refusal(answer, "the router did not say that it confirms the trial commit")
        self._phase, self.on_trial = "confirmed", False


def _refused_lines(operations: Sequence[Operation], answers: Sequence[str]) -> list[Problem]:
    problems: list[Problem] = []
    remaining = iter(answers)
    for operation in operations:
        for line in operation.do:
            error = _LINE_ERROR.search(next(remaining, ""))
            if error:
                text = error["text"].strip()
                message = f"the router does not take the line {line.strip()!r}"
                problems.append(Problem("device", operation.item, message, _remedy(text), "error", text))
    return problems


def _garbled(text: str) -> Problem:
    return Problem("read-back", "paste", text, "Look for a slow or lossy terminal line, and run again.")


def _refusal(answer: str, message: str) -> Failed:
    text = " ".join(answer.split())[:500]
    for pattern, meaning, remedy in REFUSALS:
        if pattern.search(answer):
            return Failed(f"{message}: {meaning}", [Problem("device", "configuration", meaning, remedy, "error", text)])
    return Failed(message, [Problem("device", "configuration", message, "See the router's own words.", "error", text)])


def _remedy(text: str) -> str:
    for pattern, _meaning, remedy in REFUSALS:
        if pattern.search(text):
            return remedy
    return "Check that this platform and release know the command."
