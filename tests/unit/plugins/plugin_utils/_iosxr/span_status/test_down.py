# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.interfaces import InterfaceState, parse_interface
from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.span_status.down import as_problem, down
from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.span_status.status import parse_status
from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.span_status.troubleshooting import status_document

TEXT = """Monitor-session ms1
Destination interface HundredGigE0/2/0/15
================================================================================
Source Interface      Dir   Status
--------------------- ---- ----------------------------------------------------
Te0/2/0/19 (port)     Rx    Not operational (destination not active)
Te0/2/0/20 (port)     Rx    Operational

Monitor-session ms2
Destination interface is not configured
================================================================================
Source Interface      Dir   Status
--------------------- ---- ----------------------------------------------------
"""
DOWN = parse_interface("HundredGigE0/2/0/15 is down, line protocol is down\n")


def test_what_is_up_is_left_out_and_what_is_down_has_its_reasons() -> None:
    interfaces: dict[str, InterfaceState | None] = {"HundredGigE0/2/0/15": DOWN}
    rows = down(status_document(parse_status(TEXT), interfaces))
    assert [(row["session"], row.get("interface")) for row in rows] == [("ms1", "TenGigE0/2/0/19"), ("ms2", None)]
    assert rows[0]["blamed"]["state"] == "down" and rows[0]["explanation"]
    first, second = map(as_problem, rows)
    assert str(first).startswith(
        "[operational] sessions[ms1].sources[TenGigE0/2/0/19]: Not operational (destination not active). The destination"
    )
    assert "HundredGigE0/2/0/15 is down." in str(first)
    assert (second.item, second.severity) == ("sessions[ms2]", "warning")


def test_an_interface_that_is_not_there_is_told() -> None:
    rows = down(status_document(parse_status(TEXT), {"HundredGigE0/2/0/15": None}))
    assert "There is no HundredGigE0/2/0/15." in str(as_problem(rows[0]))


def test_nothing_is_down_where_all_is_well() -> None:
    assert (
        down(
            status_document(
                parse_status(
                    TEXT.partition("Monitor-session ms2")[0].replace(
                        "Not operational (destination not active)", "Operational"
                    )
                )
            )
        )
        == []
    )
