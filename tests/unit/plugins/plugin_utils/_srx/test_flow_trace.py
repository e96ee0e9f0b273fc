# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lines of a flow trace file become packets, whatever becomes of the lines."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.flow_trace import (
    MAX_OPEN,
    MAX_STEPS,
    packets,
    summary_of,
)

# Verbatim capture of an SRX: what a filter matched, and the first steps.
CAPTURED = """\
Jul 10 20:48:10 20:48:09.965641:CID-0:RT:<192.168.1.1/1->192.168.1.10/29284;1> matched filter incoming-filter:
Jul 10 20:48:10 20:48:09.965941:CID-0:RT:packet [84] ipid = 38310, @0x4bd2c4d2
Jul 10 20:48:10 20:48:09.970793:CID-0:RT: ge-0/0/1.0:192.168.1.1->192.168.1.10, icmp, (8/0)
Jul 10 20:48:10 20:48:09.971211:CID-0:RT: no session found, start first path. in_tunnel - 0x0, from_cp_flag - 0
"""
STAMP = "Nov  1 06:21:07 06:21:07.682052:CID-0:RT:"
HIT = f"{STAMP}<10.1.1.7/4711->198.51.100.9/443;6> matched filter out:"
CREATED = [
    HIT,
    f"{STAMP}packet [60] ipid = 7, @0x4bd2c4d2",
    f"{STAMP} ge-0/0/0.0:10.1.1.7/4711->198.51.100.9/443, tcp, flag 2 syn",
    f"{STAMP}  routed (x_dst_ip 198.51.100.9) from trust (ge-0/0/0.0 in 0) to ge-0/0/1.0, Next-hop: 203.0.113.254",
    f"{STAMP}flow_first_policy_search: policy search from zone trust-> zone untrust (0x110,0x1d0016,0x16)",
    f"{STAMP}  permitted by policy web-out(7)",
    f"{STAMP}  dip id = 2/0, 10.1.1.7/4711->203.0.113.1/20001",
    f"{STAMP}flow_first_get_out_ifp: choose interface ge-0/0/1.0 as outgoing phy if",
    f"{STAMP}  Session (id:39154) created for first pak 200",
    f"{STAMP} flow got session.",
    f"{STAMP}  flow session id 39154",
    f"{STAMP} ----- flow_process_pkt rc 0x0 (fp rc 0)",
]
DROPPED = [
    f"{STAMP}<10.1.1.8/5000->198.51.100.9/23;6> matched filter out:",
    f"{STAMP}  packet dropped, denied by policy",
    f"{STAMP}  Denied by policy: default-policy/2 , dropping pkt",
    f"{STAMP}  packet dropped,  policy deny.",
    f"{STAMP} ----- flow_process_pkt rc 0x7 (fp rc -1)",
]
FOUND = [
    f"{STAMP}<2001:db8::1/5000->2001:db8::2/53;17> matched filter v6:",
    f"{STAMP} flow got session.",
    f"{STAMP}  flow session id 12",
]


def test_the_captured_lines_are_one_packet_that_nothing_is_told_of():
    assert list(packets(CAPTURED)) == [
        {
            "time": "Jul 10 20:48:09.965641",
            "filter": "incoming-filter",
            "source": "192.168.1.1",
            "source_port": 1,
            "destination": "192.168.1.10",
            "destination_port": 29284,
            "protocol": "icmp",
            "length": 84,
            "interface_in": "ge-0/0/1.0",
            "interface_out": None,
            "session_id": None,
            "policy": None,
            "from_zone": None,
            "to_zone": None,
            "next_hop": None,
            "nat_source": None,
            "reason": None,
            "session": None,
            "verdict": None,
            "lines": 4,
        }
    ]


def test_a_packet_that_makes_a_session():
    (packet,) = packets(CREATED)
    told = {key: packet[key] for key in ("length", "session_id", "policy", "from_zone", "to_zone", "next_hop", "lines")}
    assert told == {
        "length": 60,
        "session_id": 39154,
        "policy": "web-out",
        "from_zone": "trust",
        "to_zone": "untrust",
        "next_hop": "203.0.113.254",
        "lines": 12,
    }
    assert (packet["interface_in"], packet["interface_out"]) == ("ge-0/0/0.0", "ge-0/0/1.0")
    assert (packet["session"], packet["verdict"], packet["reason"]) == ("created", "forwarded", None)
    assert packet["nat_source"] == "203.0.113.1/20001"


def test_a_packet_that_is_dropped_says_why_and_by_which_policy():
    (packet,) = packets(DROPPED)
    assert (packet["verdict"], packet["reason"], packet["policy"]) == ("dropped", "denied by policy", "default-policy")
    assert packet["session"] is None


def test_a_packet_of_a_session_that_is_there():
    (packet,) = packets(FOUND)
    assert (packet["session"], packet["verdict"], packet["session_id"], packet["protocol"]) == (
        "found",
        "forwarded",
        12,
        "udp",
    )
    assert (packet["source"], packet["destination"]) == ("2001:db8::1", "2001:db8::2")


def test_a_packet_of_a_session_may_be_dropped_too():
    (packet,) = packets([*FOUND, f"{STAMP}  packet dropped, for self but not interested"])
    assert (packet["session"], packet["verdict"], packet["reason"]) == (
        "found",
        "dropped",
        "for self but not interested",
    )


def test_each_hit_begins_a_packet_and_what_stands_before_the_first_belongs_to_none():
    found = list(packets([*CREATED[1:], "noise", "", *DROPPED, *FOUND, *CREATED]))
    assert [packet["filter"] for packet in found] == ["out", "v6", "out"]
    assert [packet["verdict"] for packet in found] == ["dropped", "forwarded", "forwarded"]


def test_lines_without_a_syslog_stamp_and_of_a_logical_system():
    lines = [
        "20:48:09.965641:CID-0:THREAD_ID-01:LSYS_ID-00:RT:<10.0.0.1/1->10.0.0.2/2;6> matched filter a:",
        "20:48:09.965641:LSYS-ID-01:RT:<10.0.0.1/1->10.0.0.2/2;6,0x0> matched filter b:",
    ]
    assert [packet["filter"] for packet in packets(lines)] == ["a", "b"]
    assert [packet["time"] for packet in packets(lines)] == ["20:48:09.965641"] * 2
    for stamp in ("CID-0:THREAD_ID-01:LSYS_ID-00:RT:", "CID-0:RT:", "LSYS-ID-00:RT:", "CID-12:THREAD-ID-1:RT:"):
        (packet,) = packets([lines[0], f"20:48:09.965641:{stamp}packet [84] ipid = 1"])
        assert packet["length"] == 84, stamp


def of_thread(thread: int, lines: list[str]) -> list[str]:
    return [line.replace("CID-0:RT:", f"CID-0:THREAD_ID-{thread:02d}:RT:") for line in lines]


def test_a_step_belongs_to_the_packet_of_its_thread():
    one, two = of_thread(1, DROPPED), of_thread(2, FOUND)
    mixed = [
        one[0],
        two[0],
        *one[1:3],
        two[1],
        one[3].replace("THREAD_ID-01", "THREAD_ID-01:LSYS_ID-03"),
        two[2],
        one[4],
    ]
    first, second = packets(mixed)
    assert (first["verdict"], first["reason"], first["lines"]) == ("dropped", "denied by policy", 5)
    assert (second["verdict"], second["reason"], second["session_id"]) == ("forwarded", None, 12)


@given(st.lists(st.lists(st.sampled_from([CREATED, DROPPED, FOUND]), max_size=3), max_size=3), st.data())
def test_threads_that_write_between_each_others_lines_make_the_same_packets(traces: list[Any], data: st.DataObject):
    queues = [of_thread(number, [line for part in found for line in part]) for number, found in enumerate(traces)]
    apart = [packet for queue in queues for packet in packets(queue)]
    mixed = []
    while any(queues):
        mixed.append(data.draw(st.sampled_from([queue for queue in queues if queue])).pop(0))
    together = list(packets(mixed))
    begun = [line.split("<")[1].split("/")[0] for line in mixed if "matched filter" in line]
    assert [packet["source"] for packet in together] == begun
    assert sorted(map(str, together)) == sorted(map(str, apart))


def test_threads_that_fall_silent_hold_few_packets_back():
    lines = (line for number in range(3 * MAX_OPEN) for line in of_thread(number, [HIT]))
    taken = iter(packets(lines))
    next(taken)
    assert next(lines) == of_thread(MAX_OPEN + 1, [HIT])[0]  # the first came as soon as one more had begun
    late = of_thread(0, [CREATED[1]])  # of a packet that is out already: the newest takes it
    found = list(packets([*of_thread(0, [HIT]), *(of_thread(n, [HIT])[0] for n in range(1, MAX_OPEN + 1)), *late]))
    assert [packet["lines"] for packet in found] == [1] * MAX_OPEN + [2]


def test_text_and_lines_with_any_end_are_the_same():
    lines = [*CREATED, *DROPPED]
    desired = list(packets(lines))
    for end in ("\n", "\r\n"):
        assert list(packets(end.join(lines))) == list(packets([line + end for line in lines])) == desired


@given(st.integers(0, len("\n".join(CREATED + DROPPED + FOUND))))
def test_a_trace_cut_anywhere_has_the_packets_that_begin_before(at: int):
    text = "\n".join(CREATED + DROPPED + FOUND)
    found = list(packets(text[:at]))
    hits = text[:at].count("> matched filter ")
    assert hits - 1 <= len(found) <= hits
    assert [packet["source"] for packet in found] == ["10.1.1.7", "10.1.1.8", "2001:db8::1"][: len(found)]


@given(st.lists(st.sampled_from([*CREATED, *DROPPED, *FOUND]), max_size=30), st.data())
def test_lines_that_are_cut_never_raise_and_never_add_a_packet(lines: list[str], data: st.DataObject):
    cut = [line[: data.draw(st.integers(0, len(line)))] for line in lines]
    found = list(packets(cut))
    assert len(found) <= sum("matched filter" in line for line in cut)
    assert sum(packet["lines"] for packet in found) <= len(lines)


@given(st.one_of(st.text(), st.lists(st.text())))
def test_it_never_raises(text: Any):
    assert list(packets(text)) == []


@given(st.lists(st.tuples(st.sampled_from([HIT, STAMP, *CREATED]), st.text())))
def test_it_never_raises_behind_a_stamp(parts: list[tuple[str, str]]):
    found = list(packets([start + end for start, end in parts]))
    assert summary_of(found)["packets"] == len(found)


def test_a_packet_without_end_is_bounded():
    (packet,) = packets([HIT, *([CREATED[1]] * (3 * MAX_STEPS))])
    assert packet["lines"] == MAX_STEPS


@pytest.mark.parametrize(
    "line",
    [
        f"{STAMP}packet dropped,{' ' * 1900}",
        f"{STAMP}packet dropped,x{' ' * 900}x{' ' * 900}\x0bx",
        f"{STAMP}Dropped by {' a' * 900}",
        "00:00:00:CID-0" + ":A-1" * 480,
        "00:00:00:CID-0" + ":" + "A" * 1900,
        f"{STAMP}<{'1' * 1900}",
        f"{STAMP}<{'1' * 600}/1->{'2' * 600}/{'3' * 600}",
        f"{STAMP}dip id = {'a' * 1900}",
        f"{STAMP}routed (x_dst_ip a) from {'a' * 1900}",
    ],
)
def test_a_hostile_line_takes_no_time(line: str):
    began = time.process_time()
    (packet,) = packets([HIT, *([line] * 100)])
    assert time.process_time() - began < 1.0
    assert packet["lines"] in (1, 101)


def test_numbers_of_a_hostile_trace_are_bounded():
    line = f"{STAMP}<1.1.1.1/{'9' * 400}->2.2.2.2/{'9' * 400};{'9' * 400}> matched filter a:"
    assert list(packets([line])) == []
    (packet,) = packets([HIT, f"{STAMP}packet [{'9' * 1500}]"])
    assert packet["length"] is None or packet["length"] < 10**20


def test_the_summary_counts_by_filter_verdict_and_reason():
    summary = summary_of(packets([*CREATED, *DROPPED, *FOUND, *DROPPED, *CAPTURED.splitlines()]))
    assert summary == {
        "packets": 5,
        "lines": 12 + 5 + 3 + 5 + 4,
        "filters": {"out": 3, "v6": 1, "incoming-filter": 1},
        "verdicts": {"forwarded": 2, "dropped": 2, "unknown": 1},
        "reasons": {"denied by policy": 2},
    }


def test_the_summary_of_a_hostile_trace_is_bounded():
    lines = [f"{STAMP}<1.1.1.1/1->2.2.2.2/2;6> matched filter f{number}:" for number in range(3000)]
    summary = summary_of(packets(lines))
    assert summary["packets"] == 3000 and len(summary["filters"]) == 1000
