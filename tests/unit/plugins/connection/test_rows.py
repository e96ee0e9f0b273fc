# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tables that the connections put together: every row can be used, every name leads somewhere."""

from __future__ import annotations

import pytest
from netmiko.ssh_dispatcher import CLASS_MAPPER

from ansible_collections.mspplus.netsec.plugins.connection.netmiko import platforms
from ansible_collections.mspplus.netsec.plugins.connection.rest import dialects
from ansible_collections.mspplus.netsec.plugins.plugin_utils._netmiko.network_os import NETWORK_OS
from ansible_collections.mspplus.netsec.plugins.plugin_utils._transport.rest.api import target
from ansible_collections.mspplus.netsec.plugins.plugin_utils._transport.rest.dialects import Dialect

PLATFORMS, DIALECTS = platforms(), dialects()


@pytest.mark.parametrize("name", PLATFORMS.names)
def test_every_name_leads_to_a_platform_of_netmiko_or_to_a_driver_of_ours(name: str) -> None:
    assert PLATFORMS.device_type(name, CLASS_MAPPER) == PLATFORMS.names[name]
    assert (PLATFORMS.names[name] in CLASS_MAPPER) != (PLATFORMS.row(PLATFORMS.names[name]).driver is not None)


def test_names_are_written_as_they_are_looked_up() -> None:
    assert all(name == name.strip().lower() for name in [*PLATFORMS.names, *DIALECTS.names])


def test_what_a_wing_has_a_row_for_is_in_no_other_table() -> None:
    assert set(NETWORK_OS.values()) & set(PLATFORMS.rows) == set()
    assert {PLATFORMS.names[name] for name in ("iosxr", "junos", "juniper")} == {"cisco_xr", "juniper_junos"}


@pytest.mark.parametrize("dialect", DIALECTS.rows.values(), ids=list(DIALECTS.rows))
def test_every_dialect_can_be_used(dialect: Dialect) -> None:
    for call in (dialect.login, dialect.logout):
        if call is not None:
            target(call.path)
    assert dialect.path().startswith("/")
    assert set(dialect.login_body.values()) <= {"username", "password", "secondary_password"}
    assert bool(dialect.token_at) == (dialect.auth == "token")
    assert dialect.network_os
