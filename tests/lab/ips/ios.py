# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A Cisco IOS router with the IPS feature: another product that stands in the same inventory by mistake."""

from __future__ import annotations

from typing import Any

VERSION = """Cisco IOS Software, C2900 Software (C2900-UNIVERSALK9-M), Version 15.1(4)M5, RELEASE SOFTWARE (fc1)
Technical Support: http://www.cisco.com/techsupport
Copyright (c) 1986-2012 by Cisco Systems, Inc.
Compiled Wed 29-Aug-12 00:14 by prod_rel_team

ROM: System Bootstrap, Version 15.0(1r)M13, RELEASE SOFTWARE (fc1)

{name} uptime is 12 weeks, 3 days
System image file is "flash0:c2900-universalk9-mz.SPA.151-4.M5.bin"

Cisco CISCO2911/K9 (revision 1.0) with 483328K/40960K bytes of memory.
Processor board ID {serial}
"""


async def router(terminal: Any, name: str, serial: str) -> None:
    """One login: it shows its version and knows nothing of a sensor."""
    terminal.length = 0
    while True:
        line = (await terminal.readline(f"{name}#")).strip()
        words = line.split()
        if line in ("exit", "quit", "logout"):
            return
        if words[:1] and "show".startswith(words[0]) and len(words) > 1 and "version".startswith(words[1]):
            await terminal.write(VERSION.format(name=name, serial=serial))
        elif words[:2] != ["terminal", "length"] and words and line != "\x1a":
            await terminal.write(f"{' ' * (len(name) + 1)}^\n% Invalid input detected at '^' marker.\n\n")
