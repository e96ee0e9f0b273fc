# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Operations and plans: what will be sent, in order, with its undo. Serialisable, and the same for the same input."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Kind = Literal["create", "update", "delete"]


@dataclass(frozen=True, slots=True)
class Operation:
    """One step that leaves the device in a safe state.

    item: the object, in the document's words (``sources[HundredGigE0/0/0/1]``).
    do, undo: CLI lines, or requests as canonical JSON, one string each. Undo is what returns to the state before.
    risk: tags for whoever reviews the plan (``reload``, ``moves-source``, ``replaces-binding``).
    """

    kind: Kind
    item: str
    do: tuple[str, ...]
    undo: tuple[str, ...]
    risk: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        return {**asdict(self), "do": list(self.do), "undo": list(self.undo), "risk": list(self.risk)}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Operation:
        """Raises KeyError or ValueError on anything that as_dict() did not write."""
        if data["kind"] not in ("create", "update", "delete"):
            raise ValueError(f"unknown kind of operation: {data['kind']!r}")
        return cls(data["kind"], str(data["item"]), tuple(data["do"]), tuple(data["undo"]), tuple(data["risk"]))


@dataclass(frozen=True, slots=True)
class Plan:
    """Ordered operations for now, and those that must wait (for a line card reload, say) with the reason."""

    operations: tuple[Operation, ...] = ()
    deferred: tuple[Operation, ...] = ()
    deferred_because: str = ""
    notes: Mapping[str, Any] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.operations)

    @property
    def commands(self) -> list[str]:
        return [line for operation in self.operations for line in operation.do]

    @property
    def undo_commands(self) -> list[str]:
        return [line for operation in reversed(self.operations) for line in operation.undo]

    def as_dict(self) -> dict[str, Any]:
        return {
            "operations": [operation.as_dict() for operation in self.operations],
            "deferred": [operation.as_dict() for operation in self.deferred],
            "deferred_because": self.deferred_because,
            "notes": dict(self.notes),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Plan:
        return cls(
            tuple(Operation.from_dict(item) for item in data["operations"]),
            tuple(Operation.from_dict(item) for item in data["deferred"]),
            str(data["deferred_because"]),
            dict(data["notes"]),
        )


def fingerprint(value: Any) -> str:
    """SHA-256 of the canonical JSON of plain data: the same for equal values, whatever the order of their keys."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()
