# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The dialects of the SD-WAN systems: bodies of logins, base paths and errors as the references have them."""

from __future__ import annotations

from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.dialects import APPLIANCE, CENTER
from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.resources import DIALECTS

GIVEN = {"username": "admin", "password": "secret", "secondary_password": ""}


def test_an_appliance_logs_in_as_the_reference_shows() -> None:
    assert APPLIANCE.credentials(GIVEN) == {"login": {"username": "admin", "password": "secret"}}
    assert APPLIANCE.path() == "/sdwan/nitro/v1/"


def test_a_center_takes_a_second_password_if_there_is_one() -> None:
    assert CENTER.credentials(GIVEN) == {"login": {"username": "admin", "password": "secret"}}
    body = CENTER.credentials({**GIVEN, "secondary_password": "123456"})
    assert body == {"login": {"username": "admin", "password": "secret", "secondaryPassword": "123456"}}
    assert CENTER.path() == "/sdwan_center/nitro/v1/"


def test_an_error_is_found_in_the_spellings_of_both_references() -> None:
    assert APPLIANCE.error({"errorcode": 1200, "errormessage": "locked", "severity": "ERROR"}) == (1200, "locked")
    assert APPLIANCE.error({"errorcode": "5", "message": "10.0 says it so"}) == (5, "10.0 says it so")
    assert APPLIANCE.error({"errorcode": 0, "message": "Done", "severity": "NONE"}) is None


def test_the_calls_of_the_wing_are_for_these_dialects() -> None:
    assert set(DIALECTS.values()) == {APPLIANCE.name, CENTER.name}
