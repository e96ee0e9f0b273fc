# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What ips_info reads of a live sensor, over SSH and on its HTTPS port. A part that cannot be read takes nothing from the others. I/O."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from ..._engine.failures import ApplyFailed
from ..certificate.look_device import BothSides, both_sides
from ..certificate.status import OVER_HTTP
from ..certificate.trust_entry import Entry
from ..door import WebDoor
from ..moments import utc_now
from ..platforms import CISCO_IOS, is_cisco_ios
from ..sensor import Sensor
from . import auto_update, clock, facts, version_text, web_device

VERSION = "show version"
CLOCK = "show clock"
SOURCE = "show clock detail"
STATISTICS = "show statistics host"
INVENTORY = "show inventory"
# Only where the clock shows a zone whose offset has no fixed meaning: the whole configuration takes seconds.
ZONES = "show configuration | include offset|zone-name"
TOLERANCE = 60.0  # seconds between the two clocks before it is worth a warning

_PID = re.compile(
    r"^[ \t]*PID:[ \t]*(?P<pid>\S+)[ \t]*,[ \t]*VID:[ \t]*(?P<vid>\S*)[ \t]*,[ \t]*SN:[ \t]*(?P<sn>\S*)", re.M
)
_NAME = re.compile(
    r"^[ \t]*Name:[ \t]*\"(?P<name>[^\"\n]*)\"[ \t]*,[ \t]*DESCR:[ \t]*\"(?P<descr>[^\"\n]*)\"", re.M | re.I
)

Now = Callable[[], datetime]


@dataclass(frozen=True)
class Web:
    """The HTTPS port of a sensor. session: to the one certificate of a SHA-256. stored: what is accepted of the sensor. keys_checked: SSH host
    keys are, so what SSH tells proves something."""

    door: WebDoor
    session: web_device.Session
    stored: Entry | None = None
    keys_checked: bool = True


class Reader:
    """The reads of one task. web: None where the sensor is spoken to over HTTP. missing: why a part could not be had. warnings: what does
    not fit together."""

    def __init__(self, sensor: Sensor, web: Web | None, now: Now = utc_now) -> None:
        self.sensor = sensor
        self.now = now
        self.missing: dict[str, str] = {}
        self.warnings: list[str] = []
        self._web = web

    def version(self) -> dict[str, Any]:
        """Raises ApplyFailed where the sensor does not answer as one."""
        found = read_version(self.sensor)
        self.warnings += facts.license_warnings(found.license, self.now())
        if found.not_running:
            self.warnings.append(f"not running: {', '.join(found.not_running)}")
        return facts.version_facts(found, self.now())

    def clock(self) -> dict[str, Any]:
        reading = read_clock(self.sensor, self.now)
        self.warnings += facts.clock_warnings(reading, TOLERANCE)
        return {"clock": facts.clock_facts(reading)}

    def auto_update(self) -> dict[str, Any]:
        found = facts.auto_update_facts(auto_update.parse(self.sensor.read(STATISTICS)[0]))
        if found is None:
            self.missing["auto_update"] = f"{STATISTICS} has no statistics of it in this release"
        return {"auto_update": found}

    def inventory(self) -> dict[str, Any]:
        text = self.sensor.read(INVENTORY)[0]
        names, rows = list(_NAME.finditer(text))[:50], list(_PID.finditer(text))[:50]
        listed = [
            {
                "name": name["name"],
                "description": name["descr"],
                "pid": row["pid"],
                "vid": row["vid"],
                "serial": row["sn"],
            }
            for name, row in zip(names, rows, strict=False)
        ]
        if not listed:
            self.missing["inventory"] = f"{INVENTORY} has no line that is understood"
        return {"inventory": listed}

    def certificate(self) -> dict[str, Any]:
        """What the command line tells of the certificate, and what the HTTPS port shows; either may be missing."""
        sides, now = self._sides, self.now()
        told, shown, same = sides.told, sides.shown, sides.same
        if sides.untold:
            self.missing["certificate_ssh"] = sides.untold
        if shown is None:
            self.missing["certificate_https"] = sides.why
        if same is False:
            self.warnings.append(
                "the certificate on the HTTPS port is not the one that the sensor's command line tells: the connection may be "
                "intercepted, or its web server has not taken the new one yet"
            )
        return {
            "certificate": {
                "same": same,
                "status": shown.dates(now) if shown else None,
                "ssh": {"md5": told.get("MD5"), "sha1": told.get("SHA1")} if told else None,
                "https": shown.facts(now) if shown else None,
            }
        }

    def transactions(self) -> dict[str, Any]:
        """A second opinion on version and licence, by the web server."""
        web, sha256 = self._proven()
        return {"web": web_device.version(web.session, sha256)}

    def events(self) -> dict[str, Any]:
        web, sha256 = self._proven()
        return {"events": web_device.events(web.session, sha256)}

    @cached_property
    def _sides(self) -> BothSides:
        return both_sides(self.sensor, self._web.door if self._web else None)

    def _proven(self) -> tuple[Web, str]:
        """The port, and the certificate there that may get user and password. Raises ApplyFailed."""
        if self._web is None:
            raise ApplyFailed(OVER_HTTP)
        sides = self._sides
        if sides.shown is None:
            raise ApplyFailed(sides.why)
        return self._web, web_device.pin(sides.shown, sides.told, self._web.stored, self._web.keys_checked)


def read_version(sensor: Sensor) -> version_text.VersionText:
    """Raises ApplyFailed where the text is not that of a sensor, or the sensor is still starting."""
    text = sensor.read(VERSION)[0]
    found = version_text.parse(text)
    if not found.is_told:
        if is_cisco_ios(text):
            raise ApplyFailed(CISCO_IOS)
        raise ApplyFailed("show version does not read as that of a Cisco IPS sensor")
    return found


def read_clock(sensor: Sensor, now: Now = utc_now) -> facts.ClockReading:
    """Raises ApplyFailed where the text shows no time."""
    (text,) = sensor.read(CLOCK)
    at = now()
    found = clock.parse(text)
    if found is None:
        raise ApplyFailed("show clock shows no time that is understood")
    (detail,) = sensor.attempt(SOURCE)
    known = {} if found.zone.upper() in clock.UTC_NAMES else clock.zones(sensor.attempt(ZONES)[0])
    return facts.ClockReading(found, at, known, clock.time_source(detail))


# part -> how it is read
PARTS: Mapping[str, Callable[[Reader], dict[str, Any]]] = {
    "version": Reader.version,
    "clock": Reader.clock,
    "certificate": Reader.certificate,
    "web": Reader.transactions,
    "events": Reader.events,
    "auto_update": Reader.auto_update,
    "inventory": Reader.inventory,
}


def gathered(reader: Reader, chosen: Sequence[str]) -> dict[str, Any]:
    """The keys of the result. Raises ConnectionFailed; ApplyFailed where nothing could be read."""
    found: dict[str, Any] = {}
    for name in PARTS:
        if name in chosen:
            try:
                found |= PARTS[name](reader)
            except ApplyFailed as refused:
                reader.missing[name] = str(refused)
    if reader.missing and not found:
        listed = "; ".join(f"{name}: {why}" for name, why in reader.missing.items())
        raise ApplyFailed(
            f"nothing of what was asked for could be read: {listed}", details={"not_available": dict(reader.missing)}
        )
    return found
