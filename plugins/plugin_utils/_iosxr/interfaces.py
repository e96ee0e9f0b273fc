# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`show [ipv4] interface[s] brief` and `show interfaces IF` -> states of interfaces. Pure, linear, never raises.

Layouts: cisco_xr templates of ntc-templates (`show ipv4 interface brief`, `show interfaces`). `show interfaces brief`:
abbreviated names and two columns of states; their widths are unverified, so none are assumed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from .names import interface_name

State = Literal["up", "down", "admin-down"]

MAX_NAME = 128  # characters; no interface name comes near

# State words that XR prints -> what they mean here. `Shutdown`: show ipv4 interface brief; the rest of the second group
# are im-state values of YANG Cisco-IOS-XR-Ethernet-SPAN-oper-sub1, of which only "not up" matters.
STATES: dict[str, State] = {
    "up": "up",
    "down": "down",
    "admin-down": "admin-down",
    "administratively down": "admin-down",
    "shutdown": "admin-down",
    "err-disable": "down",
    "err-disabled": "down",
    "not-ready": "down",
    "not-operational": "down",
    "standby": "down",
}

_LINE = re.compile(
    r"(\S{1,64}) is ([a-z][a-z -]{0,40}?)(?: \([^()]{0,60}\))?, line protocol is ([a-z][a-z -]{0,40}?)(?: \(.*)?"
)


@dataclass(frozen=True, slots=True)
class InterfaceState:
    """state: of the interface itself, administration first; line_protocol: of its line."""

    name: str  # canonical where the name is known, else as printed
    state: State
    line_protocol: State | None = None

    @property
    def up(self) -> bool:
        return self.state == "up" and self.line_protocol in ("up", None)


def parse_interfaces_brief(text: str) -> dict[str, InterfaceState]:
    """Canonical name -> state, from either brief layout, prompts and timestamps among the lines."""
    states: dict[str, InterfaceState] = {}
    for line in text.split("\n"):
        words = line.split(None, 4)
        if len(words) < 3 or not words[0][0].isalpha():
            continue
        # show interfaces brief: name, state, line protocol; show ipv4 interface brief: name, address, state, protocol
        columns = words[1:3] if words[1].lower() in STATES else words[2:4]
        if len(columns) == 2 and all(word.lower() in STATES for word in columns):
            name = printed_name(words[0])
            states[name] = InterfaceState(name, STATES[columns[0].lower()], STATES[columns[1].lower()])
    return states


def parse_interface(text: str) -> InterfaceState | None:
    """The first `IF is STATE, line protocol is STATE` of `show interfaces IF`; None when there is no such interface."""
    for line in text.split("\n"):
        words = _LINE.fullmatch(" ".join(line[:300].split()))
        if words and words[2] in STATES:
            return InterfaceState(printed_name(words[1]), STATES[words[2]], STATES.get(words[3]))
    return None


def printed_name(text: str) -> str:
    """Canonical name of what a device printed; what the table of names does not know stays, without blanks."""
    try:
        return interface_name(text[:MAX_NAME])
    except ValueError:
        return "".join(text.split())[:MAX_NAME]
