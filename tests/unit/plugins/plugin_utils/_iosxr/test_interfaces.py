# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""States of interfaces in the layouts that IOS XR prints."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.interfaces import (
    InterfaceState,
    parse_interface,
    parse_interfaces_brief,
)

BRIEF = """\
Thu Aug 29 21:42:22.829 UTC

               Intf       Intf        LineP              Encap  MTU        BW
               Name       State       State               Type (byte)    (Kbps)
--------------------------------------------------------------------------------
                Lo0          up          up           Loopback  1500          0
                Nu0          up          up               Null  1500          0
                BE1        down        down               ARPA  1514          0
     Mg0/RP0/CPU0/0          up          up               ARPA  1514    1000000
         Te0/0/0/20  admin-down  admin-down               ARPA  1514   10000000
       Te0/0/0/20.7          up        down             802.1Q  1518   10000000
                ti3          up          up          TUNNEL_IP  1500        100
RP/0/RP0/CPU0:router#
"""

IPV4_BRIEF = """\
Interface                      IP-Address      Status          Protocol Vrf-Name
Loopback0                      10.0.0.1        Up              Up       default
tunnel-ip3                     15.1.1.1        Up              Down     default
HundredGigE0/0/0/1             unassigned      Shutdown        Down     default
GigabitEthernet0/0/0/2.100     10.1.1.1        Down            Down     RED
"""

FULL = """\
Thu Aug 29 21:42:22.829 UTC
HundredGigE0/0/0/1 is administratively down, line protocol is administratively down
  Interface state transitions: 1
  Hardware is HundredGigE, address is 0011.2233.4455 (bia 0011.2233.4455)
"""


def test_brief_with_abbreviated_names():
    states = parse_interfaces_brief(BRIEF)
    assert list(states) == [
        "Loopback0",
        "Null0",
        "Bundle-Ether1",
        "MgmtEth0/RP0/CPU0/0",
        "TenGigE0/0/0/20",
        "TenGigE0/0/0/20.7",
        "tunnel-ip3",
    ]
    assert states["Bundle-Ether1"] == InterfaceState("Bundle-Ether1", "down", "down")
    assert states["TenGigE0/0/0/20"] == InterfaceState("TenGigE0/0/0/20", "admin-down", "admin-down")
    assert [name for name, state in states.items() if not state.up] == [
        "Bundle-Ether1",
        "TenGigE0/0/0/20",
        "TenGigE0/0/0/20.7",
    ]
    assert parse_interfaces_brief(BRIEF.replace("\n", "\r\n")) == states


def test_ipv4_brief_with_full_names():
    assert parse_interfaces_brief(IPV4_BRIEF) == {
        "Loopback0": InterfaceState("Loopback0", "up", "up"),
        "tunnel-ip3": InterfaceState("tunnel-ip3", "up", "down"),
        "HundredGigE0/0/0/1": InterfaceState("HundredGigE0/0/0/1", "admin-down", "down"),
        "GigabitEthernet0/0/0/2.100": InterfaceState("GigabitEthernet0/0/0/2.100", "down", "down"),
    }


@pytest.mark.parametrize(
    ("text", "state"),
    [
        (FULL, InterfaceState("HundredGigE0/0/0/1", "admin-down", "admin-down")),
        ("Te0/0/0/1 is up, line protocol is up", InterfaceState("TenGigE0/0/0/1", "up", "up")),
        ("tunnel-ip3 is down, line protocol is down (no route)", InterfaceState("tunnel-ip3", "down", "down")),
        ("Interface not found (TenGigE0/0/0/99)\n", None),
        ("% Invalid input detected at '^' marker.", None),
        ("", None),
    ],
)
def test_one_interface(text: str, state: InterfaceState | None):
    assert parse_interface(text) == state


@given(st.text(), st.integers(0, len(BRIEF)), st.sampled_from([BRIEF, IPV4_BRIEF, FULL]))
def test_never_raises(text: str, at: int, golden: str):
    parse_interfaces_brief(golden[:at] + text + golden[at:])
    parse_interface(golden[:at] + text + golden[at:])
