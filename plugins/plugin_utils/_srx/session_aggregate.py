# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Counting sessions by policy, application, interface, source and destination, in bounded memory. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .session_model import NOTHING, Raw, number, policy

# Distinct names that are counted one by one in each dimension; a table may hold millions of addresses. About 25 MB each.
MOST_NAMES = 100_000
DIMENSIONS = ("policy", "application", "interface", "source", "destination")
# Keys of a raw session that counting looks at: the parser of XML may leave out the others.
NEEDED = frozenset(
    {
        "policy", "application", "in.source", "in.destination", "in.interface", "out.interface",
        "in.bytes", "out.bytes", "in.packets", "out.packets",
    }
)  # fmt: skip
_KEYS = {"policy": "policy", "application": "application", "source": "in.source", "destination": "in.destination"}

Count = list[int]  # sessions, bytes, packets


class Aggregate:
    """One pass over raw sessions. by: some of DIMENSIONS; top: how many names of each are told.

    A session counts with the bytes and packets of both wings. By interface it counts at both of its interfaces, so those
    sums are higher than the total.
    """

    def __init__(self, by: Sequence[str], top: int, most: int = MOST_NAMES) -> None:
        self._top, self._most = top, most
        self._tables: dict[str, tuple[dict[str, Count], Count]] = {name: ({}, [0, 0, 0]) for name in by}
        self._single = [(_KEYS[name], *table) for name, table in self._tables.items() if name in _KEYS]
        self._interfaces = self._tables.get("interface")
        self.total: Count = [0, 0, 0]

    def add(self, raw: Raw) -> None:
        get = raw.get
        sent, packets = _sum(get("in.bytes"), get("out.bytes")), _sum(get("in.packets"), get("out.packets"))
        _count(self.total, sent, packets)
        for key, names, other in self._single:
            self._named(get(key) or "", names, other, sent, packets)
        if self._interfaces:
            come, gone = get("in.interface") or "", get("out.interface")
            self._named(come, *self._interfaces, sent, packets)
            if gone is not None and gone != come:
                self._named(gone, *self._interfaces, sent, packets)

    @property
    def figures(self) -> dict[str, int]:
        """Sessions, bytes and packets of all that was counted."""
        return _figures(self.total)

    def _named(self, name: str, names: dict[str, Count], other: Count, sent: int, packets: int) -> None:
        found = names.get(name)
        if found is None:
            if len(names) >= self._most:
                found = other
            else:
                found = names[name] = [0, 0, 0]
        _count(found, sent, packets)

    def result(self) -> dict[str, Any]:
        """By dimension {top: [{name, sessions, bytes, packets}], other: the same for all that is not in top, names: how many
        distinct ones were counted, exact: whether that is all of them}. Highest byte counts first."""
        return {name: self._told(name, *table) for name, table in self._tables.items()}

    def _told(self, dimension: str, names: dict[str, Count], over: Count) -> dict[str, Any]:
        ranked = sorted(names.items(), key=lambda item: (-item[1][1], -item[1][0], item[0]))
        other = [sum(column) for column in zip(over, *(count for _name, count in ranked[self._top :]), strict=True)]
        return {
            "top": [_entry(dimension, name, count) for name, count in ranked[: self._top]],
            "other": _figures(other),
            "names": len(names),
            "exact": not over[0],
        }


def _entry(dimension: str, name: str, count: Count) -> dict[str, Any]:
    if dimension == "policy":
        told, index = policy(name)
        return {"policy": told, "policy_index": index, **_figures(count)}
    name = name.strip()
    return {dimension: None if name in NOTHING else name, **_figures(count)}


def _figures(count: Count) -> dict[str, int]:
    return dict(zip(("sessions", "bytes", "packets"), count, strict=True))


def _count(count: Count, sent: int, packets: int) -> None:
    count[0] += 1
    count[1] += sent
    count[2] += packets


def _sum(*texts: str | None) -> int:
    """Of counters, any of which may be missing or no number."""
    total = 0
    for text in texts:
        if text:
            total += int(text) if text.isdecimal() and len(text) <= 20 else number(text) or 0
    return total
