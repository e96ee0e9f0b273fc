# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Mirrors: their status is worked out from configuration, links, routes and time."""

from __future__ import annotations

import time

import pytest

from lab.iosxr.device import IosXrDevice

from .scripted import device, play, told

BASE = """\
interface HundredGigE0/0/0/1
 monitor-session m1 ethernet direction rx-only port-level
  acl
 !
!
interface HundredGigE0/0/0/2.10
 encapsulation dot1q 10
 monitor-session m1 ethernet
 !
!
monitor-session m1 ethernet
 destination interface HundredGigE0/0/0/9
!
"""
TUNNEL = """\
interface Loopback0
 ipv4 address 172.16.3.24 255.255.255.255
!
interface HundredGigE0/0/0/1
 monitor-session m1 ethernet
 !
!
interface HundredGigE0/0/0/8
 ipv4 address 10.0.0.1 255.255.255.0
!
interface tunnel-ip3
 ipv4 address 15.1.1.1 255.255.255.0
 tunnel mode gre ipv4
 tunnel source 172.16.3.24
 tunnel destination 70.1.1.2
!
router static
 address-family ipv4 unicast
  70.1.1.0/24 10.0.0.2
 !
!
monitor-session m1 ethernet
 destination interface tunnel-ip3
!
"""


def status(router: IosXrDevice, source: str = "Hu0/0/0/1") -> str:
    rows = [line for line in told(router, "show monitor-session status").splitlines() if line.startswith(source)]
    return rows[0][28:]


def test_the_table() -> None:
    assert told(device(BASE), "show monitor-session status").splitlines() == [
        "Monitor-session m1",
        "Destination interface HundredGigE0/0/0/9",
        "================================================================================",
        "Source Interface      Dir   Status",
        "--------------------- ----  ----------------------------------------------------",
        "Hu0/0/0/1 (port)      Rx    Operational",
        "Hu0/0/0/2.10          Both  Operational",
    ]


def test_layout_switches() -> None:
    shown = told(device(BASE, status_layout="plain", status_class=True), "show monitor-session m1 status")
    assert shown.startswith("Monitor-session m1 (ethernet)\n")
    assert "(port)" not in shown
    shown = told(device(BASE, status_layout="guide"), "show monitor-session status")
    assert "HundredGigE0/0/0/1 Rx   Operational" in shown
    assert "Port level" not in told(device(BASE, status_layout="guide"), "show monitor-session status detail")


def test_the_detail() -> None:
    assert told(device(BASE), "show monitor-session m1 status detail").splitlines()[:10] == [
        "Monitor-session m1",
        "  Destination interface HundredGigE0/0/0/9",
        "  Source Interfaces",
        "  -----------------",
        "  HundredGigE0/0/0/1",
        "    Direction: Rx-only",
        "    Port level: True",
        "    ACL match: Enabled",
        "    Portion: Full packet",
        "    Interval: Mirror all packets",
    ]


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (["no monitor-session m1"], "Session is not configured globally"),
        (["no monitor-session m1 destination"], "destination not known"),
        (["monitor-session m1 destination interface hu0/7/0/1"], "destination not known"),
        (["monitor-session m1 destination interface hu0/0/0/1"], "source same as destination"),
        (["interface hu0/0/0/9 shutdown"], "destination not active"),
        (["interface hu0/0/0/1 shutdown"], "source state admin-down"),
        (["monitor-session m1 ipv4"], "Session is not configured globally"),
    ],
)
def test_reasons(lines: list[str], reason: str) -> None:
    router = device(BASE, settle_seconds=0.0)
    assert status(router) == "Operational"
    assert router.operational_sessions == ["m1"]
    play(router, "configure", *lines, "commit")
    assert status(router) == f"Not operational ({reason})"
    assert router.operational_sessions == []


def test_links_decide() -> None:
    router = device(BASE)
    router.set_link("HundredGigE0/0/0/9", up=False)
    assert "Destination interface HundredGigE0/0/0/9 (down)" in told(router, "show monitor-session status")
    assert status(router) == "Not operational (destination not active)"
    router.set_link("HundredGigE0/0/0/9", up=True)
    router.set_link("HundredGigE0/0/0/2", up=False)
    assert status(router, "Hu0/0/0/2.10") == "Not operational (source state down)"


def test_a_bundle_is_up_with_one_member() -> None:
    config = BASE.replace("HundredGigE0/0/0/2.10", "Bundle-Ether7").replace(" encapsulation dot1q 10\n", "")
    router = device(config, settle_seconds=0.0)
    assert status(router, "BE7") == "Not operational (source state down)"
    play(router, "configure", "interface hu0/0/0/3 bundle id 7 mode active", "commit")
    assert status(router, "BE7") == "Operational"


def test_a_tunnel_needs_its_route() -> None:
    router = device(TUNNEL)
    assert status(router) == "Operational"
    assert "via 10.0.0.2/32, HundredGigE0/0/0/8" in told(router, "show cef 70.1.1.2")
    router.set_link("HundredGigE0/0/0/8", up=False)
    assert status(router) == "Not operational (destination not active)"
    router.set_link("HundredGigE0/0/0/8", up=True)
    play(router, "configure", "interface tunnel-ip3", "no tunnel destination", "commit")
    assert status(router) == "Not operational (destination not active)"


def test_a_tunnel_does_not_carry_itself() -> None:
    router = device(TUNNEL.replace("70.1.1.0/24 10.0.0.2", "70.1.1.0/24 tunnel-ip3"))
    assert status(router) == "Not operational (destination not active)"


def test_a_new_mirror_settles() -> None:
    router = device(BASE, settle_seconds=1.0)
    play(router, "configure", "interface hu0/0/0/4 monitor-session m1 ethernet", "commit")
    assert status(router) == "Operational"
    assert status(router, "Hu0/0/0/4") == "Not operational (source state not-ready)"
    time.sleep(1.0)
    assert status(router, "Hu0/0/0/4") == "Operational"


def test_a_mirror_that_stays_down() -> None:
    router = device(BASE, ({"name": "mirror_down", "at": "0/0/0/4$", "times": 1},), settle_seconds=0.0)
    play(router, "configure", "interface hu0/0/0/4 monitor-session m1 ethernet", "commit")
    assert status(router) == "Operational"
    assert status(router, "Hu0/0/0/4") == "Error: see detailed output for explanation"
    assert "PRM connection" in told(router, "show monitor-session status detail")
    errors = told(router, "show monitor-session status error")
    assert "Hu0/0/0/1" not in errors
    assert "Error: 'Viking SPAN PD' detected the 'warning' condition 'PRM connection creation failure'" in errors
    play(router, "configure", "interface hu0/0/0/4 monitor-session m1 ethernet direction rx-only", "commit")
    assert status(router, "Hu0/0/0/4") == "Operational"


def test_reloading_cards() -> None:
    router = device(BASE, reload_seconds=1.5)  # long enough for two looks on a busy machine
    assert "[confirm]" in play(router, "reload location 0/0/CPU0", "y")
    assert status(router) == "Not operational (destination not active)"
    assert "BOOTING" in told(router, "show platform")
    time.sleep(1.5)
    assert status(router) == "Operational"


def test_counters_are_a_matter_of_platform() -> None:
    assert "replicated" not in told(device(BASE), "show monitor-session m1 counters")
    assert "Rx replicated" in told(device(BASE, platform="asr9k"), "show monitor-session m1 counters")


def test_what_is_under_l2vpn_is_no_source() -> None:
    router = device("l2vpn\n xconnect group G\n  p2p P\n   monitor-session RSPAN\n  !\n !\n!\n")
    assert told(router, "show monitor-session status") == ""
