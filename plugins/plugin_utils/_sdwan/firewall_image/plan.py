# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Images: what each target has + document -> steps, target by target. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from ..._engine.operations import Kind, Operation, Plan
from ..model import Image
from ..resources import Resources, parsed
from .model import Desired, Targets, TargetState

Action = Literal["reserve", "delete", "upload"]
KINDS: Mapping[Action, Kind] = {"reserve": "update", "delete": "delete", "upload": "create"}
_ITEM = re.compile(r"targets\[(.+)\]")


@dataclass(frozen=True, slots=True)
class Step:
    """line: the request, without the bytes of an upload. undo: "" where there is none: the bytes of an image that is deleted are gone."""

    target: str
    action: Action
    line: str
    undo: str = ""

    @property
    def item(self) -> str:
        return f"targets[{self.target}]"


def desired_state(current: Targets, desired: Desired) -> dict[str, TargetState]:
    return {name: _resulting(state, desired) for name, state in current.items()}


def _resulting(state: TargetState, desired: Desired) -> TargetState:
    images = {name: item for name, item in state.images.items() if name != desired.name}
    reserved = state.reserved
    if desired.present:
        old = state.images.get(desired.name)
        same = old if desired.is_there(state) else None
        images[desired.name] = same or _uploaded(desired)
        if desired.reserve is not None and not state.is_appliance:
            reserved = desired.reserve
    return replace(state, images=images, reserved=reserved)


def _uploaded(desired: Desired) -> Image:
    if desired.wait:
        return Image(desired.name, desired.vendor, desired.size, "complete", 100)
    return Image(desired.name, desired.vendor, desired.size, "uploading")


def steps(current: Targets, desired: Desired, table: Mapping[str, Resources], sha256: str = "") -> list[Step]:
    """Storage first, then what is in the way, then the upload. table: that of each target."""
    found: list[Step] = []
    for target, state in current.items():
        found += _steps(target, state, desired, table[target], sha256)
    return found


def _steps(target: str, state: TargetState, desired: Desired, table: Resources, sha256: str) -> list[Step]:
    old = state.images.get(desired.name)
    gone = table.line("DELETE", "hosted_firewall_images", keys={"image_name": desired.name})
    if not desired.present:
        return [Step(target, "delete", gone)] if old else []
    found: list[Step] = []
    if desired.reserve is not None and not state.is_appliance and state.storage.reserved != desired.reserve:
        do, undo = (
            table.line("PUT", "hosted_firewall_storage", {"reserved": size})
            for size in (desired.reserve, state.storage.reserved)
        )
        found.append(Step(target, "reserve", do, undo))
    if desired.is_there(state):
        return found
    if old:
        found.append(Step(target, "delete", gone))
    item = {"image_name": desired.name, "vendor": desired.vendor, "size": desired.size}
    if sha256:
        item["sha256"] = sha256
    line = table.line("POST", "hosted_firewall_images", item, action="file_upload")
    return [*found, Step(target, "upload", line, gone)]


def plan(found: list[Step], after: Sequence[str] = ()) -> Plan:
    """after: what an earlier stage has to provide."""
    return Plan(
        tuple(
            Operation(KINDS[step.action], step.item, (step.line,), (step.undo,) if step.undo else None)
            for step in found
        ),
        after=tuple(after) if found else (),
    )


def step_of(operation: Operation) -> Step:
    """The step that an operation of a plan says. Raises ValueError for one that is not ours."""
    found = _ITEM.fullmatch(operation.item)
    action = next((action for action, kind in KINDS.items() if kind == operation.kind), None)
    if found is None or action is None or len(operation.do) != 1:
        raise ValueError(f"this is not an operation on images: {operation}")
    return Step(found[1], action, operation.do[0], (operation.undo or ("",))[0])


def sent(step: Step, table: Resources) -> dict[str, Any]:
    """What the request of a step has, our names of fields: image_name, vendor, size and sha256, or reserved."""
    _method, path, body = parsed(step.line)
    return next(iter(table.unwrap(table.of_path(path), body)), {})
