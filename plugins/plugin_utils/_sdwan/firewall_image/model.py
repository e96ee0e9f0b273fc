# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One image of a firewall on one or more targets: the appliance, or Center and collectors. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

from ..model import Image, Region, Storage, System, is_host
from ..resources import wrong_overrides

APPLIANCE, CENTER = "appliance", "center"  # names of targets; that of a collector is `collector REGION`
ALL = "all"

# First words of a status that say that an image will never be complete. unverified: no page lists them. STALLED is ours: an
# upload that did not move for as long as the task waited. What is neither here nor complete is under way.
STALLED = "stalled"
BROKEN = ("fail", "error", "invalid", "corrupt", "abort", "cancel", STALLED)

_UNITS = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40}
_SIZE = re.compile(r"(\d{1,15}) ?([kmgt]?)i?b?", re.IGNORECASE | re.ASCII)
_SHA256 = re.compile(r"sha256:([0-9a-f]{64})", re.IGNORECASE | re.ASCII)


def size_of(text: str) -> int:
    """Bytes of a size with a unit. Raises ValueError.

    >>> size_of("10g"), size_of("2048")
    (10737418240, 2048)
    """
    found = _SIZE.fullmatch(text.strip())
    if not found:
        raise ValueError(f"{text[:40]!r} is not a valid size: write bytes, or 10g")
    return int(found[1]) * _UNITS[found[2].lower()]


def sha256_of(text: str) -> str:
    """The hexadecimal digits of ``sha256:...``, in lower case. Raises ValueError.

    >>> sha256_of("sha256:" + "AB" * 32)[:4]
    'abab'
    """
    found = _SHA256.fullmatch(text.strip())
    if not found:
        raise ValueError(f"checksum is sha256: and 64 hexadecimal digits, not {text.strip()[:80]!r}")
    return found[1].lower()


def parse_options(options: Mapping[str, Any]) -> tuple[int | None, str, list[str]]:
    """Options of the task: reserve in bytes, the digits of checksum, and all that is wrong with the options themselves."""
    wrong = wrong_overrides(options["via"], options["resources"])
    reserve, sha256 = None, ""
    try:
        reserve = size_of(options["reserve"]) if options["reserve"] else None
    except ValueError as error:
        wrong.append(f"reserve: {error}")
    try:
        sha256 = sha256_of(options["checksum"]) if options["checksum"] else ""
    except ValueError as error:
        wrong.append(str(error))
    if options["via"] == APPLIANCE and (options["collectors"] or options["reserve"]):
        wrong.append("collectors and reserve are Center's: use via: center, or leave them out")
    return reserve, sha256, wrong


def is_broken(image: Image) -> bool:
    return image.status.lower().startswith(BROKEN)


def is_under_way(image: Image) -> bool:
    """Neither complete nor broken; a text that is not known never counts as either."""
    return not image.complete and not is_broken(image)


def collectors(chosen: Sequence[str], known: Iterable[Region]) -> dict[str, str]:
    """Targets and their addresses, each address once. `all` leaves out the default region: that is Center itself.

    >>> collectors(["all"], [Region("default"), Region("emea", "192.0.2.7")])
    {'collector emea': '192.0.2.7'}
    """
    found: dict[str, str] = {}
    for region in known:
        named = region.name in chosen or (ALL in chosen and region.collector_ip and not region.is_default)
        if named and is_host(region.collector_ip) and region.collector_ip not in found.values():
            found[f"collector {region.name}"] = region.collector_ip
    return found


@dataclass(frozen=True, slots=True)
class TargetState:
    """What one target has. system: of an appliance only. unknown: why nothing is known of its storage. renewed: its image came in
    this run, or was on its way when this run began."""

    images: Mapping[str, Image] = field(default_factory=dict)
    storage: Storage = field(default_factory=Storage, compare=False)
    reserved: int | None = None  # None: it was not asked for
    system: System | None = field(default=None, compare=False)
    unknown: str = field(default="", compare=False)
    renewed: bool = field(default=False, compare=False)

    @property
    def is_appliance(self) -> bool:
        return self.system is not None


Targets = Mapping[str, TargetState]


@dataclass(frozen=True, slots=True)
class Desired:
    """One document. size: of the local file; 0 where it is not needed. reserve: bytes, None to leave it.

    via, collectors: what it is about. sha256: the digits that the task gives. assume: what an earlier stage provides.
    patient: an upload that another user started is waited for (not in check mode).
    """

    name: str
    present: bool = True
    vendor: str = ""
    size: int = 0
    reserve: int | None = None
    force: bool = False
    wait: bool = True
    patient: bool = True
    via: str = APPLIANCE
    collectors: tuple[str, ...] = ()
    sha256: str = ""
    assume: tuple[str, ...] = ()

    @property
    def checksum(self) -> str:
        return f"sha256:{self.sha256}"

    @property
    def plan_facts(self) -> dict[str, Any]:
        """Those that determine a plan."""
        names = ("name", "present", "vendor", "size", "reserve", "force", "wait", "via", "sha256")
        return {**{name: getattr(self, name) for name in names}, "collectors": sorted(self.collectors)}

    def is_whole(self, found: Image | None) -> bool:
        """Complete and of the same size, where the target reports one."""
        return found is not None and found.complete and found.size in (0, self.size)

    def is_there(self, state: TargetState) -> bool:
        """Whole, or on its way where that is not waited for. What is in an image no call tells, so with force one that is whole is
        replaced, too, once."""
        found = state.images.get(self.name)
        if self.is_whole(found):
            return not self.force or state.renewed
        return found is not None and is_under_way(found) and not self.patient

    def is_unverified(self, state: TargetState) -> bool:
        """The image is there by its name and size, and it is not known whether it has the content that the checksum is of."""
        return bool(self.sha256) and not state.renewed and self.is_whole(state.images.get(self.name))


def desired_of(options: Mapping[str, Any], size: int, check_mode: bool) -> Desired:
    """options: of the task, validated. size: bytes of the file."""
    reserve, sha256, _wrong = parse_options(options)
    return Desired(
        options["name"] or PurePath(options["src"]).name,
        options["state"] == "present",
        options["vendor"],
        size,
        reserve,
        options["force"],
        options["wait"],
        patient=options["wait"] and not check_mode,
        via=options["via"],
        collectors=tuple(options["collectors"] or ()),
        sha256=sha256,
        assume=tuple(options["assume"]),
    )


def owned(targets: Targets, desired: Desired) -> dict[str, Any]:
    """Plain data: the image of the document on each target, and what is reserved where the document says that. What size an
    incomplete image will have is not known."""
    found = {}
    for name, state in targets.items():
        image = state.images.get(desired.name)
        entry = {"vendor": image.vendor, "size": image.size if image.complete else None} if image else None
        found[name] = {"image": entry, "reserved": state.reserved if desired.reserve is not None else None}
    return found


def to_document(targets: Targets) -> dict[str, Any]:
    """{target: {images: [name, vendor, size in bytes, complete, in_use], reserved in bytes where it is known}}."""
    return {
        name: {
            "images": [
                {
                    "name": item.name,
                    "vendor": item.vendor,
                    "size": item.size,
                    "complete": item.complete,
                    "in_use": item.in_use,
                }
                for item in state.images.values()
            ],
            **({"reserved": state.reserved} if state.reserved is not None else {}),
        }
        for name, state in targets.items()
    }
