# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Exec mode, configuration mode, their prompts, errors and questions, as typed on a terminal."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from .scripted import device, play, told

CONFIG = """\
hostname edge1
ipv4 access-list TM-ACL
 10 permit udp 10.1.1.0 0.0.0.255 eq 10 any capture
 20 permit ipv4 any any
!
interface HundredGigE0/0/0/1
 description upstream
 ipv4 address 10.0.0.2 255.255.255.0
 monitor-session mon1 ethernet direction rx-only port-level
  acl
 !
 ipv4 access-group TM-ACL ingress
!
interface HundredGigE0/0/0/2
 shutdown
!
interface HundredGigE0/0/0/3
 l2transport
  monitor-session mon1 ethernet port-level
  !
 !
!
monitor-session mon1 ethernet
 destination interface HundredGigE0/0/0/9
!
udf udf3 header outer l4 offset 0 length 1
"""


@pytest.mark.parametrize(
    ("lines", "prompt"),
    [
        (["configure"], "(config)"),
        (["conf t", "interface hu0/0/0/1"], "(config-if)"),
        (["configure terminal", "interface hu0/0/0/1.5"], "(config-subif)"),
        (["configure", "interface hu0/0/0/1", "l2transport"], "(config-if-l2)"),
        (["configure", "monitor-session m ethernet"], "(config-mon)"),
        (["configure", "interface hu0/0/0/1", "monitor-session m ethernet port-level"], "(config-if-mon)"),
        (["configure", "interface hu0/0/0/1", "monitor-session m port-level direction rx-only acl"], "(config-if-mon)"),
        (["configure", "interface hu0/0/0/1 monitor-session m"], "(config-if-mon)"),
        (["configure", "interface hu0/0/0/1 description x"], "(config)"),
        (["configure", "ipv4 access-list A"], "(config-ipv4-acl)"),
        (["configure", "ipv6 access-list A"], "(config-ipv6-acl)"),
        (["configure", "router static", "address-family ipv4 unicast"], "(config-static-afi)"),
        (["configure", "l2vpn", "xconnect group G", "p2p P", "monitor-session m"], "(config-l2vpn-xc-p2p)"),
        (["configure", "line default", "exec-timeout 0 0"], "(config-line)"),
        (["configure", "interface hu0/0/0/1", "monitor-session m", "exit"], "(config-if)"),
        (["configure", "interface hu0/0/0/1", "monitor-session m", "root"], "(config)"),
        (["configure", "interface hu0/0/0/1", "monitor-session m", "mtu 9000"], "(config-if)"),
        (["configure", "interface hu0/0/0/1", "monitor-session m", "!", "udf u header outer l4 offset 0 length 1"], "(config)"),
        (["configure", "router static", "interface hu0/0/0/1"], "(config-if)"),
        (["configure", "abort"], ""),
        (["configure", "exit"], ""),
        (["configure", "interface hu0/0/0/1", "end", "no"], ""),
    ],
)  # fmt: skip
def test_prompts(lines: list[str], prompt: str) -> None:
    assert play(device(), *lines).splitlines()[-1] == f"RP/0/RP0/CPU0:edge1{prompt}#"


def test_a_long_prompt_is_cut_in_configuration_mode_only() -> None:
    router = device("hostname a-router-with-a-really-long-name\n")
    shown = play(router, "configure").splitlines()
    assert shown[0].startswith("RP/0/RP0/CPU0:a-router-with-a-really-long-name#")
    assert shown[-1] == "RP/0/RP0/CPU0:a-router-with-a-r(config)#"


def test_platforms_have_their_processor_in_the_prompt() -> None:
    assert play(device(platform="asr9k")).startswith("RP/0/RSP0/CPU0:edge1#")


def test_the_caret_points_at_the_word() -> None:
    assert play(device(), "show foo").splitlines()[1:4] == [
        "RP/0/RP0/CPU0:edge1#show foo",
        "                         ^",
        "% Invalid input detected at '^' marker.",
    ]
    lines = play(device(), "configure", "interface hu0/0/0/1", "  mtu 9").splitlines()
    assert lines[3].index("9") == lines[4].index("^")


@pytest.mark.parametrize("line", ["show", "show running-config interface hu0/0/0/1 |", "terminal length"])
def test_incomplete_or_broken_commands_do_not_end_the_session(line: str) -> None:
    assert "% In" in told(device(CONFIG), line)


def test_every_output_has_a_timestamp_until_it_is_switched_off() -> None:
    shown = play(device(), "show clock", "terminal exec prompt no-timestamp", "show clock", stamps=True).splitlines()
    stamp = re.compile(r"\w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d\.\d{3} UTC")
    assert stamp.fullmatch(shown[1])
    assert not stamp.fullmatch(shown[-2])


@pytest.mark.parametrize(
    ("command", "wanted"),
    [
        ("show running-config monitor-session", "monitor-session mon1 ethernet\n destination interface HundredGigE0/0/0/9\n!"),
        ("show run mon mon1", "monitor-session mon1 ethernet\n destination interface HundredGigE0/0/0/9\n!"),
        ("show running-config udf", "udf udf3 header outer l4 offset 0 length 1"),
        ("show running-config udf udf4", "% No such configuration item(s)"),
        ("show running-config hw-module", "% No such configuration item(s)"),
        ("show running-config interface hu0/0/0/2", "interface HundredGigE0/0/0/2\n shutdown\n!"),
        ("show running-config interface HundredGigE 0/0/0/2", "interface HundredGigE0/0/0/2\n shutdown\n!"),
        ("show running-config interface hu0/0/0/20", "% No such configuration item(s)"),
        ("show running-config interface hu0/0/0/3 l2transport",
         "interface HundredGigE0/0/0/3\n l2transport\n  monitor-session mon1 ethernet port-level\n  !\n !\n!"),
        ("show running-config ipv4 access-list TM-ACL",
         "ipv4 access-list TM-ACL\n 10 permit udp 10.1.1.0 0.0.0.255 eq 10 any capture\n 20 permit ipv4 any any\n!"),
        ("show running-config ipv4 access-list TM", "% No such configuration item(s)"),
        (
            "show running-config formal interface | include monitor-session",
            (
                "interface HundredGigE0/0/0/1 monitor-session mon1 ethernet direction rx-only port-level\n"
                "interface HundredGigE0/0/0/1 monitor-session mon1 ethernet direction rx-only port-level acl\n"
                "interface HundredGigE0/0/0/3 l2transport monitor-session mon1 ethernet port-level"
            ),
        ),
        ('show running-config formal interface | include "access-group|shutdown"',
         "interface HundredGigE0/0/0/1 ipv4 access-group TM-ACL ingress\ninterface HundredGigE0/0/0/2 shutdown"),
        ("show running-config formal interface | include access-group|shutdown",
         "interface HundredGigE0/0/0/1 ipv4 access-group TM-ACL ingress\ninterface HundredGigE0/0/0/2 shutdown"),
        ("show running-config interface | include shut | count shut", "Number of lines matching regexp = 1"),
        ("show running-config interface hu0/0/0/2 | exclude shut", "interface HundredGigE0/0/0/2\n!"),
        ('show running-config | begin "^ destination"', " destination interface HundredGigE0/0/0/9\n!\nend"),
        ("show running-config | utility egrep -i DESCRIPTION", " description upstream"),
        ("show running-config formal udf udf3", "udf udf3 header outer l4 offset 0 length 1"),
    ],
)  # fmt: skip
def test_reads_of_the_running_configuration(command: str, wanted: str) -> None:
    assert told(device(CONFIG), command) == wanted


def test_forms_that_differ_between_releases() -> None:
    router = device(CONFIG, acl_print="inline", class_print="omit")
    shown = told(router, "show running-config interface hu0/0/0/1")
    assert " monitor-session mon1 direction rx-only port-level acl\n !\n" in shown
    assert "monitor-session mon1\n" in told(router, "show running-config monitor-session")
    shown = told(
        device(CONFIG, negation_print="key"),
        "configure",
        "no udf udf3",
        "interface hu0/0/0/1",
        "no description",
        "no monitor-session mon1",
        "show configuration",
    )
    assert "no udf udf3\n" in shown
    assert " no description\n" in shown
    assert " no monitor-session mon1\n" in shown


WORDS = st.sampled_from(
    [
        "show", "running-config", "configuration", "interface", "hu0/0/0/1", "no", "monitor-session", "mon1",
        "ethernet", "acl", "ipv4", "access-list", "A", "10", "permit", "any", "commit", "confirmed", "60", "end",
        "exit", "abort", "root", "clear", "do", "|", "include", "^", "(", "failed", "udf", "u1", "header", "outer",
        "l4", "offset", "0", "length", "1", "hw-module", "profile", "tcam", "format", "yes", "status", "detail", "last",
        "1", "diff", "changes", "rollback", "to", "configure", "exclusive", "terminal", "length", "route", "arp", "cef",
        "1.1.1.1", '"', "list", "sessions", "merge", "destination", "l2transport", "router", "static", "reload",
        "location", "all", "label", "x", "comment",
    ]
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(WORDS, max_size=6).map(" ".join), max_size=12))
def test_nothing_that_is_typed_breaks_a_session(lines: list[str]) -> None:
    router = device(CONFIG)
    assert play(router, "configure", *lines).startswith("RP/0/RP0/CPU0:edge1#")
    assert router.trial is None
    assert router.candidates == []


START = st.sampled_from(
    [*CONFIG.splitlines(), " ipv4 address dhcp", " tunnel source x", "router static", " address-family ipv4 unicast", "  1.1.1.0/24 1.2.3.999",
     "  x y", " bundle id", "monitor-session", " destination", "ipv4 access-list", "ipv4 access-list A", " 10 permit udp any any udf u 08 0x1",
     " 20 permit", " 30 wat udf", "interface",
     "interface tunnel-ip3", " tunnel mode gre ipv4", " tunnel destination 9.9.9.9", " tunnel source 10.0.0.2", "route-policy x", "hostname"]
)  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(st.lists(START | st.text(max_size=20), max_size=20))
def test_any_start_state_can_be_shown(lines: list[str]) -> None:
    router = device("\n".join(lines))
    shown = play(
        router,
        "show running-config",
        "show monitor-session status detail",
        "show interfaces brief",
        "show route 9.9.9.9",
        "show arp",
        "configure",
        "interface te0/0/0/9 ipv4 access-group A ingress",
        "no ipv4 access-list A 20",
        "commit",
        "abort",
    )
    assert shown.endswith("#")
    assert router.operational_sessions is not None


def test_a_platform_without_filters_behind_formal() -> None:
    router = device(CONFIG, filter_supported=False)
    assert "% Invalid input" in told(router, "show running-config formal interface | include monitor-session")
    assert "monitor-session" in told(router, "show running-config formal interface")


def test_do_runs_exec_commands_in_configuration_mode() -> None:
    router = device(CONFIG)
    assert "Version 7.3.2" in told(router, "configure", "do show version")
    assert "Version 7.3.2" in told(router, "configure", "show version")
    assert "% Invalid input" in told(router, "configure", "do configure")


def test_refused_commands_by_authorisation() -> None:
    router = device(CONFIG, ({"name": "not_authorized", "at": "^show version"},))
    assert told(router, "show version") == "% This command is not authorized"
    assert "Version" not in told(router, "show version")


def test_a_tcam_profile_announces_the_reload() -> None:
    said = told(device(), "configure", "hw-module profile tcam format access-list ipv4 src-addr enable-capture")
    assert (
        said == "In order to activate/deactivate this ipv4 profile, you must manually reload the chassis/all line cards"
    )


PASTED = """\
username ops2
 group netadmin
!
username ops
 group root-lr
 secret 10 $6$abc
!
router static
 address-family ipv4 unicast
  10.9.0.0/16 10.0.0.1
 !
!
l2vpn
 xconnect group G
  p2p A
   monitor-session RSPAN
   neighbor ipv4 1.1.1.1 pw-id 1
   !
  !
  p2p B
   neighbor ipv4 1.1.1.1 pw-id 2
   !
  !
 !
!
"""


def test_what_is_not_understood_is_pasted_as_it_is_printed() -> None:
    router = device()
    play(router, "configure", PASTED, "hostname edge9", "commit")
    assert router.running_text() == "hostname edge9\n" + PASTED
    assert device(PASTED).running_text() == PASTED


def test_nothing_else_announces_a_reload() -> None:
    lines = ["configure", "hw-module profile tcam format access-list ipv6 src-addr", "!"]
    assert told(device(), *lines) == ""
    assert "reload" not in told(device(), "configure", "interface hu0/0/0/1 description hw-module tcam access-list")


def test_interfaces_that_the_chassis_has_not_are_configured_in_advance() -> None:
    router = device(interfaces=["HundredGigE0/0/0/1"])
    play(router, "configure", "interface te0/5/0/1 mtu 9000", "interface hu0/0/0/1 mtu 9000", "commit")
    assert "interface preconfigure TenGigE0/5/0/1" in router.running_text()
    assert "interface HundredGigE0/0/0/1" in router.running_text()
    assert "Te0/5/0/1" not in told(router, "show interfaces brief")


@pytest.mark.parametrize(
    "options",
    [
        {"platform": "asr1k"},
        {"release": "seven"},
        {"status_layout": "x"},
        {"interfaces": ["eth0"]},
        {"settle_seconds": -1.0},
    ],
)
def test_wrong_options_are_named(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(options))):
        device(**options)


def test_interface_states() -> None:
    router = device(CONFIG, links_down=["Hu0/0/0/4"])
    states = {line.split()[0]: line.split()[1:3] for line in told(router, "show interfaces brief").splitlines()[4:]}
    assert states["Hu0/0/0/1"] == ["up", "up"]
    assert states["Hu0/0/0/2"] == ["admin-down", "admin-down"]
    assert states["Hu0/0/0/4"] == ["down", "down"]
    router.set_link("hu0/0/0/1", up=False)
    assert told(router, "show interfaces hu0/0/0/1").startswith("HundredGigE0/0/0/1 is down, line protocol is down")
    assert "administratively down" in told(router, "show interfaces hu0/0/0/2")
    assert "10.0.0.2" in told(router, "show ipv4 interface brief")


def test_routes_and_neighbours() -> None:
    config = CONFIG + "router static\n address-family ipv4 unicast\n  70.1.1.0/24 10.0.0.1\n !\n!\n"
    router = device(config, arp={"10.0.0.1": "00:12:34:56:78:9a"})
    assert 'Known via "static"' in told(router, "show route 70.1.1.2")
    assert "directly connected, via HundredGigE0/0/0/1" in told(router, "show route 10.0.0.77")
    assert told(router, "show route 9.9.9.9") == "% Network not in table"
    assert "0012.3456.789a" in told(router, "show arp 10.0.0.1")
    assert "HundredGigE0/0/0/1" in told(router, "show cef 70.1.1.2")
    router.set_link("HundredGigE0/0/0/1", up=False)
    assert told(router, "show route 70.1.1.2") == "% Network not in table"
