# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`show configuration ...` and `show commit changes diff`: the candidate, what failed, the history of commits."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import TYPE_CHECKING

from . import checks
from .tree import Node, as_commands, as_diff, changes, hierarchical
from .words import Incomplete, Invalid, choose

if TYPE_CHECKING:
    from .candidate import Candidate
    from .device import IosXrDevice


def framed(device: IosXrDevice, lines: Iterable[str], header: str = "") -> str:
    body = "".join(f"{line}\n" for line in lines)
    return f"Building configuration...\n!! IOS XR Configuration {device.release_text}\n{header}{body}end\n\n"


def show(device: IosXrDevice, candidate: Candidate | None, words: list[str], at: int) -> str:
    """words[:at] is `show configuration` or `show commit`."""
    if "configuration".startswith(words[1]) and len(words[1]) > 3:
        if at >= len(words):
            return _candidate(device, candidate)
        what = choose(
            words[at], ("merge", "running-config", "failed", "sessions", "commit", "changes", "rollback", "history")
        )
        if what is None:
            raise Invalid(at)
        at += 1
    else:
        what = "commit"
    if what == "merge":
        return framed(
            device, hierarchical(candidate.root if candidate else device.running), "!! Last configuration change\n!\n"
        )
    if what == "running-config":
        return framed(device, hierarchical(device.running))
    if what == "failed":
        return _failed(candidate)
    if what == "sessions":
        return _sessions(device, detail=at < len(words))
    if what == "changes":
        return _changes_diff(device, candidate)
    if what in ("commit", "rollback"):
        return _commit(device, candidate, words, at)
    return commit_list(device, detail=False)


def _candidate(device: IosXrDevice, candidate: Candidate | None) -> str:
    if candidate is None:
        raise Incomplete
    return framed(device, as_commands(candidate.changes(), short=device.options.get("negation_print") == "key"))


def _changes_diff(device: IosXrDevice, candidate: Candidate | None) -> str:
    """Prints its three lines also when nothing changed (cisco.iosxr#269)."""
    lines = as_diff(candidate.changes()) if candidate else ()
    return framed(device, lines)


def _failed(candidate: Candidate | None) -> str:
    """After `failed` may stand if-committed, inheritance, noerrors: the same here. Empty when nothing failed."""
    return checks.report(candidate.failed) if candidate and candidate.failed else ""


def _sessions(device: IosXrDevice, detail: bool) -> str:
    """Columns from captures; the session ids are made up."""
    rows = []
    for number, candidate in enumerate(device.candidates):
        trial = device.trial is not None and device.trial.owner is candidate
        name = f"00001000-{number + 0x4A5B:08x}-00000000"
        if detail:
            rows.append(
                f"Session: {name}\n    Line: {candidate.line}, User: {candidate.user}\n"
                f"    Client: {'commit-confirm' if trial else 'CLI'}\n    Process: config  Node: {device.node_name.partition('/')[2]}\n"
                f"    Lock: {'*' if candidate.exclusive else '-'}\n"
            )
        else:
            rows.append(
                f"{name:<30} {candidate.line:<10} {candidate.user:<8} {time.ctime():<24} {'*' if candidate.exclusive else ''}\n"
            )
    head = "" if detail else "Current Configuration Session  Line       User     Date                     Lock\n"
    return head + "".join(rows)


def commit_list(device: IosXrDevice, detail: bool) -> str:
    """Newest first."""
    if detail:
        return "".join(
            f"\n   {number}) CommitId: {commit.number:<24} Label: {commit.label or 'NONE'}\n"
            f"      UserId:   {commit.user:<24} Line:  {commit.line}\n      Client:   {commit.client:<24} "
            f"Time:  {commit.when:%a %b %d %H:%M:%S %Y}\n      Comment:  {commit.comment or 'NONE'}\n"
            for number, commit in enumerate(reversed(device.commits), 1)
        )
    head = (
        "SNo. Label/ID              User      Line                Client      Time Stamp\n"
        "~~~~ ~~~~~~~~              ~~~~      ~~~~                ~~~~~~      ~~~~~~~~~~\n"
    )
    node = f"node{device.node_name.partition('/')[2].replace('/', '_')}"
    return head + "".join(
        f"{number:<4} {commit.label or commit.number:<21} {commit.user:<9} {commit.line + ':' + node:<19} {commit.client:<11} "
        f"{commit.when:%a %b %d %H:%M:%S %Y}\n"
        for number, commit in enumerate(reversed(device.commits), 1)
    )


def _commit(device: IosXrDevice, candidate: Candidate | None, words: list[str], at: int) -> str:
    """`commit list [N] [detail]`, `commit changes diff`, `commit changes last N | ID | since ID [diff]`, `rollback changes ...`."""
    if at >= len(words):
        raise Incomplete
    what = choose(words[at], ("list", "changes", "history"))
    if what is None:
        raise Invalid(at)
    if what != "changes":
        return commit_list(device, detail=words[-1].startswith("d"))
    at += 1
    if at >= len(words):
        raise Incomplete
    if "diff".startswith(words[at]) and not words[at].isdecimal():
        return _changes_diff(device, candidate)
    old, new = _span(device, words, at)
    if words[1].startswith("conf") and "rollback".startswith(words[2]):
        old, new = new, old
    diff = words[-1] == "diff"
    found = changes(old, new)
    return framed(device, as_diff(found) if diff else as_commands(found))


def _span(device: IosXrDevice, words: list[str], at: int) -> tuple[Node, Node]:
    """The trees before and after the commits that the words name."""
    word = words[at]
    commits = device.commits
    if word in ("last", "since", "to"):
        if at + 1 >= len(words):
            raise Incomplete
        at += 1
        value = words[at]
    else:
        value = word
    if word == "last":
        if not value.isdecimal() or len(value) > 4 or not 0 < int(value) <= len(commits):
            raise Invalid(at)
        return commits[-int(value)].before, commits[-1].after
    for commit in commits:
        if value in (str(commit.number), commit.label):
            return commit.before, (commit.after if word == value else commits[-1].after)
    raise Invalid(at)
