# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which platform a sensor says it is, and what follows."""

from __future__ import annotations

import re

import pytest

from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.platforms import (
    NO_SOURCE,
    PLATFORMS,
    UNKNOWN,
    Platform,
    is_cisco_ios,
    platform_of,
)


@pytest.mark.parametrize(
    ("shown", "key"),
    [
        ("ASA-SSM-10", "SSM-10"),
        ("ASA-SSM-20", "SSM-20"),
        ("ASA-SSM-AIP-40-K9", "SSM-40"),
        ("ASA-SSC-5", "SSC-5"),
        ("IDS-4250-SX", "IPS-4250"),
        ("IPS-4240-K9", "IPS-4240"),
        ("IPS4260", "IPS-4260"),
        ("IPS-4270-20-K9", "IPS-4270"),
        ("IPS4345", "IPS-4345"),
        ("AIM-IPS-K9", "AIM-IPS"),
        ("NME-IPS-K9", "NME-IPS"),
        ("WS-SVC-IDSM2-BUN", "IDSM-2"),
        ("ASA5585-SSP-IPS10", "SSP-10"),
        ("ASA 5585-X SSP-40", "SSP-40"),
        ("ASA5512-IPS", "ASA-5512"),
        ("IPS-42700", "unknown"),
        ("", "unknown"),
    ],
)
def test_platforms(shown: str, key: str) -> None:
    assert platform_of(shown).key == key


@pytest.mark.parametrize("shown", ["AIM-IPS-K9", "NME-IPS-K9"])
def test_a_router_module_gets_45_minutes_for_an_update(shown: str) -> None:
    assert platform_of(shown).upgrade_limit >= 45 * 60
    assert platform_of(shown).limit_mark == "documented"


def test_an_unknown_platform_gets_the_longest_limit() -> None:
    assert max(row.upgrade_limit for row in PLATFORMS) == UNKNOWN.upgrade_limit


def test_rule_04_ips_4270_and_ssm_40_need_cisco_com() -> None:
    assert {row.key for row in PLATFORMS if row.requires_cisco_com} == {"IPS-4270", "SSM-40"}


def test_keys_and_identifiers_are_those_of_one_platform() -> None:
    keys = [row.key for row in PLATFORMS]
    identifiers = [each for row in PLATFORMS for each in row.identifiers]
    assert len(keys) == len(set(keys))
    assert len(identifiers) == len(set(identifiers))


def test_a_documented_value_names_its_source() -> None:
    with pytest.raises(ValueError, match="source"):
        Platform("x", re.compile("x"), frozenset(), 1.0, "documented", "unverified", (NO_SOURCE,))


def test_cisco_ios_is_recognised() -> None:
    assert is_cisco_ios("Cisco IOS Software, C2900 Software (C2900-UNIVERSALK9-M), Version 15.2(4)M3")
    assert is_cisco_ios("Cisco Internetwork Operating System Software \nIOS (tm) C2600 Software")
    assert not is_cisco_ios("Application Partition:\nCisco Intrusion Prevention System, Version 7.1(7)E4\n")
