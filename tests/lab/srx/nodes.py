# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What both nodes of a cluster answer, around what each says: `node0:` and dashes, or multi-routing-engine-results."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

DASHES = "-" * 74
Body = Callable[[str, int], Iterable[str]]
"""A node ("" for a device alone) and the depth of its elements, to what it prints."""


def text(names: Iterable[str], body: Body) -> Iterator[str]:
    """One node after the other, a blank line between (vSRX 24.4 cluster capture)."""
    for number, name in enumerate(names):
        if name:
            yield f"{chr(10) if number else ''}{name}:\n{DASHES}\n"
        yield from body(name, 0)


def xml(names: Iterable[str], body: Body, *, wrap: bool = False) -> Iterator[str]:
    """wrap: a device alone answers as a cluster with one item, which occurs in captures."""
    names = list(names)
    if names == [""] and not wrap:
        yield from body("", 1)
        return
    yield "    <multi-routing-engine-results>\n"
    for name in names:
        yield f"        <multi-routing-engine-item>\n            <re-name>{name or 'node0'}</re-name>\n"
        yield from body(name, 3)
        yield "        </multi-routing-engine-item>\n"
    yield "    </multi-routing-engine-results>\n"
