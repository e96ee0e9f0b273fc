# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from netmiko.ssh_dispatcher import CLASS_MAPPER

from ansible_collections.mspplus.netsec.plugins.plugin_utils._transport.ssh.platforms import (
    FAST_LOGINS,
    NETWORK_OS,
    device_type,
    refusal,
)


@pytest.mark.parametrize("name", NETWORK_OS)
def test_every_row_names_a_platform_of_netmiko(name):
    assert NETWORK_OS[name] in CLASS_MAPPER
    assert device_type(name, CLASS_MAPPER) == device_type(name.rpartition(".")[2], CLASS_MAPPER) == NETWORK_OS[name]


@pytest.mark.parametrize("name", ["cisco_xr", "linux", "hp_comware"])
def test_netmikos_own_names_are_taken(name):
    assert device_type(f" {name.upper()} ", CLASS_MAPPER) == name


def test_both_names_that_netmiko_has_for_a_driver_mean_the_same():
    assert device_type("cisco_xr_ssh", CLASS_MAPPER) == "cisco_xr"


@pytest.mark.parametrize("name", ["cisco_ios_telnet", "cisco_ios_serial", "autodetect"])
def test_platforms_that_are_not_reached_by_ssh_are_refused(name):
    with pytest.raises(ValueError, match="not a platform that is reached by SSH"):
        device_type(name, CLASS_MAPPER)


def test_an_unknown_platform_gets_near_matches():
    with pytest.raises(ValueError, match=r"unknown platform 'cisco\.iosxrr'.*cisco\.iosxr\.iosxr"):
        device_type("cisco.iosxrr", CLASS_MAPPER)
    with pytest.raises(ValueError, match=r"^unknown platform '§'$"):
        device_type("§", CLASS_MAPPER)


@pytest.mark.parametrize(
    ("text", "matches"),
    [
        ("RP/0/RP0/CPU0:edge1#", True),
        ("RP/0/0/CPU0:ios#", True),
        ("RP/0/RSP0/CPU0:a.very-long_name>", True),
        ("########", False),
        ("Unauthorized access is prohibited #", False),
        ("RP/0/RP0/CPU0:edge1(config)#", True),
        ("Fri Nov 20 12:00:00.000 UTC", False),
        ("", False),
    ],
)
def test_the_prompt_of_ios_xr_is_told_from_banners(text, matches):
    assert bool(FAST_LOGINS["cisco_xr"].prompt.fullmatch(text)) is matches


@pytest.mark.parametrize(
    ("platform", "output", "line"),
    [
        (
            "cisco_xr",
            "show x\n        ^\n% Invalid input detected at '^' marker.\n",
            "% Invalid input detected at '^' marker.",
        ),
        ("cisco_xr", "% This command is not authorized\n", "% This command is not authorized"),
        ("cisco_ios", "CPU utilization: 5 % idle\n", ""),
        ("juniper_junos", "      ^\nunknown command.\n", "unknown command."),
        ("juniper_junos", "Errors: 0\n", ""),
    ],
)
def test_refusals_are_told_from_output(platform, output, line):
    assert refusal(platform, output).splitlines()[-1:] == ([line] if line else [])
