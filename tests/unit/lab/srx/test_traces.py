# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Trace lines: stamps, hit markers, and packets that a filter matches."""

from __future__ import annotations

import ipaddress
import re
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.srx.flowconfig import Policy, Scene
from lab.srx.flows import Table
from lab.srx.monitor import Filter
from lab.srx.traces import FATES, TraceFilter, lines_of, packet_of, trace_lines

from .asked import device

NOW = datetime(2026, 7, 3, 20, 48, 9, 965_641, tzinfo=UTC)
TABLE = Table(Scene(policies=[Policy("a", "b", "stop here", 4, "deny"), Policy("a", "b", "go", 5)]), 500, 2)
STAMP = re.compile(r"Jul  3 20:48:(\d\d) 20:48:\1\.\d{6}:CID-0:RT:.+")
HIT = re.compile(r":RT:<(\S+)/(\d+)->(\S+)/(\d+);(\d+)> matched filter (\S+):$")


def shown(*filters: TraceFilter, count: int = 16, start: int = 0, any_traffic: bool = True) -> list[str]:
    return list(lines_of(filters, start, count, TABLE, NOW, any_traffic))


def test_lines_are_stamped_and_in_the_order_of_time() -> None:
    lines = shown(TraceFilter("f"))
    assert all(STAMP.fullmatch(line) for line in lines)
    times = [line[16:31] for line in lines]
    assert times == sorted(times)


@given(
    st.sampled_from(["", "10.0.0.1/32", "10.0.0.0/8", "2001:db8::/32"]), st.sampled_from(["", "443", "1000~2000"]),
    st.sampled_from(["", "tcp", "17", "icmp", "99"]), st.integers(0, 5000),
)  # fmt: skip
@settings(max_examples=60, deadline=None)
def test_every_hit_matches_its_filter(prefix: str, port: str, protocol: str, start: int) -> None:
    lines = shown(
        TraceFilter("only", source_prefix=prefix, destination_port=port, protocol=protocol), count=3, start=start
    )
    hits = [found for found in map(HIT.search, lines) if found]
    assert len(hits) == 3
    for source, _sport, _destination, dport, number, name in (hit.groups() for hit in hits):
        assert name == "only"
        assert not prefix or ipaddress.ip_address(source) in ipaddress.ip_network(prefix)
        assert not port or int(dport) in ([443] if port == "443" else range(1000, 2001))
        assert not protocol or number == {"tcp": "6", "icmp": "1"}.get(protocol, protocol)


def test_packets_meet_every_fate() -> None:
    text = "\n".join(shown(TraceFilter("f"), count=len(FATES)))
    for words in (
        "no session found, start first path. in_tunnel - 0x0, from_cp_flag - 0", "flow got session.", "packet dropped, denied by policy",
        "Denied by policy: stop here/4", "permitted by policy go(5)", "packet dropped, no route", "nat_src_xlated: True", "created for first pak",
    ):  # fmt: skip
        assert words in text


def test_a_session_that_is_found_was_created_before() -> None:
    created: set[str] = set()
    block: list[str] = []
    for line in [*shown(TraceFilter("f"), count=64), "<end> matched filter"]:
        if "matched filter" in line and block:
            text = "\n".join(block)
            found = re.findall(r"flow session id (\d+)", text)
            if "start first path" in text:
                created.update(found)
            else:
                assert found and set(found) <= created
            block = []
        block.append(line)


def test_filters_take_turns_and_packets_do_not_depend_on_the_start() -> None:
    filters = (TraceFilter("f1"), TraceFilter("f2", protocol="udp"))
    whole = [line[31:] for line in shown(*filters, count=20)]
    assert whole == [line[31:] for line in [*shown(*filters, count=7), *shown(*filters, count=13, start=7)]]
    assert {found[6] for line in shown(*filters, count=4) if (found := HIT.search(line))} == {"f1", "f2"}


def test_without_made_up_traffic_a_filter_may_see_nothing() -> None:
    assert shown(TraceFilter("f", source_prefix="192.0.2.1/32"), count=200, any_traffic=False) == []
    hits = [
        found
        for line in shown(TraceFilter("f", protocol="udp"), count=200, any_traffic=False)
        if (found := HIT.search(line))
    ]
    assert 0 < len(hits) < 200 and {hit[5] for hit in hits} == {"17"}
    assert shown(count=5) == []


def test_filters_of_the_monitor_are_taken() -> None:
    item = Filter("mine", (("destination-service", "https"), ("protocol", "6"), ("source-prefix", "10.9.8.7/32")))
    hits = [found for line in trace_lines([item], 0, 5, device()) if (found := HIT.search(line))]
    assert [(hit[1], hit[4], hit[5], hit[6]) for hit in hits] == [("10.9.8.7", "443", "6", "mine")] * 5


@pytest.mark.parametrize(("interface", "ingress"), [("reth0", "reth0.0"), ("ge-0/0/9.7", "ge-0/0/9.7")])
def test_the_interface_of_a_filter_is_the_packets(interface: str, ingress: str) -> None:
    assert packet_of(TraceFilter("f", interface=interface), 0, TABLE).ingress == ingress
