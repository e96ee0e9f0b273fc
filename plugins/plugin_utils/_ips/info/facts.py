# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a sensor's texts become in a result: plain data, times in UTC. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ..moments import utc
from .auto_update import Attempt
from .clock import FLAGS, SensorClock
from .version_text import License, VersionText


def license_facts(found: License, now: datetime) -> dict[str, Any]:
    """now: of the controller. status: see License.status(); said: what the sensor's line means by itself."""
    today = now.astimezone(UTC).date()
    return {
        "status": found.status(today),
        "said": found.said,
        "expires": found.expires.isoformat() if found.expires else None,
        "days_left": found.days_left(today),
        "lines": list(found.lines),
    }


def license_warnings(found: License, now: datetime) -> list[str]:
    """What does not fit together, and what is not understood."""
    today = now.astimezone(UTC).date()
    left = found.days_left(today)
    if found.said == "unknown":
        shown = "; ".join(found.lines) or "no line speaks of it"
        return [f"the status of the licence is unknown: {shown}"]
    if found.status(today) != found.said:
        return [
            f"the sensor takes its licence for {found.said}, but it expired on {found.expires}: check the sensor's clock (use NTP)"
        ]
    if found.said == "expired" and left is not None and left >= 0:
        return [
            f"the sensor takes its licence for expired, but it expires on {found.expires}: check the sensor's clock (use NTP)"
        ]
    return []


def version_facts(found: VersionText, now: datetime) -> dict[str, Any]:
    """The keys of a result that `show version` answers."""
    parsed = found.parsed
    return {
        "version": found.version,
        "release": str(parsed.release) if parsed else None,
        "engine": f"E{parsed.engine}" if parsed and parsed.engine is not None else None,
        "signature": {
            "level": found.signature or None,
            "date": found.signature_date.isoformat() if found.signature_date else None,
        },
        "virus_update": found.virus or None,
        "os_version": found.os_version or None,
        "platform": found.platform or None,
        "serial": found.serial or None,
        "uptime": found.uptime or None,
        "recovery": found.recovery or None,
        "license": license_facts(found.license, now),
        "applications": [
            {"name": item.name, "build": item.build, "built": item.built, "state": item.state, "running": item.running}
            for item in found.applications
        ],
        "all_running": found.all_running,
        "not_running": list(found.not_running),
        "upgrade_history": [
            {"package": item.package, "installed": item.at, "running": item.running} for item in found.history
        ],
    }


@dataclass(frozen=True)
class ClockReading:
    """clock: as printed. at: the controller's time when it came. zones: minutes east of UTC by name. source: of the time."""

    clock: SensorClock
    at: datetime
    zones: Mapping[str, int]
    source: str = ""

    @property
    def in_utc(self) -> datetime | None:
        return self.clock.in_utc(self.zones)

    @property
    def ahead(self) -> float | None:
        """Seconds that the sensor's clock is ahead of the controller's; negative: behind. None where its zone is unknown."""
        moment = self.in_utc
        return None if moment is None else (moment - self.at.replace(microsecond=0)).total_seconds()


def clock_facts(reading: ClockReading) -> dict[str, Any]:
    """utc and ahead_seconds are None where the offset of the zone is not known."""
    moment = reading.in_utc
    return {
        "local": reading.clock.local.isoformat(sep=" "),
        "zone": reading.clock.zone,
        "utc": utc(moment) if moment else None,
        "ahead_seconds": None if reading.ahead is None else int(reading.ahead),
        "flag": reading.clock.flag,
        "flag_means": FLAGS[reading.clock.flag],
        "source": reading.source or None,
    }


def clock_warnings(reading: ClockReading, tolerance: float) -> list[str]:
    """tolerance: seconds."""
    found = []
    if reading.ahead is None:
        found.append(
            f"the offset of the sensor's time zone {reading.clock.zone} is unknown, so its clock was not compared"
        )
    elif abs(reading.ahead) > tolerance:
        side = "ahead of" if reading.ahead > 0 else "behind"
        found.append(
            f"the sensor's clock is {abs(int(reading.ahead))} seconds {side} the controller's: certificates and licences may be "
            "refused (use NTP)"
        )
    if reading.clock.flag:
        found.append(f"the sensor's clock is {FLAGS[reading.clock.flag]} (use NTP)")
    return found


def auto_update_facts(found: Mapping[str, Attempt]) -> dict[str, Any] | None:
    """None where the release has no such statistics."""
    if not found:
        return None
    return {
        name: (attempt.at or None)
        if name == "next_attempt"
        else {"at": attempt.at or None, "lines": list(attempt.lines)}
        for name, attempt in found.items()
    }
