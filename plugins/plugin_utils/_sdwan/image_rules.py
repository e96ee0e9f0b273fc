# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an image, and the targets that it goes to, break of the wing's rules. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from .._engine.problems import Problem
from .image_model import CENTER, Targets, TargetState, Wanted
from .model import Region
from .rule_table import Finding, problem
from .vendors import MOST_IMAGES, VENDORS

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,199}")
ALL = "all"


def flaws(wanted: Wanted) -> list[Problem]:
    """What the document breaks by itself."""
    return [problem(finding) for finding in _flaws(wanted)]


def _flaws(wanted: Wanted) -> Iterator[Finding]:
    if not _NAME.fullmatch(wanted.name):
        remedy = "Use letters, digits and . _ + -, at most 200 of them."
        yield "H26", "name", f"{wanted.name[:60]!r} does not fit into a path of NITRO", remedy
    if not wanted.present:
        return
    vendor = VENDORS.get(wanted.vendor)
    if vendor is None:
        yield "H2", "vendor", f"unknown vendor {wanted.vendor!r}", f"Known: {', '.join(VENDORS)}."
        return
    if not wanted.name.lower().endswith(vendor.suffixes):
        text = f"{wanted.name} does not end like an image of {vendor.name}"
        yield "H6", "name", text, f"Their images end in {' or '.join(vendor.suffixes)}."
    if not vendor.documented:
        yield "H31", "vendor", f"{vendor.name} is unverified", "Try it on one appliance first."


def region_flaws(chosen: Sequence[str], known: Iterable[Region]) -> list[Problem]:
    """Of the regions whose collectors were named."""
    by_name = {region.name: region for region in known}
    found: list[Finding] = []
    for name in chosen:
        if name == ALL:
            continue
        region = by_name.get(name)
        if region is None:
            found.append(("H24", "collectors", f"there is no region {name}", f"Known: {', '.join(by_name) or 'none'}."))
        elif not region.collector_ip:
            remedy = "Leave it out; sites of the default region take the image from Center itself."
            found.append(("H8", "collectors", f"the region {name} has no collector", remedy))
    return [problem(finding) for finding in found]


def check(current: Targets, wanted: Wanted) -> list[Problem]:
    """Every broken rule on every target, before the first byte goes anywhere."""
    found: list[Finding] = []
    for target, state in current.items():
        rows = _present(state, wanted) if wanted.present else _absent(target, state, wanted)
        found += [(rule, f"targets[{target}]", message, remedy) for rule, message, remedy in rows]
    return [problem(finding) for finding in found]


Row = tuple[str, str, str]


def _absent(target: str, state: TargetState, wanted: Wanted) -> Iterator[Row]:
    old = state.images.get(wanted.name)
    if old and old.in_use:
        yield "H5", f"{wanted.name} is in use", "Deprovision the firewall that runs it first."
    if old and old.uploading:
        yield "H7", f"{wanted.name} is being uploaded ({old.percent or 0} %)", "Wait for its end."
    if old and target == CENTER:
        yield "H36", f"{wanted.name} goes from Center only", "Delete it on each appliance with via: appliance."


def _present(state: TargetState, wanted: Wanted) -> Iterator[Row]:
    old = state.images.get(wanted.name)
    if state.system is not None and not state.system.hosts_firewalls:
        yield "H1", f"this is a {state.system.model or 'platform of unknown model'}", "Only an 1100 hosts a firewall."
        return
    yield from _room(state, wanted)
    if wanted.is_there(old) or (old and old.uploading and (not old.size or old.size <= wanted.size)):
        return
    for other in state.images.values():
        if other.uploading and other.name != wanted.name:
            yield "H7", f"{other.name} is being uploaded ({other.percent or 0} %)", "Wait for its end."
    if old and old.in_use:
        yield (
            "H5",
            f"{wanted.name} is in use and has {old.size} bytes, not {wanted.size}",
            "Give the new one another name.",
        )
    elif old and old.complete and not wanted.force:
        text = f"{wanted.name} is there with {old.size} bytes, the file has {wanted.size}"
        yield "H35", text, "Give it another name, or replace it with force: true."
    if state.is_appliance and old is None and len(state.images) >= MOST_IMAGES:
        listed = ", ".join(f"{item.name}{' (in use)' if item.in_use else ''}" for item in state.images.values())
        yield "H5", f"there are {len(state.images)} images already: {listed}", "Delete one that is not in use."


def _room(state: TargetState, wanted: Wanted) -> Iterator[Row]:
    storage, old = state.storage, state.images.get(wanted.name)
    if not storage.known:
        return
    reserved, free = storage.reserved, storage.free
    if not state.is_appliance:
        if not storage.active:
            yield (
                "H27",
                "its secondary partition is not active",
                "Add secondary storage to Center (Administration > Storage Maintenance).",
            )
            return
        if wanted.reserve is not None:
            if wanted.reserve < storage.used:
                yield "H27", f"{storage.used} bytes are used, so {wanted.reserve} cannot be reserved", "Reserve more."
            reserved, free = wanted.reserve, wanted.reserve - storage.used
    if wanted.is_there(old):
        return
    free += old.size if old else 0
    if wanted.size > free:
        remedy = "Delete images." if state.is_appliance else "Reserve more (reserve), or delete images."
        yield "H27", f"the image has {wanted.size} bytes, of {reserved} reserved {max(0, free)} are free", remedy
