# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Wedge conditions, fabric and control-path errors from alarms and log lines whose wording nobody has written down."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.fpc_errors.wedges import (
    alarm_document,
    driver_of,
    fabric,
    parse_alarms,
    path_errors,
    wedges,
)

CARDS = {("", 0): "SPC2", ("", 7): "IOC2"}
ALARMS = """\
3 alarms currently active
Alarm time               Class  Description
2026-11-21 04:00:00 UTC  Major  FPC 0 TOE irreversible wedge condition
2026-11-21 04:00:01 UTC  Major  FPC 7 Major Errors
2026-11-21 04:00:02 UTC  Minor  PEM 1 Not OK
"""
LOG = """\
Nov 21 03:59:58  core fpc0 TOE(0): irreversible wedge condition detected
Nov 21 04:00:00  core alarmd[4511]: Alarm set: FPC color=RED, class=CHASSIS, reason=FPC 0 TOE irreversible wedge condition
Nov 21 04:10:00  core fpc7 XMCHIP(0): transient wedge condition detected
Nov 21 04:10:04  core fpc7 XMCHIP(0): wedge condition cleared
Nov 21 04:11:00  core mgd[99]: UI_CMDLINE_READ_LINE: User 'a', command 'show log messages | match "fpc7 LU wedge" '
Nov 21 04:12:00  core fpc7 LU 0 wedge
"""


def test_what_stands_and_is_irreversible_comes_first() -> None:
    found = wedges(parse_alarms(ALARMS), LOG, CARDS)
    assert [(row["fpc"], row["driver"], row["kind"], row["active"], row["alarm"]) for row in found] == [
        (0, "TOE", "irreversible", True, True),
        (7, "LU", "unknown", True, False),
        (7, "XM", "transient", False, False),
    ]
    assert [row["card"] for row in found] == ["SPC2", "IOC2", "IOC2"]
    assert (found[0]["text"], found[0]["log_lines"]) == ("FPC 0 TOE irreversible wedge condition", 2)
    assert (found[2]["first_seen"], found[2]["last_seen"], found[2]["log_lines"]) == (
        "Nov 21 04:10:00",
        "Nov 21 04:10:04",
        1,
    )


def test_an_alarm_alone_means_that_it_is_irreversible() -> None:
    (row,) = wedges(parse_alarms("2026-11-21 04:00:00 UTC  Major  FPC 0 Host Loopback Wedge Detected"), "", CARDS)
    assert (row["kind"], row["driver"], row["detected_on_this_card"]) == ("irreversible", "host-loopback", True)


@pytest.mark.parametrize(
    ("fpc", "driver", "expected"), [(7, "TOE", False), (0, "TOE", True), (7, "XL", True), (7, "host-loopback", False)]
)
def test_drivers_that_are_watched_on_a_services_card_only(fpc: int, driver: str, expected: bool) -> None:
    (row,) = wedges([], f"Nov 21 04:00:00 core fpc{fpc} {driver}: transient wedge condition", CARDS)
    assert row["detected_on_this_card"] is expected


@pytest.mark.parametrize(
    ("text", "driver"),
    [
        ("fpc1 XM(0): wedge", "XM"),
        ("fpc1 xmchip 1 wedged", "XM"),
        ("LUCHIP(2) wedge", "LU"),
        ("XL_0: wedge", "XL"),
        ("Trinity Offload Engine wedge", "TOE"),
        ("host loopback wedge detected", "host-loopback"),
        ("host-loopback", "host-loopback"),
        ("FLUX wedge", ""),
        ("MAXMIND wedge", ""),
    ],
)
def test_how_a_text_may_name_a_driver(text: str, driver: str) -> None:
    assert driver_of(text) == driver


def test_the_last_word_on_a_wedge_counts() -> None:
    lines = [
        "Nov 21 04:00:00 core fpc7 XM: wedge condition cleared",
        "Nov 21 04:00:05 core fpc7 XM: transient wedge condition",
    ]
    assert wedges([], lines, CARDS)[0]["active"] is True
    assert wedges([], lines[::-1], CARDS)[0]["active"] is False


def test_nodes_of_a_cluster_have_their_own() -> None:
    cards = {("node0", 0): "SPC2", ("node1", 0): "IOC2"}
    alarms = parse_alarms(f"node1:\n{'-' * 74}\n1 alarms currently active\n{ALARMS.splitlines()[2]}\n")
    (row,) = wedges(alarms, "Nov 21 04:00:00 core node1.fpc0 TOE: wedge", cards)
    assert (row["node"], row["card"], row["detected_on_this_card"]) == ("node1", "IOC2", False)


def test_alarms_of_xml_are_those_of_text() -> None:
    rows = "".join(
        f"<alarm-detail><alarm-time>{alarm.time}</alarm-time><alarm-class>{alarm.kind}</alarm-class>"
        f"<alarm-description>{alarm.text}</alarm-description></alarm-detail>"
        for alarm in parse_alarms(ALARMS)
    )
    assert parse_alarms(f"<rpc-reply><alarm-information>{rows}</alarm-information></rpc-reply>") == parse_alarms(ALARMS)
    assert [row.get("fpc") for row in alarm_document(parse_alarms(ALARMS))] == [0, 7, None]
    assert parse_alarms("No alarms currently active\n") == []


def test_fabric_and_control_path_errors() -> None:
    log = """\
Nov 21 04:00:00  core fpc7 Control path error: HSL2 link down
Nov 21 04:00:09  core fpc7 Control path error: HSL2 link down
Nov 21 04:00:00  core chassisd[1]: CHASSISD_FM_ERROR: fabric plane 3 errors from FPC 0
Nov 21 04:00:00  core chassisd[1]: fabric plane 3 online
Nov 21 04:00:00  core fpc0 control path error
Nov 21 04:00:00  core sshd[1]: error: PAM
"""
    found = path_errors(parse_alarms("2026-11-21 04:00:00 UTC  Major  FPC 7 fabric link error"), log, CARDS)
    assert [
        (row["kind"], row.get("fpc"), row.get("plane"), row["count"], row.get("detected_on_this_card")) for row in found
    ] == [
        ("fabric", 7, None, 1, None),
        ("control-path", 7, None, 2, True),
        ("fabric", 0, 3, 1, None),
        ("control-path", 0, None, 1, False),
    ]
    assert (found[1]["first_seen"], found[1]["last_seen"]) == ("Nov 21 04:00:00", "Nov 21 04:00:09")


def test_planes_and_links_that_are_not_well() -> None:
    summary = "Plane   State    Uptime\n 0      Online   3 days\n 1      Spare    3 days\n 2      Check    3 days\n"
    links = "Fabric management FPC state:\nFPC #7\n    PFE #0\n        Plane 0: Plane enabled\n        Plane 2: Links error\n"
    expected = [{"plane": 2, "state": "Check"}, {"fpc": 7, "pfe": 0, "plane": 2, "state": "Links error"}]
    assert fabric(summary, links) == expected
    xml_summary = "<fm-state-information><fm-state-item><plane-slot>2</plane-slot><state>Check</state></fm-state-item></fm-state-information>"
    pairs = "<plane-slot>0</plane-slot><state>Plane enabled</state><plane-slot>2</plane-slot><state>Links error</state>"
    xml_links = f"<fm-fpc-state-information><fm-fpc><fpc-slot>7</fpc-slot><pfe-slot>0</pfe-slot>{pairs}</fm-fpc></fm-fpc-state-information>"
    assert fabric(xml_summary, xml_links) == expected


@given(st.text(max_size=300) | st.text(alphabet="fpcFPC wedge plane XMLUTOE0123456789:\n#()<>/", max_size=300))
def test_no_text_makes_a_reader_raise(text: str) -> None:
    alarms = parse_alarms(text)
    for row in (
        *wedges(alarms, f"fpc0 XM wedge {text}", CARDS),
        *path_errors(alarms, text, CARDS),
        *fabric(text, text),
    ):
        assert isinstance(row, dict)
    assert isinstance(alarm_document(alarms), list)
