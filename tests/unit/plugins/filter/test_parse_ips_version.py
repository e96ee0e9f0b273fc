# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.mspplus.netsec.plugins.filter.parse_ips_version import parse_ips_version


def test_a_text_becomes_what_the_module_shows() -> None:
    found = parse_ips_version("Cisco Intrusion Prevention System, Version 5.1(8)E3\nLicense expired: 30-Sep-2010 UTC\n")
    assert (found["version"], found["engine"], found["license"]["status"]) == ("5.1(8)E3", "E3", "expired")
    assert found["broken"] is None


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "empty"),
        ("Error: Cannot communicate with mainApp (getVersion).", "refused"),
        ("Cisco IOS Software, Version 15.2", "no version of a Cisco IPS"),
    ],
)
def test_another_text_says_so_and_its_licence_is_unknown(text: str, why: str) -> None:
    found = parse_ips_version(text)
    assert why in found["broken"]
    assert found["license"]["status"] == "unknown"


@pytest.mark.parametrize("value", [None, 1, ["a"]])
def test_only_text_is_read(value: Any) -> None:
    with pytest.raises(AnsibleFilterError, match="needs text"):
        parse_ips_version(value)
