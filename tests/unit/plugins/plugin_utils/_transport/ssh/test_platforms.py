# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The table of platforms: by which names a row is found, what is refused."""

from __future__ import annotations

import re

import pytest
from netmiko.ssh_dispatcher import CLASS_MAPPER

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.refusals import Refusals
from ansible_collections.mspplus.netsec.plugins.plugin_utils._transport.ssh.platforms import (
    PERCENT,
    Platform,
    platform_table,
)

ROUTER = Platform("cisco_xr", ("cisco.iosxr.iosxr",), refusals=Refusals((), re.compile("no")))
TABLE = platform_table(ROUTER, others={"vyos.vyos.vyos": "vyos", "vyos": "vyos"})


@pytest.mark.parametrize("name", ["cisco.iosxr.iosxr", " Cisco.IOSXR.iosxr", "iosxr", "cisco_xr", "cisco_xr_ssh"])
def test_a_row_is_found_by_all_its_names(name):
    found = TABLE.device_type(name, CLASS_MAPPER)
    assert found == "cisco_xr"
    assert TABLE.row(found) is ROUTER


@pytest.mark.parametrize("name", ["linux", "hp_comware", "VyOS"])
def test_what_has_no_row_is_left_to_netmiko(name):
    found = TABLE.device_type(f" {name} ", CLASS_MAPPER)
    assert found == name.lower()
    assert TABLE.row(found) == Platform(found)
    assert TABLE.row(found).fast_login is None


@pytest.mark.parametrize("name", ["cisco_ios_telnet", "cisco_ios_serial", "autodetect"])
def test_platforms_that_are_not_reached_by_ssh_are_refused(name):
    with pytest.raises(ValueError, match="not a platform that is reached by SSH"):
        TABLE.device_type(name, CLASS_MAPPER)


def test_an_unknown_platform_gets_near_matches():
    with pytest.raises(ValueError, match=r"unknown platform 'cisco\.iosxrr'.*cisco\.iosxr\.iosxr"):
        TABLE.device_type("cisco.iosxrr", CLASS_MAPPER)
    with pytest.raises(ValueError, match=r"^unknown platform '§'$"):
        TABLE.device_type("§", CLASS_MAPPER)


def test_messages_show_names_of_the_first_row():
    assert TABLE.example == ("cisco.iosxr.iosxr", "cisco_xr")


def test_a_name_that_means_two_things_is_refused():
    with pytest.raises(ValueError, match="'iosxr' is listed twice: as cisco_xr and as vyos"):
        platform_table(ROUTER, others={"other.maker.iosxr": "vyos"})
    with pytest.raises(ValueError, match="device_type is listed twice"):
        platform_table(ROUTER, ROUTER)


@pytest.mark.parametrize(
    ("output", "line"),
    [
        ("show x\n        ^\n% Invalid input detected at '^' marker.\n", "% Invalid input detected at '^' marker."),
        ("% This command is not authorized\n", "% This command is not authorized"),
        (
            "%Error opening disk0:/x (No such file or directory)\n",
            "%Error opening disk0:/x (No such file or directory)",
        ),
        ("CPU utilization: 5 % idle\n", ""),
        ("% idle 95\n", ""),
        ("", ""),
    ],
)
def test_a_percent_sign_tells_most_refusals(output, line):
    said = PERCENT.find(output)
    assert (said.text if said else "") == line
