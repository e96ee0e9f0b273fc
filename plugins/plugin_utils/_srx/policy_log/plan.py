# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Session logs: current + document -> desired -> operations with their undo. Pure.

Owned are the two log leaves of a policy and nothing else: merged, replaced and deleted touch the policies of the document,
overridden those of all policies.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

from ..._engine.operations import Kind, Operation, Plan
from ..._engine.states import State
from ..junos_cli import word
from .model import LEAVES, LOGS, Item, Key, Policy, PolicyLogs, key_of


def desired_state(current: PolicyLogs, items: Sequence[Item], state: State) -> PolicyLogs:
    """What every policy must log. Entries of policies that are not there are left out: a rule reports them."""
    desired = dict(current.policies)
    if state == "overridden":
        desired = {key: replace(policy, init=False, close=False) for key, policy in desired.items()}
    for item in items:
        key = key_of(item)
        if key in desired:
            desired[key] = _desired(desired[key], item, state)
    return replace(current, policies=desired)


def _desired(policy: Policy, item: Item, state: State) -> Policy:
    if state == "deleted":
        return replace(policy, init=False, close=False)
    init, close = item.get("session_init"), item.get("session_close")
    if state == "merged":
        init = policy.init if init is None else init
        close = policy.close if close is None else close
    return replace(policy, init=bool(init), close=bool(close))


def normalised(items: Sequence[Item], state: State) -> list[dict[str, Any]]:
    """Entries of a document with what of them determines the plan, by policy."""
    found = {key_of(item): item for item in items}
    return [{**key.document, **_leaves(found[key], state)} for key in sorted(found)]


def _leaves(item: Item, state: State) -> dict[str, bool]:
    if state == "deleted":
        return {}
    return {option: bool(item.get(option)) for option in LOGS if state != "merged" or item.get(option) is not None}


def owned(current: PolicyLogs, items: Sequence[Item], state: State) -> list[dict[str, Any]]:
    """What a document may change of what is there: leaves of its policies, with overridden those of all policies."""
    if state == "overridden":
        return [_logged(key, current.policies[key], LOGS) for key in sorted(current.policies)]
    named = {key_of(item): LOGS if state == "deleted" else _leaves(item, state) for item in items}
    return [_logged(key, current.policies[key], named[key]) for key in sorted(named) if key in current.policies]


def _logged(key: Key, policy: Policy, leaves: Collection[str]) -> dict[str, Any]:
    values = dict(zip(LOGS, (policy.init, policy.close), strict=True))
    return {**key.document, **{leaf: value for leaf, value in values.items() if leaf in leaves}}


def plan(current: PolicyLogs, desired: PolicyLogs) -> Plan:
    """One operation a policy; each is a safe state, since a log changes no traffic."""
    operations = []
    for key, policy in desired.policies.items():
        before = current.policies.get(key, Policy())  # one that a cut answer does not show logs nothing yet
        if (policy.init, policy.close) != (before.init, before.close):
            operations.append(_operation(key, before, policy))
    return Plan(tuple(operations))


def _operation(key: Key, before: Policy, after: Policy) -> Operation:
    lines: list[tuple[str, str]] = []
    for leaf, old, new in zip(LEAVES, (before.init, before.close), (after.init, after.close), strict=True):
        if old != new:
            path = " ".join(map(word, (*key.path, "then", "log", leaf)))
            pair = (f"set {path}", f"delete {path}")
            lines.append(pair if new else pair[::-1])
    kind: Kind = "update"
    if not (before.init or before.close):
        kind = "create"
    elif not (after.init or after.close):
        kind = "delete"
    return Operation(kind, key.item, tuple(do for do, _undo in lines), tuple(undo for _do, undo in reversed(lines)))
