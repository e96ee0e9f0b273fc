# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What means the same has one form; what could be more than one entry has none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.span.aces import (
    normal_match,
    normal_remark,
    printed_match,
    qualifiers,
)
from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.span.model import Ace, Family


@pytest.mark.parametrize(
    ("family", "text", "normal"),
    [
        ("ipv4", "udp 10.1.1.0 0.0.0.255 eq 10 any", "udp 10.1.1.0 0.0.0.255 eq 10 any"),
        ("ipv4", "UDP  10.1.1.7/24 eq 53   ANY", "udp 10.1.1.0 0.0.0.255 eq domain any"),
        ("ipv4", "17 10.1.1.7 0.0.0.255 any", "udp 10.1.1.0 0.0.0.255 any"),
        ("ipv4", "ip 10.1.1.1/32 0.0.0.0/0", "ipv4 host 10.1.1.1 any"),
        ("ipv4", "tcp 10.1.1.1 0.0.0.0 0.0.0.0 255.255.255.255 eq 80", "tcp host 10.1.1.1 any eq www"),
        (
            "ipv4",
            "tcp any host 10.0.0.1 range 20 0022 established",
            "tcp any host 10.0.0.1 range ftp-data ssh established",
        ),
        ("ipv4", "ipv4 any any dscp 10", "ipv4 any any dscp af11"),
        ("ipv4", "ipv4 any any precedence 5 fragments", "ipv4 any any precedence critical fragments"),
        (
            "ipv4",
            "ipv4 any any packet-length range 100 200 TTL eq 5",
            "ipv4 any any packet-length range 100 200 ttl eq 5",
        ),
        ("ipv4", "ipv4 net-group Cust any counter Hits", "ipv4 net-group Cust any counter Hits"),
        ("ipv4", "PERMITTED any", "PERMITTED any"),  # nothing that the tables know
        (
            "ipv4",
            "IPV4 ANY ANY NEXTHOP1 VRF RED IPV4 192.0.2.9 Nexthop2 vrf Blue ipv4 192.0.2.10",
            "ipv4 any any nexthop1 vrf RED ipv4 192.0.2.9 nexthop2 vrf Blue ipv4 192.0.2.10",
        ),
        (
            "ipv6",
            "ipv6 any any nexthop1 vrf ABBA::1 ipv6 2001:DB8:0::A nexthop2 ipv6 2001:db8::b",
            "ipv6 any any nexthop1 vrf ABBA::1 ipv6 2001:db8::a nexthop2 ipv6 2001:db8::b",
        ),
        (
            "ipv4",
            "ipv4 any any NextHop1 Track T1 vrf LOG ipv4 192.0.2.9",
            "ipv4 any any nexthop1 track T1 vrf LOG ipv4 192.0.2.9",
        ),
        (
            "ipv4",
            "TCP NET-GROUP Log PORT-GROUP Eq ANY port-group WEB",
            "tcp net-group Log port-group Eq any port-group WEB",
        ),
        ("ipv4", "ipv4 any any COUNTER Capture LOG", "ipv4 any any log counter Capture"),
        ("ipv4", "ipv4 any any forward-class Gold FRAGMENTS", "ipv4 any any forward-class Gold fragments"),
        ("ipv4", "ICMP any any ECHO-REPLY", "icmp any any echo-reply"),
        ("ipv4", "tcp any EQ WWW any ESTABLISHED +SYN", "tcp any eq www any established +syn"),
        ("ipv4", "ipv4 any any DSCP EF Set TTL 7", "ipv4 any any dscp ef set ttl 7"),
        ("ipv4", "99 any any", "99 any any"),
        ("ipv4", "0 any any", "0 any any"),
        ("ipv4", "10.1.1.0 0.0.0.255", "10.1.1.0 0.0.0.255"),
        ("ipv4", "tcp any any match-any +ack -syn police 100 mbps", "tcp any any match-any +ack -syn police 100 mbps"),
        ("ipv6", "tcp 2001:DB8:0::/32 ::/0 eq 179", "tcp 2001:db8::/32 any eq bgp"),
        ("ipv6", "ipv6 2001:db8::1/128 host 2001:DB8::0002", "ipv6 host 2001:db8::1 host 2001:db8::2"),
        ("ipv6", "58 any any", "icmpv6 any any"),
        # what the router prints by name
        ("ipv4", "icmp any any 8", "icmp any any echo"),
        ("ipv4", "1 any any 08 0", "icmp any any echo"),
        ("ipv4", "ICMP any any Echo log", "icmp any any echo log"),
        ("ipv4", "icmp any any 3", "icmp any any unreachable"),
        ("ipv4", "icmp any any 3 1", "icmp any any host-unreachable"),
        ("ipv4", "icmp any any 11 00", "icmp any any ttl-exceeded"),
        ("ipv4", "icmp any any 8 3", "icmp any any 8 3"),
        ("ipv4", "icmp any any 253 log", "icmp any any 253 log"),
        ("ipv4", "igmp any any 22", "igmp any any v2-report"),
        ("ipv4", "2 any any v3-report", "igmp any any v3-report"),
        ("ipv6", "icmpv6 any any 128", "icmpv6 any any echo"),
        ("ipv6", "58 any any 135 0", "icmpv6 any any nd-ns"),
        ("ipv4", "sctp any any eq 22", "sctp any any eq ssh"),
        ("ipv4", "tcp any any eq HTTPS", "tcp any any eq 443"),  # a name of newer releases only
        ("ipv4", "udp any eq radius any range 1812 radius-acct", "udp any eq 1812 any range 1812 1813"),
        ("ipv4", "ipv4 any any fragment-offset eq 010", "ipv4 any any fragment-offset eq 10"),
        ("ipv4", "ipv4 any any set ttl 007", "ipv4 any any set ttl 7"),
        ("ipv6", "ipv6 2001:db8::1 ::ffff any", "ipv6 2001:db8::/112 any"),
        ("ipv6", "ipv6 2001:db8::1 :: any", "ipv6 host 2001:db8::1 any"),
        # `eq` that says nothing
        ("ipv4", "ipv4 any any dscp eq 46", "ipv4 any any dscp ef"),
        ("ipv4", "ipv4 any any precedence EQ 5 log", "ipv4 any any precedence critical log"),
        ("ipv4", "ipv4 any any dscp neq 46", "ipv4 any any dscp neq ef"),
        ("ipv4", "ipv4 any any dscp eq", "ipv4 any any dscp eq"),
        # options and flags in one order
        ("ipv4", "tcp any any syn ack", "tcp any any ack syn"),
        ("ipv4", "tcp any any match-any +SYN -ack", "tcp any any match-any -ack +syn"),
        ("ipv4", "tcp any any log fragments dscp 46 syn", "tcp any any syn dscp ef fragments log"),
        ("ipv4", "icmp any any 8 log fragments", "icmp any any echo fragments log"),
        ("ipv4", "ipv4 any any ttl eq 5 packet-length eq 9", "ipv4 any any packet-length eq 9 ttl eq 5"),
        (
            "ipv4",
            "ipv4 any any set ttl 7 log fragments",
            "ipv4 any any set ttl 7 log fragments",
        ),  # of set, or of itself
        ("ipv4", "ipv4 any any log strange fragments", "ipv4 any any log strange fragments"),
        # names of messages that YANG calls otherwise
        ("ipv6", "icmpv6 any any no-route", "icmpv6 any any 1 0"),
        ("ipv6", "icmpv6 any any 1 00", "icmpv6 any any 1 0"),
        ("ipv6", "58 any any Header-Field log", "icmpv6 any any 4 0 log"),
        ("ipv6", "icmpv6 any any destination-unreachable", "icmpv6 any any 1 3"),
    ],
)
def test_what_means_the_same_has_one_form(family: Family, text: str, normal: str) -> None:
    assert normal_match(family, text) == normal
    assert normal_match(family, normal) == normal
    assert printed_match(family, text) == normal


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        "ipv4 any any\nno router bgp 1",
        "ipv4 any any\r",
        "ipv4 any any\x1b[A",
        "ipv4 any any ! end",
        "ipv4 any any ?",
        "ipv4 any any capture",
        "ipv4 any any udf udf1 0x1 0xff",
        "permit ipv4 any any",
        "ipv4 any \u00e4ny",
        "ipv4 any any | file x",
        "ipv4 any any " + "x" * 600,
    ],
)
def test_what_is_not_one_entry_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"must|belong|longer"):
        normal_match("ipv4", text)
    assert printed_match("ipv4", text) == " ".join(text.split())


def test_a_group_may_carry_any_name() -> None:
    assert (
        normal_match("ipv4", "tcp net-group capture port-group udf any") == "tcp net-group capture port-group udf any"
    )


def test_remarks_keep_their_words() -> None:
    assert normal_remark("  Voice   of !customer ") == "Voice of !customer"
    for text in ("", "a\nb", "really?", "! gone", "\u00e4"):
        with pytest.raises(ValueError, match="must"):
            normal_remark(text)


@pytest.mark.parametrize(
    ("family", "match", "fields"),
    [
        ("ipv4", "ipv4 any any", set()),
        ("ipv4", "udp 10.1.1.0 0.0.0.255 eq 10 any", {"proto", "src-addr", "src-port"}),
        ("ipv4", "tcp any host 10.0.0.1 range ftp ssh syn", {"proto", "dst-addr", "dst-port", "tcp-flags"}),
        ("ipv4", "ipv4 any any dscp af11 fragments", {"precedence", "frag-bit"}),
        ("ipv4", "ipv4 any any packet-length eq 64 ttl eq 1", {"packet-length", "ttl-match"}),
        ("ipv6", "tcp 2001:db8::/32 any eq bgp", {"next-hdr", "src-addr", "dst-port"}),
        ("ipv6", "ipv6 any any dscp ef packet-length lt 100", {"traffic-class", "payload-length"}),
        ("ipv4", "ipv4 any any counter fragments", set()),
    ],
)
def test_fields_of_the_tcam_key(family: Family, match: str, fields: set[str]) -> None:
    assert qualifiers(Ace(10, "permit", match), family) == fields
    assert qualifiers(Ace(10, "remark", match), family) == frozenset()


WORDS = st.sampled_from(
    [
        "ip",
        "ipv4",
        "ipv6",
        "tcp",
        "UDP",
        "6",
        "17",
        "58",
        "any",
        "ANY",
        "host",
        "10.1.1.1",
        "10.1.1.1/24",
        "10.1.1.1/32",
        "0.0.0.255",
        "0.0.0.0",
        "2001:DB8::1",
        "::/0",
        "eq",
        "range",
        "80",
        "www",
        "0080",
        "dscp",
        "10",
        "ef",
        "ttl",
        "net-group",
        "counter",
        "X",
        "established",
        "fragments",
        "+ack",
        "999999999999999999999",
        "/",
    ]
)


@given(st.sampled_from(["ipv4", "ipv6"]), st.lists(WORDS, min_size=1, max_size=12).map(" ".join) | st.text(max_size=60))
def test_a_normal_form_is_its_own_normal_form(family: Family, text: str) -> None:
    try:
        normal = normal_match(family, text)
    except ValueError:
        return
    assert normal_match(family, normal) == normal
    assert normal.isascii() and normal.isprintable() and normal == normal.strip()
    assert isinstance(qualifiers(Ace(1, "permit", normal), family), frozenset)
