# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What happens to traffic while a package is installed: tags for whoever reviews a plan. Pure.

Source: Cisco IPS 7.1 CLI guide, "ASA IPS module and signature updates": with fail-open traffic passes uninspected during a
signature update, with fail-close it stops; a service pack in a high-availability pair fails over.
"""

from __future__ import annotations

from ..packages import Package
from ..platforms import Platform
from .model import Request

UNINSPECTED, TRAFFIC_STOPS, FAILOVER, REBOOT = "uninspected", "traffic-stops", "failover", "reboot"


def tags(package: Package, request: Request, platform: Platform) -> tuple[str, ...]:
    """Of one step. Where it is not known whether traffic passes or stops, both may happen."""
    found: list[str] = []
    if reboots(package, platform):
        found.append(REBOOT)
        if request.high_availability:
            return (*found, FAILOVER)
    if request.fail_mode != "close":
        found.append(UNINSPECTED)
    if request.fail_mode != "open":
        found.append(TRAFFIC_STOPS)
    return tuple(found)


def reboots(package: Package, platform: Platform) -> bool:
    """Software updates reboot a sensor; so does an engine update of a router module (release notes of 6.1(1)E3)."""
    if package.kind == "engine":
        return platform.limit_mark == "documented"
    return package.kind in ("sensor", "patch")
