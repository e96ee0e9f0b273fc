# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the grammar of an entry shows to be wrong, and what it must not take for wrong."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.span.aces import normal_match
from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.span.model import Family
from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.span.rules.ace import flaws


@pytest.mark.parametrize(
    ("family", "match", "said"),
    [
        ("ipv4", "tcp 10.0.0.0/33 any", "'10.0.0.0/33' is not an IPv4 address or network"),
        ("ipv6", "tcp any 2001:db8::/129", "'2001:db8::/129' is not an IPv6 address or network"),
        ("ipv4", "tcp any any eq 70000", "70000 is not a port, 0 to 65535"),
        ("ipv4", "udp any gt 65536 any", "65536 is not a port"),
        ("ipv4", "tcp any any eq htttp", "'htttp' is not a port"),
        ("ipv4", "tcp any any range 20", "'range' needs 2 values"),
        ("ipv4", "tcp any any range 1024 80", "the range 1024 to www is empty"),
        ("ipv4", "tcp any any eq", "'eq' needs 1 value"),
        ("ipv4", "icmp any any eq 80", "icmp has no ports"),
        ("ipv4", "quic any any", "'quic' is not a protocol of IPv4"),
        ("ipv4", "256 any any", "256 is not a protocol, 0 to 255"),
        ("ipv4", "tcp any", "it has no destination"),
        ("ipv4", "tcp", "it has no source"),
        ("ipv4", "tcp any host", "'host' of the destination names nothing"),
        ("ipv4", "tcp host 10.0.0.256 any", "'10.0.0.256' is not an IPv4 address"),
        ("ipv4", "ipv4 host 2001:db8::1 any", "'2001:db8::1' is not an IPv4 address"),
        ("ipv6", "ipv6 host 10.0.0.1 any", "'10.0.0.1' is not an IPv6 address"),
        ("ipv6", "ipv6 10.0.0.0/8 any", "'10.0.0.0/8' is not an IPv6"),
        ("ipv4", "ipv4 any any dscp 64", "64 is not a value of dscp, 0 to 63"),
        ("ipv4", "ipv4 any any precedence high", "'high' is not a value of precedence"),
        ("ipv4", "ipv4 any any ttl range 10 256", "256 is not a value of ttl"),
        ("ipv4", "icmp any any 256", "256 is not a type or code of icmp"),
        ("ipv4", "icmp any any 8 0 7", "7 does not belong here"),
        ("ipv4", "tcp any any eq 80 81", "81 does not belong here"),
        ("ipv4", "udp any any eq www", "'www' is not a port"),  # a name of TCP's
        ("ipv4", "tcp any eq syslog any", "'syslog' is not a port"),
        ("ipv4", "udp any any syn", "udp has no flags"),
        ("ipv4", "ipv4 any any established", "ipv4 has no flags"),
        ("ipv4", "icmpv6 any any", "'icmpv6' is not a protocol of IPv4"),
    ],
)
def test_what_no_router_takes_is_said(family: Family, match: str, said: str) -> None:
    assert any(said in flaw for flaw in flaws(family, normal_match(family, match)))


@pytest.mark.parametrize(
    ("family", "match"),
    [
        ("ipv4", "ipv4 any any"),
        ("ipv4", "udp 10.1.1.0 0.0.0.255 eq 10 any"),
        ("ipv4", "tcp 10.0.0.0/32 10.0.0.0/0 range 0 65535"),
        ("ipv4", "tcp any eq bgp host 10.0.0.1 established log"),
        ("ipv4", "tcp net-group A port-group B net-group C port-group D"),
        ("ipv4", "tcp any any eq https"),
        ("ipv4", "255 any any"),
        ("ipv4", "10.1.1.0 0.0.0.255"),  # the protocol may be left out
        ("ipv4", "any"),
        ("ipv4", "host 10.1.1.1"),
        ("ipv4", "icmp any any 255 255"),
        ("ipv4", "ipv4 any any dscp 63 ttl gt 255 packet-length range 64 1500"),
        ("ipv4", "ipv4 any any dscp EF shiny-new-option eq 70000"),  # options that no table knows
        ("ipv4", "ipv4 10.0.0.1 255.255.0.254 any"),
        ("ipv4", "tcp any any match-any +ack -syn"),
        ("ipv4", "sctp any any eq www"),
        ("ipv4", "ipv4 any any set qos-group 5"),
        ("ipv4", "58 any any"),
        ("ipv6", "icmp any any"),
        ("ipv6", "icmpv6 any any nd-ns"),
        ("ipv6", "icmpv6 any any no-route"),
        ("ipv6", "tcp 2001:db8::/128 ::/0 eq 179"),
    ],
)
def test_what_a_router_may_take_is_not_judged(family: Family, match: str) -> None:
    assert flaws(family, normal_match(family, match)) == []


@given(st.sampled_from(["ipv4", "ipv6"]), st.text(alphabet="aeghinost 0123456789.:/", min_size=1, max_size=60))
def test_it_never_raises(family: Family, text: str) -> None:
    if text.strip():
        assert all(flaws(family, normal_match(family, text)) or [True])
