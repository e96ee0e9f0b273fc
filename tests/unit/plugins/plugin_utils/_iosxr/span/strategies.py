# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Random mirroring of a router, as typed objects, as far as a router could carry it.

Names come from small pools, so that two random states have things in common, and differ in them. A state is drawn from
one seed instead of piece by piece: a hundred times faster, and a failure is repeated by its seed.
"""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

from hypothesis import strategies as st

from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.span.model import (
    AccessList,
    AccessListKey,
    Ace,
    Binding,
    Destination,
    Family,
    Session,
    Source,
    Span,
    TcamProfile,
    Tunnel,
    Udf,
    UdfMatch,
)
from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.span.parse import in_order
from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.span.render import session_lines, source_lines

SESSIONS = ("mon1", "2", "EASTON", "cisco-rtp1")
CLASSES: tuple[Any, ...] = ("ethernet", "ethernet", "ipv4", "ipv6")
PORTS = ("TenGigE0/0/0/1", "TenGigE0/0/0/11", "HundredGigE0/1/0/1", "TwentyFiveGigE0/0/0/16/2", "Bundle-Ether1")
L2_PORTS = ("TenGigE0/0/0/42", "TenGigE0/0/0/2.10")
HIDDEN_PORTS = ("TenGigE0/7/0/1",)  # `interface preconfigure`
TARGETS = ("HundredGigE0/2/0/15", "HundredGigE0/2/0/16", "tunnel-ip3", "tunnel-ip4")
TUNNELS = ("tunnel-ip3", "tunnel-ip4")
LISTS = ("TM-ACL", "acl1", "capture-me")
UDFS = ("udf1", "udf3", "udf_l4")
FAMILIES: tuple[Family, ...] = ("ipv4", "ipv6")
MATCHES = {
    "ipv4": (
        "ipv4 any any",
        "udp 10.1.1.0 0.0.0.255 eq 10 any",
        "tcp any host 10.9.9.9 eq www",
        "ipv4 any any packet-length eq 64",
    ),
    "ipv6": ("ipv6 any any", "tcp 2001:db8::/32 any eq bgp", "udp any host 2001:db8::1"),
}
FIELDS = {
    "ipv4": ("src-addr", "dst-addr", "src-port", "dst-port", "proto", "frag-bit", "packet-length"),
    "ipv6": ("src-addr", "dst-addr", "src-port", "dst-port", "next-hdr", "payload-length"),
}
GLOBALS = ("local-capture-capacity 100 mb", "default-capture-disable", "mirror-interval 1K")
UNKNOWN = ("new-feature on", "shiny level 3")
UNKNOWN_WORDS = "merge-group 3 shiny"  # behind what is known of a line


def random_span(seed: int, plain: bool = False) -> Span:
    """Anything that a document can say and a router could carry.

    plain: only what the router of the lab takes when it is typed, and takes back as a whole line: no lines that no field
    knows, TCAM profiles for all cards.
    """
    draw = _Draw(seed, plain)
    sessions = draw.sessions()
    sources = draw.sources(sessions)
    return Span(
        sessions,
        sources,
        draw.access_lists(),
        draw.bindings({source.interface for source in sources.values()}),
        draw.udfs(),
        draw.profiles(),
        draw.tunnels(),
        draw.globals(),
        draw.seldom(draw.one(1, 9, 255)),
    )


def spans(plain: bool = False) -> st.SearchStrategy[Span]:
    return st.integers(0, 2**48).map(lambda seed: random_span(seed, plain))


class _Draw:
    def __init__(self, seed: int, plain: bool) -> None:
        self.random = Random(seed)
        self.plain = plain

    def one(self, *pool: Any) -> Any:
        return self.random.choice(pool)

    def some(self, pool: tuple[Any, ...], most: int = 99, least: int = 0) -> list[Any]:
        return self.random.sample(pool, self.random.randint(least, min(most, len(pool))))

    def seldom(self, value: Any) -> Any:
        return value if self.random.random() < 0.2 else None

    def other(self) -> tuple[str, ...]:
        return self.one((), (), (), UNKNOWN[:1], UNKNOWN[1:]) if not self.plain else ()

    def longer(self, thing: Any) -> Any:
        """A thing of which a line goes on with words that no field knows."""
        lines = session_lines(thing) if isinstance(thing, Session) else source_lines(thing)
        known = [line for line in lines if line not in thing.other and " file " not in line]
        if self.plain or not known or self.random.random() > 0.3:
            return thing
        return replace(thing, other=(f"{self.one(*known)} {UNKNOWN_WORDS}", *thing.other))

    def destination(self) -> Destination:
        return self.one(
            *(Destination(interface=name) for name in TARGETS * 3),
            Destination(next_hop="192.0.2.1", vrf="blue"),
            Destination(next_hop="2001:db8::9"),
            Destination(pseudowire=True),
            Destination(file="size 1024"),
        )

    def sessions(self) -> dict[str, Session]:
        return {
            name: self.longer(
                Session(
                    name,
                    self.one(*CLASSES),
                    self.one(None, self.destination(), self.destination()),
                    rx_destination=self.seldom(self.destination()),
                    mirror_first=self.seldom(self.random.randint(1, 9000)),
                    mirror_interval=self.seldom("1K"),
                    traffic_class=self.seldom(self.random.randint(0, 7)),
                    rate_limit_rx=self.seldom(self.random.randint(1, 9000)),
                    inject_interface=self.seldom(self.one(*PORTS)),
                    other=self.other(),
                )
            )
            for name in self.some(SESSIONS)
        }

    def sources(self, sessions: dict[str, Session]) -> dict[Any, Source]:
        """At most two attachments an interface, in different classes: the native YANG model keys them so."""
        found: dict[Any, Source] = {}
        for interface in self.some(PORTS + L2_PORTS + HIDDEN_PORTS):
            for name in self.some(SESSIONS, most=2, least=1):
                source = Source(
                    interface,
                    name,
                    sessions[name].session_class if name in sessions else "ethernet",
                    l2transport=interface in L2_PORTS,
                    direction=self.one("both", "rx-only", "tx-only"),
                    port_level=self.one(True, False),
                    acl=self.one(True, False),
                    mirror_first=self.seldom(self.random.randint(1, 9000)),
                    mirror_interval=self.seldom(self.one("512", "1K")),
                    preconfigure=interface in HIDDEN_PORTS,
                    other=self.other(),
                )
                if self.random.random() < 0.4:
                    names = self.one(
                        {"acl_name": "TM-ACL"}, {"acl_ipv4": "acl1"}, {"acl_ipv4": "acl1", "acl_ipv6": "TM-ACL"}
                    )
                    source = replace(source, acl=True, **names)
                found.setdefault(source.key, self.longer(source))
        return found

    def access_lists(self) -> dict[AccessListKey, AccessList]:
        return {
            AccessListKey(family, name): AccessList(name, family, self.entries(family))
            for family in FAMILIES
            for name in self.some(LISTS, most=2)
        }

    def entries(self, family: Family) -> tuple[Ace, ...]:
        found = []
        for sequence in sorted(self.some((10, 20, 30, 40), most=3)):
            if self.random.random() < 0.15:
                found.append(Ace(sequence, "remark", self.one("voice", "what the customer asked")))
                continue
            names = self.some(UDFS, most=2) if self.random.random() < 0.3 else []
            udfs = tuple(UdfMatch(name, self.random.randint(0, 255), 0xFF) for name in names)
            found.append(
                Ace(sequence, self.one("permit", "deny"), self.one(*MATCHES[family]), udfs, self.one(True, False))
            )
        return tuple(found)

    def bindings(self, mirrored: set[str]) -> dict[Any, Binding]:
        """A document says of a source that its interface is only preconfigured, and the binding there follows it."""
        found = [
            Binding(interface, family, self.one(*LISTS), preconfigure=interface in HIDDEN_PORTS)
            for interface in self.some(PORTS + tuple(mirrored & {*HIDDEN_PORTS}))
            for family in self.some(FAMILIES)
        ]
        return {binding.key: binding for binding in found}

    def globals(self) -> tuple[str, ...]:
        return tuple(sorted(f"monitor-session {line}" for line in self.some(GLOBALS)))

    def udfs(self) -> dict[str, Udf]:
        return {
            name: Udf(
                name, self.one("outer", "inner"), self.one("l3", "l4"), self.random.randint(0, 63), self.one(1, 2, 4)
            )
            for name in self.some(UDFS)
        }

    def profiles(self) -> dict[Any, TcamProfile]:
        found = []
        for family in FAMILIES:
            both = (None,) if self.plain else (None, "0/1/CPU0")
            for location in self.one((), (), (None,), (None,), both):
                fields = in_order(self.some(FIELDS[family], least=1))
                udfs = tuple(self.some(UDFS))
                found.append(TcamProfile(family, fields, udfs, self.one(True, False), location=location))
        return {profile.key: profile for profile in found}

    def tunnels(self) -> dict[str, Tunnel]:
        return {
            name: Tunnel(
                name,
                **self.one({}, {"ipv4_address": "15.1.1.1/24"}, {"ipv4_unnumbered": "Loopback0"}),
                mode=self.one("gre ipv4", "gre ipv4", "gre ipv6", ""),
                source=self.one(None, "172.16.3.24", "Loopback0"),
                destination=self.one(None, "70.1.1.2"),
                shutdown=self.one(True, False),
                other=("description to the analyser",) if not self.plain and self.random.random() < 0.3 else (),
            )
            for name in self.some(TUNNELS)
        }
