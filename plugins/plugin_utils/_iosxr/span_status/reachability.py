# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether the far end of an ERSPAN tunnel is reachable the way that the platform needs it. Pure, linear, never raises.

Restrictions: Cisco NCS 5500 guide "Configuring Traffic Mirroring", "The following restrictions apply to ERSPAN": the
next hop has ARP resolved, is reachable over a main interface and not a sub-interface, and no MPLS is on the way.
Layouts: `show arp` as in the cisco_xr template of ntc-templates; `show route A.B.C.D` ("Routing entry for") as in that
template, its label and backup remarks unverified. A text that is not understood gives a warning that says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from ipaddress import ip_address
from typing import Any

from ..._engine.problems import Problem
from ..interfaces import printed_name
from ..names import is_subinterface
from ..span.model import Tunnel

RULE = "S19"
MAX_NEXT_HOPS = 128

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_ENTRY = re.compile(r"routing entry for ([0-9A-Fa-f:./]{2,64})(?:,.*)?", re.IGNORECASE)
_KNOWN_VIA = re.compile(r'known via "([^"]{1,64})"(.*)', re.IGNORECASE)
_NOT_FOUND = re.compile(r"% ?(?:network|subnet|route) not in table.*|% ?no matching routes? found.*", re.IGNORECASE)
_LABEL = re.compile(r"label: (?:0x[0-9a-f]{1,8} ?\()?([0-9]{1,8})\)?.*", re.IGNORECASE)
_LABEL_WORD = re.compile(r"\blabell?ed\b", re.IGNORECASE)
_IMPLICIT_NULL = "3"  # RFC 3032: signals that no label is put on
_MPLS_INTERFACES = ("tunnel-te", "tunnel-mte", "tunnel-tp", "srte_")
_UNRESOLVED = frozenset({"incomplete", "probe", "deleted", "unknown"})


@dataclass(frozen=True, slots=True)
class NextHop:
    """One path of a route. address None: directly connected. interface None: recursive, look its address up again."""

    address: str | None = None
    interface: str | None = None
    labelled: bool = False
    backup: bool = False


@dataclass(frozen=True, slots=True)
class Route:
    """found: None when the text was not understood."""

    found: bool | None = None
    prefix: str | None = None
    protocol: str | None = None
    labelled: bool = False
    next_hops: tuple[NextHop, ...] = ()


@dataclass(frozen=True, slots=True)
class ArpEntry:
    address: str
    hardware_address: str
    state: str
    interface: str

    @property
    def resolved(self) -> bool:
        return self.state.lower() not in _UNRESOLVED and re.sub(r"[.:0-]", "", self.hardware_address) != ""


def parse_route(text: str) -> Route:
    """`show route A.B.C.D` -> the first routing entry of the text."""
    route = Route()
    hops: list[NextHop] = []
    for line in (" ".join(line.split()) for line in _CONTROL.sub("", text).split("\n")):
        if entry := _ENTRY.fullmatch(line):
            if route.found:
                break
            route = replace(route, found=True, prefix=entry[1])
        elif route.found is None:
            if _NOT_FOUND.fullmatch(line):
                route = replace(route, found=False)
        elif known := _KNOWN_VIA.match(line):
            route = replace(route, protocol=known[1], labelled=_LABEL_WORD.search(known[2]) is not None)
        elif hops and (label := _LABEL.fullmatch(line)):
            hops[-1] = replace(hops[-1], labelled=label[1] != _IMPLICIT_NULL)
        elif len(hops) < MAX_NEXT_HOPS and (hop := _next_hop(line)) is not None:
            hops.append(hop)
    return replace(route, next_hops=tuple(hops))


def parse_arp(text: str) -> tuple[ArpEntry, ...]:
    """Rows of `show arp [A.B.C.D]`: Address, Age, Hardware Addr, State, Type, Interface."""
    entries = []
    for line in text.split("\n"):
        words = line.split(None, 6)
        if len(words) == 6 and ip_version(words[0]) == 4:
            entries.append(ArpEntry(words[0], words[2], words[3], printed_name(words[5])))
    return tuple(entries)


def lookups(route: Route) -> tuple[str, ...]:
    """Addresses of recursive next hops: `show route` of each of them shows the outgoing interface."""
    return tuple(dict.fromkeys(hop.address for hop in active(route) if hop.interface is None and hop.address))


def resolved(route: Route, further: Mapping[str, Route]) -> Route:
    """The route with its recursive next hops replaced by the paths of their own routes (address -> route)."""
    hops: list[NextHop] = []
    for hop in route.next_hops:
        way = further.get(hop.address or "") if hop.interface is None else None
        if way is None or not way.next_hops:
            hops.append(hop)
            continue
        for step in way.next_hops:
            labelled = hop.labelled or step.labelled or way.labelled
            hops.append(NextHop(step.address or hop.address, step.interface, labelled, hop.backup or step.backup))
    return replace(route, next_hops=tuple(hops[:MAX_NEXT_HOPS]))


def active(route: Route) -> tuple[NextHop, ...]:
    return tuple(hop for hop in route.next_hops if not hop.backup)


def arp_addresses(tunnel: Tunnel, route: Route) -> tuple[str, ...]:
    """The IPv4 addresses whose ARP entry carries the copies: next hops, or the far end itself when it is connected."""
    desired = (hop.address or tunnel.destination for hop in active(route) if hop.interface is not None)
    return tuple(dict.fromkeys(address for address in desired if address and ip_version(address) == 4))


def erspan_reachability(tunnel: Tunnel, route: Route, arp: Iterable[ArpEntry]) -> list[Problem]:
    """What of the ERSPAN restrictions the way to the far end does not satisfy. Warnings: a route changes by itself."""
    item = f"tunnels[{tunnel.name}]"
    if not tunnel.destination:
        return [_problem(item, "the tunnel has no destination", "Configure tunnel destination.")]
    look = f"show route {tunnel.destination}"
    if route.found is None:
        return [_problem(item, f"the answer to {look} was not understood", f"Check {look} by hand.")]
    ways = [hop for hop in active(route) if (hop.interface or "").lower() not in ("null0", "nu0")]
    if not route.found or not ways:
        return [_problem(item, f"there is no route to {tunnel.destination}", f"Add one; see {look}.")]
    entries = tuple(arp)
    problems: dict[Problem, None] = {}
    for hop in ways:
        for problem in _hop_problems(item, tunnel, hop, route.labelled, entries):
            problems[problem] = None
    return list(problems)


def tunnel_document(tunnel: Tunnel, route: Route, arp: Iterable[ArpEntry]) -> dict[str, Any]:
    """For results: the way of one tunnel and whether it satisfies the ERSPAN restrictions."""
    entries = tuple(arp)
    problems = erspan_reachability(tunnel, route, entries)
    return {
        "name": tunnel.name,
        "destination": tunnel.destination,
        "route": route.prefix,
        "next_hops": [
            asdict(hop) | {"arp_resolved": _has_arp(hop.address or tunnel.destination or "", hop.interface, entries)}
            for hop in route.next_hops
        ],
        "satisfied": None if route.found is None and tunnel.destination else not problems,
        "problems": [problem.as_dict() for problem in problems],
    }


def ip_version(text: str) -> int | None:
    """4 or 6; None for a text that is not an address."""
    try:
        return ip_address(text).version
    except ValueError:
        return None


def _hop_problems(
    item: str, tunnel: Tunnel, hop: NextHop, labelled: bool, arp: tuple[ArpEntry, ...]
) -> Iterable[Problem]:
    address = hop.address or tunnel.destination or ""
    if hop.interface is None:
        yield _problem(item, f"the outgoing interface to {address} is not known", f"Check show route {address}.")
        return
    if hop.interface == tunnel.name:
        yield _problem(
            item,
            f"the route to {tunnel.destination} leads into the tunnel itself",
            "Route the far end outside of the tunnel.",
        )
        return
    if hop.labelled or labelled or hop.interface.lower().startswith(_MPLS_INTERFACES):
        yield _problem(
            item,
            f"the route to {tunnel.destination} by {hop.interface} carries MPLS labels; ERSPAN cannot travel over MPLS",
            "Give the far end a route without labels.",
        )
    if is_subinterface(hop.interface):
        yield _problem(
            item,
            f"{address} is reachable over the sub-interface {hop.interface}; ERSPAN needs a main interface",
            "Make the next hop reachable over a main interface.",
        )
    if ip_version(address) == 4 and not _has_arp(address, hop.interface, arp):
        yield _problem(
            item,
            f"ARP of the next hop {address} on {hop.interface} is not resolved",
            f"Any other traffic to it triggers ARP, such as ping {address}.",
        )


def _problem(item: str, message: str, remedy: str) -> Problem:
    return Problem(RULE, item, message, remedy, "warning")


def _has_arp(address: str, interface: str | None, arp: Iterable[ArpEntry]) -> bool:
    return any(entry.address == address and entry.resolved and interface in (None, entry.interface) for entry in arp)


def _next_hop(line: str) -> NextHop | None:
    """`10.0.0.2, from 2.2.2.2, via IF, Protected` | `directly connected, via IF` | `10.0.0.2` of a descriptor block."""
    first, *rest = (part.strip() for part in line.split(","))
    address, _blank, remark = first.partition(" ")
    if first.lower() == "directly connected":
        address = ""
    elif ip_version(address) is None or remark.lower() not in ("", "directly connected"):
        return None
    interface = next((part[4:] for part in rest if part.lower().startswith("via ")), None)
    return NextHop(
        address or None,
        printed_name(interface) if interface else None,
        labelled=any(_LABEL_WORD.search(part) for part in rest),
        backup=any(part.lower().startswith("backup") for part in rest),
    )
