# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A lab router, and tasks of iosxr_span on it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from integration.harness import Tasks

from lab.server import Lab

PORTS = [f"TenGigE0/0/0/{port}" for port in range(48)]
START = """hostname edge1
interface TenGigE0/0/0/1
 description customer A
 monitor-session old ethernet port-level
 !
!
interface TenGigE0/0/0/2
 monitor-session keep ethernet direction rx-only port-level
 !
!
interface TenGigE0/0/0/42
 l2transport
  monitor-session keep ethernet port-level
  !
 !
!
monitor-session keep ethernet
 destination interface TenGigE0/0/0/20
!
monitor-session old ethernet
 destination interface TenGigE0/0/0/21
!
l2vpn
 xconnect group G
  p2p P
   monitor-session RSPAN
   neighbor ipv4 192.0.2.9 pw-id 7
   !
  !
 !
!
"""
WANTED: dict[str, Any] = {
    "sessions": [
        {
            "name": "keep",
            "destination": {"interface": "TenGigE0/0/0/20"},
            "sources": [
                {"interface": "Te0/0/0/2", "direction": "tx-only", "port_level": True},
                {"interface": "TenGigE0/0/0/42", "l2transport": True, "port_level": True},
                {"interface": "TenGigE0/0/0/1", "port_level": True},
            ],
        },
        {
            "name": "new",
            "destination": {"interface": "TenGigE0/0/0/22"},
            "sources": [{"interface": "TenGigE0/0/0/3", "direction": "rx-only", "port_level": True}],
        },
    ]
}
# The same with everything that a document can speak of, so that a run makes every read that there is.
FULL_START = (
    START.replace("hostname edge1\n", "hostname edge1\nudf udf1 header outer l4 offset 0 length 1\n")
    + """hw-module profile tcam format access-list ipv4 src-addr dst-addr src-port proto enable-capture udf1 udf1
ipv4 access-list TM-ACL
 10 permit udp 10.1.1.0 0.0.0.255 any capture
 20 permit ipv4 any any
!
interface tunnel-ip3
 ipv4 address 15.1.1.1 255.255.255.0
 tunnel mode gre ipv4
 tunnel source 172.16.3.24
 tunnel destination 70.1.1.9
!
"""
)
FULL: dict[str, Any] = {
    "sessions": [
        WANTED["sessions"][0],
        {
            "name": "new",
            "destination": {"interface": "TenGigE0/0/0/22"},
            "sources": [{"interface": "TenGigE0/0/0/3", "direction": "rx-only", "port_level": True, "acl": True}],
        },
    ],
    "udfs": [{"name": "udf1", "header": "outer", "layer": "l4", "offset": 0, "length": 1}],
    "tcam_profiles": [
        {
            "family": "ipv4",
            "qualifiers": ["src-addr", "dst-addr", "src-port", "proto"],
            "udfs": ["udf1"],
            "enable_capture": True,
        }
    ],
    "access_lists": [
        {
            "name": "TM-ACL",
            "family": "ipv4",
            "entries": [
                {"sequence": 10, "action": "permit", "match": "udp 10.1.1.0 0.0.0.255 any", "capture": True},
                {"sequence": 15, "action": "permit", "match": "tcp 10.1.1.0 0.0.0.255 any", "capture": True},
                {"sequence": 20, "action": "permit", "match": "ipv4 any any"},
            ],
            "interfaces": ["TenGigE0/0/0/3"],
        }
    ],
    "tunnels": [
        {
            "name": "tunnel-ip3",
            "ipv4_address": "15.1.1.1/24",
            "mode": "gre ipv4",
            "source": "172.16.3.24",
            "destination": "70.1.1.2",
        }
    ],
}


def router(name: str = "edge1", **options: Any) -> dict[str, Any]:
    """A device of a lab specification."""
    return {
        "name": name,
        "kind": "iosxr",
        "password": "CANARY-lab-password",
        "interfaces": PORTS,
        "config_text": START,
        **options,
    }


def text(lab: Lab, name: str = "edge1") -> str:
    """What the router carries now, without what somebody else of the lab commits."""
    running: str = lab.call(lab.device(name).device.running_text)
    return re.sub(r"^(!|snmp-server ).*\n", "", running, flags=re.MULTILINE)


def attempted(
    lab: Lab,
    directory: Path,
    document: Mapping[str, Any],
    state: str = "overridden",
    *,
    name: str = "edge1",
    check: bool = False,
    read_timeout: float = 3.0,
    **options: Any,
) -> dict[str, Any]:
    """The result of one task of iosxr_span, from login to logout, however it ended."""
    tasks = Tasks(lab, directory / str(lab.device(name).port), name)
    given = {"settle": 2, "confirm_timeout": 30, "commit_timeout": 5, "progress": False, **options}
    return tasks(
        "iosxr_span",
        {"config": document, "state": state, **given},
        check=check,
        ansible_netmiko_read_timeout=read_timeout,
    )


def run(lab: Lab, directory: Path, document: Mapping[str, Any], *args: Any, **keywords: Any) -> dict[str, Any]:
    """As attempted(), of a task that must succeed."""
    result = attempted(lab, directory, document, *args, **keywords)
    assert not result.get("failed") and not result.get("unreachable"), result["msg"]
    return result


def undo_commands(result: Mapping[str, Any]) -> list[str]:
    """What takes the task's plan back."""
    return [line for operation in reversed(result["plan"]["operations"]) for line in operation["undo"]]
