# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Images: what each target has + document -> steps, target by target. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from ..._engine.operations import Kind, Operation, Plan
from ..model import Image
from ..resources import Resources
from .model import Targets, TargetState, Wanted

Deed = Literal["reserve", "delete", "upload"]
KINDS: Mapping[Deed, Kind] = {"reserve": "update", "delete": "delete", "upload": "create"}


@dataclass(frozen=True, slots=True)
class Step:
    """line: the request, without the bytes of an upload. undo: "" where there is none."""

    target: str
    deed: Deed
    line: str
    undo: str = ""

    @property
    def item(self) -> str:
        return f"targets[{self.target}]"


def resulting(current: Targets, wanted: Wanted) -> dict[str, TargetState]:
    return {name: _resulting(state, wanted) for name, state in current.items()}


def _resulting(state: TargetState, wanted: Wanted) -> TargetState:
    images = {name: item for name, item in state.images.items() if name != wanted.name}
    reserved = state.reserved
    if wanted.present:
        old = state.images.get(wanted.name)
        same = old if wanted.is_there(old) else None
        images[wanted.name] = same or _uploaded(wanted)
        if wanted.reserve is not None and not state.is_appliance:
            reserved = wanted.reserve
    return replace(state, images=images, reserved=reserved)


def _uploaded(wanted: Wanted) -> Image:
    if wanted.wait:
        return Image(wanted.name, wanted.vendor, wanted.size, "complete", 100)
    return Image(wanted.name, wanted.vendor, wanted.size, "uploading")


def steps(current: Targets, wanted: Wanted, table: Mapping[str, Resources], sha256: str = "") -> list[Step]:
    """Storage first, then what is in the way, then the upload. table: that of each target."""
    found: list[Step] = []
    for target, state in current.items():
        found += _steps(target, state, wanted, table[target], sha256)
    return found


def _steps(target: str, state: TargetState, wanted: Wanted, table: Resources, sha256: str) -> list[Step]:
    old = state.images.get(wanted.name)
    gone = table.line("DELETE", "hosted_firewall_images", keys={"image_name": wanted.name})
    if not wanted.present:
        return [Step(target, "delete", gone)] if old else []
    found: list[Step] = []
    if wanted.reserve is not None and not state.is_appliance and state.storage.reserved != wanted.reserve:
        do, undo = (
            table.line("PUT", "hosted_firewall_storage", {"reserved": size})
            for size in (wanted.reserve, state.storage.reserved)
        )
        found.append(Step(target, "reserve", do, undo))
    if wanted.is_there(old):
        return found
    if old:
        found.append(Step(target, "delete", gone))
    item = {"image_name": wanted.name, "vendor": wanted.vendor, "size": wanted.size}
    if sha256:
        item["sha256"] = sha256
    line = table.line("POST", "hosted_firewall_images", item, action="file_upload")
    return [*found, Step(target, "upload", line, gone)]


def plan(found: list[Step]) -> Plan:
    return Plan(
        tuple(Operation(KINDS[step.deed], step.item, (step.line,), (step.undo,) if step.undo else ()) for step in found)
    )
