# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""parse_monitor_flow: monitors and traces from text that a person already has."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from ansible.errors import AnsibleFilterError
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.mspplus.netsec.plugins.filter import parse_monitor_flow as plugin
from ansible_collections.mspplus.netsec.plugins.modules import srx_flow_monitor_info

parse_monitor_flow = plugin.FilterModule().filters()["parse_monitor_flow"]
DASHES = "-" * 74
SHOWN = """\
Monitor security flow session status: Active
Monitor security flow trace file: /var/log/securityflow.log
Monitor security flow filters: 1
  Name: myfilter
    Status: Active
    Source: 192.168.56.10/32 (port 0~65535)
    Destination: 0.0.0.0/0 (port 443~443)
    Logical system: root-logical-system
    Interface: None
"""
TRACE = """\
Jul 10 20:48:10 20:48:09.965641:CID-0:RT:<192.168.1.1/1->192.168.1.10/29284;1> matched filter incoming-filter:
Jul 10 20:48:10 20:48:09.965941:CID-0:RT:packet [84] ipid = 38310, @0x4bd2c4d2
Jul 10 20:48:10 20:48:10.965641:CID-0:RT:<192.168.1.1/2->192.168.1.10/29284;1> matched filter incoming-filter:
"""
EMPTY = {"monitor": {"running": None, "file": None, "filters": []}, "complete": False, "broken": "", "events": []}


def test_both_may_stand_in_one_text():
    found = parse_monitor_flow(SHOWN + TRACE)
    assert found["monitor"] == {
        "running": True,
        "file": "securityflow.log",
        "filters": [{"name": "myfilter", "source_prefix": "192.168.56.10/32", "destination_port": "443"}],
    }
    assert [(event["source_port"], event["length"]) for event in found["events"]] == [(1, 84), (2, None)]
    assert parse_monitor_flow(SHOWN)["events"] == []
    assert (parse_monitor_flow(SHOWN)["complete"], parse_monitor_flow(SHOWN)["broken"]) == (True, None)
    assert parse_monitor_flow(TRACE)["monitor"] == EMPTY["monitor"]


def test_a_limit_takes_the_oldest():
    assert [event["source_port"] for event in parse_monitor_flow(TRACE, limit=1)["events"]] == [1]
    assert parse_monitor_flow(TRACE, limit=0)["events"] == []


def test_a_node_is_chosen_by_its_name():
    other = SHOWN.replace(": Active", ": Inactive").replace("myfilter", "other")
    text = f"node0:\n{DASHES}\n{SHOWN}\nnode1:\n{DASHES}\n{other}"
    assert [parse_monitor_flow(text, node)["monitor"]["running"] for node in ("", "node0", "node1")] == [
        True,
        True,
        False,
    ]


@pytest.mark.parametrize(
    ("text", "node", "why"),
    [
        ("", "", "it is empty"),
        ("\n \n", "", "it is empty"),
        (
            "error: permission denied\n",
            "",
            "the device refused: error: permission denied (this user is not allowed to do that)",
        ),
        ("unknown command.\n", "", "the device refused: unknown command."),
        (TRACE, "", "it does not show whether the monitor is active"),
        ("<rpc-reply><output>x</output></rpc-reply>", "", "it does not show whether the monitor is active"),
        (SHOWN.replace(": Active", ": On", 1), "", "it does not show whether the monitor is active"),
        (f"node0:\n{DASHES}\n{SHOWN}", "node1", "it does not show whether the monitor of node1 is active"),
    ],
)
def test_a_text_that_does_not_tell_is_no_monitor_that_rests(text: str, node: str, why: str):
    found = parse_monitor_flow(text, node)
    assert found["monitor"] == EMPTY["monitor"] and not found["complete"]
    assert found["broken"].startswith(why)


def test_a_monitor_that_is_cut_is_told_as_far_as_it_goes():
    for lines in range(1, 3):
        found = parse_monitor_flow("\n".join(SHOWN.splitlines()[:lines]))
        assert found["monitor"]["running"] is True and not found["complete"] and found["broken"]
    assert "reports 1 filters and shows 0" in parse_monitor_flow("\n".join(SHOWN.splitlines()[:3]))["broken"]
    for lines in range(4, len(SHOWN.splitlines())):
        found = parse_monitor_flow("\n".join(SHOWN.splitlines()[:lines]))
        assert (found["monitor"]["running"], found["complete"]) == (True, False)
        assert found["broken"] == "a filter lacks lines that every filter has, so it may be cut"


@pytest.mark.parametrize("value", [None, b"text", 5, ["line"], {}])
def test_only_text_is_taken(value: Any):
    with pytest.raises(AnsibleFilterError, match="needs text"):
        parse_monitor_flow(value)


@pytest.mark.parametrize("limit", [-1, "5", None, 1.5])
def test_a_limit_is_a_number(limit: Any):
    with pytest.raises(AnsibleFilterError, match="limit"):
        parse_monitor_flow("", limit=limit)


@given(st.text(), st.text(max_size=5))
def test_no_text_raises(text: str, node: str):
    assert parse_monitor_flow(text, node).keys() == EMPTY.keys()


def test_events_have_the_keys_that_are_documented():
    documented = yaml.safe_load(srx_flow_monitor_info.RETURN)["events"]["contains"]
    assert all(set(event) == set(documented) for event in parse_monitor_flow(TRACE)["events"])
    options = yaml.safe_load(plugin.DOCUMENTATION)["options"]
    assert (options["node"]["default"], options["limit"]["default"]) == ("", 10_000)
