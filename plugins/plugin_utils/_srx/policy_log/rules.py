# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rules of session logs: what the device would not do, or do in vain. A table and a check each. Pure."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ..._engine.problems import Problem
from ..._engine.rules import HOUSE, Finding, Rule, error, problems, rule_table, warning
from ..._engine.states import State
from ..junos_cli import too_long, word
from .model import DENYING, Item, Key, Policy, PolicyLogs, key_of

GUIDE = "Juniper: Monitoring Security Flow Sessions"
YANG = "YANG junos-es-conf-security 24.4"
LONGEST_NAME = 63  # of a policy, and of a zone
GROUPS = "Juniper: Use Configuration Groups to Quickly Configure Devices"

RULES: Mapping[str, Rule] = rule_table((
    error("L1", "A policy exists: logging is added to policies, policies are never made.", HOUSE),
    warning("L2", "A denied session never closes, so session-close of a policy that denies never logs.", f"{GUIDE}; field reports"),
    warning("L3", "Something sends the lines to a collector or a file: a stream, or in event mode a syslog target.", f"{YANG}; modes unverified"),
    error("L4", "A policy is named once.", HOUSE),
    error("L5", "Names are words that can be typed into Junos, those that the device has too, of at most 63 characters.", f"{YANG}; terraform-provider-junos"),
    warning("L6", "A policy that is deactivated logs nothing.", "Junos CLI"),
    error("L7", "A policy is either between two zones or among the global ones.", YANG),
    error("L8", "An entry sets at least one: session_init, session_close or both.", HOUSE),
    error("L9", "overridden needs at least one entry: an emptied list must not silence a firewall.", HOUSE),
    error("L10", "What a configuration group brings is changed in the group: nothing here takes it away.", GROUPS),
))  # fmt: skip


@dataclass(frozen=True)
class View:
    current: PolicyLogs
    desired: PolicyLogs
    items: Sequence[Item]
    state: State


MOST_HINTS = 10  # names that are near are looked for so often; a thousand typos in ten thousand names take minutes


def validate(items: Sequence[Item] | None, state: State) -> list[Problem]:
    """What the document breaks by itself, before anything is read."""
    if not items:
        text = "the list is empty"
        remedy = "Name the policies that must log; to switch logging off, use state: deleted and name them."
        return problems(RULES, [Finding("L9" if state == "overridden" else "L8", "config", text, remedy)])
    found: list[Finding] = []
    seen: set[Key] = set()
    for number, item in enumerate(items):
        found += _entry(number, item, state)
        key = key_of(item)
        if key in seen:
            found.append(Finding("L4", key.item, "this policy is listed twice", "Merge the two entries."))
        seen.add(key)
    return problems(RULES, found)


def _entry(number: int, item: Item, state: State) -> Iterator[Finding]:
    key = key_of(item)
    where = key.item if key.name else f"config[{number}]"
    zones = [item.get("from_zone"), item.get("to_zone")]
    if item.get("global") and any(zones):
        yield Finding("L7", where, "global and a zone are both given", "Leave one of them out.")
    elif not item.get("global") and not all(zones):
        yield Finding("L7", where, "from_zone and to_zone belong together", "Give both, or global: true.")
    for text in (key.name, key.from_zone, key.to_zone):
        try:
            if text or text == key.name:
                word(text)
        except ValueError as wrong:
            yield Finding("L5", where, str(wrong), "Give the name as `show configuration security policies` prints it.")
        if text and (wrong_length := too_long(text, LONGEST_NAME)):
            yield Finding(
                "L5", where, f"{text[:LONGEST_NAME]}...: {wrong_length}", "Give the name as the device has it."
            )
    if state == "merged" and item.get("session_init") is None and item.get("session_close") is None:
        yield Finding("L8", where, "neither session_init nor session_close is given", "Give at least one of them.")


def check(current: PolicyLogs, desired: PolicyLogs, items: Sequence[Item], state: State) -> list[Problem]:
    """Every broken rule of the resulting state. Advice is given for what is new or changed only."""
    view = View(current, desired, items, state)
    return problems(RULES, (finding for run in _CHECKS for finding in run(view)))


def _missing(view: View) -> Iterator[Finding]:
    names = sorted({other.name for other in view.current.policies})
    missing = [key for key in map(key_of, view.items) if key not in view.current.policies]
    for number, key in enumerate(missing):
        near = difflib.get_close_matches(key.name, names, n=3) if number < MOST_HINTS else []
        others = sorted({str(other) for other in near if other != key.name})
        hint = f" Near: {', '.join(others)}." if others else ""
        yield Finding(
            "L1",
            key.item,
            "there is no such policy in this context",
            f"Check its zones and its name.{hint}",
        )


def _changed(view: View) -> Iterator[tuple[Key, Policy]]:
    for key, policy in view.desired.policies.items():
        if policy != view.current.policies.get(key):
            yield key, policy


def leaf(option: str) -> str:
    """
    >>> leaf("session_close")
    'session-close'
    """
    return option.replace("_", "-")


def _brought(view: View) -> Iterator[Finding]:
    for key, policy in _changed(view):
        before = view.current.policies.get(key, Policy())
        if before.group:
            text = f"the group {before.group} brings the whole policy; a statement of its own here may move it in the order of policies"
            yield Finding("L10", key.item, text, f"Change it there (groups {before.group}).")
            continue
        for option, group in before.brought:
            if not getattr(policy, option.removeprefix("session_")):
                text = f"the group {group} brings {leaf(option)}, so nothing here can remove it"
                remedy = f"Change it there (groups {group}), or keep it out of this policy (apply-groups-except), or set {option}: true."
                yield Finding("L10", key.item, text, remedy)


def _untypable(view: View) -> Iterator[Finding]:
    """Names of the document were looked at before; overridden meets those of the device, too."""
    for key, _policy in _changed(view):
        for text in (key.name, *filter(None, (key.from_zone, key.to_zone))):
            try:
                word(text)
            except ValueError as wrong:
                yield Finding(
                    "L5", key.item, f"{wrong}, so its logs cannot be changed here", "Rename it, or change it by hand."
                )


def _never_closes(view: View) -> Iterator[Finding]:
    for key, policy in _changed(view):
        before = view.current.policies.get(key, Policy())
        if policy.close and not before.close and policy.action in DENYING:
            yield Finding(
                "L2",
                key.item,
                f"the policy has the action {policy.action}",
                "Use session_init, which logs what was denied.",
            )


def _uncarried(view: View) -> Iterator[Finding]:
    begins = [key for key, policy in _changed(view) if policy.init or policy.close]
    if begins and not view.desired.carriers:
        yield Finding(
            "L3",
            "config",
            UNCARRIED,
            "Set security log mode stream with a stream, or mode event with a syslog target.",
        )


UNCARRIED = (
    "nothing on this firewall would send or store the lines: there is neither a stream below `security log` nor, for event "
    "mode, a file or host below `system syslog` that takes facility user or any with severity info or any"
)


def _inactive(view: View) -> Iterator[Finding]:
    for key in map(key_of, view.items):
        policy = view.desired.policies.get(key, Policy())
        if policy.inactive and (policy.init or policy.close):
            yield Finding(
                "L6",
                key.item,
                "the policy, its log or its context is deactivated",
                "Activate it, or leave it out.",
            )


_CHECKS: tuple[Callable[[View], Iterator[Finding]], ...] = (
    _missing,
    _brought,
    _untypable,
    _never_closes,
    _uncarried,
    _inactive,
)
