# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Flow sessions from XML and from text: the same sessions, however they are printed and wherever the stream is cut."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.flow_sessions import text_reader as session_text
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.flow_sessions import xml_reader as session_xml
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.flow_sessions.model import Place, Raw, Report, session
from lab.srx.flowconfig import read
from lab.srx.flows import Table
from lab.srx.sessions import Listing, parse, spus_of

ALONE, CLUSTER = ("",), ("node0", "node1")
# shape, model, nodes, layout, release
DEVICES = {
    "9x": ("single", "vsrx", ALONE, "9x", "11.2R1"),
    "15.1": ("single", "vsrx", ALONE, "15", "15.1X49"),
    "15.1 siblings": ("siblings", "vsrx", ALONE, "15", "15.1X49"),
    "SPUs": ("multi_spu", "srx5800", ALONE, "15", "15.1X49"),
    "cluster of one": ("cluster", "vsrx", ALONE, "18", "21.4R3"),
    "cluster": ("single", "vsrx", CLUSTER, "24", "24.4R1"),
    "wrapped": ("wrapped", "vsrx", ALONE, "24", "24.4R1"),
    "SPUs in a cluster": ("per_pic", "srx5400", CLUSTER, "18", "20.3R1"),
}
# What the lab's text and XML tell differently, as the captures that they were taken from do.
NOT_COMPARED = {"flags", "flag", "status"}


def listing(name: str, size: int = 60) -> Listing:
    shape, model, nodes, layout, release = DEVICES[name]
    table = Table(read([]), size, spus=spus_of(model, shape), wide=layout in ("18", "24"))
    return Listing(table, release, layout, shape, nodes)


def as_xml(device: Listing, words: str) -> str:
    body = "".join(device.xml(parse(words.split(), cluster=True)))
    head = f'<rpc-reply xmlns:junos="http://xml.juniper.net/junos/{device.release}/junos">\n'
    return f"\n{head}{body}    <cli>\n        <banner>{{primary:node0}}</banner>\n    </cli>\n</rpc-reply>\n\n{{primary:node0}}\n"


def as_text(device: Listing, words: str) -> str:
    return "".join(device.text(parse(words.split(), cluster=True))) + "\n{primary:node0}\n"


def from_xml(*pieces: str) -> tuple[list[Raw], Report]:
    report = Report()
    return list(session_xml.sessions(pieces, report)), report


def from_text(*pieces: str) -> tuple[list[Raw], Report]:
    report = Report()
    return list(session_text.sessions(pieces, report)), report


def common(shown: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """Of a session what both layouts tell."""
    found: dict[str, Any] = {}
    for key in shown.keys() & other.keys() - NOT_COMPARED:
        if isinstance(shown[key], dict) and isinstance(other[key], dict):
            found[key] = common(shown[key], other[key])
        elif shown[key] is not None and other[key] is not None:
            found[key] = shown[key]
    return found


def pieces_of(text: str, cuts: Sequence[int]) -> list[str]:
    places = sorted({cut % (len(text) + 1) for cut in cuts})
    return [text[start:end] for start, end in zip([0, *places], [*places, len(text)], strict=True)]


def slowly(text: str) -> tuple[list[Raw], Report]:
    """The same by expat alone: a comment at the start switches the fast reader off."""
    return from_xml(text.replace("<rpc-reply", "<!-- --><rpc-reply", 1))


# -- every shape and layout


@pytest.mark.parametrize("name", DEVICES)
@pytest.mark.parametrize("level", ["brief", "extensive", "protocol tcp brief", "nat extensive"])
def test_sessions_counted_are_the_devices_own_total_in_every_layout(name: str, level: str) -> None:
    for found, report in (from_xml(as_xml(listing(name), level)), from_text(as_text(listing(name), level))):
        assert report.sessions == len(found) == report.total > 0
        assert (report.broken, report.unparsed, report.samples) == ("", 0, [])
        assert len({(raw["node"], raw["fpc_pic"], raw["session_id"]) for raw in found}) == len(found)


@pytest.mark.parametrize("name", DEVICES)
@pytest.mark.parametrize("level", ["brief", "extensive"])
def test_text_and_xml_of_the_same_sessions_give_the_same_objects(name: str, level: str) -> None:
    device = listing(name)
    pairs = list(zip(from_xml(as_xml(device, level))[0], from_text(as_text(device, level))[0], strict=True))
    for one, other in pairs:
        shown, told = session(one), session(other)
        if name == "cluster of one":
            told["node"] = shown["node"]  # only its XML says which
        assert common(shown, told) == common(told, shown)
        assert (shown["in"]["bytes"], shown["nat"], shown["out"] is None) == (
            told["in"]["bytes"], told["nat"], told["out"] is None,
        )  # fmt: skip
        assert (shown["node"], shown["fpc_pic"], shown["session_id"]) == (
            told["node"],
            told["fpc_pic"],
            told["session_id"],
        )
    assert {session(one)["out"] is None for one, _other in pairs} == {True, False}  # tunnels have one wing


@pytest.mark.parametrize("name", DEVICES)
@pytest.mark.parametrize("level", ["summary", "protocol tcp summary"])
def test_summaries_have_a_row_for_each_place_in_both_layouts(name: str, level: str) -> None:
    device = listing(name)
    spus, nodes = len(device.table.spus), len(device.nodes)
    sessions, report = from_xml(as_xml(device, level))
    told, other = from_text(as_text(device, level))
    assert sessions == told == []
    for rows in (report.summary, other.summary):
        assert len(rows) == spus * nodes
    if "tcp" in level:
        assert report.total == other.total > 0
    assert sum(row["valid"] for row in report.summary.values()) == sum(row["valid"] for row in other.summary.values())


def test_a_session_has_its_types() -> None:
    (raw, *_rest), _report = from_text(as_text(listing("cluster"), "brief"))
    shown = session(raw)
    assert isinstance(shown["session_id"], int) and shown["session_id"] > 2**32
    assert isinstance(shown["policy_index"], int) and "/" not in shown["policy"]
    assert shown["node"] == "node0" and shown["ha_state"] == "Active" and shown["fpc_pic"] is None
    assert isinstance(shown["in"]["packets"], int) and isinstance(shown["in"]["source_port"], int)


def test_the_captured_lines_of_the_oldest_layout() -> None:
    text = (
        "Session ID: 170067004, Policy name: default-permit/4, Timeout: 1782, Valid\n"
        "  In: 40.0.0.111/32852 --> 30.0.0.100/21;tcp, If: ge-0/0/14.0, Pkts: 11553, Bytes: 710746\n"
        "  Out: 30.0.0.100/21 --> 40.0.0.111/32852;tcp, If: ge-0/0/2.0, Pkts: 9, Bytes: 507\n"
        "Total sessions: 1\n"
    )
    (raw,), report = from_text(text)
    shown = session(raw)
    assert (shown["state"], shown["timeout"], shown["policy"]) == ("Valid", 1782, "default-permit")
    assert shown["in"]["interface"] == "ge-0/0/14.0" and shown["in"]["conn_tag"] is None
    assert shown["out"]["bytes"] == 507 and shown["nat"]["applied"] == "none" and report.total == 1


def test_a_capture_of_extensive_text() -> None:
    text = """Session ID: 4294967298, Status: Normal
Flags: 0x40/0x0/0x2/0x400003, services-offload
Policy name: permit/4
Source NAT pool: Null, Application: junos-ssh/22
Dynamic application: junos:UNKNOWN,
Encryption:  Unknown
Application traffic control rule-set: INVALID, Rule: INVALID
Maximum timeout: 60, Current timeout: N/A
Session State: Valid
Start time: 1757835486, Duration: 203
   In: 2001:db8::1/1024 --> 2001:db8::2/1024;udp,
  Conn Tag: 0x0, Attachment Id: 0, GW Endpoint Id: 0, Flow Cookie: 0, Interface: et-1/1/0.1101,
    Session token: 0x8, Flag: 0x200021,
    Route: 0x50010, Gateway: 192.168.1.10, Tunnel ID: 0, Tunnel type: None,
    FIN state: 0,
    Pkts: 9794777873, Bytes: 724813452118
"""
    (raw,), report = from_text(text)
    shown = session(raw)
    assert shown["services_offload"] == "services-offload" and shown["flags"] == "0x40/0x0/0x2/0x400003"
    assert (shown["application"], shown["application_value"], shown["source_nat_pool"]) == ("junos-ssh", 22, None)
    assert (shown["configured_timeout"], shown["timeout"], shown["duration"]) == (60, None, 203)
    assert shown["in"]["source"] == "2001:db8::1" and shown["in"]["packets"] == 9794777873
    assert shown["in"]["attachment_id"] == "0" and shown["in"]["interface"] == "et-1/1/0.1101"
    assert shown["out"] is None and shown["nat"] is None
    assert report.total is None and report.unparsed == 0


# -- cut anywhere, hostile, broken

DOCUMENT = as_xml(listing("SPUs in a cluster", 30), "extensive")
SMALL = as_xml(listing("15.1", 6), "extensive")
TEXT = as_text(listing("SPUs in a cluster", 30), "extensive")


@given(st.lists(st.integers(0, 10**6), max_size=12))
def test_pieces_cut_anywhere_give_the_same(cuts: list[int]) -> None:
    assert from_xml(*pieces_of(DOCUMENT, cuts)) == from_xml(DOCUMENT)
    assert from_text(*pieces_of(TEXT, cuts)) == from_text(TEXT)


def test_one_character_a_piece_gives_the_same() -> None:
    assert from_xml(*DOCUMENT) == from_xml(DOCUMENT)
    assert from_text(*TEXT) == from_text(TEXT)


@pytest.mark.parametrize("name", DEVICES)
def test_the_fast_reader_and_expat_read_the_same(name: str) -> None:
    for level in ("brief", "extensive"):
        document = as_xml(listing(name), level)
        assert slowly(document) == from_xml(document)


CHANGES = [
    "&amp;", "&#65;", "&lt;", "<![CDATA[<x>]]>", "<!-- </flow-session> -->", "<?pi <flow-session> ?>", "\u00e9", "\x0c", "]]>", "<x/>", "</policy>",
    "<flow-session>", "</flow-session>", "<flow-information>", "</flow-information>", "<node>x</node>", "<direction>In</direction>", "&undefined;", ">",
    '<x a="', "<!DOCTYPE x>", "\r", "\r\n", "\t", "<a:b xmlns:a='u'>1</a:b>", "<session-identifier>7</session-identifier>", "\x00", "\ud800",
]  # fmt: skip


@given(st.data())
def test_the_fast_reader_admits_only_what_expat_reads_the_same_way(data: st.DataObject) -> None:
    """Whatever is put into a document, wherever: the same sessions as by expat alone, and the same verdict."""
    document = SMALL
    for _number in range(data.draw(st.integers(1, 2))):
        at = data.draw(st.integers(SMALL.index(">") + 1, len(document)))
        document = document[:at] + data.draw(st.sampled_from(CHANGES)) + document[at + data.draw(st.integers(0, 2)) :]
    (found, report), (desired, expected) = from_xml(document), slowly(document)
    assert (found, report.totals, report.unparsed, bool(report.broken)) == (
        desired, expected.totals, expected.unparsed, bool(expected.broken),
    )  # fmt: skip


@given(st.text() | st.binary().map(lambda data: data.decode("latin-1")), st.lists(st.integers(0, 200), max_size=4))
def test_parsers_never_raise(text: str, cuts: list[int]) -> None:
    for reader in (from_xml, from_text):
        found, report = reader(*pieces_of(text, cuts))
        assert all(isinstance(session(raw), dict) for raw in found)
        assert (found, report.totals) == (reader(text)[0], reader(text)[1].totals)


@given(st.lists(st.sampled_from(["<", ">", "/", "flow-session", "flow-information", " ", "a", "session-identifier", "1", "!--", "]]>", "&", "Session ID: ",
                                 "In: ", "1/2 --> 3/4;", ", ", "\n", "Total sessions: ", "node0:", "Flow Sessions on "]), max_size=60))  # fmt: skip
def test_parsers_never_raise_on_their_own_words(words: list[str]) -> None:
    text = "".join(words)
    for reader in (from_xml, from_text):
        for raw in reader(text)[0]:
            session(raw)
        assert reader(text) == reader(*text)


@pytest.mark.parametrize("share", [0.05, 0.3, 0.5, 0.9, 0.999])
def test_xml_that_ends_in_the_middle_is_said_to(share: float) -> None:
    document = DOCUMENT[: int(DOCUMENT.rindex("</rpc-reply>") * share)]
    found, report = from_xml(document)
    assert "ends in the middle" in report.broken
    assert found == from_xml(DOCUMENT)[0][: len(found)]


def test_a_text_that_is_no_xml_keeps_what_was_said() -> None:
    found, report = from_xml("error: syntax error: display\n")
    assert found == [] and report.broken and "syntax error" in report.lead


def test_a_refusal_inside_xml_is_kept() -> None:
    _found, report = from_xml(
        "<rpc-reply><xnm:error><message>permission denied: flow</message></xnm:error></rpc-reply>"
    )
    assert report.lead == "permission denied: flow" and not report.broken


def test_entities_do_not_grow() -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><rpc-reply><flow-session>&b;</flow-session></rpc-reply>'
    found, report = from_xml(bomb)
    assert found == [] and "document type" in report.broken


def test_a_session_inside_a_comment_is_none() -> None:
    inside = "<flow-session><session-identifier>1</session-identifier></flow-session>"
    found, report = from_xml(f"<rpc-reply><!-- {inside} -->{inside}<![CDATA[{inside}]]></rpc-reply>")
    assert len(found) == 1 and not report.broken


def test_prefixes_and_namespaces_do_not_matter() -> None:
    document = as_xml(listing("15.1", 5), "brief")
    prefixed = document.replace("<", "<j:").replace("<j:/", "</j:")
    assert from_xml(prefixed) == from_xml(document)


@pytest.mark.parametrize("prefix", ["junos", "xnm", "other"])
def test_a_listing_that_was_saved_without_its_first_line_is_read(prefix: str) -> None:
    """That line declares the prefixes."""
    document = as_xml(listing("15.1", 5), "brief")
    body = document[document.index(">") + 1 : document.index("<cli>")]
    head = f'<flow-session-information {prefix}:style="brief">'
    told = [f"{head}{body}</flow-session-information>", f"<!-- -->{head}{body}</flow-session-information>"]
    fast, careful = map(from_xml, told)
    assert fast == careful and fast[0] == from_xml(document)[0] and not fast[1].broken


def endless(text: str, times: int) -> Iterable[str]:
    return (text for _number in range(times))


@pytest.mark.parametrize(
    "text", ["<a", "<a>" + "b" * 1000, "<flow-session>", "x" * 1000, "<!-- ", "&", "<flow-session><policy>p</policy>"]
)
def test_what_never_ends_is_given_up(text: str) -> None:
    report = Report()
    assert list(session_xml.sessions(endless(text, 20_000), report)) == [] and report.broken
    report = Report()
    assert list(session_text.sessions(endless(text, 20_000), report)) == []


def test_a_value_is_kept_to_its_bound() -> None:
    long = "p" * 100_000
    one = f"<r><flow-session><session-identifier>1</session-identifier><policy>{long}</policy></flow-session></r>"
    (raw,), _report = from_xml(one)
    assert 4000 < len(raw["policy"]) < 5000
    (raw,), _report = from_text(f"Session ID: 1, Policy name: {long[:50_000]}, Timeout: 4\n")
    assert len(raw["policy"]) < 5000


def test_sessions_without_identifier_are_counted_and_not_given_out() -> None:
    found, report = from_xml("<r><flow-session><session-identifier>x</session-identifier></flow-session></r>")
    assert found == [] and report.unparsed == 1 and report.sessions == 0
    found, report = from_text("Session ID: x, Policy name: a/1\n")
    assert found == [] and report.unparsed == 1


WINGS = {
    "first": ("Out", "192.0.2.8", 443, "10.0.0.1", 5, "ge-0/0/0.0", 7),
    "second": ("Out", "203.0.113.8", 8443, "10.0.0.1", 6, "ge-0/0/2.0", 9),
    "in": ("In", "10.0.0.1", 5, "192.0.2.8", 443, "ge-0/0/1.0", 5),
    "again": ("In", "10.0.0.2", 5, "192.0.2.8", 443, "ge-0/0/3.0", 3),
}


def session_of(names: Iterable[str]) -> tuple[str, str]:
    """The same session as text and as XML."""
    text = "Session ID: 7, Policy name: allow/4, Timeout: 18, Session State: Valid\n"
    xml = "<flow-session><session-identifier>7</session-identifier><policy>allow/4</policy><timeout>18</timeout><sess-state>Valid</sess-state>"
    for side, source, port, destination, other, interface, packets in map(WINGS.__getitem__, names):
        text += f"  {side}: {source}/{port} --> {destination}/{other};tcp, If: {interface}, Pkts: {packets}, Bytes: {packets}0,\n"
        xml += (
            f"<flow-information><direction>{side}</direction><source-address>{source}</source-address><source-port>{port}</source-port>"
            f"<destination-address>{destination}</destination-address><destination-port>{other}</destination-port><protocol>tcp</protocol>"
            f"<interface-name>{interface}</interface-name><pkt-cnt>{packets}</pkt-cnt><byte-cnt>{packets}0</byte-cnt></flow-information>"
        )
    return text, f"{xml}</flow-session>"


@pytest.mark.parametrize("before", [0, 40])
@pytest.mark.parametrize(
    ("names", "told"),
    [
        (("in", "first", "second"), ["session 7 has one more wing, Out: 203.0.113.8/8443 --> 10.0.0.1/6;tcp"]),
        (("in", "second", "first"), ["session 7 has one more wing, Out: 192.0.2.8/443 --> 10.0.0.1/5;tcp"]),
        (("in", "again", "first"), ["session 7 has one more wing, In: 10.0.0.2/5 --> 192.0.2.8/443;tcp"]),
        (("first", "second"), ["session 7 has one more wing, Out: 203.0.113.8/8443 --> 10.0.0.1/6;tcp"]),
        (("in", "first"), []),
    ],
)
def test_both_layouts_keep_the_first_wing_of_a_direction_and_tell_of_others(
    names: tuple[str, ...], told: list[str], before: int
) -> None:
    text, xml = session_of(names)
    plain_text, plain_xml = session_of(("in", "first"))  # the fast readers know the session when the odd one comes
    raws, report = from_text(before * plain_text + text + plain_text + f"Total sessions: {before + 2}\n")
    others, other = from_xml(
        f"<flow-session-information>{before * plain_xml}{xml}{plain_xml}</flow-session-information>"
    )
    assert report.samples == other.samples == told
    assert [session(raw) for raw in raws] == [session(raw) for raw in others]
    first = next(WINGS[name] for name in names if WINGS[name][0] == "Out")
    assert (raws[before]["out.source"], raws[before]["out.packets"], raws[before]["out.interface"]) == (
        first[1],
        str(first[6]),
        first[5],
    )


def test_lines_of_a_further_wing_are_no_values_of_the_session() -> None:
    text, _xml = session_of(("in", "first", "second"))
    extensive = text.replace(
        ", If: ge-0/0/2.0, Pkts: 9, Bytes: 90,", ",\n   Conn Tag: 0x0, Interface: ge-0/0/2.0,\n    Pkts: 9, Bytes: 90"
    )
    (raw,), report = from_text(extensive)
    assert (raw["out.interface"], raw["out.packets"]) == ("ge-0/0/0.0", "7") and len(report.samples) == 1


def test_lines_that_nobody_knows_are_counted_and_shown() -> None:
    found, report = from_text(f"hello\n{TEXT}what is this\n")
    assert len(found) == 60 and report.unparsed == 2 and report.samples == ["hello", "what is this"]


def test_tables_of_many_kinds_of_sessions_are_read_as_well() -> None:
    """More kinds than expressions are kept for."""
    dice = random.Random(1)
    tags = [f"extra-{number}" for number in range(60)]
    sessions = [
        f"<flow-session><session-identifier>{number}</session-identifier>"
        + "".join(f"<{tag}>{number}</{tag}>" for tag in tags if dice.random() < 0.5)
        + "</flow-session>\n"
        for number in range(200)
    ]
    document = f"<rpc-reply>{''.join(sessions)}</rpc-reply>"
    found, report = from_xml(document)
    assert [int(raw["session_id"]) for raw in found] == list(range(200)) and report.sessions == 200
    assert slowly(document)[0] == found


def test_only_what_is_looked_at_is_taken_out() -> None:
    report = Report()
    found = list(session_xml.sessions([DOCUMENT], report, frozenset({"policy", "in.bytes"})))
    whole, _report = from_xml(DOCUMENT)
    assert [(raw.get("policy"), raw.get("in.bytes"), raw["node"]) for raw in found] == [
        (raw.get("policy"), raw.get("in.bytes"), raw["node"]) for raw in whole
    ]
    assert any(len(raw) < 10 for raw in found)


def test_figures_of_several_tables_in_one_place_add_up() -> None:
    report = Report()
    for _number in range(2):
        report.figure(Place("", ""), "valid", 4)
    assert report.figures(Place("", "")) == {"node": None, "fpc_pic": None, "valid": 8}
