# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Global parameters of flows, status and counters."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.display_set import statements
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.flow_config import BARE_MSS, PARAMETERS, parameters
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.flow_status import parse_statistics, parse_status
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.groups import Inherited, inherited

# A capture of SRX 15.1, as published.
STATUS = """\
  Flow forwarding mode:
    Inet forwarding mode: flow based
    Inet6 forwarding mode: drop
    MPLS forwarding mode: drop
    ISO forwarding mode: drop
  Flow trace status
    Flow tracing status: off
  Flow session distribution
    Distribution mode: Hash-based
  Flow packet ordering
    Ordering mode: Hardware
"""


def test_defaults_count_where_nothing_is_set() -> None:
    found = parameters(Inherited(statements("")))
    assert found["route_change_timeout"] == {"value": None, "default": True, "unit": "seconds"}
    assert found["tcp_session"]["time_wait_state"]["session_timeout"]["value"] == 150
    assert found["traceoptions"] == {"active": False, "flags": [], "file": None} and found["other"] == []


def test_what_is_set_has_its_type() -> None:
    text = """set security flow route-change-timeout 30
set security flow syn-flood-protection-mode syn-proxy
set security flow tcp-mss gre-in
set security flow tcp-mss all-tcp mss 1350
set security flow tcp-session no-syn-check
set security flow tcp-session maximum-window 1M
set security flow aging early-ageout 10
set security flow bridge bypass-non-ip-unicast
set security flow traceoptions file ftrace
set security flow traceoptions flag basic-datapath
deactivate security flow tcp-session no-syn-check
"""
    found = parameters(Inherited(statements(text)))
    assert found["route_change_timeout"]["value"] == 30
    assert found["syn_flood_protection_mode"] == {"value": "syn-proxy", "default": False}
    assert found["tcp_mss"]["gre_in"]["mss"]["value"] == BARE_MSS
    assert found["tcp_mss"]["all_tcp"]["mss"]["value"] == 1350
    assert found["tcp_session"]["no_syn_check"] == {"value": False, "default": True}
    assert found["tcp_session"]["maximum_window"]["value"] == "1M"
    assert found["traceoptions"] == {"active": True, "flags": ["basic-datapath"], "file": "ftrace"}
    assert found["other"] == ["bridge bypass-non-ip-unicast"]


def test_every_row_of_the_table_is_read_back() -> None:
    values = {"flag": "", "int": "7", "text": "word"}
    text = "\n".join(f"set security flow {' '.join(row.path)} {values[row.kind]}".strip() for row in PARAMETERS)
    place = parameters(Inherited(statements(text)))
    for row in PARAMETERS:
        found = place
        for word in row.path:
            found = found[word.replace("-", "_")]
        assert found["default"] is False and found["value"] == {"flag": True, "int": 7, "text": "word"}[row.kind]


@given(st.text(max_size=200))
def test_no_text_breaks_a_reader(text: str) -> None:
    found, status, statistics = (
        parameters(Inherited(statements(f"set security flow {text}"))),
        parse_status(text),
        parse_statistics(text),
    )
    assert json.loads(json.dumps([found, status, statistics])) == [found, status, statistics]  # it becomes a result
    assert {*found} == {*parameters(Inherited(statements("")))}, "the same keys, whatever is configured"
    assert all(node["tracing"] in (True, False, None) and isinstance(node["trace_flags"], list) for node in status)
    fields = [field for item in (*status, *statistics) for field in item["fields"].values()]
    assert all(isinstance(field, int | str) for field in fields) and len(fields) <= 2 * len(text)
    assert all(0 <= field < 10**20 for field in fields if isinstance(field, int))


def test_status_tells_who_traces() -> None:
    (alone,) = parse_status(STATUS)
    assert (alone["node"], alone["tracing"], alone["fields"]["distribution_mode"]) == (None, False, "Hash-based")
    on = STATUS.replace("status: off", "status: on\n    Flow tracing options: basic-datapath, session")
    dashes = "-" * 74
    both = parse_status(f"node0:\n{dashes}\n{on}\nnode1:\n{dashes}\n{STATUS}")
    assert [(item["node"], item["tracing"], item["trace_flags"]) for item in both] == [
        ("node0", True, ["basic-datapath", "session"]),
        ("node1", False, []),
    ]
    assert parse_status("nothing")[0]["tracing"] is None


def test_statistics_are_numbers_by_unit() -> None:
    text = "  Flow Statistics of FPC0 PIC1:\n    Current sessions: 10\n  Flow Statistics Summary:\n    Current sessions: 25\n"
    found = parse_statistics(text)
    assert [(item["unit"], item["fields"]) for item in found] == [
        ("FPC0 PIC1", {"current_sessions": 10}),
        ("summary", {"current_sessions": 25}),
    ]


def test_a_number_that_is_none_stays_text() -> None:
    found = parameters(Inherited(statements(f"set security flow route-change-timeout {'9' * 5000}")))
    assert found["route_change_timeout"]["value"] == "9" * 5000


def test_a_parameter_that_a_group_brings_names_it():
    own = "set security flow tcp-mss all-tcp mss 1400\n"
    counting = f"{own}set security flow tcp-mss ipsec-vpn mss 1350\nset security flow allow-dns-reply\n"
    groups = (
        "set groups mss security flow tcp-mss all-tcp mss 1300\nset groups mss security flow tcp-mss <*> mss 1350\n"
        "set groups dns security flow allow-dns-reply\n"
    )
    found = parameters(inherited(own, counting, groups))
    assert found["tcp_mss"]["ipsec_vpn"]["mss"] == {"value": 1350, "default": False, "unit": "bytes", "group": "mss"}
    assert found["tcp_mss"]["all_tcp"]["mss"] == {"value": 1400, "default": False, "unit": "bytes"}
    assert found["allow_dns_reply"] == {"value": True, "default": False, "group": "dns"}
