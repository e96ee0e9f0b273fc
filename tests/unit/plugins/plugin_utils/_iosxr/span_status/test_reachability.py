# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The way of an ERSPAN copy: routes, ARP, and the restrictions of the NCS 5500 guide."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.span.model import Tunnel
from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.span_status.reachability import (
    ArpEntry,
    NextHop,
    Route,
    arp_addresses,
    erspan_reachability,
    lookups,
    parse_arp,
    parse_route,
    resolved,
    tunnel_document,
)

OSPF = """\
Thu Aug 29 21:42:22.829 UTC

Routing entry for 70.1.1.0/24
  Known via "ospf 1", distance 110, metric 2, type intra area
  Installed Aug 29 20:00:00.000 for 01:42:22
  Routing Descriptor Blocks
    10.0.0.2, from 2.2.2.2, via HundredGigE0/0/0/1
      Route metric is 2
    10.0.1.2, from 2.2.2.2, via Hu0/0/0/2, Backup (Local-LFA)
      Route metric is 3
  No advertising protos.
"""

CONNECTED = """\
Routing entry for 70.1.1.0/24
  Known via "connected", distance 0, metric 0 (connected)
  Installed Aug 29 20:00:00.000 for 01:42:22
  Routing Descriptor Blocks
    directly connected, via HundredGigE0/0/0/1
      Route metric is 0
  No advertising protos.
"""

RECURSIVE = """\
Routing entry for 70.1.1.0/24
  Known via "static", distance 1, metric 0
  Routing Descriptor Blocks
    9.9.9.9
      Route metric is 0, Wt is 1
"""

LABELLED = """\
Routing entry for 70.1.1.2/32
  Known via "isis 1", distance 115, metric 20, labeled SR, type level-2
  Routing Descriptor Blocks
    10.0.0.2, from 2.2.2.2, via HundredGigE0/0/0/1
      Route metric is 20
      Label: 0x3e82 (16002)
"""

NOT_FOUND = "% Network not in table\n\n"

ARP = """\
-------------------------------------------------------------------------------
0/0/CPU0
-------------------------------------------------------------------------------
Address         Age        Hardware Addr   State      Type  Interface
10.0.0.1        -          0011.2233.4401  Interface  ARPA  HundredGigE0/0/0/1
10.0.0.2        00:10:01   0011.2233.4402  Dynamic    ARPA  HundredGigE0/0/0/1
10.0.0.3        00:00:01   0000.0000.0000  Incomplete ARPA  HundredGigE0/0/0/1
"""

TUNNEL = Tunnel("tunnel-ip3", source="172.16.3.24", destination="70.1.1.2")


def test_routes():
    assert parse_route(OSPF) == Route(
        True,
        "70.1.1.0/24",
        "ospf 1",
        next_hops=(
            NextHop("10.0.0.2", "HundredGigE0/0/0/1"),
            NextHop("10.0.1.2", "HundredGigE0/0/0/2", backup=True),
        ),
    )
    assert parse_route(CONNECTED).next_hops == (NextHop(None, "HundredGigE0/0/0/1"),)
    assert parse_route(RECURSIVE).next_hops == (NextHop("9.9.9.9", None),)
    assert parse_route(LABELLED).labelled
    assert parse_route(LABELLED).next_hops == (NextHop("10.0.0.2", "HundredGigE0/0/0/1", labelled=True),)
    assert parse_route(NOT_FOUND) == Route(False)
    assert parse_route("anything else") == Route(None)
    assert parse_route(OSPF.replace("\n", "\r\n")) == parse_route(OSPF)


def test_implicit_null_is_no_label():
    assert not parse_route(LABELLED.replace("0x3e82 (16002)", "0x3 (3)")).next_hops[0].labelled


def test_arp_entries():
    assert parse_arp(ARP) == (
        ArpEntry("10.0.0.1", "0011.2233.4401", "Interface", "HundredGigE0/0/0/1"),
        ArpEntry("10.0.0.2", "0011.2233.4402", "Dynamic", "HundredGigE0/0/0/1"),
        ArpEntry("10.0.0.3", "0000.0000.0000", "Incomplete", "HundredGigE0/0/0/1"),
    )
    assert [entry.resolved for entry in parse_arp(ARP)] == [True, True, False]


def test_a_good_way_has_no_problems():
    assert erspan_reachability(TUNNEL, parse_route(OSPF), parse_arp(ARP)) == []
    connected = ARP.replace("10.0.0.2 ", "70.1.1.2 ")
    assert erspan_reachability(TUNNEL, parse_route(CONNECTED), parse_arp(connected)) == []
    document = tunnel_document(TUNNEL, parse_route(OSPF), parse_arp(ARP))
    assert document["satisfied"] is True
    assert document["next_hops"][0] == {
        "address": "10.0.0.2",
        "interface": "HundredGigE0/0/0/1",
        "labelled": False,
        "backup": False,
        "arp_resolved": True,
    }


@pytest.mark.parametrize(
    ("tunnel", "route", "arp", "words"),
    [
        (TUNNEL, NOT_FOUND, ARP, ["no route to 70.1.1.2"]),
        (TUNNEL, CONNECTED.replace("HundredGigE0/0/0/1", "Null0"), ARP, ["no route to 70.1.1.2"]),
        (TUNNEL, "garbage", ARP, ["not understood"]),
        (TUNNEL, OSPF, "", ["ARP of the next hop 10.0.0.2"]),
        (TUNNEL, OSPF.replace("10.0.0.2", "10.0.0.3"), ARP, ["ARP of the next hop 10.0.0.3"]),
        (TUNNEL, OSPF.replace("GigE0/0/0/1", "GigE0/0/0/1.10"), ARP.replace("0/1\n", "0/1.10\n"), ["sub-interface"]),
        (TUNNEL, LABELLED, ARP, ["MPLS"]),
        (TUNNEL, RECURSIVE, ARP, ["outgoing interface to 9.9.9.9 is not known"]),
        (TUNNEL, CONNECTED.replace("HundredGigE0/0/0/1", "tunnel-ip3"), ARP, ["into the tunnel itself"]),
        (TUNNEL, OSPF.replace("HundredGigE0/0/0/1", "HundredGigE0/0/0/9"), ARP, ["on HundredGigE0/0/0/9"]),
        (replace(TUNNEL, destination=None), OSPF, ARP, ["no destination"]),
    ],
)
def test_each_restriction_warns(tunnel: Tunnel, route: str, arp: str, words: list[str]):
    problems = erspan_reachability(tunnel, parse_route(route), parse_arp(arp))
    assert [(p.rule, p.severity, p.item) for p in problems] == [("S19", "warning", "tunnels[tunnel-ip3]")] * len(words)
    assert all(word in problem.message for word, problem in zip(words, problems, strict=True))
    assert tunnel_document(tunnel, parse_route(route), parse_arp(arp))["satisfied"] is (
        None if "garbage" in route else False
    )


def test_a_recursive_next_hop_is_followed():
    route = parse_route(RECURSIVE)
    assert lookups(route) == ("9.9.9.9",)
    followed = resolved(route, {"9.9.9.9": parse_route(OSPF)})
    assert lookups(followed) == ()
    assert arp_addresses(TUNNEL, followed) == ("10.0.0.2",)
    assert erspan_reachability(TUNNEL, followed, parse_arp(ARP)) == []
    labelled = resolved(route, {"9.9.9.9": parse_route(LABELLED)})
    assert ["MPLS" in p.message for p in erspan_reachability(TUNNEL, labelled, parse_arp(ARP))] == [True]
    assert resolved(route, {"9.9.9.9": Route(False)}) == route


def test_a_recursive_next_hop_that_is_connected_keeps_its_address_for_arp():
    followed = resolved(parse_route(RECURSIVE), {"9.9.9.9": parse_route(CONNECTED)})
    assert arp_addresses(TUNNEL, followed) == ("9.9.9.9",)
    assert arp_addresses(TUNNEL, parse_route(CONNECTED)) == ("70.1.1.2",)


@given(st.text(), st.integers(0, len(OSPF)), st.sampled_from([OSPF, RECURSIVE, LABELLED, ARP]))
def test_never_raises(text: str, at: int, golden: str):
    damaged = golden[:at] + text + golden[at:]
    tunnel_document(TUNNEL, parse_route(damaged), parse_arp(damaged))
