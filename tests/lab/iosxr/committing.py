# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`commit` in all its forms. Wordings are from captures (netmiko, cisco.iosxr issues) unless marked unverified."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from . import checks
from .words import Incomplete, Invalid, choose

if TYPE_CHECKING:
    from .candidate import Candidate
    from .session import Session
    from .tree import Node

NOTHING = "No configuration changes to commit."
CONFIRMING = "% Confirming commit for trial session."
FAILED = {
    "pseudo-atomic": "% Failed to commit one or more configuration items during a pseudo-atomic operation. All changes made have "
    "been reverted. Please issue 'show configuration failed [inheritance]' from this session to view the errors",
    "atomic": "% Failed to commit one or more configuration items during an atomic operation. No changes have been made. "
    "Please issue 'show configuration failed if-committed' from this session to view the errors",
}
OTHERS = """\
One or more commits have occurred from other
configuration sessions since this session started
or since the last commit was made from this session.
You can use the 'show configuration commit changes'
command to browse the changes.
"""
OTHERS_QUESTION = "Do you wish to proceed with this commit anyway? [no]:"
LARGE_QUESTION = "This could be a few minutes if your config is large. Confirm? [y/n][confirm]"
REPLACE = """\
This commit will replace or remove the entire running configuration. This
operation can be service affecting.
"""
REPLACE_QUESTION = "Do you wish to proceed? [no]:"
# unverified: the two ends are known, what stands between them is not
NO_SPACE = "% Failed to commit .. As an error encountered during commit operation. No space left on device"
LOCKED = "% Failed to commit .. As an error encountered during commit operation. {}"
LABEL_USED = "% Failed to commit .. Label '{}' is already in use"
LOGGED = (
    "{}:{} : config[65808]: %MGBL-CONFIG-6-DB_COMMIT : Configuration committed by user '{}'. "
    "Use 'show configuration commit changes {}' to view the changes."
)

DEFAULT_TRIAL = 600  # seconds, when `confirmed` stands alone; unverified
COMMENT_WITH_TRIAL = (7,)  # first release that takes both (netmiko#3626)
_LABEL = re.compile(r"[A-Za-z0-9_-]{1,30}")
_WORDS = ("label", "comment", "confirmed", "replace", "force", "best-effort", "show-error", "save-running")


@dataclass(frozen=True, slots=True)
class Wanted:
    """trial: seconds, None for a commit that stays."""

    label: str = ""
    comment: str = ""
    trial: int | None = None
    replace: bool = False


def parse(words: Sequence[str], release: tuple[int, ...]) -> Wanted:
    """`commit [replace] [label L] [confirmed [N | minutes N | seconds N]] [comment TEXT]`; a comment is the rest of the line."""
    label = comment = ""
    trial: int | None = None
    replace = False
    at = 1
    while at < len(words):
        word = choose(words[at], _WORDS)
        at += 1
        if word is None:
            raise Invalid(at - 1)
        if word == "label":
            if at >= len(words):
                raise Incomplete
            label = words[at]
            if not _LABEL.fullmatch(label):
                raise Invalid(at)
            at += 1
        elif word == "comment":
            if at >= len(words):
                raise Incomplete
            if trial is not None and release < COMMENT_WITH_TRIAL:
                raise Invalid(at - 1)
            comment, at = " ".join(words[at:]), len(words)
        elif word == "confirmed":
            trial, at = _trial(words, at)
        elif word == "replace":
            replace = True
    return Wanted(label, comment, trial, replace)


def _trial(words: Sequence[str], at: int) -> tuple[int, int]:
    """Seconds, and where the words go on. Range 30 to 65535 seconds, 1 to 1092 minutes; upper ends unverified."""
    unit = 1
    if at < len(words) and words[at] in ("minutes", "seconds"):
        unit = 60 if words[at] == "minutes" else 1
        at += 1
        if at >= len(words):
            raise Incomplete
    elif at >= len(words) or not words[at].isdecimal():
        return DEFAULT_TRIAL, at
    value = words[at]
    if not value.isdecimal() or len(value) > 6 or not 30 <= int(value) * unit <= 65535:
        raise Invalid(at)
    return int(value) * unit, at + 1


async def commit(session: Session, candidate: Candidate, wanted: Wanted, text: str) -> bool:
    """All of it, with its questions. True when the candidate is the running configuration afterwards."""
    device, write = session.device, session.terminal.write
    refusal = device.locked_against(candidate)
    if refusal:
        await write(f"{LOCKED.format(refusal)}\n")
        return False
    if not candidate.changes() and not wanted.replace:
        return await _nothing_to_commit(session, candidate, wanted)
    if wanted.label and any(commit.label == wanted.label for commit in device.commits):
        await write(f"{LABEL_USED.format(wanted.label)}\n")
        return False
    if not await _agreed(session, candidate, wanted, text):
        return False
    root = candidate.replacement() if wanted.replace else candidate.root
    await session.pause(float(device.options.get("commit_seconds", 0.0)))
    if device.faults and device.faults.active("disk_full", text, session=_number(session), mode="config"):
        await write(f"{NO_SPACE}\n")
        return False
    failures = _failures(session, root, text)
    if failures:
        candidate.failed = failures
        wording = str(device.options.get("failure_wording", "pseudo-atomic"))
        await write(f"\n{FAILED.get(wording, FAILED['pseudo-atomic'])}\n")
        return False
    await _store(session, candidate, wanted, root)
    return True


def _number(session: Session) -> int:
    return int(getattr(session.terminal, "session", 0) or 0)


async def _nothing_to_commit(session: Session, candidate: Candidate, wanted: Wanted) -> bool:
    device = session.device
    if device.trial is None:
        await session.terminal.write(f"{NOTHING}\n")
    elif wanted.trial is not None:
        device.start_trial(candidate, device.trial.base, wanted.trial)
    else:
        device.confirm_trial()  # done before it is said: the link may be cut in the middle of the text
        await session.terminal.write(f"{CONFIRMING}\n")
    return True


async def _agreed(session: Session, candidate: Candidate, wanted: Wanted, text: str) -> bool:
    """Asks what the router asks before a commit. False: the user does not want it any more."""
    device, terminal = session.device, session.terminal
    if device.faults and device.faults.active("concurrent_commit", text, session=_number(session), mode="config"):
        device.external_commit([f"snmp-server location {device.version + 1}"])
    if device.version != candidate.seen:
        await terminal.write(OTHERS)
        if not _yes(await terminal.ask(OTHERS_QUESTION)):
            return False
        candidate.seen = device.version
    if wanted.replace:
        await terminal.write(REPLACE)
        if not _yes(await terminal.ask(REPLACE_QUESTION)):
            return False
    if device.options.get("large_config_question", False):
        answer = (await terminal.ask(LARGE_QUESTION)).strip()
        return not answer or _yes(answer)
    return True


def _yes(answer: str) -> bool:
    return answer.strip().lower() in ("y", "ye", "yes")


def _failures(session: Session, root: Node, text: str) -> list[checks.Failure]:
    device = session.device
    if device.faults and device.faults.active("commit_rejected", text, session=_number(session), mode="config"):
        return [checks.Failure(checks.a_changed_line(device.running, root), checks.REJECTED)]
    return device.refusals(root)


async def _store(session: Session, candidate: Candidate, wanted: Wanted, root: Node) -> None:
    device = session.device
    base, on_trial = device.running, device.trial is not None
    client = "commit-confirm" if wanted.trial is not None else "CLI"
    stored = device.store(candidate, root, wanted.label, wanted.comment, client)
    if wanted.trial is not None:
        device.start_trial(candidate, base, wanted.trial)
    elif on_trial:
        device.confirm_trial()
        await session.terminal.write(f"{CONFIRMING}\n")
    if device.options.get("commit_log", False):
        from .session import timestamp

        line = LOGGED.format(device.node_name, timestamp(), candidate.user, stored.number)
        await session.terminal.write(f"{line}\n")
