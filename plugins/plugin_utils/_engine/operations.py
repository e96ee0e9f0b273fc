# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Operations and plans: what will be sent, in order, with its undo. Serialisable, and the same for the same input."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Kind = Literal["create", "update", "delete"]
KINDS: tuple[Kind, ...] = ("create", "update", "delete")


@dataclass(frozen=True, slots=True)
class Operation:
    """One step that leaves the device in a safe state.

    item: the object, in the document's words (``sources[HundredGigE0/0/0/1]``).
    do, undo: CLI lines, or requests as canonical JSON, one string each. Undo is what returns to the state before; None where
    nothing does.
    risk: tags for whoever reviews the plan (``reload``, ``moves-source``, ``replaces-binding``).
    """

    kind: Kind
    item: str
    do: tuple[str, ...]
    undo: tuple[str, ...] | None
    risk: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        undo = None if self.undo is None else list(self.undo)
        return {**asdict(self), "do": list(self.do), "undo": undo, "risk": list(self.risk)}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Operation:
        """Raises KeyError or ValueError on anything that as_dict() did not write."""
        if data["kind"] not in KINDS:
            raise ValueError(f"unknown kind of operation: {data['kind']!r}")
        undo = None if data["undo"] is None else tuple(data["undo"])
        return cls(data["kind"], str(data["item"]), tuple(data["do"]), undo, tuple(data["risk"]))


@dataclass(frozen=True, slots=True)
class Plan:
    """Ordered operations for now, and those that must wait (for a line card reload, say) with the reason.

    continues: after these operations the rest has to be planned again, because they change what it is planned on.
    after: what an earlier stage has to provide before this plan can be applied, in words.
    """

    operations: tuple[Operation, ...] = ()
    deferred: tuple[Operation, ...] = ()
    deferred_because: str = ""
    notes: Mapping[str, Any] = field(default_factory=dict)
    continues: bool = False
    after: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.operations)

    @property
    def commands(self) -> list[str]:
        return [line for operation in self.operations for line in operation.do]

    @property
    def undo_commands(self) -> list[str]:
        """What takes the plan back, as far as it can be."""
        return [line for operation in reversed(self.operations) for line in operation.undo or ()]

    @property
    def counts(self) -> dict[str, int]:
        """How many operations of each kind."""
        return {kind: sum(operation.kind == kind for operation in self.operations) for kind in KINDS}

    def as_dict(self) -> dict[str, Any]:
        return {
            "operations": [operation.as_dict() for operation in self.operations],
            "deferred": [operation.as_dict() for operation in self.deferred],
            "deferred_because": self.deferred_because,
            "notes": dict(self.notes),
            "continues": self.continues,
            "after": list(self.after),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Plan:
        """Raises KeyError, TypeError or ValueError on anything that as_dict() did not write."""
        return cls(
            tuple(Operation.from_dict(item) for item in data["operations"]),
            tuple(Operation.from_dict(item) for item in data["deferred"]),
            str(data["deferred_because"]),
            dict(data["notes"]),
            bool(data["continues"]),
            tuple(map(str, data["after"])),
        )
