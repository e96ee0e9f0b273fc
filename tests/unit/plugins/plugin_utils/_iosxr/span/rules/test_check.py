# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every rule has a state that breaks it and a near miss that does not; the laws hold for any state."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.problems import Problem, errors
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.rules import overridable
from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.platforms import PLATFORMS, Facts
from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.span.model import (
    AccessList,
    AccessListKey,
    Ace,
    Binding,
    Destination,
    Session,
    Source,
    Span,
    TcamProfile,
    Tunnel,
    Udf,
    UdfMatch,
)
from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.span.rules.check import (
    OLD_FAULT,
    check,
)
from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.span.rules.table import RULES

NCS = Facts("ncs5500", (7, 0, 2))
C8K = Facts("cisco8000", (7, 5, 1))
ASR = Facts("asr9k", (7, 5, 1))
PORT = "HundredGigE0/0/0/1"
PORT2 = "HundredGigE0/0/0/2"
ANALYSER = "HundredGigE0/0/0/9"
Thing = Session | Source | AccessList | Binding | Udf | TcamProfile | Tunnel


def span(*things: Thing) -> Span:
    """A state of these things, under the keys that they have."""

    def only(kind: type) -> list[Any]:
        return [thing for thing in things if isinstance(thing, kind)]

    return Span(
        sessions={it.name: it for it in only(Session)},
        sources={it.key: it for it in only(Source)},
        access_lists={AccessListKey(it.family, it.name): it for it in only(AccessList)},
        bindings={it.key: it for it in only(Binding)},
        udfs={it.name: it for it in only(Udf)},
        tcam_profiles={it.key: it for it in only(TcamProfile)},
        tunnels={it.name: it for it in only(Tunnel)},
    )


def session(name: str = "mon1", to: str | None = ANALYSER, **keys: Any) -> Session:
    return Session(name, destination=Destination(interface=to) if to else None, **keys)


def source(interface: str = PORT, name: str = "mon1", **keys: Any) -> Source:
    return Source(interface, name, **{"port_level": True, **keys})


def by_acl(interface: str = PORT, **keys: Any) -> Source:
    return source(interface, **{"acl": True, "direction": "rx-only", **keys})


def acl(name: str = "TM", *, match: str = "ipv4 any any", family: str = "ipv4", **keys: Any) -> AccessList:
    ace = Ace(10, keys.pop("action", "permit"), match, capture=keys.pop("capture", True), **keys)
    return AccessList(name, family, (ace,))  # type: ignore[arg-type]


def ending(access_list: AccessList) -> AccessList:
    """The list with a last entry that permits what nothing else does."""
    last = Ace(90, "permit", f"{access_list.family} any any")
    return replace(access_list, entries=(*access_list.entries, last))


def bound(name: str = "TM", interface: str = PORT, **keys: Any) -> Binding:
    return Binding(interface, keys.pop("family", "ipv4"), name, **keys)


def udf(name: str = "udf1", **keys: Any) -> Udf:
    return Udf(name, **{"header": "outer", "layer": "l4", "offset": 0, "length": 1, **keys})


def matching(*names: str) -> tuple[UdfMatch, ...]:
    return tuple(UdfMatch(name, 1, 255) for name in names)


def profile(*qualifiers: str, family: str = "ipv4", **keys: Any) -> TcamProfile:
    return TcamProfile(family, qualifiers, **keys)  # type: ignore[arg-type]


def numbered(number: int, to: str = "tunnel-ip3") -> Session:
    return Session("mon1", destination=Destination(interface=to, erspan_session_id=number))


def tunnel(**keys: Any) -> Tunnel:
    return Tunnel(
        "tunnel-ip3",
        **{"ipv4_address": "15.1.1.1/24", "source": "172.16.3.24", "destination": "70.1.1.2", **keys},
    )


ACL_MIRROR = (session(), by_acl(), acl(), bound())
NINE = tuple(f"u{number}" for number in range(9))


class Case(NamedTuple):
    """broken breaks the rule, fine is as near as can be and does not; both come onto the router `before`."""

    rule: str
    broken: Iterable[Thing]
    fine: Iterable[Thing]
    item: str
    facts: Facts = NCS
    fine_facts: Facts | None = None
    before: Iterable[Thing] = ()


CASES = (
    Case("S1", [session(f"m{n}", f"HundredGigE0/1/0/{n}") for n in range(5)],
         [session(f"m{n}", f"HundredGigE0/1/0/{n}") for n in range(4)], "sessions"),
    Case("S2", [replace(session(), rx_destination=Destination(interface=PORT))], [session()],
         "sessions[mon1].destination"),
    Case("S2", [session(to=None)], [session()], "sessions[mon1].destination"),
    Case("S2", [Session("mon1", destination=Destination(interface=ANALYSER, file=""))], [session()],
         "sessions[mon1].destination"),
    Case("S3", [session(), session("mon2")], [session(), session("mon2", ANALYSER + "0")],
         "sessions[mon2].destination"),
    Case("S4", [session(), *(source(f"HundredGigE0/{n // 64}/0/{n % 64}") for n in range(801))],
         [session(), *(source(f"HundredGigE0/{n // 64}/0/{n % 64}") for n in range(800))], "sessions"),
    Case("S5", [session(), source(), source(l2transport=True)], [session(), source(), source(PORT2, l2transport=True)],
         f"sessions[mon1].sources[{PORT}]"),
    Case("S6", [session(), source(ANALYSER)], [session(), source(ANALYSER + "1")], "sessions[mon1].destination"),
    Case("S7", [session(to="Bundle-Ether7")], [session()], "sessions[mon1].destination"),
    Case("S8", [session(to=f"{ANALYSER}.10")], [session()], "sessions[mon1].destination"),
    Case("S8", [session(to=f"{ANALYSER}.10")], [session(to=f"{ANALYSER}.10")], "sessions[mon1].destination", NCS, ASR),
    Case("S9", [session(to="tunnel-te3")], [session(to="tunnel-ip3")], "sessions[mon1].destination"),
    Case("S9", [session(to="tunnel-ip3"), tunnel(mode="ipv6")], [session(to="tunnel-ip3"), tunnel()],
         "sessions[mon1].destination"),
    Case("S9", [Session("mon1", destination=Destination(next_hop="10.0.0.1"))], [session()],
         "sessions[mon1].destination.next_hop"),
    Case("S9", [Session("mon1", destination=Destination(pseudowire=True))], [session()],
         "sessions[mon1].destination.pseudowire"),
    Case("S10", [session(), source("BVI10")], [session(), source("Bundle-Ether10")], "sessions[mon1].sources[BVI10]"),
    Case("S11", [session(), session("mon2", "tunnel-ip3")], [session(), session("mon2", PORT2)], "sessions"),
    Case("S11", [session(), session("mon2", "tunnel-ip3")], [session(), session("mon2", "tunnel-ip3")], "sessions",
         NCS, ASR),
    Case("S12", [session(), by_acl(direction="both"), acl(), bound()], ACL_MIRROR,
         f"sessions[mon1].sources[{PORT}].direction"),
    Case("S13", [session(), source(port_level=False)], [session(), source()],
         f"sessions[mon1].sources[{PORT}].port_level"),
    Case("S13", [session(), source(direction="rx-only")], [session(), source(port_level=False, direction="rx-only")],
         f"sessions[mon1].sources[{PORT}].port_level", C8K),
    Case("S14", [acl(action="deny")], [acl(action="deny", capture=False)], "access_lists[ipv4 TM].entries[10]"),
    Case("S15", [session(), by_acl("Bundle-Ether1"), acl(), bound()],
         [session(), by_acl("Bundle-Ether1"), acl(), bound(interface="Bundle-Ether1"), bound()],
         "sessions[mon1].sources[Bundle-Ether1]"),
    Case("S16", [session(session_class="mpls-ipv4"), by_acl(session_class="mpls-ipv4")], ACL_MIRROR,
         f"sessions[mon1].sources[{PORT}].acl"),
    Case("S16", [session(), by_acl(l2transport=True)], [session(), source(l2transport=True)],
         f"sessions[mon1].sources[{PORT}].acl"),
    Case("S17", [session(mirror_first=100)], [session()], "sessions[mon1].mirror_first"),
    Case("S17", [session(), source(mirror_interval="512")], [session(), source()],
         f"sessions[mon1].sources[{PORT}].mirror_interval"),
    Case("S20", [udf(offset=64)], [udf(offset=63)], "udfs[udf1].offset"),
    Case("S20", [udf(length=5)], [udf(length=4)], "udfs[udf1].length"),
    Case("S20", [udf(header="inner", layer="l2")], [udf(header="inner", layer="l3")], "udfs[udf1].layer"),
    Case("S20", [udf("u" * 17)], [udf("u" * 16)], f"udfs[{'u' * 17}].name"),
    Case("S21", [*map(udf, NINE), profile(udfs=NINE)], [*map(udf, NINE), profile(udfs=NINE[:8])],
         "tcam_profiles[ipv4].udfs"),
    Case("S21", [*map(udf, NINE), profile(udfs=NINE[:8])], [*map(udf, NINE), profile(udfs=NINE[:7])],
         "tcam_profiles[ipv4].udfs", Facts("ncs5500", (7, 2, 1))),
    Case("S21", [*map(udf, NINE), acl(udfs=matching(*NINE))], [*map(udf, NINE), acl(udfs=matching(*NINE[:8]))],
         "access_lists[ipv4 TM].entries[10].udfs"),
    Case("S22", [udf(), acl(udfs=matching("udf1")), profile("src-addr", family="ipv6", udfs=("udf1",))],
         [udf(), acl(udfs=matching("udf1")), profile(udfs=("udf1",))], "access_lists[ipv4 TM].entries[10].udfs"),
    Case("S22", [udf(), acl(udfs=matching("udf1")), bound(), profile(udfs=("udf1",), location="0/3/CPU0")],
         [udf(), acl(udfs=matching("udf1")), bound(), profile(udfs=("udf1",), location="0/0/CPU0")],
         "access_lists[ipv4 TM].entries[10].udfs"),
    Case("S23", [acl("A" * 65)], [acl("A" * 64)], f"access_lists[ipv4 {'A' * 65}]", Facts("ncs5500")),
    Case("S24", [session("m" * 80)], [session("m" * 79)], f"sessions[{'m' * 80}].name"),
    Case("S25", [udf(), acl(udfs=matching("udf1")), profile(udfs=("udf1",)), bound(direction="egress")],
         [udf(), acl(udfs=matching("udf1")), profile(udfs=("udf1",)), bound()],
         "access_lists[ipv4 TM].entries[10].udfs"),
    Case("S26", [session(), by_acl(), acl()], ACL_MIRROR, "sessions[mon1].sources"),
    Case("S27", [session(session_class="ipv4"), source()], [session(), source()], f"sessions[mon1].sources[{PORT}]"),
    Case("S28", [session(), source("Bundle-Ether1")], [session(), source("Bundle-Ether1")],
         "sessions[mon1].sources[Bundle-Ether1]", C8K, NCS),
    Case("one-session", [session(), source(), session("m2", "tunnel-ip3", session_class="ipv4"),
                         source(PORT, "m2", session_class="ipv4")],
         [session(), source(), session("m2", "tunnel-ip3", session_class="ipv4"),
          source(PORT2, "m2", session_class="ipv4")], f"sessions[m2].sources[{PORT}]"),
    Case("session-missing", [source()], [session(), source()], "sessions[mon1]"),
    Case("destination-kind", [session(to="Loopback0")], [session()], "sessions[mon1].destination"),
    Case("source-kind", [session(), source("MgmtEth0/RP0/CPU0/0")], [session(), source()],
         "sessions[mon1].sources[MgmtEth0/RP0/CPU0/0]"),
    Case("local-egress", [session(), source(port_level=False)], [session(to="tunnel-ip3"), source(port_level=False)],
         f"sessions[mon1].sources[{PORT}].direction", C8K),
    Case("class-destination", [session(session_class="ipv6")], [session(session_class="mpls-ipv4")],
         "sessions[mon1].destination"),
    Case("class-destination", [Session("mon1", "ipv4", Destination(pseudowire=True))],
         [Session("mon1", "ethernet", Destination(pseudowire=True))], "sessions[mon1].destination"),
    Case("ethernet-tunnel", [session(to="tunnel-ip3")], [session(to="tunnel-ip3", session_class="ipv4")],
         "sessions[mon1].destination"),
    Case("tunnel-incomplete", [session(to="tunnel-ip3"), tunnel(destination=None)],
         [session(to="tunnel-ip3"), tunnel()], "tunnels[tunnel-ip3]"),
    Case("tunnel-incomplete", [session(to="tunnel-ip3"), tunnel(shutdown=True)], [session(), tunnel(shutdown=True)],
         "tunnels[tunnel-ip3]"),
    Case("interface-exists", [session(), source(PORT2)], [session(), source(PORT2, preconfigure=True)],
         f"sessions[mon1].sources[{PORT2}]", replace(NCS, interfaces=frozenset({PORT, ANALYSER}))),
    Case("interface-exists", [session(), source(f"{PORT}.10")], [session(), source()],
         f"sessions[mon1].sources[{PORT}.10]", replace(NCS, interfaces=frozenset({PORT, ANALYSER}))),
    Case("interface-exists", [session(to="tunnel-ip3")], [session(to="tunnel-ip3"), tunnel()],
         "sessions[mon1].destination", replace(NCS, interfaces=frozenset())),
    Case("interface-exists", [session(to="tunnel-ip3")], [session(), tunnel()], "sessions[mon1].destination", NCS,
         before=[tunnel(), session(to="tunnel-ip3")]),
    Case("interface-exists", [tunnel(source="Loopback1")], [tunnel(source="fd00::1")], "tunnels[tunnel-ip3].source",
         replace(NCS, interfaces=frozenset({PORT}))),
    Case("feature", [Session("mon1", destination=Destination(file="size 1024"))], [session()],
         "sessions[mon1].destination.file"),
    Case("feature", [Session("mon1", rx_destination=Destination(interface=PORT))], [session()],
         "sessions[mon1].rx_destination"),
    Case("feature", [session(rate_limit_rx=100)], [session(rate_limit_rx=99)], "sessions[mon1].rate_limit_rx",
         before=[session(rate_limit_rx=99)]),
    Case("feature", [tunnel(other=("keepalive 10",))], [tunnel()], "tunnels[tunnel-ip3].other"),
    Case("value", [session(mirror_first=0)], [session(mirror_first=1)], "sessions[mon1].mirror_first"),
    Case("value", [session(mirror_interval="64")], [session(mirror_interval="1K")], "sessions[mon1].mirror_interval"),
    Case("value", [session(), source(mirror_first=10_001)], [session(), source(mirror_first=10_000)],
         f"sessions[mon1].sources[{PORT}].mirror_first"),
    Case("value", [session(rate_limit_tx=1 << 32)], [session(rate_limit_tx=0)], "sessions[mon1].rate_limit_tx"),
    Case("value", [acl(udfs=(UdfMatch("u", 1 << 32, 1),))], [acl(udfs=(UdfMatch("u", (1 << 32) - 1, 1),))],
         "access_lists[ipv4 TM].entries[10].udfs[u].value"),
    Case("value", [AccessList("TM", "ipv4", (Ace(0, "permit", "ipv4 any any"),))], [acl()],
         "access_lists[ipv4 TM].entries[0].sequence"),
    Case("value", [numbered(65_536)], [numbered(65_535)], "sessions[mon1].destination.erspan_session_id", ASR),
    Case("erspan-id", [numbered(1)], [numbered(1)], "sessions[mon1].destination.erspan_session_id", NCS,
         Facts("asr9k", (7, 8, 1))),
    Case("erspan-id", [numbered(1)], [numbered(1)], "sessions[mon1].destination.erspan_session_id",
         Facts("cisco8000", (24, 2, 1)), Facts("asr9k", (24, 2, 1))),
    Case("erspan-id", [numbered(1)], [numbered(1)], "sessions[mon1].destination.erspan_session_id",
         Facts("asr9k", (7, 7, 1)), Facts("asr9k", (7, 8, 1))),
    Case("erspan-id", [numbered(1, ANALYSER)], [numbered(1)], "sessions[mon1].destination.erspan_session_id",
         Facts("asr9k", (7, 8, 1))),
    Case("erspan-id", [numbered(2)], [numbered(1)], "sessions[mon1].destination.erspan_session_id", NCS,
         before=[numbered(1)]),
    Case("interface-type", [session(), source("HunderdGigE0/0/0/1")], [session(), source()],
         "sessions[mon1].sources[HunderdGigE0/0/0/1]"),
    Case("interface-type", [session(to="WarpGigE0/0/0/9")], [session()], "sessions[mon1].destination"),
    Case("interface-type", [tunnel(source="Lookback0")], [tunnel(source="Loopback0")], "tunnels[tunnel-ip3].source"),
    Case("interface-type", [acl(), bound(interface="WarpGigE0/0/0/9")], [acl(), bound()],
         "access_lists[ipv4 TM].interfaces[WarpGigE0/0/0/9]"),
    Case("ace", [acl(match="tcp 10.0.0.0/33 any")], [acl(match="tcp 10.0.0.0 0.0.0.255 any")],
         "access_lists[ipv4 TM].entries[10].match"),
    Case("ace", [acl(match="quic any any")], [acl(match="udp any any")], "access_lists[ipv4 TM].entries[10].match"),
    Case("bundle-member", [session(), source("Bundle-Ether1")], [session(), source("Bundle-Ether1")],
         "sessions[mon1].destination", replace(NCS, members={ANALYSER: "Bundle-Ether1"}), NCS),
    Case("bundle-member", [session(), source("Bundle-Ether1")], [session(), source("Bundle-Ether2")],
         "sessions[mon1].destination", replace(NCS, members={ANALYSER: "Bundle-Ether1"})),
    Case("S7", [session()], [session()], "sessions[mon1].destination",
         replace(C8K, members={ANALYSER: "Bundle-Ether1"}), C8K),
    Case("S28", [session(), source()], [session(), source()], f"sessions[mon1].sources[{PORT}]",
         replace(C8K, members={PORT: "Bundle-Ether1"}), C8K),
    Case("cross-connect", [], [session()], "sessions[mon1]",
         replace(NCS, cross_connects={"mon1": "xconnect group G p2p P"}), before=[session()]),
    Case("value", [session(traffic_class=8)], [session(traffic_class=7)], "sessions[mon1].traffic_class"),
    Case("family", [session(session_class="ipv4"), by_acl(session_class="ipv4", acl_ipv6="A6")],
         [session(session_class="ipv4"), by_acl(session_class="ipv4", acl_ipv4="A4")],
         f"sessions[mon1].sources[{PORT}].acl_ipv6"),
    Case("family", [session(session_class="ipv6"), by_acl(session_class="ipv6", acl_name="TM"), acl()],
         [session(session_class="ipv4"), by_acl(session_class="ipv4", acl_name="TM"), acl()],
         f"sessions[mon1].sources[{PORT}].acl"),
    Case("family", [session(session_class="ipv6"), by_acl(session_class="ipv6"), acl(), bound()],
         [session(session_class="ipv4"), by_acl(session_class="ipv4"), acl(), bound()],
         f"sessions[mon1].sources[{PORT}].acl"),
    Case("family", [profile("src-addr", "next-hdr")], [profile("src-addr", "proto")],
         "tcam_profiles[ipv4].qualifiers"),
    Case("capture-missing", [session(), by_acl(), acl(capture=False), bound()],
         [session(), source(), acl(capture=False), bound()], "access_lists[ipv4 TM]"),
    Case("capture-missing", [session(), by_acl(), bound()], [session(), by_acl(), bound()], "access_lists[ipv4 TM]",
         replace(NCS, captures={("ipv4", "TM"): False}), replace(NCS, captures={("ipv4", "TM"): True}),
         before=[bound()]),
    Case("acl-exists", [bound("NOPE")], [acl("NOPE"), bound("NOPE")], "access_lists[ipv4 NOPE].interfaces"),
    Case("acl-exists", [bound("NOPE"), bound("NOPE", PORT2)], [bound("NOPE")], "access_lists[ipv4 NOPE].interfaces",
         before=[bound("NOPE")]),
    Case("acl-exists", [session(), by_acl(), bound()], [session(), by_acl()], "access_lists[ipv4 TM]",
         before=ACL_MIRROR),
    Case("acl-exists", [session(), by_acl(acl_ipv4="TM")], [session(), by_acl(acl_ipv6="TM")],
         "access_lists[ipv4 TM]", before=ACL_MIRROR),
    Case("acl-exists", [session(), by_acl(acl_ipv4="TM"), acl(family="ipv6", match="ipv6 any any")],
         [session(), by_acl(acl_ipv4="TM"), acl()], f"sessions[mon1].sources[{PORT}].acl_ipv4"),
    Case("acl-exists", [session(), by_acl(acl_name="NOPE"), acl()],
         [session(), by_acl(acl_name="TM"), acl(family="ipv6", match="ipv6 any any")],
         f"sessions[mon1].sources[{PORT}].acl_name"),
    Case("takes-binding", [acl(), bound()], [acl(), bound(family="ipv6"), bound("FILTER")],
         "access_lists[ipv4 TM].interfaces", before=[bound("FILTER")]),
    Case("filters", [acl(match="udp any any"), bound("TM", PORT2)], [acl(), bound("TM", PORT2)],
         "access_lists[ipv4 TM].entries"),
    Case("filters", [acl(), bound("TM", PORT2)], [ending(acl(match="tcp any any", action="deny")), bound("TM", PORT2)],
         "access_lists[ipv4 TM].entries", before=[ending(acl(match="tcp any any", action="deny", capture=False)), bound("TM", PORT2)]),
    Case("layer", [session(), source(l2transport=True)], [session(), source(l2transport=True)],
         f"sessions[mon1].sources[{PORT}].l2transport", replace(NCS, layer2=frozenset()), replace(NCS, layer2=frozenset({PORT}))),
    Case("layer", [session(), source()], [session(), source()],
         f"sessions[mon1].sources[{PORT}].l2transport", replace(NCS, layer2=frozenset({PORT})), replace(NCS, layer2=frozenset())),
    Case("named-acl-hides", [session(), by_acl(acl_ipv4="OTHER"), acl(), bound()],
         [session(), by_acl(acl_ipv4="TM"), acl(), bound()], f"sessions[mon1].sources[{PORT}]"),
    Case("udf-exists", [acl(udfs=matching("udf1")), profile(udfs=("udf1",))],
         [udf(), acl(udfs=matching("udf1")), profile(udfs=("udf1",))], "access_lists[ipv4 TM].entries[10].udfs"),
    Case("udf-exists", [profile(udfs=("udf1",))], [udf(), profile(udfs=("udf1",))], "tcam_profiles[ipv4].udfs",
         before=[udf(), profile(udfs=("udf1",))]),
    Case("enable-capture", [acl(), profile("src-addr")], [acl(), profile("src-addr", enable_capture=True)],
         "access_lists[ipv4 TM]", Facts("ncs5500", (6, 3, 2))),
    Case("enable-capture", [acl()], [acl()], "access_lists[ipv4 TM]", Facts("ncs5500", (6, 5, 0)),
         Facts("ncs5500", (6, 5, 1))),
    Case("tcam-qualifier", [acl(match="udp 10.1.1.0 0.0.0.255 eq 10 any"), profile("src-addr", "proto")],
         [acl(match="udp 10.1.1.0 0.0.0.255 eq 10 any"), profile("src-addr", "proto", "src-port")],
         "access_lists[ipv4 TM].entries[10]"),
    Case("tcam-qualifier-unknown", [profile("colour")], [profile("proto")], "tcam_profiles[ipv4].qualifiers"),
    Case("tcam-qualifier-pairs", [profile("src-port")], [profile("src-port", "frag-bit")],
         "tcam_profiles[ipv4].qualifiers"),
    Case("tcam-qualifier-pairs", [profile("src-port", family="ipv6")],
         [profile("src-port", "next-hdr", family="ipv6")], "tcam_profiles[ipv6].qualifiers"),
    # 8 for the ACL, 32 + 32 + 16 + 16 + 16 + 24 for the words: 144; four bytes more are 176.
    Case("tcam-width",
         [udf(length=4),
          profile("src-addr", "dst-addr", "src-port", "dst-port", "packet-length", "port-range", udfs=("udf1",))],
         [udf(length=2),
          profile("src-addr", "dst-addr", "src-port", "dst-port", "packet-length", "port-range", udfs=("udf1",))],
         "tcam_profiles[ipv4]"),
    # 8 + 128 + 128 + 16 + 8 = 288, and 32 are 320.
    Case("tcam-width",
         [*(udf(name, length=4) for name in NINE[:2]),
          profile("src-addr", "dst-addr", "src-port", "next-hdr", family="ipv6", udfs=NINE[:2])],
         [udf("u0", length=4), profile("src-addr", "dst-addr", "src-port", "next-hdr", family="ipv6", udfs=("u0",))],
         "tcam_profiles[ipv6]"),
)  # fmt: skip
IDS = [f"{case.rule}-{place}" for place, case in enumerate(CASES)]


def found(problems: Iterable[Problem], rule: str) -> list[Problem]:
    return [problem for problem in problems if problem.rule == rule]


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_a_state_that_breaks_the_rule_is_reported_at_its_item(case: Case) -> None:
    problems = found(check(span(*case.before), span(*case.broken), case.facts), case.rule)
    assert case.item in [problem.item for problem in problems]
    assert all(problem.message and problem.remedy for problem in problems)


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_a_near_miss_is_not_reported(case: Case) -> None:
    problems = check(span(*case.before), span(*case.fine), case.fine_facts or case.facts)
    assert case.item not in [problem.item for problem in found(problems, case.rule) if not _milder(case, problem)]


def _milder(case: Case, problem: Problem) -> bool:
    """Eight UDFs are warned of, nine refused."""
    return case.rule == "S21" and case.facts is NCS and problem.severity == "warning"


def test_every_rule_is_exercised_or_says_where_it_is_looked_after() -> None:
    elsewhere = {rule.id for rule in RULES.values() if rule.elsewhere}
    by_the_document = {"unwritten"}  # only its words tell it: test_unwritten.py
    assert {case.rule for case in CASES} | elsewhere | by_the_document == set(RULES)
    assert not {case.rule for case in CASES} & (elsewhere | by_the_document)


def test_the_table_has_all_rules_of_the_guides() -> None:
    assert {f"S{number}" for number in range(1, 29)} <= RULES.keys()


def test_rules_whose_sources_agree_and_that_the_router_enforces_cannot_be_downgraded() -> None:
    assert {"S1", "S11", "S13", "S14", "S17"} <= overridable(RULES)
    assert not {"S3", "S5", "S6", "S27", "interface-exists", "feature"} & overridable(RULES)
    assert all(RULES[rule].severity == "error" for rule in overridable(RULES))


# ---- severity ------------------------------------------------------------------------------------------------------


def severities(before: Span, after: Span, facts: Facts, rule: str) -> list[str]:
    return [problem.severity for problem in found(check(before, after, facts), rule)]


def test_the_five_cases_of_the_guide_break_no_rule() -> None:
    local = span(session(), source(direction="rx-only"))
    remote = span(session(to="tunnel-ip3"), source(direction="rx-only"), tunnel())
    layer2 = span(session("EASTON", "TenGigE0/0/0/20"), source("TenGigE0/0/0/42", "EASTON", l2transport=True))
    by_list = span(
        session(),
        by_acl("HundredGigE0/0/0/1"),
        ending(acl(match="udp 10.1.1.0 0.0.0.255 eq 10 any")),
        bound(),
        profile("src-addr", "dst-addr", "src-port", "proto", "frag-bit", enable_capture=True),
    )
    by_udf = span(
        session(to="tunnel-ip3"),
        by_acl(),
        ending(acl(udfs=matching("udf1", "udf2"))),
        bound(),
        udf(),
        udf("udf2"),
        profile("src-addr", "dst-addr", udfs=("udf1", "udf2"), enable_capture=True),
        tunnel(),
    )
    for state in (local, remote, layer2, by_list, by_udf):
        problems = check(Span(), state, Facts("ncs5500", (6, 3, 2)))
        assert not errors(problems)
        assert {problem.rule for problem in problems} <= {"ethernet-tunnel"}


def test_a_platform_of_which_nothing_is_known_only_warns() -> None:
    state = span(*(session(f"m{n}", f"HundredGigE0/1/0/{n}") for n in range(5)))
    assert severities(Span(), state, NCS, "S1") == ["error"]
    assert severities(Span(), state, Facts(), "S1") == ["warning"]
    assert "not verified" in found(check(Span(), state, Facts()), "S1")[0].message


def test_what_the_router_itself_refuses_is_an_error_on_every_platform() -> None:
    state = span(session(), session("mon2"))
    assert [severities(Span(), state, Facts(key), "S3") for key in PLATFORMS] == [["error"]] * len(PLATFORMS)


def test_without_an_acl_the_platforms_differ() -> None:
    state = span(session(), by_acl(), acl())
    assert "mirrors everything" in found(check(Span(), state, NCS), "S26")[0].message
    assert "mirrors nothing" in found(check(Span(), state, C8K), "S26")[0].message


def test_bindings_that_were_not_read_are_not_missed() -> None:
    assert not found(check(Span(), span(session(), by_acl()), NCS), "S26")


def test_an_old_fault_is_a_warning_and_the_same_fault_of_a_new_source_is_an_error() -> None:
    before = span(session(), source(port_level=False))
    after = span(session(), source(port_level=False), source(PORT2, port_level=False))
    old, new = found(check(before, after, NCS), "S13")
    assert (old.severity, new.severity) == ("warning", "error")
    assert OLD_FAULT in old.message
    assert PORT2 in new.item


@pytest.mark.parametrize(("number", "expected"), [(7, "error"), (6, "warning"), (5, "warning")])
def test_too_many_sessions_may_become_fewer_but_not_more(number: int, expected: str) -> None:
    sessions = [session(f"m{n}", f"HundredGigE0/1/0/{n}") for n in range(7)]
    assert severities(span(*sessions[:6]), span(*sessions[:number]), NCS, "S1") == [expected]


def test_the_session_that_had_the_destination_first_keeps_it() -> None:
    problems = found(check(span(session("zz")), span(session("zz"), session("aa")), NCS), "S3")
    assert [problem.item for problem in problems] == ["sessions[aa].destination"]
    assert "session zz" in problems[0].message


def test_a_new_source_on_an_old_destination_is_the_offender() -> None:
    problems = found(check(span(session()), span(session(), source(ANALYSER)), NCS), "S6")
    assert [(problem.item, problem.severity) for problem in problems] == [
        (f"sessions[mon1].sources[{ANALYSER}]", "error")
    ]


@pytest.mark.parametrize(
    "adopted",
    [
        Session("mon1", destination=Destination(next_hop="10.0.0.1", vrf="V")),
        Session("mon1", destination=Destination(file="size 1024")),
        Session("mon1", rx_destination=Destination(interface=PORT), tx_destination=Destination(interface=PORT2)),
        session(mirror_first=100, mirror_interval="1K", rate_limit_rx=5, other=("sflow",)),
    ],
)
def test_an_adopted_configuration_stays_legal(adopted: Session) -> None:
    features = {"feature", "S9", "S17"}
    state = span(adopted, source(PORT2))
    grown = span(adopted, source(PORT2), source("TenGigE0/0/0/3"))
    assert not features & {problem.rule for problem in errors(check(state, grown, NCS))}
    assert features & {problem.rule for problem in errors(check(Span(), grown, NCS))}


def test_a_refused_feature_names_the_platform_and_who_has_it() -> None:
    state = span(Session("mon1", destination=Destination(pseudowire=True)))
    assert (
        "NCS 5500 7.0.1 is not known to have a pseudowire as destination (known of ASR 9000; NCS 5500 from 7.0.2)"
        in (str(found(check(Span(), state, Facts("ncs5500", (7, 0, 1))), "S9")[0]))
    )
    assert "ASR 9000 7.5.1 has a pseudowire as destination, but this collection does not write it" in (
        str(found(check(Span(), state, ASR), "S9")[0])
    )


def test_a_longer_name_of_an_acl_is_a_warning_where_the_release_takes_it() -> None:
    for length, release, expected in (
        (65, None, "error"),
        (80, (7, 0, 2), "warning"),
        (81, (7, 0, 2), "error"),
        (128, (24, 4, 1), "warning"),
        (129, (24, 4, 1), "error"),
    ):
        assert severities(Span(), span(acl("A" * length)), Facts("ncs5500", release), "S23") == [expected]


def test_a_fixed_router_has_its_profile_on_the_route_processor() -> None:
    things = (udf(), acl(udfs=matching("udf1")), bound())
    state = span(*things, profile(udfs=("udf1",), location="0/RP0/CPU0"))
    assert not found(check(Span(), state, NCS), "S22")


def test_a_profile_of_the_line_card_goes_before_the_one_of_all() -> None:
    things = (udf(), acl(udfs=matching("udf1")), bound(), profile(udfs=("udf1",)))
    assert not found(check(Span(), span(*things), NCS), "S22")
    assert found(check(Span(), span(*things, profile("proto", location="0/0/CPU0")), NCS), "S22")


def test_platforms_without_a_tcam_key_want_no_profile() -> None:
    state = span(udf(), acl(udfs=matching("udf1")), bound())
    assert found(check(Span(), state, NCS), "S22")
    assert not found(check(Span(), state, ASR), "S22")


def test_an_acl_of_the_other_family_beside_the_capturing_one_is_no_fault() -> None:
    other = AccessList("V6", "ipv6", (Ace(10, "permit", "ipv6 any any"),))
    state = span(*ACL_MIRROR, other, bound("V6", family="ipv6"))
    assert not found(check(Span(), state, NCS), "capture-missing")


def test_a_missing_acl_is_told_once_for_all_sources_that_newly_name_it() -> None:
    stays = by_acl(PORT2, acl_ipv4="NOPE")
    before = span(session(), stays, by_acl(PORT, acl_ipv4="TM"))
    ports = ("HundredGigE0/0/0/3", "HundredGigE0/0/0/4")
    after = span(session(), stays, by_acl(PORT, acl_ipv4="NOPE"), *(by_acl(port, acl_ipv4="NOPE") for port in ports))
    (problem,) = found(check(before, after, NCS), "acl-exists")
    assert problem.severity == "error"
    assert all(port in problem.message for port in (PORT, *ports)) and PORT2 not in problem.message
    assert not found(check(before, before, NCS), "acl-exists")
    changed = span(session(), replace(stays, port_level=False, session_class="ipv4"))
    assert not found(check(before, changed, NCS), "acl-exists")


def test_an_acl_that_takes_a_binding_is_told_with_the_one_that_loses_it_and_once() -> None:
    before = span(bound("FILTER"), bound("FILTER", PORT2))
    after = span(acl(), bound(), bound("TM", PORT2))
    (problem,) = found(check(before, after, NCS), "takes-binding")
    assert problem.severity == "warning"
    assert all(word in problem.message for word in ("TM", "FILTER", PORT, PORT2))
    assert not found(check(after, after, NCS), "takes-binding")


def test_what_the_document_itself_breaks_takes_its_place_among_the_others_once() -> None:
    slots = profile(udfs=NINE)
    told = [
        Problem("S21", "tcam_profiles[ipv4].udfs", "there are 8 slots, not 9", "Use fewer UDFs."),
        Problem("S5", "sessions[m2].sources[x]", "is already a source of session m1", "Keep one."),
    ]
    problems = check(Span(), span(*map(udf, NINE), slots, session(to="Bundle-Ether7")), NCS, told)
    assert [problem.rule for problem in errors(problems)] == ["S5", "S7", "S21"]
    assert {*told} <= {*problems}
    assert check(Span(), Span(), NCS, told) == told[::-1]


# ---- laws ----------------------------------------------------------------------------------------------------------

INTERFACES = st.sampled_from(
    [
        PORT,
        PORT2,
        ANALYSER,
        f"{PORT}.10",
        "BVI1",
        "Bundle-Ether1",
        "tunnel-ip3",
        "tunnel-te1",
        "Loopback0",
        "",
        "x/y",
        "…",
    ]
)
NAMES = st.sampled_from(["mon1", "mon2", "mon3", "A", "", "m" * 90, "udf1", "u2", "日本"])
OPTIONAL_NUMBER = st.none() | st.integers(-1, 20000)
CLASSES = st.sampled_from(["ethernet", "ipv4", "ipv6", "mpls-ipv4", "mpls-ipv6"])
FAMILIES = st.sampled_from(["ipv4", "ipv6"])
WORDS = st.lists(st.sampled_from(["src-addr", "src-port", "next-hdr", "proto", "", "?"]), max_size=4).map(tuple)
DESTINATIONS = st.none() | st.builds(
    Destination,
    interface=st.none() | INTERFACES,
    next_hop=st.none() | st.just("10.0.0.1"),
    pseudowire=st.booleans(),
    file=st.none() | st.sampled_from(["", "format pcapng"]),
)
UDF_MATCHES = st.lists(st.builds(UdfMatch, NAMES, st.integers(0, 9), st.integers(0, 9)), max_size=9).map(tuple)
ACES = st.builds(
    Ace,
    st.integers(1, 100),
    st.sampled_from(["permit", "deny", "remark"]),
    st.sampled_from(["ipv4 any any", "udp any eq 5 any", "", "tcp", "host host host"]) | st.text(max_size=20),
    udfs=UDF_MATCHES,
    capture=st.booleans(),
)
LOCATIONS = st.sampled_from([None, "0/0/CPU0", "0/RP0/CPU0", "?"])
THINGS = st.one_of(
    st.builds(
        Session,
        NAMES,
        CLASSES,
        DESTINATIONS,
        DESTINATIONS,
        mirror_first=OPTIONAL_NUMBER,
        mirror_interval=st.none() | st.sampled_from(["1K", "3"]),
        discard_class=OPTIONAL_NUMBER,
        inject_interface=st.none() | INTERFACES,
        other=st.sampled_from([(), ("sflow",)]),
    ),
    st.builds(
        Source,
        INTERFACES,
        NAMES,
        CLASSES,
        l2transport=st.booleans(),
        direction=st.sampled_from(["both", "rx-only", "tx-only"]),
        port_level=st.booleans(),
        acl=st.booleans(),
        acl_name=st.none() | NAMES,
        acl_ipv4=st.none() | NAMES,
        acl_ipv6=st.none() | NAMES,
        mirror_first=OPTIONAL_NUMBER,
        preconfigure=st.booleans(),
    ),
    st.builds(AccessList, NAMES, FAMILIES, st.lists(ACES, max_size=3).map(tuple)),
    st.builds(Binding, INTERFACES, FAMILIES, NAMES, st.sampled_from(["ingress", "egress"])),
    st.builds(
        Udf,
        NAMES,
        st.sampled_from(["outer", "inner"]),
        st.sampled_from(["l2", "l3", "l4"]),
        st.integers(-1, 200),
        st.integers(-1, 9),
    ),
    st.builds(TcamProfile, FAMILIES, WORDS, st.lists(NAMES, max_size=9).map(tuple), location=LOCATIONS),
    st.builds(Tunnel, st.sampled_from(["tunnel-ip3", "tunnel-ip4"]), source=st.none() | INTERFACES),
)
SPANS = st.lists(THINGS, max_size=10).map(lambda things: span(*things))
ROUTERS = st.builds(
    Facts,
    st.sampled_from([*PLATFORMS, "toaster"]),
    st.none() | st.lists(st.integers(0, 30), max_size=4).map(tuple),
    st.none() | st.frozensets(INTERFACES),
)
LAW = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@LAW
@given(SPANS, SPANS, ROUTERS)
def test_any_two_states_are_checked_by_rules_of_the_table_in_one_order(before: Span, after: Span, facts: Facts) -> None:
    problems = check(before, after, facts)
    assert {problem.rule for problem in problems} <= RULES.keys()
    assert all(problem.severity == "warning" for problem in problems if RULES[problem.rule].severity == "warning")
    order = list(RULES)
    places = [order.index(problem.rule) for problem in problems]
    assert places == sorted(places)
    assert problems == check(before, after, facts)


@LAW
@given(SPANS, ROUTERS)
def test_a_router_that_shall_stay_as_it_is_has_no_errors(state: Span, facts: Facts) -> None:
    assert not errors(check(state, state, facts))


@LAW
@given(SPANS, ROUTERS)
def test_the_order_in_which_a_state_was_read_does_not_matter(state: Span, facts: Facts) -> None:
    turned = Span(
        **{
            field: dict(reversed(getattr(state, field).items()))
            for field in ("sessions", "sources", "access_lists", "bindings", "udfs", "tcam_profiles", "tunnels")
        }
    )
    assert check(Span(), state, facts) == check(Span(), turned, facts)


def test_advice_is_given_once_and_again_when_its_object_changes() -> None:
    source = Source("TenGigE0/0/0/1", "m", port_level=True)
    tunnel = Tunnel("tunnel-ip3", ipv4_unnumbered="Loopback0", source="Loopback0", destination="70.1.1.2")
    session = Session("m", destination=Destination("tunnel-ip3"))
    span = Span(sessions={"m": session}, sources={source.key: source}, tunnels={tunnel.name: tunnel})
    moved = replace(span, tunnels={tunnel.name: replace(tunnel, destination="70.1.1.3")})
    facts = Facts("ncs5500", (7, 3, 2))
    advised = [[problem.rule for problem in check(was, span, facts)] for was in (Span(), span, moved)]
    assert advised == [["ethernet-tunnel"], [], ["ethernet-tunnel"]]


def test_an_error_says_whether_its_rule_can_be_downgraded() -> None:
    seen = set()
    for case in CASES:
        for problem in check(span(*case.before), span(*case.broken), case.facts):
            told = "can be downgraded with warn_only" in problem.remedy
            assert told is (problem.severity == "error" and problem.rule in overridable(RULES))
            seen.add(told)
    assert seen == {True, False}


@pytest.mark.parametrize("mode", ["ipv6ipv4", ""])
def test_a_tunnel_of_another_mode_than_gre_is_kept_and_not_written(mode: str) -> None:
    """An adopted tunnel stays as it is; a document cannot make one."""
    strange = span(tunnel(mode=mode))
    assert not found(check(strange, strange, NCS), "feature")
    for before in (Span(), span(tunnel())):
        (problem,) = found(check(before, strange, NCS), "feature")
        assert problem.severity == "error" and problem.item == "tunnels[tunnel-ip3].mode"


def test_an_attachment_that_stands_is_not_asked_for_its_layer() -> None:
    wrong = span(session(), source(l2transport=True))
    assert not found(check(wrong, wrong, replace(NCS, layer2=frozenset())), "layer")
    assert not found(check(Span(), wrong, NCS), "layer")  # nobody asked the router
    absent = replace(NCS, layer2=frozenset(), interfaces=frozenset({PORT2, ANALYSER}))
    assert {problem.rule for problem in errors(check(Span(), wrong, absent))} == {"interface-exists"}
