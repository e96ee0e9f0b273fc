# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a run of iosxr_span against a fault of the lab may end, as tables, and what deviates from them. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

# What a run does, in its order. Up to "survey" nothing was written; what it reads there a run can do without.
# "why" follows a commit that was rejected, "undo" a mirror that did not come up.
PHASES = ("login", "read", "survey", "candidate", "trial", "why", "confirm", "after", "undo")

UNREACHABLE, FAILED, SUCCESS = "unreachable", "failed", "success"
_LOST = {
    "login": {UNREACHABLE},
    "read": {UNREACHABLE},
    "survey": {UNREACHABLE},
    "candidate": {FAILED},
    "trial": {FAILED},
    "why": {FAILED},
    "confirm": {FAILED, SUCCESS},
    "after": {FAILED, SUCCESS},
    "undo": {FAILED},
}
_SPOILT = {phase: {FAILED} if phase in ("why", "undo") else {FAILED, SUCCESS} for phase in PHASES}
_REFUSED = {**{phase: {FAILED} for phase in PHASES}, "survey": {FAILED, SUCCESS}, "after": {FAILED, SUCCESS}}

# How a run may end for each fault of the lab, by the phase that the fault hits: the last column of tests/lab/README.md.
ENDINGS: dict[str, Mapping[str, Collection[str]]] = {
    "refuse": {"login": {UNREACHABLE}},
    "wrong_password": {"login": {UNREACHABLE}},
    "changed_host_key": {"login": {UNREACHABLE}},
    "drop": _LOST,
    "hang": _LOST,
    "slow": {"read": {SUCCESS}},
    "truncated": _SPOILT,
    "garbage": {**_SPOILT, **{phase: {FAILED, SUCCESS, UNREACHABLE} for phase in ("read", "survey")}},
    "overrun": {"read": {SUCCESS, UNREACHABLE}, "candidate": {FAILED, SUCCESS}},
    "not_authorized": _REFUSED,
    "commit_rejected": {"trial": {FAILED}},
    "disk_full": {"trial": {FAILED}},
    "concurrent_commit": {"trial": {FAILED, SUCCESS}},
    "mirror_down": {"trial": {FAILED}},
}

# What a failed run may say of the router: how device_state begins.
STATES: dict[str, tuple[str, ...]] = {
    "login": (),
    "read": ("unchanged",),
    "survey": ("unchanged",),
    "candidate": ("unchanged",),
    "trial": ("unchanged", "rolled back", "unknown"),
    "why": ("unchanged",),
    "confirm": ("rolled back", "changed", "unknown"),
    "after": ("changed",),
    "undo": ("rolled back", "unknown"),
}

# What the error must say, beside the command: message, problems and remedies together.
SAYS: dict[str, tuple[str, ...]] = {
    "refuse": ("127.0.0.1", "port"),
    "wrong_password": ("ansible_password", "lab"),
    "changed_host_key": ("host key", "known_hosts"),
    "hang": (r"no answer to '", r"allows more|timeout"),
    "not_authorized": ("not authori[sz]ed", "task group"),
    "commit_rejected": ("(rejected|refused) the commit",),
    "disk_full": ("space", "show media"),
    "mirror_down": ("did not come up", r"sessions\[new\]"),
}
# There the first cause must be said, whatever else went wrong behind it.
FIRST_CAUSE = {"why": "commit_rejected", "undo": "mirror_down"}
WITH_PROBLEMS = ("not_authorized", "commit_rejected", "disk_full", "mirror_down")
NAMES_ITS_COMMAND = ("hang", "not_authorized")


@dataclass(frozen=True)
class Ending:
    """kind: unreachable | failed | success. words: all that a person reads, warnings too. problems: their rule ids.

    carried: the router's text when the run had ended; later: when no trial was left. fired: the journal's faults.
    """

    kind: str
    words: str = ""
    message: str = ""
    problems: tuple[str, ...] = ()
    device_state: str = ""
    carried: str = field(default="", repr=False)
    later: str = field(default="", repr=False)
    fired: tuple[str, ...] = ()


def deviations(fault: Mapping[str, Any], phase: str, ending: Ending, start: str, desired: str) -> list[str]:
    """Everything in which an ending is not what the tables allow; empty when it keeps the contract.

    start, desired: the router's text before, and after a run that nothing disturbed.
    """
    name = fault["name"]
    found = _fired(fault, ending.fired)
    if ending.kind not in ENDINGS[name].get(phase, ()):
        found.append(f"ended as {ending.kind} in {phase}: {ending.words or 'no words'}")
    if ending.later not in (start, desired):
        found.append("the router carries neither what it did before nor what was wanted")
    if ending.kind == SUCCESS:
        if ending.carried != desired:
            found.append("success, but the router does not carry what was wanted")
        if name == "not_authorized" and phase == "survey" and fault["at"].strip("^$") not in ending.words:
            found.append("success, but no warning of what could not be read")
        return found
    if ending.kind == UNREACHABLE and ending.carried != start:
        found.append("unreachable, but the router was changed")
    if not ending.message.strip() or "\n" in ending.message or "Traceback" in ending.message:
        found.append(f"no clear line: {ending.message!r}")
    return (
        found + (_lies(phase, ending, start, desired) if ending.kind == FAILED else []) + _unsaid(fault, phase, ending)
    )


def _fired(fault: Mapping[str, Any], fired: Iterable[str]) -> list[str]:
    """A fault that did not happen proves nothing."""
    for entry in fired:
        name, _blank, line = entry.partition(" ")
        if name == fault["name"] and re.search(fault.get("at", ""), line):
            return []
    return [f"the fault {fault['name']} did not happen"]


def _lies(phase: str, ending: Ending, start: str, desired: str) -> list[str]:
    state = ending.device_state
    found = []
    if not state.startswith(STATES[phase] or "?"):
        found.append(f"device_state {state!r} in {phase}")
    if state.startswith(("unchanged", "rolled back")) and ending.carried != start:
        found.append(f"device_state {state!r}, but the router carries something else")
    if state.startswith("changed") and ending.carried == start:
        found.append(f"device_state {state!r}, but the router carries what it did before")
    if state.startswith("unknown") and not re.search(r"within \d+ s", state):
        found.append(f"device_state {state!r} does not say until when")
    return found


def _unsaid(fault: Mapping[str, Any], phase: str, ending: Ending) -> list[str]:
    """What of the cause is not said."""
    name = FIRST_CAUSE.get(phase, fault["name"])
    desired = list(SAYS.get(name, ()))
    if name in NAMES_ITS_COMMAND:
        desired.append(fault["at"].strip("^$"))
    found = [f"does not say {words!r}: {ending.words}" for words in desired if not re.search(words, ending.words, re.I)]
    if name in WITH_PROBLEMS and ending.kind == FAILED and not ending.problems:
        found.append("no problems")
    return found
