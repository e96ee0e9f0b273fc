# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Licence files and what is known of a sensor's licence. Pure, never raises.

No sample of the vendor's file is public, so a file is opaque bytes whose identity is its SHA-256. Serial number and expiry are read where they
can be recognised (unverified), and are unknown otherwise.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from ..info.version_text import License
from ..moments import MONTHS

LARGEST = 64 * 1024  # bytes; such a file is small

Outcome = Literal["applied", "failed", "unknown"]
SourceKind = Literal["files", "local", "cisco_com"]
SOURCES: tuple[SourceKind, ...] = ("files", "local", "cisco_com")

_SERIAL = re.compile(r"serial[\w .-]{0,20}[\"']?\s{0,3}[=:>]\s{0,3}[\"']?([A-Z0-9]{6,20})\b", re.IGNORECASE)
_EXPIRY = re.compile(r"expir\w{0,10}[\w .-]{0,12}?[\"']?\s{0,3}[=:>]\s{0,3}[\"']?([0-9A-Za-z-]{8,11})\b", re.IGNORECASE)
_DAY = re.compile(r"(\d{1,2})-([A-Za-z]{3})-(\d{4})|(\d{4})-(\d\d)-(\d\d)", re.ASCII)


@dataclass(frozen=True)
class LicenseFile:
    """name: without a folder. serial: of the sensor that it is for, "" where neither text nor name tell; in upper case.
    expires: its last day in UTC, None where the text does not tell. source: where it came from."""

    name: str
    data: bytes = field(repr=False)
    serial: str = ""
    expires: date | None = None
    source: SourceKind = "files"

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()

    def as_dict(self) -> dict[str, Any]:
        return {
            "file": self.name,
            "serial": self.serial or None,
            "expires": self.expires.isoformat() if self.expires else None,
            "sha256": self.sha256,
        }

    def is_for(self, serial: str) -> bool:
        """By what it says of itself; where it says nothing, by a word of its name."""
        wanted = serial.strip().upper()
        if not wanted:
            return False
        if self.serial:
            return self.serial == wanted
        return wanted in re.split(r"[^A-Z0-9]+", self.name.upper())


def parse(name: str, data: bytes, source: SourceKind = "files") -> LicenseFile:
    """What contradicts itself is not recognised.

    >>> parse("a.lic", b"<serialNumber>MQEA9470012</serialNumber><expires>01-Aug-2027</expires>").expires
    datetime.date(2027, 8, 1)
    """
    text = data[:LARGEST].decode("utf-8", "replace")
    serials = {found.upper() for found in _SERIAL.findall(text)}
    days = {_day(found) for found in _EXPIRY.findall(text)}
    return LicenseFile(
        name,
        data,
        serials.pop() if len(serials) == 1 else "",
        days.pop() if len(days) == 1 else None,
        source,
    )


def _day(text: str) -> date | None:
    found = _DAY.fullmatch(text)
    if not found:
        return None
    try:
        if found[3]:
            return date(int(found[3]), MONTHS.get(found[2].title(), 0), int(found[1]))
        return date(int(found[4]), int(found[5]), int(found[6]))
    except ValueError:
        return None


def wrong(data: bytes) -> str:
    """Why bytes are no licence file, whatever its form; "" where they may be one."""
    if not data.strip():
        return "it is empty"
    if len(data) > LARGEST:
        return f"it has more than {LARGEST} bytes, so it is no licence"
    if re.match(rb"\s*<(?:!doctype html|html)", data, re.IGNORECASE):
        return "it is an HTML page, so it is no licence"
    return ""


@dataclass(frozen=True)
class Attempt:
    """The last licence that this controller tried to apply to a sensor. serial: of the sensor then. at: ISO 8601. why: of a failure."""

    file: LicenseFile
    serial: str
    at: str
    outcome: Outcome = "unknown"
    why: str = ""


@dataclass(frozen=True)
class Held:
    """A sensor and its licence. attempt: the last one, None where nothing is known. offer: the file that could be applied.

    runs: SHA-256 of the file that the sensor has, "" where that is not known.
    """

    platform: str = ""
    serial: str = ""
    license: License = field(default_factory=License)
    attempt: Attempt | None = None
    offer: LicenseFile | None = None
    runs: str = ""


def runs(serial: str, found: License, today: date, attempt: Attempt | None) -> str:
    """The file that a sensor has, as far as the controller knows: that of an attempt which went well, unless the sensor shows another expiry,
    has no licence (any more), or is another device than then."""
    if attempt is None or attempt.outcome != "applied" or attempt.serial != serial:
        return ""
    told = attempt.file.expires
    fits = (
        found.status(today) in ("valid", "trial", "unknown") if None in (told, found.expires) else told == found.expires
    )
    return attempt.file.sha256 if fits else ""


def attempt_of(told: Mapping[str, Any], data: bytes) -> Attempt | None:
    """From plain data; None for what as_record() did not write."""
    try:
        source = next(kind for kind in SOURCES if kind == told["source"])
        file = parse(str(told["file"]), data, source)
        outcome: Outcome = told["outcome"] if told["outcome"] in ("applied", "failed") else "unknown"
        return (
            Attempt(file, str(told["serial"]), str(told["at"]), outcome, str(told["why"]))
            if _fits(told, file)
            else None
        )
    except (KeyError, StopIteration):
        return None


def _fits(told: Mapping[str, Any], file: LicenseFile) -> bool:
    return bool(told["sha256"] == file.sha256)


def as_record(attempt: Attempt) -> dict[str, str]:
    """Plain data beside the bytes of the file."""
    return {
        "file": attempt.file.name,
        "sha256": attempt.file.sha256,
        "source": attempt.file.source,
        "serial": attempt.serial,
        "at": attempt.at,
        "outcome": attempt.outcome,
        "why": attempt.why,
    }
