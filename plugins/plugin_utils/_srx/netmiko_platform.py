# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Junos for the connection mspplus.netsec.netmiko: its names, prompt and refusals, how it quiets a terminal. A row; pure."""

from __future__ import annotations

import re

from .._transport.ssh.platforms import FastLogin, Platform
from .refusals import REFUSALS

JUNOS = Platform(
    device_type="juniper_junos",
    network_os=("junipernetworks.junos.junos", "juniper"),  # the latter is netmiko's other name of the same driver
    fast_login=FastLogin(
        # user@host>  A cluster prints {primary:node0} in a line of its own before it.
        re.compile(r"[\w.\-]+@[\w.\-]+>"),
        # Without complete-on-space off a blank that is typed ahead may complete a word.
        ("set cli screen-width 511", "set cli complete-on-space off", "set cli screen-length 0"),
        # root@host:~ #, root@host% or a bare %: netmiko's juniper_junos, and root@host:RE:0% of older releases.
        shell=(re.compile(r"(?:root@[\w.\-]+(?::[\w~/:.\-]*)? ?)?[%#]"), "cli"),
    ),
    refusals=REFUSALS,
)
