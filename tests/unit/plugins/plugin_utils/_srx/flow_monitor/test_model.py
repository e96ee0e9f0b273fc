# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The flow monitor from text and from documents, and what a device makes of what is typed."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.flow_monitor import model as monitor_model
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.flow_monitor.model import (
    Filter,
    Monitor,
    TraceFile,
    bytes_of,
    file_of,
    filter_of,
    is_incomplete,
    missing_parts,
    network,
    parse,
    to_document,
)

from .monitors import PROTOCOL_NAMES, by_name, monitors, render

# Verbatim capture of an SRX.
CAPTURED = """\
Monitor security flow session status: Active
Monitor security flow trace file: /var/log/securityflow.log
Monitor security flow filters: 1
  Name: myfilter
    Status: Active
    Source: 192.168.56.10/32 (port 0~65535)
    Destination: 0.0.0.0/0 (port 0~65535)
    Protocol: icmp
    Logical system: root-logical-system
    Interface: reth0.0
"""
DASHES = "-" * 74


def test_the_capture_is_read():
    desired = Filter("myfilter", source_prefix="192.168.56.10/32", protocol="icmp", interface="reth0.0")
    assert parse(CAPTURED) == Monitor(True, TraceFile("securityflow.log"), {"myfilter": desired})
    assert to_document(parse(CAPTURED)) == {
        "running": True,
        "file": "securityflow.log",
        "filters": [
            {"name": "myfilter", "source_prefix": "192.168.56.10/32", "protocol": "icmp", "interface": "reth0.0"}
        ],
    }
    assert missing_parts(CAPTURED) == "" and not is_incomplete(CAPTURED)


def test_nothing_is_monitored():
    text = "Monitor security flow session status: Inactive\nMonitor security flow trace file: None\nMonitor security flow filters: 0\n"
    assert parse(text) == parse("") == Monitor()
    assert missing_parts(text) == "" and missing_parts("")
    for value in ("", "none"):
        assert parse(text.replace("None", value)).file is None


@given(monitors(), st.booleans(), st.booleans(), st.sampled_from(["", "  ", "\t", "      "]))
def test_what_a_device_shows_is_read_back(monitor: Monitor, single: bool, any_v6: bool, indent: str):
    text = render(monitor, single=single, any_v6=any_v6, indent=indent)
    assert parse(text) == parse(text.replace("\n", "\r\n")) == by_name(monitor)
    assert missing_parts(text) == "" and not is_incomplete(text)


@given(monitors(), monitors())
def test_a_cluster_shows_its_nodes_apart(one: Monitor, other: Monitor):
    text = f"node0:\n{DASHES}\n{render(one)}\nnode1:\n{DASHES}\n{render(other)}"
    assert parse(text, "node0") == parse(text, "") == by_name(one)
    assert parse(text, "node1") == by_name(other)
    assert parse(render(one), "node1") == by_name(one)  # shows one of them only
    assert missing_parts(text, "node0") == missing_parts(text, "node1") == ""


@given(st.text(), st.text(max_size=6))
def test_no_text_raises(text: str, node: str):
    assert isinstance(parse(text, node), Monitor)
    assert isinstance(missing_parts(text, node), str) and isinstance(is_incomplete(text, node), bool)


@given(st.lists(st.tuples(st.sampled_from([*CAPTURED.splitlines(), "Name", "Source", "Port"]), st.text(max_size=20))))
def test_no_text_that_looks_like_one_raises(parts: list[tuple[str, str]]):
    text = "\n".join(f"{line}{noise}" for line, noise in parts)
    assert isinstance(to_document(parse(text)), dict) and isinstance(missing_parts(text), str)


@given(monitors(), st.data())
def test_an_answer_cut_before_its_last_lines_is_told_from_a_whole_one(monitor: Monitor, data: st.DataObject):
    text = render(monitor, extras=False)
    lines = text.splitlines(keepends=True)
    cut = "".join(lines[: data.draw(st.integers(0, len(lines) - 1))])
    assert missing_parts(cut) or is_incomplete(cut)


@pytest.mark.parametrize("at", range(len(CAPTURED) - len(" reth0.0\n")))
def test_the_capture_cut_anywhere_but_in_its_last_word_is_not_whole(at: int):
    assert missing_parts(CAPTURED[:at]) or is_incomplete(CAPTURED[:at])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("status: Active\n", "status: Acti\n"),
        ("filters: 1", "filters: 2"),
        ("filters: 1", "filters: x"),
        ("filters: 1", "filters: \u0661"),
        ("Name: myfilter", "Nme: myfilter"),
        ("Name: myfilter", "Name: my\ufffdfilter"),
        ("reth0.0", 'reth"0'),
        ("securityflow.log", "security?flow.log"),
        ("Monitor security flow trace", "Monitor security flw trace"),
    ],
)
def test_an_answer_that_was_spoilt_is_told_from_a_whole_one(old: str, new: str):
    assert old in CAPTURED and missing_parts(CAPTURED.replace(old, new, 1))


@pytest.mark.parametrize(
    ("old", "new"), [("(port 0~65535)", "(po"), ("Interface: reth0.0", "Interface:"), ("Destination:", "Dest\ufffd")]
)
def test_a_filter_with_a_line_that_tells_nothing_is_looked_at_twice(old: str, new: str):
    assert old in CAPTURED and is_incomplete(CAPTURED.replace(old, new, 1))


def test_criteria_behind_the_last_filter_that_counts_are_nobodys(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(monitor_model, "MAX_FILTERS", 1)
    text = CAPTURED + "  Name: other\n    Source: 10.0.0.0/8 (port 1~1)\n    Interface: None\n"
    assert parse(text).filters == parse(CAPTURED).filters


def test_a_hostile_answer_takes_no_time():
    began = time.process_time()
    for line in (
        "Name: " + " " * 100_000,
        "A " * 50_000,
        "Source: " + "1" * 100_000,
        "Source: x (port " + "1" * 100_000,
    ):
        parse("\n".join([line] * 20))
    assert time.process_time() - began < 2.0


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("10.0.0.1", "10.0.0.1/32"),
        ("10.0.0.1/32", "10.0.0.1/32"),
        ("10.1.2.3/24", "10.1.2.0/24"),
        ("10.1.2.3/255.255.255.0", "10.1.2.0/24"),
        ("2001:DB8::1", "2001:db8::1/128"),
        ("2001:0db8:0:0::/64", "2001:db8::/64"),
        ("0.0.0.0/0", ""),
        ("::/0", ""),
        ("not a prefix", "not a prefix"),
    ],
)
def test_a_prefix_is_what_a_device_makes_of_it(typed: str, shown: str):
    assert network(typed) == shown


def test_a_document_is_what_a_device_makes_of_it():
    made = filter_of(
        {
            "name": "f",
            "source_prefix": "10.0.0.1",
            "destination_prefix": "0.0.0.0/0",
            "source_port": "https",
            "destination_port": "08080",
            "protocol": "17",
            "interface": "reth0",
            "root_logical_system": True,
            "logical_system": "root-logical-system",
            "conn_tag": 0,
            "vxlan_vni": None,
        }
    )
    assert made == Filter("f", "10.0.0.1/32", "", "443", "8080", "udp", "reth0.0", "", extras=(("conn_tag", "0"),))
    assert made.command == (
        "monitor security flow filter f source-prefix 10.0.0.1/32 source-port 443 destination-port 8080 protocol udp "
        "interface reth0.0 conn-tag 0"
    )
    assert Filter("f").command == "monitor security flow filter f"


@pytest.mark.parametrize(
    ("shown", "port"),
    [
        ("443", "443"),
        ("443~443", "443"),
        ("https", "443"),
        ("https~https", "443"),
        ("ftp-data", "20"),
        ("20~ssh", "20~22"),
        ("1000-2000", "1000~2000"),
        ("0~1023", "0~1023"),
        ("0~65535", ""),
        ("nobodys-port", "nobodys-port"),
    ],
)
def test_a_port_is_its_number_however_it_is_shown(shown: str, port: str):
    text = CAPTURED.replace("0~65535", shown, 1)
    found = parse(text).filters["myfilter"]
    assert (found.source_prefix, found.source_port) == ("192.168.56.10/32", port) and not is_incomplete(text)


@pytest.mark.parametrize("name", PROTOCOL_NAMES)
def test_a_protocol_is_shown_by_its_name(name: str):
    text = CAPTURED.replace("icmp", name)
    assert parse(text).filters["myfilter"] == filter_of(
        {"name": "myfilter", "source_prefix": "192.168.56.10", "protocol": name, "interface": "reth0"}
    )


@pytest.mark.parametrize(
    ("item", "command"),
    [
        ({"name": "t"}, "monitor security flow file t"),
        ({"name": "t", "size": "1m", "files": 3}, "monitor security flow file t size 1048576 files 3"),
        ({"name": "t", "match": "a b|c"}, 'monitor security flow file t match "a b|c"'),
        ({"name": "t", "world_readable": True}, "monitor security flow file t world-readable"),
        ({"name": "t", "world_readable": False}, "monitor security flow file t no-world-readable"),
    ],
)
def test_a_trace_file_is_one_command(item: dict[str, object], command: str):
    assert file_of(item).command == command


@pytest.mark.parametrize(("text", "size"), [("10240", 10240), ("64k", 65536), ("1M", 1048576), (" 1g ", 1073741824)])
def test_sizes_are_bytes(text: str, size: int):
    assert bytes_of(text) == size


@pytest.mark.parametrize("text", ["", "k", "1t", "1.5m", "-1", "1 m", "9" * 13, "\u0661"])
def test_what_is_no_size_is_refused(text: str):
    with pytest.raises(ValueError, match="is not a valid size"):
        bytes_of(text)
