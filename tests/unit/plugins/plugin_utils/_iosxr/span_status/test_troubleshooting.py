# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Cisco's explanations. The statuses stand in the NCS 5500 and 8000 guides."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.interfaces import InterfaceState
from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.span_status.status import merged, parse_status
from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.span_status.troubleshooting import (
    DIAGNOSTICS,
    EXPLANATIONS,
    blamed_interfaces,
    explain,
    status_document,
)

# every status text of the sources -> the row that explains it
STATUSES = {
    "Session is not configured globally": "session-not-configured",
    "Destination interface TenGigE0/0/0/20 (down)": "session-destination-down",
    "Destination interface Te0/0/0/20 (admin-down)": "session-destination-down",
    "Destination pseudowire (down)": "session-destination-down",
    "Rx destination interface Te0/0/0/20 (down)": "session-destination-down",
    "Destination interface is not configured": "session-no-destination",
    "Destination interface TenGigE0/2/0/15 is not configured": "session-no-destination",
    "No destination configured": "session-no-destination",
    "Operational": "operational",
    "Operating": "operational",
    "Not operational (Session is not configured globally)": "source-session-not-configured",
    "Not operational (destination not known)": "destination-not-known",
    "Not operational (destination interface not known)": "destination-not-known",
    "Not operational (destination interface not known).": "destination-not-known",
    "Not operational(no destination)": "destination-not-known",
    "Not operational (source same as destination)": "source-same-as-destination",
    "Not operational (destination not active)": "destination-not-active",
    "Not operational (Destination not active)": "destination-not-active",
    "Not operational (source state down)": "source-down",
    "Not operational (source state admin-down)": "source-down",
    "Not operational (source state <down-state>)": "source-down",
    "Error: see detailed output for explanation": "error-see-detail",
    "Error: <blah>": "error",
    "< Error: FULL Error Details >": "error",
    "Not operational (destination interface not known). Error: 'Viking SPAN PD' detected the 'warning' condition "
    "'PRM connection creation failure'.": "destination-not-known",
}


@pytest.mark.parametrize(("status", "key"), STATUSES.items())
@pytest.mark.parametrize("change", [str, str.upper, str.lower, "  {}\n".format])
def test_every_status_has_exactly_one_row(status: str, key: str, change):
    text = change(status)
    matching = [row.key for row in EXPLANATIONS if row.pattern.fullmatch(" ".join(text.split()))]
    assert matching == [key]
    found = explain(text)
    assert found is not None
    assert found.key == key


def test_every_row_is_needed_and_complete():
    assert {row.key for row in EXPLANATIONS} == set(STATUSES.values())
    for row in EXPLANATIONS:
        assert row.explanation.endswith(".")
        assert row.remedy.endswith(".")
        assert row.source


@pytest.mark.parametrize(
    "text",
    ["", "Destination interface Te0/0/0/20 (up)", "Destination Nexthop 10.0.0.1 (vrf RED)", "Portion: Full packet"],
)
def test_what_is_no_fault_is_not_explained(text: str):
    assert explain(text) is None


def test_diagnostics_only_show():
    assert all(command.startswith("show monitor-session ") for command in DIAGNOSTICS.values())


TEXT = """\
Monitor-session ms1
Destination interface Te0/0/0/20 (down)
=====
Source Interface   Dir   Status
-----
Te0/0/0/1          Both  Not operational (destination not active)
Te0/0/0/2          Rx    Not operational (source state admin-down)
Te0/0/0/3 (port)   Tx    Operational
Monitor-session ms2
Destination interface Te0/0/0/21
=====
Te0/0/0/4          Both  Operational
Monitor-session ms3
Session is not configured globally
"""


def test_the_document_explains_and_shows_the_blamed_interface():
    statuses = merged(parse_status(TEXT))
    assert blamed_interfaces(statuses) == ("TenGigE0/0/0/20", "TenGigE0/0/0/2")
    states = {
        "TenGigE0/0/0/20": InterfaceState("TenGigE0/0/0/20", "down", "down"),
        "TenGigE0/0/0/2": None,
    }
    first, second, third = status_document(statuses, states)
    assert first["operational"] is False
    assert first["problem"] == "Destination interface Te0/0/0/20 (down)"
    assert first["blamed"] == {
        "interface": "TenGigE0/0/0/20",
        "exists": True,
        "state": "down",
        "line_protocol": "down",
    }
    assert first["sources"][0]["explanation"] == "The destination interface or pseudowire is not in the Up state."
    assert first["sources"][0]["blamed"] == first["blamed"]
    assert first["sources"][1]["blamed"] == {"interface": "TenGigE0/0/0/2", "exists": False}
    assert first["sources"][2]["operational"] is True
    assert "blamed" not in first["sources"][2]
    assert second["operational"] is True
    assert second["destination"] == {"interface": "TenGigE0/0/0/21"}
    assert "problem" not in second
    assert third["operational"] is False
    assert third["sources"] == []
    assert third["explanation"] == "The session does not exist in the global configuration."


def test_an_interface_that_was_not_read_is_only_named():
    (document, *_rest) = status_document(parse_status(TEXT))
    assert document["blamed"] == {"interface": "TenGigE0/0/0/20"}


@given(st.text())
def test_any_text_can_be_explained_and_shown(text: str):
    row = explain(text)
    assert row is None or row in EXPLANATIONS
    assert json.dumps(status_document(merged(parse_status("Monitor-session s\n" + text)))).startswith("[")
