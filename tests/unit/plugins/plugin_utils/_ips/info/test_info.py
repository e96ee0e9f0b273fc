# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.info import auto_update, clock
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.info.facts import (
    ClockReading,
    auto_update_facts,
    clock_facts,
    clock_warnings,
    license_facts,
    license_warnings,
    version_facts,
)
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.info.version_text import parse, parse_license

from ..captured import CAPTURE_7

# A test of a network inventory, 5.1(8)E3, whose author lost the indentation
CAPTURE_5 = """Cisco Intrusion Prevention System, Version 5.1(8)E3
Signature Update S439.0 2009-09-30
Virus Update V1.4 2007-03-02
License expired: 30-Sep-2010 UTC
Upgrade History:
* IPS-sig-S389-req-E3 20:53:32 UTC Wed Apr 01 2009
IPS-sig-S439-req-E3.pkg 18:16:10 UTC Mon Oct 05 2009
Recovery Partition Version 1.1 - 5.1(8)E2
"""
TODAY = date(2013, 7, 20)
NOW = datetime(2013, 7, 20, 12, tzinfo=UTC)


def test_the_capture_of_7_1() -> None:
    found = parse(CAPTURE_7)
    assert (found.version, str(found.parsed), found.signature) == ("7.1(7)E4", "7.1(7)E4", "S722.0")
    assert (found.platform, found.serial, found.os_version, found.uptime) == (
        "ASA-SSM-10",
        "JJJJJJJJJB",
        "2.6.29.1",
        "91 days",
    )
    assert found.signature_date == date(2013, 6, 5)
    assert [(item.name, item.running) for item in found.applications] == [
        ("MainApp", True),
        ("AnalysisEngine", False),
        ("CollaborationApp", True),
        ("CLI", None),
    ]
    assert found.not_running == ("AnalysisEngine",)
    assert [(item.package, item.running) for item in found.history] == [
        ("IPS-sig-S733-req-E4", False),
        ("IPS-sig-S734-req-E4", True),
    ]


def test_the_capture_of_5_1() -> None:
    found = parse(CAPTURE_5)
    assert (found.version, found.signature, found.virus) == ("5.1(8)E3", "S439.0", "V1.4")
    assert found.recovery == "1.1 - 5.1(8)E2"
    assert [item.package for item in found.history if item.running] == ["IPS-sig-S439-req-E3"]
    assert found.license.status(TODAY) == "expired"


def test_both_spellings_of_not_running_count() -> None:
    rows = "\n".join(
        f"{name} N-2007_JUN_19_16_45 (Release) 2007-06-19T17:10:20-0500 {state}"
        for name, state in (
            ("MainApp", "Running"),
            ("AnalysisEngine", "Not Running"),
            ("Other", "NotRunning"),
            ("X", "Odd"),
        )
    )
    found = parse(rows)
    assert [item.running for item in found.applications] == [True, False, False, None]
    assert found.not_running == ("AnalysisEngine", "Other", "X")
    assert not found.all_running


@pytest.mark.parametrize(
    ("lines", "status", "expires"),
    [
        (["Licensed, expires:      01-Aug-2013 UTC  "], "valid", date(2013, 8, 1)),
        (["License expired: 30-Sep-2010 UTC"], "expired", date(2010, 9, 30)),
        (["No license present"], "none", None),
        (["Invalid license key present"], "invalid", None),
        (["Trial license, expires: 01-Aug-2013 UTC"], "trial", date(2013, 8, 1)),
        (["This is a trial license", "License expires: 01-Aug-2013 UTC"], "trial", date(2013, 8, 1)),
        (["Licensed, but only on Mondays"], "unknown", None),
        (["Licensed, expires: 01-Aug-2013 UTC", "License: revoked"], "unknown", date(2013, 8, 1)),
        (["Licensed, expires: 31-Feb-2013 UTC"], "unknown", None),
        (["Licensed, expires: 01-Aug-2013 UTC", "No license present"], "unknown", date(2013, 8, 1)),
        (["License expires: 01-Aug-2013 UTC"], "unknown", date(2013, 8, 1)),
        (["Licensed, expires: 01-Aug-2099 UTC", "License expires: 01-Aug-2013 UTC"], "unknown", None),
        (
            ["This is a trial license", "License expires: 01-Aug-2099 UTC", "License expires: 31-Feb-2013 UTC"],
            "unknown",
            None,
        ),
        (["nothing about it"], "unknown", None),
    ],
)
def test_rule_1_the_licence_has_one_of_these_states_and_its_date(
    lines: list[str], status: str, expires: date | None
) -> None:
    found = parse_license(lines)
    assert (found.status(TODAY), found.expires) == (status, expires)
    facts = license_facts(found, NOW)
    assert facts["status"] == status
    assert facts["expires"] == (expires.isoformat() if expires else None)
    assert facts["lines"] == [line.strip() for line in lines if "icen" in line]


@pytest.mark.parametrize("line", ["Licensed for fun", "License: yes", "licence ok, expires: never"])
def test_rule_1_a_line_that_is_not_understood_is_returned_and_never_valid(line: str) -> None:
    found = parse(CAPTURE_7.replace("Licensed, expires:      01-Aug-2013 UTC", line)).license
    assert found.status(TODAY) == "unknown"
    assert found.lines == (line,)
    assert line in license_warnings(found, NOW)[0]


@pytest.mark.parametrize(("day", "status", "left"), [(1, "valid", 0), (2, "expired", -1)])
def test_a_licence_counts_on_its_last_day_by_the_controllers_clock(day: int, status: str, left: int) -> None:
    found = parse(CAPTURE_7).license
    facts = license_facts(found, datetime(2013, 8, day, 23, 59, tzinfo=UTC))
    assert (facts["status"], facts["days_left"], facts["said"]) == (status, left, "valid")
    assert bool(license_warnings(found, datetime(2013, 8, day, tzinfo=UTC))) == (status == "expired")


def test_an_expired_licence_with_days_left_is_a_wrong_clock() -> None:
    found = parse_license(["License expired: 01-Aug-2013 UTC"])
    assert "clock" in license_warnings(found, NOW)[0]
    assert license_facts(found, NOW)["status"] == "expired"


@given(st.text(max_size=300) | st.lists(st.sampled_from(CAPTURE_7.split("\n")), max_size=40).map("\n".join))
def test_no_text_is_too_odd(text: str) -> None:
    found = parse(text)
    version_facts(found, NOW)
    clock.parse(text)
    clock.zones(text)
    auto_update_facts(auto_update.parse(f"Auto Update Statistics\n{text}"))
    assert found.license.status(TODAY) != "valid" or "Licensed, expires:" in text


@given(st.integers(0, len(CAPTURE_7)))
def test_a_cut_text_never_claims_what_it_does_not_show(size: int) -> None:
    found = parse(CAPTURE_7[:size])
    whole = parse(CAPTURE_7)
    assert found.license.status(TODAY) in ("unknown", whole.license.status(TODAY))
    assert found.serial in CAPTURE_7


@pytest.mark.parametrize(
    ("text", "flag", "ahead"),
    [
        ("*11:52:48 UTC Wed Aug 31 2011", "*", 48.0),
        (".11:52:48 GMT Wed Aug 31 2011", ".", 48.0),
        ("11:51:00 UTC Wed Aug 31 2011", "", -60.0),
        ("20:52:48 JST Wed Aug 31 2011", "", 48.0),
    ],
)
def test_the_distance_of_a_clock(text: str, flag: str, ahead: float) -> None:
    found = clock.parse(f"\n{text}\n")
    assert found is not None
    zones = clock.zones("offset 540\nstandard-time-zone-name JST")
    reading = ClockReading(found, datetime(2011, 8, 31, 11, 52, 0, 900, tzinfo=UTC), zones)
    assert (found.flag, reading.ahead) == (flag, ahead)
    assert clock_facts(reading)["ahead_seconds"] == int(ahead)
    assert any("NTP" in text for text in clock_warnings(reading, 60)) == bool(flag)


def test_a_clock_in_an_unknown_zone_is_not_compared() -> None:
    found = clock.parse("11:52:48 XYZ Wed Aug 31 2011")
    assert found is not None
    reading = ClockReading(found, NOW, {})
    assert clock_facts(reading)["utc"] is None
    assert "XYZ" in clock_warnings(reading, 60)[0]


def test_a_clock_far_away_is_told() -> None:
    found = clock.parse("11:52:48 UTC Wed Aug 31 2033")
    assert found is not None
    assert "ahead of" in clock_warnings(ClockReading(found, NOW, {}), 60)[0]


@pytest.mark.parametrize(
    "text", ["", "25:61:99 UTC Wed Aug 31 2011", "11:52:48 UTC Wed Xyz 31 2011", "11:52:48 UTC Wed Feb 31 2011"]
)
def test_no_clock(text: str) -> None:
    assert clock.parse(text) is None


def test_the_sensors_own_automatic_update() -> None:  # community.cisco.com, document 3122341
    text = """Network Statistics
    = ma0_0     Link encap:Ethernet
Auto Update Statistics
   lastDirectoryReadAttempt = 18:40:04 JST Fri Oct 28 2011
    =   Read directory: http://198.133.219.25//swc/esd/06/273556262/guest/
    =   Success
   lastDownloadAttempt = N/A
   lastInstallAttempt = 18:40:29 JST Fri Oct 28 2011
    =   IPS-sig-S605-req-E4: Update completed successfully
   nextAttempt = 19:35:00 JST Fri Oct 28 2011
Auxilliary Processors Installed
    = no
"""
    assert auto_update_facts(auto_update.parse(text)) == {
        "last_directory_read": {
            "at": "18:40:04 JST Fri Oct 28 2011",
            "lines": ["Read directory: http://198.133.219.25//swc/esd/06/273556262/guest/", "Success"],
        },
        "last_download": {"at": None, "lines": []},
        "last_install": {
            "at": "18:40:29 JST Fri Oct 28 2011",
            "lines": ["IPS-sig-S605-req-E4: Update completed successfully"],
        },
        "next_attempt": "19:35:00 JST Fri Oct 28 2011",
    }
    assert auto_update_facts(auto_update.parse("General Statistics\n")) is None
