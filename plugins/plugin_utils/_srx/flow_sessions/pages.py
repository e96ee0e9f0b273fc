# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading a table in pages, with `start-identifier` and `count`: whether that can be, and where the next page starts. Pure.

The vendor documents the words, not what they mean for several SPUs and nodes (unverified). So nothing is taken for granted:
a page counts only when its sessions are in order, and `count` may apply to a node or to each of its SPUs.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from .model import Raw, number

Where = tuple[str, str]  # node, FPC and PIC
# Identifiers of several SPUs overlap where they have 32 bits; in wider ones the upper half is the SPU's.
WIDE = 2**32


def identifier(raw: Raw) -> int:
    return number(raw.get("session_id")) or 0


def in_order(page: Iterable[Raw]) -> bool:
    """Whether identifiers ascend in each node, and no SPU can have lower ones further on."""
    last: dict[str, int] = {}
    for raw in page:
        node, found = raw.get("node", ""), identifier(raw)
        if found <= last.get(node, 0) or (raw.get("fpc_pic") and found < WIDE):
            return False
        last[node] = found
    return True


def following(page: Sequence[Raw], size: int) -> int | None:
    """The start-identifier of the page after this one of at most size sessions; None when this was the last."""
    nodes: dict[str, dict[Where, list[int]]] = {}
    for raw in page:
        where = (raw.get("node", ""), raw.get("fpc_pic", ""))
        nodes.setdefault(where[0], {}).setdefault(where, []).append(identifier(raw))
    starts: list[int] = []
    for places in nodes.values():
        total = sum(len(found) for found in places.values())
        if total == size:
            starts.append(max(found[-1] for found in places.values()) + 1)
        elif total > size:  # it applied to each SPU: those that gave all of it may have more
            starts += [found[-1] + 1 for found in places.values() if len(found) >= size]
    return min(starts, default=None)


class Fresh:
    """Leaves out what an earlier page had already."""

    def __init__(self) -> None:
        self._last: dict[Where, int] = {}

    def __call__(self, raw: Raw) -> bool:
        where = (raw.get("node", ""), raw.get("fpc_pic", ""))
        found = identifier(raw)
        if found <= self._last.get(where, 0):
            return False
        self._last[where] = found
        return True
