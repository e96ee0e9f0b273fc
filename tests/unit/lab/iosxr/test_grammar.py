# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the lab router takes, and how it prints it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.iosxr import aces, grammar, names
from lab.iosxr.candidate import Candidate
from lab.iosxr.tree import Node, Step, as_commands, changes, formal, from_indented, hierarchical
from lab.iosxr.words import Cursor, Incomplete, Invalid

from .scripted import device


@pytest.mark.parametrize(
    ("typed", "full"),
    [
        ("te0/0/0/1", "TenGigE0/0/0/1"),
        ("TENGIGE0/0/0/1.10", "TenGigE0/0/0/1.10"),
        ("Hu0/0/0/1/2", "HundredGigE0/0/0/1/2"),
        ("HundredGigE 0/5/0/38", "HundredGigE0/5/0/38"),
        ("tunnelip3", "tunnel-ip3"),
        ("ti3", "tunnel-ip3"),
        ("BE1", "Bundle-Ether1"),
        ("bundle-e7.5", "Bundle-Ether7.5"),
        ("BV1", "BVI1"),
        ("FH0/2/0/9", "FourHundredGigE0/2/0/9"),
        ("TF0/0/0/16/2", "TwentyFiveGigE0/0/0/16/2"),
        ("mg0/rp0/cpu0/0", "MgmtEth0/RP0/CPU0/0"),
        ("Ethernet44", None),
        ("HundredGigE0/0/0", None),
        ("tunnel-ip3/1", None),
        ("", None),
    ],
)
def test_interface_names(typed: str, full: str | None) -> None:
    assert names.canonical(typed) == full


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("permit udp 10.1.1.0 0.0.0.255 eq 10 any capture", "permit udp 10.1.1.0 0.0.0.255 eq 10 any capture"),
        ("permit tcp 10.1.1.5/32 any eq 80", "permit tcp host 10.1.1.5 any eq www"),
        ("permit 17 10.1.1.9/24 any eq 53", "permit udp 10.1.1.0 0.0.0.255 any eq domain"),
        ("deny ipv4 10.0.0.1 0.0.0.0 0.0.0.0/0 log", "deny ipv4 host 10.0.0.1 any log"),
        (
            "permit ipv4 any any dscp 10 capture udf u5 0x0022 34",
            "permit ipv4 any any dscp af11 udf u5 0x22 0x22 capture",
        ),
        (
            "permit ipv4 any any udf udf1 0x1234 0xffff udf3 0x56 0xff capture",  # the guide's own
            "permit ipv4 any any udf udf1 0x1234 0xffff udf3 0x56 0xff capture",
        ),
        (
            "permit ipv4 any any udf udf1 0x1 0xff udf udf3 0x56 255",
            "permit ipv4 any any udf udf1 0x1 0xff udf3 0x56 0xff",
        ),
        ("permit tcp any range 1 80 any syn", "permit tcp any range 1 www any syn"),
        ("remark keep   this", "remark keep this"),
    ],
)
def test_entries_are_rewritten_as_the_router_prints_them(typed: str, printed: str) -> None:
    assert aces.normalised(Cursor(typed.split()), "ipv4") == printed
    assert aces.normalised(Cursor(printed.split()), "ipv4") == printed


def test_ipv6_entry() -> None:
    assert aces.normalised(Cursor(["permit", "ipv6", "2001:DB8::1/128", "2001:db8:1::/48", "capture"]), "ipv6") == (
        "permit ipv6 host 2001:db8::1 2001:db8:1::/48 capture"
    )


@pytest.mark.parametrize(
    ("entry", "family", "needed", "udfs"),
    [
        ("permit ipv4 any any capture", "ipv4", set(), []),
        ("permit udp 10.1.1.0 0.0.0.255 eq 10 any", "ipv4", {"proto", "src-addr", "src-port"}, []),
        ("permit tcp any host 1.1.1.1 range 1 9 syn", "ipv4", {"proto", "dst-addr", "dst-port|port-range", "tcp-flags"}, []),
        ("permit ipv4 any any dscp af11 udf u 0x1 0x1", "ipv4", {"precedence"}, ["u"]),
        ("permit ipv4 any any udf udf1 0x1 0x1 udf3 0x1 0x1 capture", "ipv4", set(), ["udf1", "udf3"]),
        ("permit tcp host 2001:db8::1 2001:db8::/32 eq 8", "ipv6", {"next-hdr", "src-addr", "dst-addr", "dst-port"}, []),
        ("remark permit tcp any any", "ipv4", set(), []),
        ("permit ipv4 any any udf u1 0x1 0x1 u2 0x2 0x2 capture", "ipv4", set(), ["u1", "u2"]),
        ("permit udp", "ipv4", set(), []),
        ("", "ipv4", set(), []),
    ],
)  # fmt: skip
def test_what_an_entry_needs_of_the_key(entry: str, family: str, needed: set[str], udfs: list[str]) -> None:
    assert aces.qualifiers(entry, family) == (needed, udfs)


@pytest.mark.parametrize(
    ("mode", "line", "index"),
    [
        ("config", "foo bar", 0),
        ("config", "interface Ethernet44", 1),
        ("config", "udf u header outer l4 offset 64 length 1", 6),
        ("config", "udf u header outer l4 offset 0 length 5", 8),
        ("config", "udf seventeen-letters header outer l4 offset 0 length 1", 1),
        ("config", "hw-module profile tcam format access-list ipv4 src-addr bogus", 7),
        ("mon", "destination interface port1", 2),
        ("mon", "destination next-hop ipv4 10.0.0.300", 3),
        ("if", "monitor-session m ethernet port-only", 3),
        ("if", "monitor-session m direction both", 3),
        ("if", "mtu 10", 1),
        ("if", "shutdown now please", None),
        ("ipv4-acl", "10 permit tcp any any capture now", 6),
        ("ipv4-acl", "10 permit ip any any", 2),
        ("if-mon", "direction rx-only", 0),
        ("if-mon", "mirror first 0", 2),
    ],
)
def test_the_caret_stands_under_the_word_that_is_wrong(mode: str, line: str, index: int | None) -> None:
    if index is None:
        grammar.parse(mode, line.split())
        return
    with pytest.raises(Invalid) as caught:
        grammar.parse(mode, line.split())
    assert caught.value.index == index


@pytest.mark.parametrize(
    ("mode", "line"),
    [("config", "interface"), ("config", "monitor-session"), ("if", "mtu"), ("mon", "destination interface"), ("config", "no"),
     ("config", "udf u header outer l4 offset 1"), ("ipv4-acl", "10 permit tcp any"), ("if", "ipv4 access-group X")],
)  # fmt: skip
def test_lines_that_end_too_soon(mode: str, line: str) -> None:
    with pytest.raises(Incomplete):
        grammar.parse(mode, line.split())


# -- laws of the tree

LINES = st.sampled_from(
    [
        *(
            f"interface HundredGigE0/0/0/{n} monitor-session m{n % 2} ethernet{d}"
            for n in range(3)
            for d in ("", " direction rx-only port-level", " port-level acl")
        ),
        "interface HundredGigE0/0/0/1 monitor-session m1 acl ipv4 A",
        "interface HundredGigE0/0/0/1 description text with words",
        "interface HundredGigE0/0/0/1 ipv4 address 10.0.0.1/24",
        "interface HundredGigE0/0/0/1 ipv4 address 10.0.0.2/24",
        "interface HundredGigE0/0/0/2 l2transport monitor-session m2 ethernet port-level",
        "interface HundredGigE0/0/0/2.10 l2transport monitor-session m2 ipv4",
        "interface HundredGigE0/0/0/2.10 l2transport encapsulation dot1q 10",
        "interface preconfigure TenGigE0/3/0/1 monitor-session m1",
        "interface HundredGigE0/0/0/1 ipv4 access-group A ingress",
        "interface HundredGigE0/0/0/1 shutdown",
        "interface tunnel-ip3 tunnel mode gre ipv4",
        "interface tunnel-ip3 tunnel destination 70.1.1.2",
        "monitor-session m1 ethernet destination interface tunnel-ip3",
        "monitor-session m1 ethernet destination interface HundredGigE0/0/0/9",
        "monitor-session m2 ipv4 destination next-hop ipv4 1.1.1.1 vrf x",
        "monitor-session m2 ethernet",
        "monitor-session m2 mirror first 100",
        "ipv4 access-list A 10 permit ipv4 any any capture",
        "ipv4 access-list A 10 permit ipv4 any any udf u1 0x1 0xff",
        "ipv4 access-list A 20 remark some words",
        "ipv6 access-list B 5 permit ipv6 any any capture",
        "udf u1 header outer l4 offset 0 length 1",
        "udf u1 header inner l3 offset 2 length 2",
        "hw-module profile tcam format access-list ipv4 src-addr udf1 u1 enable-capture",
        "hw-module profile tcam format access-list ipv6 src-addr location 0/1/CPU0",
        "router static",
        "hostname edge2",
        "ssh server v2",
        "l2vpn",
    ]
)  # fmt: skip


def tree_of(lines: list[str], start: Node | None = None, *, flat: bool = True) -> Node:
    """What a candidate holds after the lines. flat: each starts at the top; else they are pasted as they come."""
    router = device()
    if start is not None:
        router.running = start
    candidate = Candidate(router, "lab", "vty0")
    mode: list[Step] = []
    for line in lines:
        mode = candidate.enter([] if flat or not line.startswith(" ") else mode, line)
    return candidate.root


def text(root: Node) -> str:
    return "\n".join(hierarchical(root))


@settings(max_examples=60, deadline=None)
@given(st.lists(LINES, max_size=12))
def test_every_printed_form_pastes_back_to_the_same_configuration(lines: list[str]) -> None:
    root = tree_of(lines)
    assert text(tree_of(list(formal(root)))) == text(root)
    assert text(tree_of(list(hierarchical(root)), flat=False)) == text(root)
    assert text(from_indented(text(root), grammar.steps_of_start_state)) == text(root)


@settings(max_examples=60, deadline=None)
@given(st.lists(LINES, max_size=10), st.lists(LINES, max_size=10))
def test_a_shown_candidate_leads_from_the_old_to_the_new(before: list[str], after: list[str]) -> None:
    old, new = tree_of(before), tree_of(after)
    for short in (False, True):
        shown = list(as_commands(changes(old, new), short=short))
        assert text(tree_of(shown, old, flat=False)) == text(new)
    assert changes(new, new) == []


@settings(max_examples=40, deadline=None)
@given(st.lists(LINES, max_size=10), st.lists(LINES, max_size=10))
def test_a_candidate_never_writes_into_what_it_started_from(before: list[str], edits: list[str]) -> None:
    old = tree_of(before)
    printed = text(old)
    tree_of([*edits, *(f"no {line}" for line in before)], old)
    assert text(old) == printed


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60), st.sampled_from(sorted(grammar.MODES)))
def test_no_line_breaks_the_parser(line: str, mode: str) -> None:
    words, at = line.split(), 0
    steps, negates = [], False
    try:
        steps, negates = grammar.parse(mode, words)
    except Incomplete:
        return
    except Invalid as wrong:
        at = wrong.index
    if not steps:
        assert 0 <= at < len(words), "the mark stands under a word of the line"
        return
    assert negates is (words[0] == "no")
    assert 1 <= len(steps) <= len(words)
    assert all(step.key and step.line.strip() for step in steps)
    assert all(step.mode is not None for step in steps[:-1]), "only the last level of a line may be a leaf"


def test_a_start_state_keeps_what_the_grammar_does_not_know() -> None:
    config = """\
frobnicate the wobbler
 with some
  depth
 and more
route-policy pass
  pass
end-policy
interface HundredGigE0/0/0/1
 wibble 1
!
"""
    printed = text(from_indented(config, grammar.steps_of_start_state))
    for line in ("frobnicate the wobbler", "  depth", " and more", "  pass", "end-policy", " wibble 1"):
        assert line in printed.splitlines()


def test_an_entry_without_a_number_gets_the_next_ten() -> None:
    root = tree_of(["ipv4 access-list A 15 permit ipv4 any any", "ipv4 access-list A permit udp any any", "ipv4 access-list A deny tcp any any"])  # fmt: skip
    assert [line for line in formal(root) if "any" in line] == [
        "ipv4 access-list A 15 permit ipv4 any any",
        "ipv4 access-list A 20 permit udp any any",
        "ipv4 access-list A 30 deny tcp any any",
    ]


@pytest.mark.parametrize(
    ("line", "left"),
    [
        ("no monitor-session m", ["interface TenGigE0/0/0/1", "interface TenGigE0/0/0/1 monitor-session m ethernet direction rx-only"]),
        ("no monitor-session m ethernet", ["interface TenGigE0/0/0/1", "interface TenGigE0/0/0/1 monitor-session m ethernet direction rx-only"]),
        ("no interface te0/0/0/1 monitor-session m",
         ["interface TenGigE0/0/0/1", "monitor-session m ethernet", "monitor-session m ethernet destination interface TenGigE0/0/0/2"]),
        ("no interface te0/0/0/1", ["monitor-session m ethernet", "monitor-session m ethernet destination interface TenGigE0/0/0/2"]),
        ("no monitor-session m destination",
         ["interface TenGigE0/0/0/1", "interface TenGigE0/0/0/1 monitor-session m ethernet direction rx-only", "monitor-session m ethernet"]),
    ],
)  # fmt: skip
def test_partial_negations(line: str, left: list[str]) -> None:
    start = tree_of(
        ["monitor-session m destination interface te0/0/0/2", "interface te0/0/0/1 monitor-session m direction rx-only"]
    )
    assert list(formal(tree_of([line], start))) == left


def test_a_negation_of_nothing_changes_nothing() -> None:
    assert not (tree_of(["no udf u1", "no interface te0/0/0/1 mtu"]).children)
