# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One image of a firewall on one or more targets: the appliance, or Center and collectors. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .model import Image, Storage, System

APPLIANCE, CENTER = "appliance", "center"  # names of targets; a collector has that of its region

_UNITS = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40}
_SIZE = re.compile(r"(\d{1,15})\s*([kmgt]?)i?b?", re.IGNORECASE)
_SHA256 = re.compile(r"sha256:([0-9a-f]{64})", re.IGNORECASE)


def size_of(text: str) -> int:
    """Bytes of a size with a unit. Raises ValueError.

    >>> size_of("10g"), size_of("2048")
    (10737418240, 2048)
    """
    found = _SIZE.fullmatch(text.strip())
    if not found:
        raise ValueError(f"{text[:40]!r} is no size: write bytes, or 10g")
    return int(found[1]) * _UNITS[found[2].lower()]


def sha256_of(text: str) -> str:
    """The hexadecimal digits of ``sha256:...``, in lower case. Raises ValueError.

    >>> sha256_of("sha256:" + "AB" * 32)[:4]
    'abab'
    """
    found = _SHA256.fullmatch(text.strip())
    if not found:
        raise ValueError("checksum is sha256: and 64 hexadecimal digits")
    return found[1].lower()


@dataclass(frozen=True, slots=True)
class TargetState:
    """What one target has. system: of an appliance only."""

    images: Mapping[str, Image] = field(default_factory=dict)
    storage: Storage = field(default_factory=Storage, compare=False)
    reserved: int | None = None  # None: nobody asked
    system: System | None = field(default=None, compare=False)

    @property
    def is_appliance(self) -> bool:
        return self.system is not None


Targets = Mapping[str, TargetState]


@dataclass(frozen=True, slots=True)
class Wanted:
    """One document. size: of the local file; 0 where it is not needed. reserve: bytes, None to leave it."""

    name: str
    present: bool = True
    vendor: str = ""
    size: int = 0
    reserve: int | None = None
    force: bool = False
    wait: bool = True

    def is_there(self, found: Image | None) -> bool:
        """Complete (or, where nobody waits, on its way) and of the same size, where the target tells one."""
        if found is None or (found.size and found.size != self.size and found.complete):
            return False
        return found.complete or (found.uploading and not self.wait)


def to_document(targets: Targets) -> dict[str, Any]:
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
