# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A sensor as it is + the wanted package -> commands, in order. Pure.

`downgrade` takes back the last update only, so of several steps the last one alone has an undo.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any

from ..._engine.operations import Operation, Plan
from ..packages import Package, parse_package
from ..transfer.delivery import Delivery, is_trust
from .model import Request, SensorState, Stock
from .path import way
from .risk import tags
from .tuning import Tuning, due, lines

DOWNGRADE = "downgrade"
_ITEM = re.compile(r"packages\[(.+)\]")
TUNING = "signature_tuning"


@dataclass(frozen=True, slots=True)
class Wanted:
    """The whole document: the package, and the tuning of its signatures."""

    request: Request
    tuning: tuple[Tuning, ...] = ()

    def determining(self, delivery: Mapping[str, Any]) -> dict[str, Any]:
        """Plain data: what determines the plan. delivery: the options about it."""
        request = self.request
        return {
            "package": request.package.name,
            "present": request.present,
            "max_levels_per_step": request.most_levels,
            "fail_mode": request.fail_mode,
            "high_availability": request.high_availability,
            "signature_tuning": [each.as_dict() for each in self.tuning],
            **delivery,
        }


def desired_state(state: SensorState, wanted: Wanted, stock: Stock) -> SensorState:
    """Where the steps lead. Of a revert the level is that of the pack before, where the history names it."""
    request = wanted.request
    if request.present:
        steps = way(state, request, stock).steps
        there = (
            reduce(SensorState.after, steps, state)
            if steps or state.has(request.package)
            else state.after(request.package)
        )
        return replace(there, tuned={**state.tuned, **{each.number: each for each in wanted.tuning}})
    if not state.has(request.package):
        return state
    before = parse_package(state.history[-2]) if len(state.history) > 1 else None
    return replace(state, signature=before.signature if before else None, history=state.history[:-1])


def plan(state: SensorState, wanted: Wanted, stock: Stock, delivery: Delivery) -> Plan:
    request = wanted.request
    if not request.present:
        return Plan((_revert(state, request),)) if state.has(request.package) else Plan()
    steps = way(state, request, stock).steps
    found = delivery.before() if steps else []
    for place, package in enumerate(steps, 1):
        found.append(_upgrade(package, state, request, delivery, last=place == len(steps)))
        state = state.after(package)
    return Plan((*found, *_tuned(state, wanted.tuning)))


def _upgrade(package: Package, state: SensorState, request: Request, delivery: Delivery, *, last: bool) -> Operation:
    do = delivery.around(f"upgrade {delivery.url(package.name)}")
    risk = tags(package, request, state.row)
    return Operation("update", f"packages[{package.name}]", tuple(do), (DOWNGRADE,) if last else None, risk)


def _revert(state: SensorState, request: Request) -> Operation:
    risk = tags(request.package, request, state.row)
    return Operation("delete", f"packages[{request.package.name}]", (DOWNGRADE,), None, risk)


def _tuned(state: SensorState, tuning: Sequence[Tuning]) -> list[Operation]:
    missing = due(tuning, state.tuned)
    if not missing:
        return []
    undo = [state.tuned[each.number] for each in missing if each.number in state.tuned]
    back = lines(undo) if len(undo) == len(missing) else None
    return [Operation("update", TUNING, tuple(lines(missing)), None if back is None else tuple(back))]


def package_of(operation: Operation, stock: Stock) -> Package | None:
    """The package that an operation is about; None for trust and tuning. Raises ValueError for one that is not ours."""
    found = _ITEM.fullmatch(operation.item)
    if found is None:
        if operation.item == TUNING or is_trust(operation):
            return None
        raise ValueError(f"this is no operation on a sensor: {operation}")
    held = stock.get(found[1])
    package = held.package if held else parse_package(found[1])
    if package is None:
        raise ValueError(f"this is no package: {found[1]}")
    return package
