# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Running configuration as devices print it, in every form, and as they never would."""

from __future__ import annotations

import sys

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.span.model import (
    Ace,
    Binding,
    Destination,
    Session,
    Source,
    SourceKey,
    Span,
    TcamProfile,
    Tunnel,
    Udf,
    UdfMatch,
)
from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.span.parse import (
    MOST_OTHER,
    bundle_members,
    cross_connects,
    layer2_interfaces,
    parse,
)
from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.span.render import render

from .strategies import spans


def one_source(text: str) -> Source:
    (source,) = parse(text).sources.values()
    return source


NCS540 = """interface TenGigE0/0/0/21
 mtu 9600
 l2transport
  monitor-session mirror ethernet port-level
  !
 !
!
"""
SUB_INTERFACE = """interface GigabitEthernet0/0/0/1.10
 encapsulation dot1q 10
 monitor-session TEST_EFPSPAN ipv4
 !
 ipv4 access-group A ingress
!
"""


def test_a_setting_of_the_whole_router_is_no_session_in_either_form() -> None:
    text = """monitor-session router-id 9
monitor-session local-capture-capacity 100 mb
monitor-session default-capture-disable
monitor-session mirror-interval 1K
monitor-session mirror interval 512
monitor-session shiny level 3
monitor-session mirror ethernet
 destination interface HundredGigE0/0/0/9
!
"""
    span = parse(text)
    assert list(span.sessions) == ["mirror"]
    assert span.globals == tuple(sorted(text.splitlines()[1:6]))
    assert span.router_id == 9
    formal = text.replace("\n destination", "\nmonitor-session mirror ethernet destination").replace("!\n", "")
    assert parse(formal) == span
    assert parse("monitor-session a\nmonitor-session a shiny level 3\n").sessions["a"].other == ("shiny level 3",)
    assert parse("monitor-session a destination interface HundredGigE0/0/0/9\n").globals == ()


def test_members_of_bundles_and_cross_connects_are_read_from_the_formal_form() -> None:
    text = """interface TenGigE0/0/0/1 bundle id 1 mode active
interface TenGigE0/0/0/2 bundle port-priority 1
interface preconfigure Te0/7/0/1 bundle id 02 mode on
interface POS0/1/0/1 bundle id 3
interface Bundle-Ether1 bundle minimum-active links 1
"""
    assert bundle_members(text) == {
        "TenGigE0/0/0/1": "Bundle-Ether1",
        "TenGigE0/7/0/1": "Bundle-Ether2",
        "POS0/1/0/1": "Bundle-POS3",
    }
    text = """l2vpn xconnect group G p2p P monitor-session a
l2vpn xconnect group G p2p monitor-session neighbor ipv4 192.0.2.9 pw-id 7
l2vpn xconnect group monitor-session p2p Q monitor-session b
"""
    assert cross_connects(text) == {"a": "xconnect group G p2p P", "b": "xconnect group monitor-session p2p Q"}


def test_names_keep_their_case_behind_their_words() -> None:
    text = "ipv4 access-list A\n 10 permit ipv4 any any nexthop1 vrf Capture ipv4 192.0.2.9 counter udf capture\n"
    ((ace,),) = (item.entries for item in parse(text).access_lists.values())
    assert (ace.match, ace.capture) == ("ipv4 any any nexthop1 vrf Capture ipv4 192.0.2.9 counter udf", True)


def test_which_interfaces_are_of_layer_2_is_read_from_the_formal_form() -> None:
    text = """interface TenGigE0/0/0/1 ipv4 address 10.0.0.1 255.255.255.0
interface TenGigE0/0/0/2 l2transport
interface TenGigE0/0/0/2 l2transport monitor-session a ethernet
interface preconfigure TenGigE0/7/0/1 l2transport
interface Te0/0/0/3.10 l2transport
interface TenGigE0/0/0/4 description l2transport
"""
    assert layer2_interfaces(text) == {"TenGigE0/0/0/2", "TenGigE0/7/0/1", "TenGigE0/0/0/3.10"}


def test_a_main_port_carries_its_attachment_under_l2transport() -> None:
    assert one_source(NCS540) == Source("TenGigE0/0/0/21", "mirror", l2transport=True, port_level=True)


def test_an_exclamation_mark_inside_an_interface_does_not_end_it() -> None:
    span = parse(SUB_INTERFACE)
    assert list(span.sources) == [SourceKey("GigabitEthernet0/0/0/1.10", False, "ipv4")]
    assert list(span.bindings.values()) == [Binding("GigabitEthernet0/0/0/1.10", "ipv4", "A")]


WANTED = Source("TenGigE0/0/0/1", "m", direction="rx-only", port_level=True, acl=True)


@pytest.mark.parametrize(
    "text",
    [
        "interface TenGigE0/0/0/1\n monitor-session m ethernet direction rx-only port-level acl\n !\n!\n",
        "interface TenGigE0/0/0/1\n monitor-session m ethernet direction rx-only port-level\n  acl\n !\n!\n",
        "interface Te0/0/0/1\r\n monitor-session m port-level direction rx-only\r\n  acl\r\n",
        "interface TenGigE 0/0/0/1\n\tmonitor-session m port-level direction rx-only acl\n",
        "interface TenGigE0/0/0/1 monitor-session m ethernet direction rx-only port-level acl\n",
        (
            "interface TenGigE0/0/0/1 monitor-session m ethernet port-level\n"
            "interface TenGigE0/0/0/1 monitor-session m ethernet direction rx-only acl\n"
        ),
        (
            "interface TenGigE0/0/0/1 monitor-session m ethernet direction rx-only port-level\n"
            "interface TenGigE0/0/0/1 monitor-session m ethernet acl\n"
        ),
        (
            "RP/0/RP0/CPU0:edge1#show run interface Te0/0/0/1\nMon Aug 31 08:27:27.590 UTC\n"
            "interface TenGigE0/0/0/1\nLC/0/0/CPU0:Aug 17 08:27:27.591 : pfilter_ea[146]: %PKT_INFRA-DPA_FM-3-X : y\n"
            " monitor-session m ethernet direction rx-only port-level\nMon Aug 31 08:27:27.590 UTC\n  acl\n !\n!\n"
        ),
        "interface TenGigE0/0/0/1\n --More-- \x08\x08\x08\x08 monitor-session m ethernet direction rx-only port-level acl",
    ],
)
def test_one_attachment_in_all_the_forms_in_which_it_is_printed(text: str) -> None:
    assert one_source(text) == WANTED


@pytest.mark.parametrize(
    ("line", "source"),
    [
        (
            "interface TenGigE0/0/0/21 l2transport monitor-session mirror ethernet port-level",
            Source("TenGigE0/0/0/21", "mirror", l2transport=True, port_level=True),
        ),
        (
            "interface Bundle-Ether1.7 l2transport monitor-session mirror ethernet",
            Source("Bundle-Ether1.7", "mirror", l2transport=True),
        ),
        (
            "interface BE1 monitor-session m ethernet mirror first 100",
            Source("Bundle-Ether1", "m", mirror_first=100),
        ),
        (
            "interface preconfigure TenGigE0/0/0/0 monitor-session m ethernet acl ipv4 A",
            Source("TenGigE0/0/0/0", "m", acl=True, acl_ipv4="A", preconfigure=True),
        ),
        (
            "interface TenGigE0/0/0/0 monitor-session ethernet ethernet acl A",
            Source("TenGigE0/0/0/0", "ethernet", acl=True, acl_name="A"),
        ),
        (
            "interface Strange9 monitor-session m acl priority 3",
            Source("Strange9", "m", acl=True, other=("acl priority 3",)),
        ),
    ],
)
def test_formal_lines(line: str, source: Source) -> None:
    assert one_source(f"{line}\n") == source


def test_monitor_session_of_a_cross_connect_is_neither_session_nor_source() -> None:
    text = "l2vpn\n xconnect group G\n  p2p P\n   monitor-session RSPAN\n    neighbor ipv4 10.0.0.1 pw-id 2\n"
    assert parse(text) == Span()
    assert parse("l2vpn xconnect group G p2p P monitor-session RSPAN\n") == Span()
    assert parse("   monitor-session RSPAN\n") == Span()


def test_sessions_with_and_without_class_and_what_other_platforms_add() -> None:
    text = """monitor-session ms1
 destination interface HundredGigE 0/2/0/15
!
monitor-session 2 ipv4
 destination next-hop ipv4 192.0.2.1 vrf blue
 destination rx pseudowire
 discard-class 2
 mirror interval 1K
 new-feature on
  level 3
!
"""
    sessions = parse(text).sessions
    assert sessions["ms1"] == Session("ms1", "ethernet", Destination(interface="HundredGigE0/2/0/15"))
    assert sessions["2"] == Session(
        "2",
        "ipv4",
        Destination(next_hop="192.0.2.1", vrf="blue"),
        rx_destination=Destination(pseudowire=True),
        discard_class=2,
        mirror_interval="1K",
        other=("new-feature on", "new-feature on level 3"),
    )


def test_what_selects_traffic() -> None:
    text = """hw-module profile tcam format access-list ipv4 proto src-addr udf1 udf_l4 enable-capture location 0/1/cpu0
udf udf_l4 header outer l4 offset 13 length 1
ipv4 access-list maximum ace threshold 9
ipv4 access-list A
 20 permit ipv4 any any dscp af11 udf udf5 0x22 0x22 capture
 10 deny udp 10.1.1.5/24 any udf udf1 0x1234 0xffff udf3 0x56 0xff
 30 permit tcp any any capture log
 40 remark capture udf 1 2 3
"""
    span = parse(text)
    assert list(span.tcam_profiles.values()) == [
        TcamProfile("ipv4", ("src-addr", "proto"), ("udf_l4",), True, location="0/1/CPU0")
    ]
    assert span.udfs == {"udf_l4": Udf("udf_l4", "outer", "l4", 13, 1)}
    assert span.access_lists[("ipv4", "A")].entries == (  # type: ignore[index]
        Ace(10, "deny", "udp 10.1.1.0 0.0.0.255 any", (UdfMatch("udf1", 0x1234, 0xFFFF), UdfMatch("udf3", 0x56, 0xFF))),
        Ace(20, "permit", "ipv4 any any dscp af11", (UdfMatch("udf5", 0x22, 0x22),), True),
        Ace(30, "permit", "tcp any any log", (), True),
        Ace(40, "remark", "capture udf 1 2 3"),
    )
    assert len(span.access_lists) == 1


def test_tunnels_and_bindings() -> None:
    text = """interface tunnel-ip3
 description to the analyser
 ipv4 address 15.1.1.1 255.255.255.0
 tunnel mode gre ipv4
 tunnel source Lo0
 tunnel destination 70.1.1.2
!
interface tunnel-ip4 monitor-session m ethernet
interface TenGigE0/0/0/1 ipv4 access-group A ingress compress level 3
interface TenGigE0/0/0/1 ipv6 access-group common A B egress
"""
    span = parse(text)
    assert span.tunnels == {
        "tunnel-ip3": Tunnel(
            "tunnel-ip3",
            "15.1.1.1/24",
            source="Loopback0",
            destination="70.1.1.2",
            other=("description to the analyser",),
        )
    }
    assert set(span.bindings.values()) == {
        Binding("TenGigE0/0/0/1", "ipv4", "A", other="compress level 3"),
        Binding("TenGigE0/0/0/1", "ipv6", "common A B", "egress"),
    }


@settings(max_examples=300, deadline=None)
@given(spans())
def test_what_is_rendered_is_parsed_to_the_same(span: Span) -> None:
    assert parse(render(span)) == span
    assert parse(render(span).replace("\n", "\r\n")) == span


PIECES = st.sampled_from(
    [
        "interface",
        "monitor-session",
        "l2transport",
        "preconfigure",
        "TenGigE0/0/0/1",
        "BE1",
        "m",
        "ethernet",
        "ipv4",
        "direction",
        "rx-only",
        "port-level",
        "acl",
        "access-list",
        "access-group",
        "ingress",
        "destination",
        "next-hop",
        "rx",
        "mirror",
        "first",
        "100",
        "udf",
        "header",
        "outer",
        "l4",
        "offset",
        "length",
        "1",
        "010",
        "hw-module",
        "profile",
        "tcam",
        "format",
        "location",
        "10",
        "permit",
        "deny",
        "remark",
        "capture",
        "0x1",
        "0xff",
        "tunnel",
        "mode",
        "address",
        "1.1.1.1/99",
        "!",
        "#",
        "no",
        "tunnel-ip3",
        "unnumbered",
        "RP/0/RP0/CPU0:a#",
        "99999999999",
        "\x00",
        "\u2028",
        "\x1b[K",
    ]
)
SHAPES = st.builds(lambda indent, words, end: " " * indent + " ".join(words) + end, st.integers(0, 4),
                   st.lists(PIECES, max_size=9), st.sampled_from(["\n", "\r\n", "\r"]))  # fmt: skip


@example("monitor-session interface !\n")
@example("monitor-session interface RP/0/RP0/CPU0:a#\n")
@settings(max_examples=400, deadline=None)
@given(st.lists(SHAPES, max_size=25).map("".join) | st.text(max_size=300))
def test_no_text_makes_it_raise_and_nothing_strange_passes(text: str) -> None:
    rendered = render(parse(text))
    assert all(line.isprintable() for line in rendered.splitlines())
    assert parse(rendered) == parse(text)


@pytest.mark.parametrize(
    "unit",
    [
        "monitor-session m ethernet\n" + " x{n}\n",
        "interface TenGigE0/0/0/1 monitor-session m ethernet strange {n}\n",
        "x" * 3000 + " {n}\n",
        "{n}",
        " {n}\n  a\n",
    ],
)
def test_work_grows_with_the_text_and_not_faster(unit: str) -> None:
    def calls(count: int) -> int:
        text = "".join(unit.replace("{n}", str(number)) for number in range(count))
        made = 0

        def counted(_frame: object, event: str, _argument: object) -> None:
            nonlocal made
            made += event in ("call", "c_call")

        sys.setprofile(counted)
        try:
            span = parse(text)
        finally:
            sys.setprofile(None)
        kept = [*(item.other for item in span.sessions.values()), *(item.other for item in span.sources.values())]
        assert all(len(lines) <= MOST_OTHER for lines in kept)
        return made

    assert calls(4000) < 4.5 * calls(1000)
