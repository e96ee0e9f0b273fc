# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an image, and the targets that it is uploaded to, break of the wing's rules. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from ..._engine.problems import Problem
from ..._engine.rules import Finding, problems
from ..model import Image, Region, is_host
from ..rule_table import RULES
from ..vendors import MOST_IMAGES, VENDORS
from .model import ALL, Desired, Targets, TargetState, is_under_way

NOT_IN_USE = "not_in_use"  # the assumption that an earlier stage deprovisions what uses the image

# What a multipart body and a path take, letters of any language as UTF-8; an image that is there already may have blanks and more.
_NAME = re.compile(r"[^\W_][\w.+-]{0,199}")
_LISTED = re.compile(r"(?!\.{1,2}$)(?! )[^\x00-\x1f\x7f\ud800-\udfff]{1,200}(?<! )")


def validate(desired: Desired) -> list[Problem]:
    """What the document breaks by itself."""
    return problems(RULES, _validate(desired))


def _validate(desired: Desired) -> Iterator[Finding]:
    fits = _NAME if desired.present else _LISTED
    if not fits.fullmatch(desired.name) or {"/", "\\"} & {*desired.name}:
        remedy = "Use letters, digits and . _ + -, at most 200 of them; it begins with a letter or a digit."
        yield Finding("H26", "name", f"{desired.name[:60]!r} does not fit into a path of NITRO", remedy)
    if not desired.present:
        return
    vendor = VENDORS.get(desired.vendor)
    if vendor is None:
        yield Finding("H2", "vendor", f"unknown vendor {desired.vendor!r}", f"Known: {', '.join(VENDORS)}.")
        return
    if not desired.name.lower().endswith(vendor.suffixes):
        text = f"{desired.name} does not have the suffix of an image of {vendor.name}"
        yield Finding("H6", "name", text, f"Their images end in {' or '.join(vendor.suffixes)}.")
    if not vendor.documented:
        yield Finding("H31", "vendor", f"{vendor.name} is unverified", "Try it on one appliance first.")


def validate_regions(chosen: Sequence[str], known: Iterable[Region]) -> list[Problem]:
    """Of the regions whose collectors were named."""
    by_name = {region.name: region for region in known}
    found: list[Finding] = []
    for name in chosen:
        if name == ALL:
            continue
        region = by_name.get(name)
        if region is None:
            remedy = f"Known: {', '.join(sorted(by_name)[:20]) or 'none'}."
            found.append(Finding("H24", "collectors", f"there is no region {name}", remedy))
        elif not region.collector_ip:
            remedy = "Leave it out; sites of the default region take the image from Center itself."
            found.append(Finding("H8", "collectors", f"the region {name} has no collector", remedy))
    for region in by_name.values():
        # A password is going to be sent there.
        if region.collector_ip and not is_host(region.collector_ip) and (region.name in chosen or ALL in chosen):
            text = f"what Center names as collector of the region {region.name} is not an address"
            found.append(Finding("H24", "collectors", text, "Check config/regions of Center."))
    return problems(RULES, found)


def after(current: Targets, desired: Desired) -> list[str]:
    """What has to be so before the plan is carried out, in words, where the document assumes it."""
    held = [target for target, state in current.items() if desired.name in state.images]
    if desired.present or NOT_IN_USE not in desired.assume or not held:
        return []
    return [f"no firewall uses the image {desired.name} ({', '.join(held)})"]


def check(current: Targets, desired: Desired) -> list[Problem]:
    """Every broken rule on every target, before the first byte is sent."""
    return problems(RULES, [finding for target, state in current.items() for finding in _check(target, state, desired)])


def _check(target: str, state: TargetState, desired: Desired) -> Iterator[Finding]:
    item = f"targets[{target}]"
    yield from _present(item, state, desired) if desired.present else _absent(item, state, desired)
    if state.unknown and desired.present and desired.reserve is None:
        text = f"whether there is room is not known: {state.unknown}"
        yield Finding("H27", item, text, warning=True)


def _absent(item: str, state: TargetState, desired: Desired) -> Iterator[Finding]:
    old = state.images.get(desired.name)
    if old is None:
        return
    if old.in_use:
        remedy = "Deprovision the firewall that runs it first."
        yield Finding("H5", item, f"{desired.name} is in use", remedy, assumption=NOT_IN_USE)
    if is_under_way(old) and not desired.force:
        remedy = "Wait for its end; force: true deletes one that never ends."
        yield Finding("H7", item, f"{desired.name} is being uploaded ({_status_text(old)})", remedy)
    yield from _others(item, state, desired)
    if not state.is_appliance:
        yield Finding(
            "H36", item, f"{desired.name} is removed from here only", "Delete it on each appliance with via: appliance."
        )


def _others(item: str, state: TargetState, desired: Desired) -> Iterator[Finding]:
    for other in state.images.values():
        if other.uploading and other.name != desired.name:
            yield Finding("H7", item, f"{other.name} is being uploaded ({_status_text(other)})", "Wait for its end.")


def _status_text(image: Image) -> str:
    percent = "" if image.percent is None else f", {image.percent} %"
    return f"{image.status or 'no status'}{percent}"


def _present(item: str, state: TargetState, desired: Desired) -> Iterator[Finding]:
    old = state.images.get(desired.name)
    if state.system is not None and not state.system.hosts_firewalls:
        yield Finding(
            "H1",
            item,
            f"this is a {state.system.model or 'platform of unknown model'}",
            "Only an 1100 hosts a firewall.",
        )
        return
    yield from _room(item, state, desired)
    if desired.is_there(state):
        if desired.is_unverified(state):
            text = f"{desired.name} is known by its name and its size only; whether it has the content of {desired.checksum} cannot be verified"
            yield Finding("H42", item, text, "Replace it once with force: true where it may be another one.")
        return
    yield from _others(item, state, desired)
    if old and old.in_use:
        why = "its content may be any" if desired.is_whole(old) else f"has {old.size} bytes, not {desired.size}"
        text = f"{desired.name} is in use and {why}"
        yield Finding("H5", item, text, "Give the new one another name.")
    elif old and old.complete and not desired.force:
        text = f"{desired.name} is there with {old.size} bytes, the file has {desired.size}"
        yield Finding("H35", item, text, "Give it another name, or replace it with force: true.")
    if state.is_appliance and old is None and len(state.images) >= MOST_IMAGES:
        listed = ", ".join(f"{image.name}{' (in use)' if image.in_use else ''}" for image in state.images.values())
        yield Finding(
            "H5", item, f"there are {len(state.images)} images already: {listed}", "Delete one that is not in use."
        )


def _room(item: str, state: TargetState, desired: Desired) -> Iterator[Finding]:
    storage, old = state.storage, state.images.get(desired.name)
    reserving = desired.reserve is not None and not state.is_appliance
    if not storage.known:
        if reserving:
            reason = state.unknown or "its answer has no field for the reserved bytes"
            yield Finding(
                "H27",
                item,
                f"it does not report how much is reserved: {reason}",
                "Leave reserve out, or name the call (resources).",
            )
        return
    reserved, free = storage.reserved, storage.free
    if not state.is_appliance and not storage.active:
        remedy = "Add secondary storage to Center (Administration > Storage Maintenance)."
        yield Finding("H27", item, "its secondary partition is not active", remedy)
        return
    if desired.reserve is not None and reserving:
        if desired.reserve < storage.used:
            yield Finding(
                "H27", item, f"{storage.used} bytes are used, so {desired.reserve} cannot be reserved", "Reserve more."
            )
        reserved, free = desired.reserve, desired.reserve - storage.used
    if desired.is_there(state):
        return
    free += old.size if old else 0
    if desired.size > free:
        remedy = "Delete images." if state.is_appliance else "Reserve more (reserve), or delete images."
        yield Finding(
            "H27", item, f"the image has {desired.size} bytes, of {reserved} reserved {max(0, free)} are free", remedy
        )
