# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""parse_flow_session: an answer that somebody already has."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.mspplus.netsec.plugins.filter.parse_flow_session import parse_flow_session

TEXT = """user@srx> show security flow session
Session ID: 40, Policy name: allow-out/270, Timeout: 18, Session State: Valid
  In: 192.168.99.201/18277 --> 76.214.233.95/722;icmp, Conn Tag: 0x0, If: reth1.1000, Pkts: 1, Bytes: 84,
  Out: 76.214.233.95/722 --> 50.220.171.30/11623;icmp, Conn Tag: 0x0, If: reth0.0, Pkts: 0, Bytes: 0,

Session ID: 41, Policy name: N/A, Timeout: N/A, Session State: Valid
  In: 192.0.2.1/1 --> 192.0.2.2/1;gre, Conn Tag: 0x0, If: reth0.0, Pkts: 1, Bytes: 84,

Total sessions: 2
"""
XML = """<rpc-reply xmlns:junos="http://xml.juniper.net/junos/15.1X49/junos">
<flow-session-information xmlns="http://xml.juniper.net/junos/15.1X49/junos-flow">
<flow-session junos:style="brief"><session-identifier>40</session-identifier><policy>allow-out/270</policy>
<flow-information><direction>In</direction><source-address>192.0.2.1</source-address></flow-information></flow-session>
<displayed-session-count>1</displayed-session-count></flow-session-information></rpc-reply>
"""


def test_text() -> None:
    found = parse_flow_session(TEXT, aggregate=["policy"])
    assert (found["format"], found["total"], found["displayed"], found["complete"], found["broken"]) == (
        "text",
        2,
        2,
        True,
        None,
    )
    assert found["sessions"][0]["nat"]["source"] == "50.220.171.30" and found["sessions"][1]["out"] is None
    assert found["aggregate"]["policy"]["top"][0]["sessions"] == 1 and found["summary"] == []
    assert found["unparsed"] == ["user@srx> show security flow session"]


def test_xml() -> None:
    found = parse_flow_session(XML)
    assert (found["format"], found["total"], found["complete"]) == ("xml", 1, True)
    cut = parse_flow_session(XML[:-60])
    assert not cut["complete"] and "middle" in cut["broken"]
    assert "aggregate" not in found


REPLY = '<rpc-reply xmlns:junos="http://xml.juniper.net/junos/15.1X49/junos">{}</rpc-reply>'
ITEMS = REPLY.format(
    "<multi-routing-engine-results><multi-routing-engine-item><re-name>node0</re-name>{}</multi-routing-engine-item>"
    "<multi-routing-engine-item><re-name>node1</re-name>{}</multi-routing-engine-item></multi-routing-engine-results>"
)
NODES = "node0:\n{dashes}\n{one}\nnode1:\n{dashes}\n"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "it is empty"),
        (" \n\n", "it is empty"),
        (
            "error: permission denied\n",
            "the device refused: error: permission denied (this user is not allowed to do that)",
        ),
        ("error: the flow subsystem is not responding\n", "the device refused: error: the flow subsystem"),
        ("unknown command.\n", "the device refused: unknown command."),
        (f"{TEXT}error: communication failure with node1\n", "the device refused: error: communication failure"),
        (
            REPLY.format("<rpc-error><error-message>permission denied</error-message></rpc-error>"),
            "the device refused: permission denied",
        ),
        (
            REPLY.format("<rpc-error><error-message>\nout of luck\n</error-message></rpc-error>"),
            "the device refused: error: out",
        ),
        (
            XML.replace(
                "</flow-session-information>",
                "</flow-session-information><xnm:error><error-message>x</error-message></xnm:error>",
            ),
            "the device refused: error: x",
        ),
        (
            REPLY.format("<xnm:error><message>communication failure</message></xnm:error>"),
            "it holds neither sessions nor",
        ),
        (REPLY.format("<flow-session-information/>"), "it holds neither sessions nor a count"),
        ('{"flow-session-information":[]}', "it holds neither sessions nor a count of them: JSON is not read"),
        ('[{"flow-session-information":[{"displayed-session-count":[{"data":"2"}]}]}]', "it holds neither sessions"),
        (" ".join(TEXT.split("\n")), "its lines were joined"),
        (" ".join(TEXT.split("\n")[1:]), "its lines were joined"),
        (" ".join(TEXT.split()), "its lines were joined"),
        (TEXT.partition("Total")[0], "it ends before 'Total sessions:'"),
        (TEXT.splitlines()[1], "it ends before 'Total sessions:'"),
        (TEXT.replace("sessions: 2", "sessions: 3"), "it tells of 3 sessions, 2 were understood"),
        (NODES.format(dashes="-" * 74, one=TEXT), "it ends before 'Total sessions:'"),
        (f"{TEXT}Flow Sessions on FPC0 PIC1:\n", "it ends before 'Total sessions:'"),
        ("what the weather is like", "it holds neither sessions nor a count"),
        (TEXT.replace("\nTotal", "\nerror: communication failure\nTotal"), "the device refused: error: communication"),
        (TEXT.replace("\n  Out:", " Out:"), "its lines were joined"),
        ("Unicast-sessions: 3\nSessions-in-use: 4\nMaxim", "it ends before 'Maximum-sessions:'"),
        (ITEMS.format(XML, ""), "a node tells nothing"),
        (ITEMS.format("", XML), "a node tells nothing"),
    ],
)
def test_what_is_not_whole_says_why(text: str, why: str) -> None:
    found = parse_flow_session(text)
    assert not found["complete"] and found["broken"].startswith(why), found["broken"]


@pytest.mark.parametrize(
    "text", ["Total sessions: 0\n", REPLY.format("<a><displayed-session-count>0</displayed-session-count></a>")]
)
def test_an_empty_table_is_whole_because_the_device_says_so(text: str) -> None:
    found = parse_flow_session(text)
    assert (found["complete"], found["broken"], found["total"], found["displayed"]) == (True, None, 0, 0)


def test_a_cluster_is_whole_when_both_nodes_have_a_count() -> None:
    idle = "<flow-session-information><displayed-session-count>0</displayed-session-count></flow-session-information>"
    found = parse_flow_session(ITEMS.format(XML, idle))
    assert (found["complete"], found["broken"], found["total"], found["displayed"]) == (True, None, 1, 1)


def test_a_summary() -> None:
    found = parse_flow_session(
        "Unicast-sessions: 3231\nSessions-in-use: 3680\n  Valid sessions: 3230\nMaximum-sessions: 4194304\n"
    )
    assert found["summary"] == [
        {"node": None, "fpc_pic": None, "unicast": 3231, "in_use": 3680, "valid": 3230, "maximum": 4194304}
    ]
    assert found["complete"]


def test_a_listing_without_the_sessions() -> None:
    found = parse_flow_session(TEXT, limit=0)
    assert found["sessions"] == [] and found["total"] == 2


@pytest.mark.parametrize(
    ("text", "options"),
    [
        (5, {}),
        (TEXT, {"format": "json"}),
        (TEXT, {"aggregate": ["zone"]}),
        (TEXT, {"limit": -1}),
        (TEXT, {"top": "x"}),
        (TEXT, {"limit": True}),
    ],
)
def test_arguments_are_checked(text: Any, options: dict[str, Any]) -> None:
    with pytest.raises(AnsibleFilterError, match="parse_flow_session"):
        parse_flow_session(text, **options)
