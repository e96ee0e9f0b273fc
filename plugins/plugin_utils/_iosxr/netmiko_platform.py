# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""IOS XR for the connection mspplus.netsec.netmiko: its names, its prompt, how it quiets a terminal. A row; pure."""

from __future__ import annotations

import re

from .._transport.ssh.platforms import FastLogin, Platform
from .refusals import REFUSALS

IOSXR = Platform(
    device_type="cisco_xr",
    network_os=("cisco.iosxr.iosxr",),
    fast_login=FastLogin(
        # RP/0/RSP0/CPU0:edge1#  "System prompt" in Cisco's IOS XR Getting Started guides: type/rack/slot/module:name
        re.compile(r"[A-Za-z0-9]+(?:/[A-Za-z0-9]+){2,3}:[^\s#>]+[#>]"),
        ("terminal length 0", "terminal width 511"),
        longest=31,  # netmiko's cisco_xr: in configuration mode the router cuts the prompt at 31 characters
    ),
    refusals=REFUSALS,
)
