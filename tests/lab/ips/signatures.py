# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The signatures of a level: made by rule, so that sensor and update server tell the same without a list."""

from __future__ import annotations

from dataclasses import dataclass

BASE = range(2000, 2050)  # what every level has
FIRST_LEVEL = 500  # of the rule below
ENGINES = ("atomic-ip", "string-tcp", "service-http", "normalizer")
SEVERITIES = ("informational", "low", "medium", "high")
_NAMED = {2004: "ICMP Echo Request", 2000: "ICMP Echo Reply", 2001: "ICMP Host Unreachable"}


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature as the vendor ships it."""

    number: int
    engine: str
    severity: str
    enabled: bool
    retired: bool
    name: str


def signature(number: int) -> Signature:
    """The defaults of a signature."""
    retired = number % 5 == 4
    return Signature(
        number,
        ENGINES[number % 4],
        SEVERITIES[(number // 4) % 4],
        enabled=not retired,
        retired=retired,
        name=_NAMED.get(number, f"Lab signature {number}"),
    )


def known(number: int, level: int) -> bool:
    """Whether a sensor of that level (733 for S733) has a signature."""
    introduced, place = divmod(number, 10)
    return number in BASE or (FIRST_LEVEL <= introduced <= level and place < 5)


def brought(level: int, new: int = 2) -> list[int]:
    """Numbers of the signatures that a level brings; at most five."""
    return [level * 10 + place for place in range(min(new, 5))]


def changed(level: int, modified: int = 1) -> list[int]:
    """Numbers of the older signatures that a level modifies."""
    return sorted({BASE[(level * 7 + step) % len(BASE)] for step in range(modified)})
