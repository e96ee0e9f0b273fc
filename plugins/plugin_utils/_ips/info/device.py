# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What ips_info reads of a live sensor over SSH. A part that cannot be read takes nothing from the others. I/O."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from ..._engine.failures import ApplyFailed
from ..certificate.model import Certificate, from_der, utc_now
from ..door import WebDoor, shown_certificate
from ..sensor import Sensor
from . import auto_update, clock, facts, version_text

VERSION = "show version"
CLOCK = "show clock"
SOURCE = "show clock detail"
STATISTICS = "show statistics host"
INVENTORY = "show inventory"
# Only where the clock shows a zone whose offset has no fixed meaning: the whole configuration takes seconds.
ZONES = "show configuration | include offset|zone-name"
NO_CERTIFICATE = "over HTTP there is no certificate"
TOLERANCE = 60.0  # seconds between the two clocks before it is worth a warning

_PID = re.compile(
    r"^[ \t]*PID:[ \t]*(?P<pid>\S+)[ \t]*,[ \t]*VID:[ \t]*(?P<vid>\S*)[ \t]*,[ \t]*SN:[ \t]*(?P<sn>\S*)", re.M
)
_NAME = re.compile(
    r"^[ \t]*Name:[ \t]*\"(?P<name>[^\"\n]*)\"[ \t]*,[ \t]*DESCR:[ \t]*\"(?P<descr>[^\"\n]*)\"", re.M | re.I
)

Now = Callable[[], datetime]


class Reader:
    """The reads of one task. web: the HTTPS port, None where the sensor is spoken to over HTTP. missing: why a part could not be had.
    warnings: what does not fit together."""

    def __init__(self, sensor: Sensor, web: WebDoor | None, now: Now = utc_now) -> None:
        self.sensor = sensor
        self.web = web
        self.now = now
        self.missing: dict[str, str] = {}
        self.warnings: list[str] = []

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
        told, shown = self._fingerprints(), self._shown()
        same = shown.fits(told) if shown else None
        if same is False:
            self.warnings.append(
                "the certificate on the HTTPS port is not the one that the sensor's command line tells: the connection may be "
                "intercepted, or its web server has not taken the new one yet"
            )
        status = shown.dates(self.now()) if shown else None
        return {
            "certificate": {
                "same": same,
                "status": status,
                "ssh": {"md5": told.get("MD5"), "sha1": told.get("SHA1")} if told else None,
                "https": shown.facts(self.now()) if shown else None,
            }
        }

    def _fingerprints(self) -> Mapping[str, str]:
        try:
            found = self.sensor.tls_fingerprints()
        except ApplyFailed as refused:
            self.missing["certificate_ssh"] = str(refused)
            return {}
        if not found:
            self.missing["certificate_ssh"] = "show tls fingerprint has no fingerprint that is understood"
        return found

    def _shown(self) -> Certificate | None:
        if self.web is None:
            self.missing["certificate_https"] = NO_CERTIFICATE
            return None
        try:
            return from_der(shown_certificate(self.web))
        except (ApplyFailed, ValueError) as failed:
            self.missing["certificate_https"] = str(failed)
            return None


def read_version(sensor: Sensor) -> version_text.VersionText:
    """Raises ApplyFailed where the text is not that of a sensor, or the sensor is still starting."""
    text = sensor.read(VERSION)[0]
    found = version_text.parse(text)
    if not found.is_told:
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


# part -> how it is read over SSH
PARTS: Mapping[str, Callable[[Reader], dict[str, Any]]] = {
    "version": Reader.version,
    "clock": Reader.clock,
    "certificate": Reader.certificate,
    "auto_update": Reader.auto_update,
    "inventory": Reader.inventory,
}


def gathered(reader: Reader, chosen: Sequence[str]) -> dict[str, Any]:
    """The keys of the result that SSH answers. Raises ConnectionFailed; ApplyFailed where nothing could be read."""
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
