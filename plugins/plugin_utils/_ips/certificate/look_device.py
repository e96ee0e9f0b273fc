# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A look at both sides of a sensor's certificate: what its HTTPS port shows, what its command line tells. I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..._engine.failures import ApplyFailed
from ..._engine.waiting import poll
from ..door import WebDoor, shown_certificate
from ..sensor import Sensor
from .model import Certificate, from_der
from .status import OVER_HTTP

# Seconds for which both sides may contradict each other before that counts: another run may make a certificate between the two looks.
SETTLE = 1.0
NO_SHA1 = "show tls fingerprint has no SHA1 that is understood"


def shown_or_why(web: WebDoor | None) -> tuple[Certificate | None, str]:
    """The certificate on the HTTPS port, or why there is none. web: None over HTTP."""
    if web is None:
        return None, OVER_HTTP
    try:
        return from_der(shown_certificate(web)), ""
    except (ApplyFailed, ValueError) as failed:
        return None, str(failed)


def told_fingerprints(sensor: Sensor) -> tuple[Mapping[str, str], str]:
    """The fingerprints that SSH tells, or why there are none. Raises ConnectionFailed."""
    try:
        found = sensor.tls_fingerprints()
    except ApplyFailed as refused:
        return {}, str(refused)
    return (found, "") if "SHA1" in found else ({}, NO_SHA1)


@dataclass(frozen=True)
class BothSides:
    """shown: on the HTTPS port, None with the reason in why. told: by SSH, empty with the reason in untold."""

    shown: Certificate | None = None
    why: str = ""
    told: Mapping[str, str] = field(default_factory=dict)
    untold: str = ""

    @property
    def same(self) -> bool | None:
        """None where one of both is missing."""
        return None if self.shown is None else self.shown.fits(self.told)


def both_sides(sensor: Sensor, web: WebDoor | None) -> BothSides:
    """What both tell; looked at again where they contradict each other. Raises ConnectionFailed."""
    return poll(lambda: _both(sensor, web), lambda seen: seen.same is not False, SETTLE)


def _both(sensor: Sensor, web: WebDoor | None) -> BothSides:
    told, untold = told_fingerprints(sensor)
    shown, why = shown_or_why(web)
    return BothSides(shown, why, told, untold)
