# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Status of monitor sessions. The golden texts stand in Cisco's NCS 5500 guide "Configuring Traffic Mirroring"."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.span.model import Destination
from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.span_status.status import (
    SessionStatus,
    SourceStatus,
    merged,
    operational,
    parse_status,
)

SUMMARY = """\
RP/0/RSP0/CPU0:router# show monitor-session status

Monitor-session cisco-rtp1
Destination interface HundredGigE 0/5/0/38
=====
Source Interface   Dir   Status
-----
TenGigE0/5/0/4     Both Operational
TenGigE0/5/0/17    Both Operational
"""

UDF_DETAIL = """\
Fri May 12 19:40:39.429 UTC
Monitor-session 1
  Destination interface tunnel-ip3
  Source Interfaces
  -----
TenGigE0/0/0/15
  Direction: Rx-only
  Port level: True
  ACL match: Enabled
  Portion: Full packet
  Interval: Mirror all packets
  Status: Not operational (destination not active)
"""

OLD_DETAIL = """\
Monitor-session sess1
Destination interface is not configured
Source Interfaces
-----
TenGigE0/1/0/0
  Direction: Both
  ACL match: Disabled
  Portion: Full packet
  Status: Not operational (destination interface not known).
TenGigE0/1/0/1
  Direction: Both
  ACL match: Disabled
  Portion: First 100 bytes
"""

ERRORS = """\
RP/0/RSP0/CPU0:router# show monitor-session status error

Monitor-session msl
Destination interface TenGigE0/2/0/15 is not configured
=====
Source Interface   Dir   Status
-----

Monitor-session ms2
Destination interface is not configured
=====
Source Interface  Dir  Status
-----

"""

NEXT_HOP = """\
RP/0/RP0/CPU0:router# show monitor-session test status

Monitor-session test (ipv4)

Destination Nexthop 255.254.254.4
=====
Source Interface  Status
-----
Gi0/0/0/2.2      Rx      Not operational (source same as destination)
Gi0/0/0/2.3      Rx      Not operational (Destination not active)
Gi0/0/0/2.4      Rx      Operational
Gi0/0/0/4        Rx      Error: see detailed output for explanation
"""

NEXT_HOP_ERROR = """\
RP/0/RP0/CPU0:router# show monitor-session test status error

Monitor-session test
Destination Nexthop ipv4 address 255.254.254.4
=====
Source Interface  Status
-----
Gi0/0/0/4        < Error: FULL Error Details >
"""

PORT_ROWS = """\
RP/0/RP0/CPU0:router# show monitor-session status
Thu Aug 29 21:42:22.829 UTC
Monitor-session EASTON
Destination interface TenGigE0/0/0/20
=====
Source Interface  Dir  Status
-----
Te0/0/0/42 (port)  Both Operational
"""

WRAPPED = """\
RP/0/RP0/CPU0:router show monitor-session status detail

Monitor-session sess1
Destination interface is not configured
Source Interfaces
-----
TenGigE0/0/0/1
  Direction: Both
  ACL match: Disabled
  Portion: Full packet
  Status: Not operational (destination interface not known)
TenGigE0/0/0/2
  Direction: Both
  ACL match: Disabled
  Portion: First 100 bytes
  Status: Not operational (destination interface not known). Error: 'Viking SPAN PD' detected
the 'warning' condition 'PRM connection
      creation failure'.
Monitor-session foo
Destination next-hop TenGigE 0/0/0/0
Source Interfaces
-----
TenGigE 0/1/0/0.100:
  Direction: Both
  Status: Operating
TenGigE 0/2/0/0.200:
  Direction: Tx
  Status: Error: <blah>

Monitor session bar
No destination configured
Source Interfaces
-----
TenGigE 0/3/0/0.100:
  Direction: Rx
  Status: Not operational(no destination)
"""

GOLDEN = (SUMMARY, UDF_DETAIL, OLD_DETAIL, ERRORS, NEXT_HOP, NEXT_HOP_ERROR, PORT_ROWS, WRAPPED)


def test_summary_with_a_blank_in_the_name_of_the_destination():
    assert parse_status(SUMMARY) == (
        SessionStatus(
            "cisco-rtp1",
            destination=Destination(interface="HundredGigE0/5/0/38"),
            sources=(
                SourceStatus("TenGigE0/5/0/4", True, "Operational", "both"),
                SourceStatus("TenGigE0/5/0/17", True, "Operational", "both"),
            ),
        ),
    )


def test_detail_with_all_fields():
    assert parse_status(UDF_DETAIL) == (
        SessionStatus(
            "1",
            destination=Destination(interface="tunnel-ip3"),
            sources=(
                SourceStatus(
                    "TenGigE0/0/0/15",
                    False,
                    "Not operational (destination not active)",
                    "rx-only",
                    port_level=True,
                    reason="destination not active",
                    acl_match=True,
                    portion="Full packet",
                    interval="Mirror all packets",
                ),
            ),
        ),
    )


def test_older_detail_without_port_level_and_interval_and_a_source_that_is_cut_off():
    (session,) = parse_status(OLD_DETAIL)
    assert session.problem == "Destination interface is not configured"
    assert session.destination is None
    assert session.sources == (
        SourceStatus(
            "TenGigE0/1/0/0",
            False,
            "Not operational (destination interface not known).",
            "both",
            reason="destination interface not known",
            acl_match=False,
            portion="Full packet",
        ),
        SourceStatus("TenGigE0/1/0/1", False, "", "both", acl_match=False, portion="First 100 bytes"),
    )


def test_error_layout_without_rows():
    assert parse_status(ERRORS) == (
        SessionStatus(
            "msl",
            destination=Destination(interface="TenGigE0/2/0/15"),
            problem="Destination interface TenGigE0/2/0/15 is not configured",
        ),
        SessionStatus("ms2", problem="Destination interface is not configured"),
    )


def test_next_hop_with_class_and_every_kind_of_row():
    (session,) = parse_status(NEXT_HOP)
    assert (session.name, session.session_class, session.problem) == ("test", "ipv4", None)
    assert session.destination == Destination(next_hop="255.254.254.4")
    assert [(s.interface, s.direction, s.operational, s.reason, s.error) for s in session.sources] == [
        ("GigabitEthernet0/0/0/2.2", "rx-only", False, "source same as destination", None),
        ("GigabitEthernet0/0/0/2.3", "rx-only", False, "Destination not active", None),
        ("GigabitEthernet0/0/0/2.4", "rx-only", True, None, None),
        ("GigabitEthernet0/0/0/4", "rx-only", False, None, "see detailed output for explanation"),
    ]
    assert session.unparsed == ()


def test_error_layout_without_a_direction_column():
    (session,) = parse_status(NEXT_HOP_ERROR)
    assert session.destination == Destination(next_hop="255.254.254.4")
    assert session.sources == (
        SourceStatus("GigabitEthernet0/0/0/4", False, "< Error: FULL Error Details >", error="FULL Error Details"),
    )


def test_error_layout_with_free_texts_that_wrap():
    text = NEXT_HOP_ERROR.partition("Gi0")[0] + (
        "Gi0/0/0/4        'Viking SPAN PD' detected the 'warning'\n"
        "                 condition 0x45 'PRM'\n"
        "                 Gi0/0/0/9 said no\n"
        "Gi0/0/0/5        Not operational (destination not active)\n"
        "Gi0/0/0/6        no resources\n"
    )
    (session,) = parse_status(text)
    assert [(s.interface, s.status) for s in session.sources] == [
        ("GigabitEthernet0/0/0/4", "'Viking SPAN PD' detected the 'warning' condition 0x45 'PRM' Gi0/0/0/9 said no"),
        ("GigabitEthernet0/0/0/5", "Not operational (destination not active)"),
        ("GigabitEthernet0/0/0/6", "no resources"),
    ]


def test_port_rows_are_read_and_canonical():
    (session,) = parse_status(PORT_ROWS)
    assert session.sources == (SourceStatus("TenGigE0/0/0/42", True, "Operational", "both", port_level=True),)


def test_wrapped_error_next_hop_interface_and_header_without_hyphen():
    first, second, third = parse_status(WRAPPED)
    assert first.sources[1].status == (
        "Not operational (destination interface not known). Error: 'Viking SPAN PD' detected the 'warning' "
        "condition 'PRM connection creation failure'."
    )
    assert first.sources[1].reason == "destination interface not known"
    assert first.sources[1].error == (
        "'Viking SPAN PD' detected the 'warning' condition 'PRM connection creation failure'."
    )
    assert second.destination == Destination(interface="TenGigE0/0/0/0")
    assert [(s.interface, s.operational, s.direction) for s in second.sources] == [
        ("TenGigE0/1/0/0.100", True, "both"),
        ("TenGigE0/2/0/0.200", False, "tx-only"),
    ]
    assert second.sources[1].error == "<blah>"
    assert (third.name, third.problem) == ("bar", "No destination configured")
    assert third.sources[0].reason == "no destination"
    assert not any(session.unparsed for session in (first, second, third))


@pytest.mark.parametrize("text", GOLDEN)
def test_line_ends_control_characters_and_indentation_do_not_matter(text: str):
    expected = parse_status(text)
    assert parse_status(text.replace("\n", "\r\n")) == expected
    assert parse_status(text.replace("\n", "\r\r\n")) == expected
    assert parse_status("\x07".join(text)) == expected
    assert parse_status("".join(f"   {line}\n" for line in text.splitlines())) == expected


@pytest.mark.parametrize(
    ("line", "destination", "state", "problem"),
    [
        ("Destination interface Te0/0/0/20 (down)", Destination(interface="TenGigE0/0/0/20"), "down", True),
        ("Destination interface Te0/0/0/20 (admin-down)", Destination(interface="TenGigE0/0/0/20"), "admin-down", True),
        ("Destination interface Te0/0/0/20 (up)", Destination(interface="TenGigE0/0/0/20"), "up", False),
        ("Destination pseudowire", Destination(pseudowire=True), None, False),
        ("Destination pseudowire (down)", Destination(pseudowire=True), "down", True),
        ("Destination file size 1024", Destination(file="size 1024"), None, False),
        ("Destination next-hop ipv6 2001:db8::1", Destination(next_hop="2001:db8::1"), None, False),
        ("Destination Nexthop 10.0.0.1 (vrf RED)", Destination(next_hop="10.0.0.1", vrf="RED"), None, False),
        ("Destination next-hop ipv4 10.0.0.1 vrf RED", Destination(next_hop="10.0.0.1", vrf="RED"), None, False),
        ("Session is not configured globally", None, None, True),
    ],
)
def test_destination_lines(line: str, destination: Destination | None, state: str | None, problem: bool):
    (session,) = parse_status(f"Monitor-session s\n{line}\n====\nSource Interface Dir Status\n----\n")
    assert (session.destination, session.destination_state) == (destination, state)
    assert session.problem == (line if problem else None)
    assert session.unparsed == ()


@pytest.mark.parametrize(
    "lines",
    [
        "Rx destination interface Te0/0/0/1\nTx destination interface Te0/0/0/2 (down)",
        "Destination rx interface Te0/0/0/1\nDestination tx interface Te0/0/0/2 (down)",
        "Destination interface rx Te0/0/0/1\nDestination interface tx Te0/0/0/2 (down)",
    ],
)
def test_separate_destinations_of_rx_and_tx(lines: str):
    (session,) = parse_status(f"Monitor-session s\n{lines}\n")
    assert session.destination is None
    assert session.rx_destination == Destination(interface="TenGigE0/0/0/1")
    assert session.tx_destination == Destination(interface="TenGigE0/0/0/2")
    assert session.destination_state == "down"
    assert session.problem is not None


def test_an_odd_block_keeps_its_lines_and_spoils_nothing():
    odd = "Monitor-session odd\nDestination hologram 7\n<session status>\nGi0/1/0/0 sideways whatever\n% what?\n"
    first, middle, last = parse_status(SUMMARY + odd + PORT_ROWS)
    assert (first,) == parse_status(SUMMARY)
    assert (last,) == parse_status(PORT_ROWS)
    assert middle.unparsed == ("Destination hologram 7", "<session status>", "Gi0/1/0/0 sideways whatever", "% what?")


def test_a_lost_interface_line_never_gives_its_status_to_the_source_above():
    text = "Monitor-session s\nSource Interfaces\n---\nTe0/0/0/1\n Direction: Both\n Status: Not operational (x)\n"
    text += "T%%%\n Direction: Both\n Status: Operational\n"
    (session,) = parse_status(text)
    assert [(s.interface, s.operational) for s in session.sources] == [("TenGigE0/0/0/1", False)]
    assert " ".join(session.unparsed).count("Operational") == 1


def test_what_follows_the_next_prompt_belongs_to_another_command():
    text = PORT_ROWS + "RP/0/RP0/CPU0:router#show arp\nTue Aug 31 08:27:27.590 UTC\nAddress Age\n10.0.0.1 x\n"
    assert parse_status(text) == parse_status(PORT_ROWS)


def test_a_log_message_in_the_middle_is_no_end():
    log = "LC/0/0/CPU0:Aug 17 09:10:11.123 : pfilter_ea[146]: %PKT_INFRA-DPA_FM-3-ERROR : show something\n"
    head, rows = SUMMARY[: SUMMARY.index("TenGigE0/5/0/17")], SUMMARY[SUMMARY.index("TenGigE0/5/0/17") :]
    assert parse_status(head + log + rows) == parse_status(SUMMARY)


def test_nothing_but_operational_counts_as_operational():
    text = "Monitor-session s\n" + "".join(
        f"Te0/0/0/{number}  Both  {status}\n"
        for number, status in enumerate(
            ("Operational", "Operating", "operational.", "Operational Error: x", "Oper", "")
        )
    )
    assert list(operational(parse_status(text)).values()) == [True, True, True, False, False, False]


def test_summary_and_detail_of_one_session_become_one():
    detail = (
        "Monitor-session EASTON\nDestination interface TenGigE0/0/0/20\nSource Interfaces\n---\nTenGigE0/0/0/42\n"
        " Direction: Both\n Port level: True\n ACL match: Disabled\n Portion: Full packet\n Status: Error: no TCAM\n"
    )
    hint = PORT_ROWS.replace("Operational", "Error: see detailed output for explanation")
    for text in (hint + detail, detail + hint):
        (session,) = merged(parse_status(text))
        (source,) = session.sources
        assert (source.error, source.port_level, source.portion) == ("no TCAM", True, "Full packet")
    assert operational(parse_status(detail + PORT_ROWS)) == {("EASTON", "TenGigE0/0/0/42"): True}
    assert operational(parse_status(PORT_ROWS + detail)) == {("EASTON", "TenGigE0/0/0/42"): False}


def test_an_interface_printed_twice_in_a_block_is_operational_only_when_both_rows_are():
    row = "Te0/0/0/42 (port)  Both Operational\n"
    bad = "Te0/0/0/42 (port)  Rx Not operational (destination not active)\n"
    for rows in (row + bad, bad + row):
        assert operational(parse_status(f"Monitor-session s\n{rows}")) == {("s", "TenGigE0/0/0/42"): False}
    assert operational(parse_status(f"Monitor-session s\n{row}{row}")) == {("s", "TenGigE0/0/0/42"): True}


def test_a_thousand_sessions_of_eight_hundred_sources_in_all():
    text = "".join(
        f"Monitor-session s{number}\nDestination interface Hu0/0/0/{number}\n====\nSource Interface Dir Status\n---\n"
        f"Te0/0/0/{number}.7  Both  Operational\n"
        for number in range(1000)
    )
    statuses = parse_status(text)
    assert len(statuses) == 1000
    assert all(operational(statuses).values())
    assert operational(statuses)["s999", "TenGigE0/0/0/999.7"]


def test_thousands_of_blocks_of_one_session_become_one_in_order():
    text = "".join(f"Monitor-session s\nTe0/0/0/{number} Both Operational\n" for number in range(3000))
    (session,) = merged(parse_status(text))
    assert [source.interface for source in session.sources] == [f"TenGigE0/0/0/{number}" for number in range(3000)]


def test_what_is_kept_is_bounded():
    (session,) = parse_status("Monitor-session s\n" + ("x" * 10_000 + "\n") * 1000)
    assert len(session.unparsed) == 50
    assert max(map(len, session.unparsed)) <= 500
    (session,) = parse_status("Monitor-session s\nTe0/0/0/1 Both Error: x\n" + "more and more\n" * 10_000)
    assert len(session.sources[0].status) < 1000


@given(st.text())
def test_never_raises_on_any_text(text: str):
    parse_status(text)
    parse_status("Monitor-session s\n" + text)


@settings(max_examples=200)
@given(st.sampled_from(GOLDEN), st.data())
def test_never_raises_on_damaged_output(text: str, data: st.DataObject):
    at = data.draw(st.integers(0, len(text)))
    until = data.draw(st.integers(at, min(len(text), at + 40)))
    statuses = parse_status(text[:at] + data.draw(st.text(max_size=20)) + text[until:])
    operational(statuses)


@settings(max_examples=200)
@given(st.sampled_from(GOLDEN), st.randoms(use_true_random=False))
def test_never_raises_on_lines_lost_doubled_or_in_another_order(text: str, random):
    lines = text.splitlines(keepends=True)
    merged(parse_status("".join(random.choices(lines, k=len(lines)))))


@pytest.mark.parametrize("text", GOLDEN)
def test_losing_one_line_never_makes_a_source_operational(text: str):
    lines = text.splitlines(keepends=True)
    before = {interface for (_session, interface), up in operational(parse_status(text)).items() if up}
    for lost in range(len(lines)):
        rest = "".join(lines[:lost] + lines[lost + 1 :])
        assert {interface for (_session, interface), up in operational(parse_status(rest)).items() if up} <= before


@pytest.mark.parametrize("text", GOLDEN)
def test_cutting_the_text_never_makes_a_source_operational(text: str):
    before = {interface for (_session, interface), up in operational(parse_status(text)).items() if up}
    for length in range(len(text)):
        after = operational(parse_status(text[:length]))
        assert {interface for (_session, interface), up in after.items() if up} <= before
