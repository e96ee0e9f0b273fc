# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The flow monitor: current + document -> desired -> commands with their undo. Pure.

Owned are the filters of the document, the trace file when one is given, and whether the monitor runs; filters of others go
with purge only. A filter that differs is cleared by its name and created again, since no source says whether repeating it merges or
replaces. What runs is stopped before a change and started after it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from ..._engine.operations import Operation, Plan
from ..junos_cli import word
from .model import Filter, Monitor, TraceFile, filters_document

START, STOP = "monitor security flow start", "monitor security flow stop"


def clear(name: str) -> str:
    """Never without a name: that would clear everybody's filters."""
    if not name:
        raise ValueError("a filter without a name")
    return f"clear monitor security flow filter {word(name)}"


@dataclass(frozen=True, slots=True)
class Document:
    """What the options of the module ask for. state: started, stopped, present, absent; force_file: the trace file is set
    even where its name is already; take_over: a monitor that another user runs may be stopped and changed."""

    filters: Sequence[Filter] = ()
    file: TraceFile | None = None
    state: str = "started"
    purge: bool = False
    force_file: bool = False
    take_over: bool = False

    @property
    def sets_file(self) -> bool:
        return self.file is not None and self.state != "absent"

    def as_dict(self) -> dict[str, Any]:
        """What of it determines the plan."""
        absent = self.state == "absent"
        return {
            "filters": [{"name": item.name} for item in self.filters] if absent else filters_document(self.filters),
            "file": asdict(self.file) if self.file and self.sets_file else None,
            "state": self.state,
            "purge": self.purge,
            "force_file": self.force_file and self.sets_file,
            "take_over": self.take_over,
        }


def whose(current: Monitor, document: Document) -> str:
    """Why a monitor that runs is another user's, in words; "" where it is that of the document, or rests.

    Nothing on the device says who started it. A trace goes into one file, so the file tells, and where the document sets none, its
    filters do. A document that names nothing (stop it; purge all) is about whatever runs.
    """
    there = sorted(current.filters)
    named = {item.name for item in document.filters}
    if not current.running or current.file is None or not (named or document.sets_file):
        return ""
    if document.file is not None and document.sets_file:
        if document.file.name == current.file.name:
            return ""
    elif named & current.filters.keys():
        return ""
    return f"the monitor runs already, with {_listed(there)} into {current.file.name}: another user captures"


MANY = 10  # filters that are named


def _listed(names: Sequence[str]) -> str:
    return f"filters {', '.join(names[:MANY])}{' and more' if len(names) > MANY else ''}" if names else "no filter"


def owned(current: Monitor, document: Document) -> dict[str, Any]:
    """What a document may change of what is there: its filters (with purge those of others, too), the trace file where it
    sets one, whether the monitor runs unless that is left as it is."""
    named = {item.name for item in document.filters}
    filters = [current.filters[name] for name in sorted(current.filters) if document.purge or name in named]
    return {
        "filters": filters_document(filters),
        **({"file": current.file.name if current.file else None} if document.sets_file else {}),
        **({} if document.state == "present" else {"running": current.running}),
    }


def desired_state(
    current: Monitor, filters: Sequence[Filter], file: TraceFile | None, state: str, purge: bool = False
) -> Monitor:
    """state: started, stopped, present, absent, as the module documents them."""
    named = {item.name: item for item in filters}
    kept: Mapping[str, Filter] = {} if purge else current.filters
    if state == "absent":
        left = {name: item for name, item in kept.items() if name not in named}
        return replace(current, filters=left, running=current.running and bool(left))
    running = {"started": True, "stopped": False}.get(state, current.running)
    return replace(current, filters={**kept, **named}, file=file or current.file, running=running)


def satisfies(there: Filter, desired: Filter) -> bool:
    """A criterion that the device does not show of a filter that is there counts as set: it cannot be verified."""
    same = replace(there, extras=()) == replace(desired, extras=())
    return same and set(there.extras) <= set(desired.extras)


def plan(current: Monitor, desired: Monitor, force_file: bool = False, *, exactly: bool = False) -> Plan:
    """Ordered operations: stop, clear, make, set the file, start. Empty when there is nothing to do.

    exactly: desired was shown by this device once, so what it does not show of it is not there.
    """
    changes = [*_filters(current, desired, exactly), *_file(current, desired, force_file)]
    operations = list(changes)
    if current.running and (changes or not desired.running):
        risk = ("gap",) if desired.running else ()
        operations.insert(0, Operation("update", "state", (STOP,), (START,), risk))
    if desired.running and (changes or not current.running):
        operations.append(Operation("update", "state", (START,), (STOP,)))
    return Plan(tuple(operations))


def _filters(current: Monitor, desired: Monitor, exactly: bool) -> list[Operation]:
    operations = []
    for name, item in current.filters.items():
        if name not in desired.filters:
            operations.append(Operation("delete", f"filters[{name}]", (clear(name),), (item.command,)))
    for name, item in desired.filters.items():
        there = current.filters.get(name)
        if there is None:
            operations.append(Operation("create", f"filters[{name}]", (item.command,), (clear(name),)))
        elif there != item and (exactly or not satisfies(there, item)):
            do, undo = (clear(name), item.command), (clear(name), there.command)
            operations.append(Operation("update", f"filters[{name}]", do, undo))
    return operations


def _file(current: Monitor, desired: Monitor, force: bool) -> list[Operation]:
    """No command removes a file again, or shows what the one of that name had before: where none of another name was there,
    nothing takes this back."""
    if desired.file is None:
        return []
    same = current.file is not None and current.file.name == desired.file.name
    if same and not force:
        return []
    undo = (current.file.command,) if current.file and not same else None
    kind = "update" if current.file else "create"
    return [Operation(kind, "file", (desired.file.command,), undo)]  # type: ignore[arg-type]
