# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A look at both sides of a sensor's certificate: what its HTTPS port shows, what its command line tells. I/O."""

from __future__ import annotations

from collections.abc import Mapping

from ..._engine.failures import ApplyFailed
from ..door import WebDoor, shown_certificate
from ..sensor import Sensor
from .model import Certificate, from_der
from .status import OVER_HTTP

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
