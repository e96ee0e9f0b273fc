# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Counting sessions by policy, application, interface, source and destination, in bounded memory. Pure."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from typing import Any

from .model import NOTHING, Raw, number, policy

# Distinct names that are counted one by one in each dimension; a table may hold millions of addresses. About 25 MB each.
MOST_NAMES = 100_000
DIMENSIONS = ("policy", "application", "interface", "source", "destination")
_KEYS = {"policy": "policy", "application": "application", "source": "in.source", "destination": "in.destination"}
_COUNTERS = ("in.bytes", "out.bytes", "in.packets", "out.packets")


def needed(by: Iterable[str]) -> frozenset[str]:
    """Keys of a raw session that counting by these looks at: a parser may leave out the others."""
    keys = [("in.interface", "out.interface") if name == "interface" else (_KEYS[name],) for name in by]
    return frozenset(_COUNTERS).union(*keys)


# Bytes, packets and sessions of a name in one integer: one addition a name instead of three, which is most of the work.
# Room for 2**32 sessions with counters of 64 bits each.
_PACKETS, _BYTES = 32, 32 + 98
_SESSIONS_MASK, _PACKETS_MASK = (1 << _PACKETS) - 1, (1 << _BYTES - _PACKETS) - 1
_LARGEST = 1 << _BYTES + 65  # of one session

Table = dict[str, int]


class Aggregate:
    """One pass over raw sessions. by: some of DIMENSIONS; top: how many names of each are listed.

    A session counts with the bytes and packets of both wings. By interface it counts at both of its interfaces, so those
    sums are higher than the total.
    """

    def __init__(self, by: Sequence[str], top: int, most: int = MOST_NAMES) -> None:
        self._top, self._most = top, most
        self._total = 0
        self._tables: dict[str, Table] = {name: {} for name in by}
        self._over = dict.fromkeys(by, 0)
        self._single = [(name, _KEYS[name], table) for name, table in self._tables.items() if name in _KEYS]
        self._interfaces = self._tables.get("interface")

    def add(self, raw: Raw) -> None:
        get = raw.get
        try:
            count = (
                (int(raw["in.bytes"]) + int(raw["out.bytes"]) << _BYTES)
                + (int(raw["in.packets"]) + int(raw["out.packets"]) << _PACKETS)
                + 1
            )
        except (KeyError, ValueError):
            count = 0
        if not 0 < count < _LARGEST:
            count = _count(raw)
        self._total += count
        for name, key, table in self._single:
            text = get(key, "")
            if text in table:
                table[text] += count
            else:
                self._new(name, table, text, count)
        if self._interfaces is not None:
            come, gone = get("in.interface", ""), get("out.interface")
            for text in (come,) if gone is None or gone == come else (come, gone):
                if text in self._interfaces:
                    self._interfaces[text] += count
                else:
                    self._new("interface", self._interfaces, text, count)

    @property
    def figures(self) -> dict[str, int]:
        """Sessions, bytes and packets of all that was counted."""
        return _figures(self._total)

    def result(self) -> dict[str, Any]:
        """By dimension {top: [{name, sessions, bytes, packets}], other: the same for all that is not in top, names: how many
        distinct ones were counted, exact: whether that is all of them}. Highest byte counts first."""
        return {name: self._row(name, table) for name, table in self._tables.items()}

    def _new(self, name: str, table: Table, text: str, count: int) -> None:
        if len(table) < self._most:
            table[text] = count
        else:
            self._over[name] += count

    def _row(self, dimension: str, table: Table) -> dict[str, Any]:
        """Bytes come first in a count, then packets, then sessions: so does its order."""
        first = heapq.nsmallest(self._top, table.items(), key=lambda item: (-item[1], item[0]))
        other = self._over[dimension] + sum(table.values()) - sum(count for _name, count in first)
        return {
            "top": [{**_named(dimension, name), **_figures(count)} for name, count in first],
            "other": _figures(other),
            "names": len(table),
            "exact": not self._over[dimension],
        }


def _named(dimension: str, name: str) -> dict[str, Any]:
    if dimension == "policy":
        policy_name, index = policy(name)
        return {"policy": policy_name, "policy_index": index}
    name = name.strip()
    return {dimension: None if name in NOTHING else name}


def _figures(count: int) -> dict[str, int]:
    return {"sessions": count & _SESSIONS_MASK, "bytes": count >> _BYTES, "packets": count >> _PACKETS & _PACKETS_MASK}


def _count(raw: Raw) -> int:
    """One session with the sums of its counters, any of which may be missing or no number."""
    sent = (number(raw.get("in.bytes")) or 0) + (number(raw.get("out.bytes")) or 0)
    packets = (number(raw.get("in.packets")) or 0) + (number(raw.get("out.packets")) or 0)
    return (sent << _BYTES) + (packets << _PACKETS) + 1
