# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From the current error actions to the desired ones: what each state owns, ordered operations with their undo. Pure.

Owned are threshold and actions of fatal, major and minor. Whatever else is below `error` (categories of newer releases,
say) is shown and kept. Order: what removes a reset or an offline comes first, what adds one comes last.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from ..._engine.operations import Kind, Operation, Plan
from ..._engine.states import State
from .model import (
    FpcErrors,
    Item,
    Key,
    Setting,
    effect,
    fpc_of,
    from_document,
    item_name,
    lines,
    order,
    target_document,
)
from .tables import LEVELS, RESTARTING

RESTARTS_FPC = "restarts-fpc"
RESTARTS_CHASSIS = "restarts-chassis"


def desired_state(current: FpcErrors, document: Sequence[Item] | None, state: State) -> FpcErrors:
    """The desired state. A list of actions is one value: merged replaces it too. document: None only with deleted."""
    items = document or ()
    given = {key: setting for key, setting in from_document(items).items() if setting}
    touched = _touched(current, document, state)
    settings = {key: setting for key, setting in current.settings.items() if key not in touched}
    given = {key: _in_order(setting, current, key) for key, setting in given.items()}
    if state != "deleted":
        settings |= given
    if state == "merged":
        for key, setting in given.items():
            was = current.settings.get(key, Setting())
            threshold = was.threshold if setting.threshold is None else setting.threshold
            settings[key] = Setting(threshold, setting.actions or was.actions)
    return FpcErrors(
        {key: settings[key] for key in sorted(settings, key=order)},
        current.other,
        frozenset(path for path in current.inactive if not any(_within(path, key) for key in touched)),
        {key: setting for key, setting in current.dormant.items() if key not in touched},
        current.present | {key.fpc for key in settings},
        current.shared,
        current.brought,
    )


def _in_order(setting: Setting, current: FpcErrors, key: Key) -> Setting:
    """Where what a group brings stands in the list, is the device's matter: behind what stands there itself, or where it was."""
    brought = current.brought[key].actions if key in current.brought else {}
    was = current.settings.get(key, Setting()).actions
    if not brought or {*setting.actions} == {*was}:
        return replace(setting, actions=was) if brought else setting
    own = tuple(action for action in setting.actions if action not in brought)
    return replace(
        setting, actions=(*own, *(action for action in was if action in brought and action in setting.actions))
    )


def _touched(current: FpcErrors, document: Sequence[Item] | None, state: State) -> set[Key]:
    """The levels on which the document's word is the whole word."""
    there = {*current.settings, *current.dormant}
    given = from_document(document or ())
    if state == "overridden" or document is None:
        return there | set(given)
    if state == "merged":
        return {key for key, setting in given.items() if setting}
    named = {fpc for fpc in map(fpc_of, document) if fpc is not None}
    if state == "deleted":
        whole = {fpc_of(item) for item in document if not any(item.get(level) is not None for level in LEVELS)}
        return {key for key in there if key.fpc in whole or key in given}
    return {key for key in there if key.fpc in named} | set(given)


def normalised(document: Sequence[Item] | None, state: State) -> list[dict[str, Any]] | None:
    """Entries of a document with what of them determines the plan, by slot; None means all FPCs (with deleted)."""
    if document is None:
        return None
    found: list[dict[str, Any]] = []
    for fpc, item in sorted((fpc, item) for item in document if (fpc := fpc_of(item)) is not None):
        levels = {level: item[level] for level in LEVELS if item.get(level) is not None}
        if state == "deleted":
            found.append({**target_document(fpc), "levels": list(levels)})
        else:
            found.append({**target_document(fpc), **{level: dict(given) for level, given in levels.items()}})
    return found


def owned(current: FpcErrors, document: Sequence[Item] | None, state: State) -> list[dict[str, Any]]:
    """What a document may change of what is there: levels of its FPCs, with overridden those of all FPCs."""
    return [
        {
            **target_document(key.fpc),
            "level": key.level,
            "statements": lines(key, current.settings.get(key) or current.dormant.get(key) or Setting()),
            "inactive": sorted(" ".join(path) for path in current.inactive if _within(path, key)),
        }
        for key in sorted(_touched(current, document, state), key=order)
        if key in current.settings or key in current.dormant
    ]


def _within(path: tuple[str, ...], key: Key) -> bool:
    return path[: len(key.path)] == key.path


def plan(current: FpcErrors, desired: FpcErrors, restarting: frozenset[int] = frozenset()) -> Plan:
    """What turns current into desired. restarting: slots (ALL too) in which a reset restarts the whole chassis."""
    found: list[tuple[bool, Operation]] = []
    keys = {*current.settings, *desired.settings, *(current.dormant.keys() - desired.dormant.keys())}
    for key in sorted(keys, key=order):
        operation = _operation(current, desired, key)
        if operation is None:
            continue
        brings = _restarts(desired, key) - _restarts(current, key)
        risk = (RESTARTS_CHASSIS if key.fpc in restarting else RESTARTS_FPC,) if brings else ()
        kind, item, do, undo = operation
        found.append((bool(brings), Operation(kind, item, tuple(do), tuple(undo), risk)))
    operations = [operation for _last, operation in sorted(found, key=lambda pair: pair[0])]
    return Plan(tuple(_with_entries(current, desired, operations)))


def _with_entries(current: FpcErrors, desired: FpcErrors, operations: Sequence[Operation]) -> Iterator[Operation]:
    """`chassis fpc N` is an entry of a list, and stays when its last statement is deleted. So where it was not there before, the
    undo of the operation that made it deletes it; and where nothing but ours was in it, it is deleted with the last of that.
    """
    made = set(current.present)
    kept = {key.fpc for key in (*desired.settings, *desired.dormant)} | current.shared
    last = {_slot(operation.do[0]): place for place, operation in enumerate(operations)}
    for place, operation in enumerate(operations):
        fpc = _slot(operation.do[0])
        if fpc is not None and operation.kind == "create" and fpc not in made:
            made.add(fpc)
            operation = replace(operation, undo=(f"delete chassis fpc {fpc}",))
        elif fpc is not None and fpc not in kept and last[fpc] == place:
            operation = replace(operation, do=(f"delete chassis fpc {fpc}",))
        yield operation


def _slot(line: str) -> int | None:
    words = line.split()
    return int(words[3]) if words[1:3] == ["chassis", "fpc"] else None


def _restarts(state: FpcErrors, key: Key) -> frozenset[str]:
    return RESTARTING.intersection(effect(state, *key).actions)


def _operation(current: FpcErrors, desired: FpcErrors, key: Key) -> tuple[Kind, str, list[str], list[str]] | None:
    old, new = current.own(key), desired.own(key)
    path = " ".join(key.path)
    sleeping = current.dormant.get(key) if key not in desired.dormant else None
    if sleeping is not None:  # a statement that is set where it is deactivated stays so: delete, then set
        asleep = sorted(" ".join(each) for each in current.inactive if _within(each, key))
        undo = [*([f"delete {path}"] if new else []), *lines(key, sleeping), *(f"deactivate {each}" for each in asleep)]
        return ("update" if new else "delete"), item_name(key), [f"delete {path}", *lines(key, new)], undo
    if old == new:
        return None
    if not new:
        return "delete", item_name(key), [f"delete {path}"], lines(key, old)
    if not old:
        return "create", item_name(key), lines(key, new), [f"delete {path}"]
    return "update", item_name(key), _changes(path, old, new), _changes(path, new, old)


def _changes(path: str, before: Setting, after: Setting) -> list[str]:
    """Lines that turn one setting of a level into another, neither of them empty."""
    found = []
    if after.threshold != before.threshold:
        found.append(
            f"delete {path} threshold" if after.threshold is None else f"set {path} threshold {after.threshold}"
        )
    return found + _action_changes(path, before.actions, after.actions)


def _action_changes(path: str, old: tuple[str, ...], new: tuple[str, ...]) -> list[str]:
    """The list is ordered by the user and printed as one statement: a new one is written whole, in its order."""
    if old == new:
        return []
    return [f"delete {path} action"] * bool(old) + [f"set {path} action {action}" for action in new]
