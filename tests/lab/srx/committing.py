# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Candidates and commits: shared, private and exclusive configuration, what a commit refuses, trials with their timer."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from .groups import effective
from .operational import Refusal
from .tree import Node

if TYPE_CHECKING:
    from .device import SrxDevice

NO_SPACE = "error: could not write configuration: /config/juniper.conf+: No space left on device\nerror: commit failed"
REJECTED = "error: configuration check-out failed: daemon file propagation failed"
CHECK_FAILED = "error: configuration check-out failed"
KEPT = 50


@dataclass
class Candidate:
    """One configuration session. mode: shared | private | exclusive. edits: what was typed, to be merged at a commit."""

    user: str
    line: str
    mode: str
    root: Node
    base: Node
    since: datetime
    edits: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)

    @property
    def changed(self) -> bool:
        return self.root != self.base

    def edit(self, verb: str, words: Sequence[str]) -> str:
        """Applies one line; a warning of the device, or nothing."""
        warning = apply(self.root, verb, words)
        self.edits.append((verb, tuple(words)))
        return warning

    def load(self, root: Node) -> None:
        self.root = root.copy()
        self.edits = [("load", ())]


@dataclass(frozen=True)
class Commit:
    root: Node
    user: str
    client: str
    when: datetime
    comment: str = ""


@dataclass
class Trial:
    """A commit that goes away unless any further commit confirms it."""

    base: Node
    minutes: int
    timer: object = None


def apply(root: Node, verb: str, words: Sequence[str]) -> str:
    if verb == "set":
        root.set(words)
    elif verb == "delete":
        if not root.delete(words):
            return "warning: statement not found"
    else:
        found = root.find(words)
        if found is None:
            return "warning: statement not found"
        found.inactive = verb == "deactivate"
    return ""


def merged(candidate: Candidate, running: Node) -> Node:
    """What a commit of a private candidate makes of a configuration that others may have changed meanwhile."""
    if candidate.base == running:
        return candidate.root.copy()
    root = running.copy()
    for verb, words in candidate.edits:
        if verb == "load":
            return candidate.root.copy()
        apply(root, verb, words)
    return root


# -- what a commit refuses --------------------------------------------------------------------------------------------

ACTIONS = {  # YANG conf-chassis of 18.4 and 24.4; the older list is that of Juniper's guide
    (24, 0): ("reset", "offline", "alarm", "get-state", "log", "disable-pfe", "reset-pfe", "offline-pic", "trap"),
    (18, 0): ("reset", "offline", "alarm", "get-state", "log", "disable-pfe", "offline-pic", "fault"),
    (0, 0): ("reset", "offline", "alarm", "get-state", "log"),
}
THRESHOLDS = {"fatal": (1, 1024), "major": (1, 1024), "minor": (0, 1024)}


def actions_of(release: str) -> tuple[str, ...]:
    numbers = tuple(int(part) for part in re.findall(r"\d+", release)[:2])
    return next(actions for first, actions in ACTIONS.items() if numbers >= first)


def syntax(words: Sequence[str], release: str) -> str:
    """Why a line of `set` is refused at once; empty: it is taken. Only what our capabilities write is known in depth."""
    line = " ".join(words)
    found = re.search(r"^chassis (?:fpc \d+ )?error (\w+) (threshold|action) (\S+)$", line)
    if found:
        level, what, value = found.groups()
        if level not in THRESHOLDS:
            return "syntax error."
        if what == "action" and value not in actions_of(release):
            return "syntax error."
        if what == "threshold":
            low, high = THRESHOLDS[level]
            if not value.isdecimal():
                return f"error: invalid numeric value: '{value}'"
            if not low <= int(value) <= high:
                return f"error: Value {value} is not within range ({low}..{high})"
    elif re.match(r"chassis (?:fpc \d+ )?error\b", line) and not re.fullmatch(
        r"chassis (?:fpc \d+ )?error (?:fatal|major|minor)?", line
    ):
        return "syntax error."
    log = re.search(r" then log (\S+)$", f" {line}")
    if line.startswith("security policies") and log and log[1] not in ("session-init", "session-close"):
        return "syntax error."
    if words and words[0] not in TOP:
        return "syntax error."
    return ""


TOP = (
    "version", "groups", "apply-groups", "system", "chassis", "security", "interfaces", "snmp", "routing-options", "protocols",
    "policy-options", "firewall", "routing-instances", "applications", "services", "forwarding-options", "access", "vlans",
    "class-of-service", "event-options", "logical-systems", "tenants", "poe",
)  # fmt: skip


def refusals(root: Node) -> Iterator[str]:
    """What `commit check` finds, in the device's own form: place, statement, reason."""
    zones = {key[1] for key in _children(root, "security zones") if key[0] == "security-zone"}
    for place, policies in _policy_lists(root):
        for key, policy in policies.children.items():
            if key[0] != "policy" or policy.inactive:
                continue
            missing = [word for word in ("match", "then") if (word,) not in policy.children]
            if missing:
                yield f"[edit security policies {place}]\n  'policy {key[1]}'\n    Missing mandatory statement: '{missing[0]}'"
        pair = place.split()
        if len(pair) == 4:
            for zone in (pair[1], pair[3]):
                if zones and zone not in zones and zone not in ("any", "junos-host"):
                    yield f"[edit security policies]\n  '{place}'\n    Security zone must be defined: {zone}"


def _policy_lists(root: Node) -> Iterator[tuple[str, Node]]:
    for key, node in _children(root, "security policies").items():
        if key[0] in ("from-zone", "global") and not node.inactive:
            yield " ".join(key), node


def _children(root: Node, path: str) -> dict[tuple[str, ...], Node]:
    found = root.find(path.split())
    return found.children if found else {}


def traceoptions(root: Node) -> bool:
    node = root.find(["security", "flow", "traceoptions"])
    return bool(node and not node.inactive and any(key[0] == "flag" for key in node.children))


# -- commits ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Wanted:
    """A parsed `commit`. minutes: of a trial, else None."""

    check: bool = False
    minutes: int | None = None
    comment: str = ""
    quit: bool = False


def parse(words: Sequence[str]) -> Wanted:
    """Raises ValueError at what no release knows."""
    check, minutes, comment, leave = False, None, "", False
    at = 1
    while at < len(words):
        word = words[at]
        if word == "check":
            check = True
        elif word == "confirmed":
            minutes = 10
            if at + 1 < len(words) and words[at + 1].isdecimal():
                at += 1
                minutes = int(words[at])
                if not 1 <= minutes <= 65535:
                    raise ValueError("error: Value is not within range (1..65535)")
        elif word == "comment" and at + 1 < len(words):
            at += 1
            comment = words[at]
        elif word == "and-quit":
            leave = True
        elif word != "no-synchronize":
            raise ValueError("syntax error.")
        at += 1
    return Wanted(check, minutes, comment, leave)


def commit(device: SrxDevice, candidate: Candidate, wanted: Wanted, text: str, session: int) -> str:
    """What the device prints. Raises Refusal when nothing was committed."""
    faults = device.faults
    root = merged(candidate, device.running) if candidate.mode == "private" else candidate.root.copy()
    if any(other.mode == "exclusive" and other is not candidate for other in device.candidates):
        raise Refusal(device.locked_by(candidate))
    found = list(refusals(effective(root, device.node)))
    if found:
        raise Refusal("\n".join([*found, CHECK_FAILED]))
    if faults and faults.active("commit_rejected", text, session=session, mode="config"):
        raise Refusal(REJECTED)
    if wanted.check:
        return "configuration check succeeds\n"
    if faults and faults.active("disk_full", text, session=session, mode="config"):
        raise Refusal(NO_SPACE)
    if faults and faults.active("concurrent_commit", text, session=session, mode="config"):
        device.external_commit([f"set snmp location commit-{len(device.commits)}"])
        root = merged(candidate, device.running)
    begins = traceoptions(effective(root, device.node)) and not device.traceoptions
    if begins and device.monitor.running and device.options.get("conflict", "error") == "error":
        raise Refusal(f"error: monitor security flow is active, traceoptions session is blocked\n{CHECK_FAILED}")
    private = candidate.mode == "private"
    if wanted.minutes is not None and private and not device.options.get("private_confirmed", True):
        raise Refusal("error: commit confirmed is not allowed in private configuration mode")
    return _store(device, candidate, wanted, root)


def _store(device: SrxDevice, candidate: Candidate, wanted: Wanted, root: Node) -> str:
    base = device.trial.base if device.trial else device.running
    device.store(root, candidate.user, "cli", wanted.comment)
    candidate.root, candidate.base, candidate.edits = root.copy(), root.copy(), []
    if candidate.mode == "shared":
        device.shared = candidate.root
        for other in device.candidates:
            if other.mode == "shared":
                other.root, other.base = device.shared, root.copy()
    device.end_trial()
    if wanted.minutes is None:
        return f"{_nodes(device)}commit complete\n"
    device.start_trial(base, wanted.minutes)
    minutes = wanted.minutes
    return (
        f"commit confirmed will be automatically rolled back in {minutes} minutes unless confirmed\n"
        f"{_nodes(device)}commit complete\n"
    )


def _nodes(device: SrxDevice) -> str:
    if not device.cluster:
        return ""
    return "node0:\nconfiguration check succeeds\nnode1:\ncommit complete\nnode0:\n"
