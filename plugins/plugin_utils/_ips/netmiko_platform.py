# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Cisco IPS for the connection mspplus.netsec.netmiko: its names, its prompt, how it quiets a terminal. A row; pure.

netmiko has no driver of this name; the connection adds the one of netmiko_driver.
"""

from __future__ import annotations

from .._transport.ssh.platforms import FastLogin, Platform
from .ips_cli import PROMPT, QUIET, SHELL, SHELL_REFUSED, without_wheel
from .refusals import REFUSALS

IPS = Platform(
    device_type="cisco_ips",
    network_os=("cisco.ips.ips",),
    fast_login=FastLogin(PROMPT, QUIET, refused=(SHELL, SHELL_REFUSED)),
    refusals=REFUSALS,
    cleaned=without_wheel,
)
