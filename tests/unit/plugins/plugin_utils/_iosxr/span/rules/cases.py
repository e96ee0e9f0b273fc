# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""For each rule a state that breaks it and a near miss that does not, and what such states are made of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, NamedTuple

from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.platforms import Facts
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
    Case("S14", [acl(action="deny")], [acl(action="deny")], "access_lists[ipv4 TM].entries[10]", NCS, C8K),
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
    Case("S28", [session(), source()], [session(), source("Bundle-Ether1")], f"sessions[mon1].sources[{PORT}]",
         replace(C8K, members={PORT: "Bundle-Ether1"})),
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
    Case("remote-egress", [session(to="tunnel-ip3"), source(port_level=False)],
         [session(to="tunnel-ip3"), source(port_level=False, direction="rx-only")],
         f"sessions[mon1].sources[{PORT}].direction", C8K),
    Case("remote-egress", [session(to="tunnel-ip3"), source()], [session(to="tunnel-ip3"), source()],
         f"sessions[mon1].sources[{PORT}].direction", C8K, NCS),
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
         replace(C8K, members={PORT: "Bundle-Ether1"}), replace(NCS, members={PORT: "Bundle-Ether1"})),
    Case("bundle-member", [session(), source("Bundle-Ether1.10")], [session(), source("Bundle-Ether10")],
         "sessions[mon1].destination", replace(NCS, members={ANALYSER: "Bundle-Ether1"})),
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
