# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Session logs of security policies: `set` lines -> objects, objects <-> document. Pure.

Grammar: `security policies (from-zone A to-zone B | global) policy P then log (session-init|session-close)`, both leaves
without a value (Juniper: Monitoring Security Flow Sessions; YANG conf-security 24.4).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ..display_set import Path, Statements
from ..groups import Inherited

Item = Mapping[str, Any]
ACTIONS = ("permit", "deny", "reject")
DENYING = ("deny", "reject")
LEAVES = ("session-init", "session-close")
LOGS = ("session_init", "session_close")  # the options, in the order of the leaves


class Key(NamedTuple):
    """A policy. Both zones are empty for a global one."""

    from_zone: str
    to_zone: str
    name: str

    @property
    def context(self) -> Path:
        return ("from-zone", self.from_zone, "to-zone", self.to_zone) if self.from_zone else ("global",)

    @property
    def path(self) -> Path:
        return ("security", "policies", *self.context, "policy", self.name)

    @property
    def document(self) -> dict[str, Any]:
        """What names it in a document."""
        where = {"from_zone": self.from_zone, "to_zone": self.to_zone} if self.from_zone else {"global": True}
        return {**where, "name": self.name}

    @property
    def item(self) -> str:
        where = f"{self.from_zone} to {self.to_zone}" if self.from_zone else "global"
        return f"config[{where}: {self.name}]"


@dataclass(frozen=True, slots=True)
class Policy:
    """init, close: what it logs. action: permit, deny, reject or "" where the configuration says none. inactive: it, its
    context or its logging is deactivated. brought: option and group of the logs that groups bring; group: that brings all of it."""

    init: bool = False
    close: bool = False
    action: str = ""
    inactive: bool = False
    brought: tuple[tuple[str, str], ...] = ()
    group: str = ""


@dataclass(frozen=True, slots=True)
class PolicyLogs:
    """policies: in the device's order. carriers: what would take the lines away (see carriers()), not compared."""

    policies: Mapping[Key, Policy] = field(default_factory=dict)
    carriers: tuple[str, ...] = field(default=(), compare=False)


def key_of(item: Item) -> Key:
    """Of an entry of a document, or of a policy's path."""
    if item.get("global"):
        return Key("", "", str(item["name"]))
    return Key(str(item.get("from_zone") or ""), str(item.get("to_zone") or ""), str(item["name"]))


def parse(read: Inherited) -> dict[Key, Policy]:
    """All policies of texts of `display set`; lines of anything else are left out."""
    leaves: dict[Key, set[str]] = {}
    off: set[Key] = set()
    brought: dict[Key, dict[str, str]] = {}  # by statement of the policy; "" for its own
    found = read.found
    for path in found.below("security", "policies"):
        key, rest = _split(path)
        if key is None:
            continue
        words = leaves.setdefault(key, set())
        brought.setdefault(key, {})[" ".join(rest)] = read.group_of(("security", "policies", *path))
        if rest[:1] == ("then",) and len(rest) > 1:
            words.add(" ".join(rest[1:3]) if rest[1] == "log" else rest[1])
        if found.is_inactive(key.path) or (rest[:1] == ("then",) and found.is_inactive((*key.path, *rest))):
            off.add(key)
    return {key: _policy(words, key in off, brought[key]) for key, words in leaves.items()}


def _split(path: Path) -> tuple[Key | None, Path]:
    if path[:1] == ("global",) and path[1:2] == ("policy",) and len(path) > 2:
        return Key("", "", path[2]), path[3:]
    if path[:1] == ("from-zone",) and path[2:3] == ("to-zone",) and path[4:5] == ("policy",) and len(path) > 5:
        return Key(path[1], path[3], path[5]), path[6:]
    return None, ()


def _policy(words: set[str], inactive: bool, brought: Mapping[str, str]) -> Policy:
    groups = [(option, brought.get(f"then log {leaf}", "")) for option, leaf in zip(LOGS, LEAVES, strict=True)]
    made = [group for statement, group in brought.items() if not statement.startswith("then log")]
    every = next(iter([*made, *brought.values()]), "") if all(brought.values()) else ""
    action = next((word for word in ACTIONS if word in words), "")
    logs = ("log session-init" in words, "log session-close" in words)
    return Policy(*logs, action, inactive, tuple(pair for pair in groups if pair[1]), every)


def to_document(policies: Mapping[Key, Policy]) -> list[dict[str, Any]]:
    return [_entry(key, policy) for key, policy in policies.items()]


def _entry(key: Key, policy: Policy) -> dict[str, Any]:
    return {**key.document, "session_init": policy.init, "session_close": policy.close}


def from_groups(policies: Mapping[Key, Policy]) -> list[dict[str, Any]]:
    """The logs that groups bring, with their groups."""
    return [{**key.document, **dict(policy.brought)} for key, policy in policies.items() if policy.brought]


def carriers(log: Statements, syslog: Statements) -> tuple[str, ...]:
    """What takes session logs away from the data plane, in words; nothing when no line would leave it.

    log, syslog: `security log` and `system syslog`. In stream mode the data plane sends to the streams itself; in event
    mode the Routing Engine writes what it gets, facility user, where its syslog says so. Which mode is the default
    depends on the release (unverified), so without a mode either of them counts.
    """
    lines = _active(log, "security", "log")
    mode = next((path[1] for path in lines if path[:1] == ("mode",) and len(path) > 1), "")
    found: list[str] = []
    if mode in ("", "stream"):
        streams = {path[1] for path in lines if path[:1] == ("stream",) and path[2:3] == ("host",)}
        found += [f"stream {name}" for name in sorted(streams)]
    if mode in ("", "event"):
        targets = {
            f"syslog {path[0]} {path[1]}"
            for path in _active(syslog, "system", "syslog")
            if path[:1] in (("file",), ("host",)) and path[2:3] in (("any",), ("user",)) and _low(path[3:4])
        }
        found += sorted(targets)
    return tuple(found)


def _active(found: Statements, *above: str) -> list[Path]:
    return [path for path in found.below(*above) if not found.is_inactive((*above, *path))]


def _low(severity: Sequence[str]) -> bool:
    """Session logs have the severity info; a target that takes notice and above only gets none of them."""
    return bool(severity) and severity[0] in ("any", "info", "debug")


def logging_gaps(policies: Mapping[Key, Policy]) -> list[dict[str, Any]]:
    """Policies that do not log both ends, with what is missing and whether that matters: a denied session never closes."""
    gaps = []
    for key, policy in policies.items():
        useful = LEAVES[:1] if policy.action in DENYING else LEAVES
        on = {
            "session-init": policy.init and not policy.inactive,
            "session-close": policy.close and not policy.inactive,
        }
        missing = [leaf for leaf in useful if not on[leaf]]
        if missing:
            gaps.append({**_entry(key, policy), "action": policy.action or None, "missing": missing})
    return gaps
