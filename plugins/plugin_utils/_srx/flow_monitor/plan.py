# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The flow monitor: current + document -> wanted -> commands with their undo. Pure.

Owned are the filters of the document, the trace file when one is given, and whether the monitor runs; filters of others go
with purge only. A filter that differs is cleared by its name and made anew, since no source says whether repeating it merges or
replaces. What runs is stopped before a change and started after it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from ..._engine.operations import Operation, Plan
from ..junos_cli import word
from .model import Filter, Monitor, TraceFile

START, STOP = "monitor security flow start", "monitor security flow stop"


def clear(name: str) -> str:
    """Never without a name: that would clear everybody's filters."""
    if not name:
        raise ValueError("a filter without a name")
    return f"clear monitor security flow filter {word(name)}"


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
    """A criterion that the device does not show of a filter that is there counts as set: nobody can verify it."""
    same = replace(there, extras=()) == replace(desired, extras=())
    return same and set(there.extras) <= set(desired.extras)


def plan(current: Monitor, desired: Monitor, force_file: bool = False, *, exactly: bool = False) -> Plan:
    """Ordered operations: stop, clear, make, set the file, start. Empty when there is nothing to do.

    exactly: wanted was shown by this device once, so what it does not show of it is not there.
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
    """No command takes a file away again, so its undo sets the one before, where there was one."""
    if desired.file is None:
        return []
    same = current.file is not None and current.file.name == desired.file.name
    if same and not force:
        return []
    undo = (current.file.command,) if current.file and not same else ()
    kind = "update" if current.file else "create"
    return [Operation(kind, "file", (desired.file.command,), undo)]  # type: ignore[arg-type]
