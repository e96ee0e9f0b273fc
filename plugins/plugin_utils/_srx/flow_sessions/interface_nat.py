# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sessions whose translated source address their egress interface does not have any more. Pure.

Source NAT with the address of the egress interface ("interface NAT") leaves sessions behind when that address changes; the
firewall renews them ("Monitoring Security Flow Sessions": sessions with interface NAT are refreshed when the address of
the interface changes). A session that still has an address which the interface does not have gets no answers.
"""

from __future__ import annotations

import ipaddress
import re
from typing import Any

from .model import Raw, number, session

COMMAND = "show interfaces terse"
INTERFACE = "interface"  # what is printed for the pool of a session with interface NAT (`Source NAT pool: interface`)
MOST_FOUND = 1000  # sessions that are listed; all are counted
# What the check looks at, beside what names the session.
NEEDED = frozenset(
    {
        "policy", "source_nat_pool", "in.source", "in.source_port", "in.destination", "in.destination_port", "in.protocol",
        "out.source", "out.source_port", "out.destination", "out.destination_port", "out.interface",
    }
)  # fmt: skip

# Interface  Admin Link Proto Local Remote; a further address of the same interface is on a line of its own.
_ROW = re.compile(r"(?P<name>\S+)[ \t]+(?:up|down)[ \t]+(?:up|down)(?:[ \t]+(?P<rest>.*))?")
_ADDRESS = re.compile(
    r"(?<![0-9A-Fa-f:.])(?:[0-9]{1,3}(?:\.[0-9]{1,3}){3}|[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7})(?:/[0-9]{1,3})?"
)

Addresses = dict[str, set[str]]


def addresses(text: str) -> Addresses:
    """Addresses by logical interface out of `show interfaces terse`; an interface without one has an empty set.

    >>> addresses("ge-0/0/0.0              up    up   inet     192.0.2.1/24")
    {'ge-0/0/0.0': {'192.0.2.1'}}
    """
    found: Addresses = {}
    current: set[str] | None = None
    for line in text.split("\n"):
        row = _ROW.match(line)
        rest = line
        if row:
            current = found.setdefault(row["name"], set())
            rest = row["rest"] or ""
        elif not line[:1].isspace():
            current = None
        if current is not None:
            local = rest.partition("-->")[0]
            current.update(_plain(address) for address in _ADDRESS.findall(local))
    return found


class InterfaceNat:
    """One pass over raw sessions. known: what addresses() found."""

    def __init__(self, known: Addresses) -> None:
        self._known = known
        self._checked = 0
        self._stale = 0
        self._unknown: dict[str, int] = {}
        self._found: list[dict[str, Any]] = []

    def add(self, raw: Raw) -> None:
        get = raw.get
        translated, egress = (get("out.destination") or "").strip(), (get("out.interface") or "").strip()
        if not translated or not egress or translated == (get("in.source") or "").strip():
            return
        if (get("source_nat_pool") or INTERFACE).strip() != INTERFACE:
            return  # an address of a pool, or of static NAT, is not an address of an interface
        local = self._known.get(egress)
        if local is None:
            if len(self._unknown) < MOST_FOUND or egress in self._unknown:
                self._unknown[egress] = self._unknown.get(egress, 0) + 1
            return
        self._checked += 1
        if _plain(translated) not in local:
            self._stale += 1
            if len(self._found) < MOST_FOUND:
                self._found.append(_entry(raw, translated, egress, local))

    def result(self) -> dict[str, Any]:
        """{checked, stale: counts, sessions: the stale ones, at most MOST_FOUND, unknown_interfaces: name -> sessions}."""
        return {
            "checked": self._checked,
            "stale": self._stale,
            "sessions": self._found,
            "unknown_interfaces": dict(sorted(self._unknown.items())),
        }


def _entry(raw: Raw, translated: str, egress: str, local: set[str]) -> dict[str, Any]:
    row = session(raw)
    return {
        "node": row["node"],
        "fpc_pic": row["fpc_pic"],
        "session_id": row["session_id"],
        "policy": row["policy"],
        "source": row["in"]["source"] if row["in"] else None,
        "destination": row["in"]["destination"] if row["in"] else None,
        "translated_source": translated,
        "translated_source_port": number(raw.get("out.destination_port")),
        "interface": egress,
        "interface_addresses": sorted(local),
    }


def _plain(text: str) -> str:
    """An address in the one way of writing it, without its length."""
    try:
        return str(ipaddress.ip_address(text.partition("/")[0]))
    except ValueError:
        return text
