# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What `show version` of a sensor says: version, signatures, licence, applications, upgrade history. Pure, never raises.

The two public captures are of 7.1(7)E4 and 5.1(8)E3; the lines of a licence that neither has are unverified. A line about the licence
that is not understood is kept as it is and never read as "valid".
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from ..moments import MONTHS
from ..versions import Version, parse_signature_level, parse_version

LicenseStatus = Literal["valid", "invalid", "expired", "none", "trial", "unknown"]

LONGEST = 200_000  # characters that are looked at; a real one has about 3000
MOST = 200  # applications, and entries of the history

_VERSION = re.compile(r"^Cisco Intrusion (?:Prevention|Detection) System, Version (?P<version>\S+)", re.MULTILINE)
_FIELD = r"^[ \t]*{name}:?[ \t]+(?P<value>\S[^\n]*?)[ \t]*$"
_SIGNATURE = re.compile(
    r"^[ \t]*Signature Update[ \t]+(?P<level>\S+)(?:[ \t]+(?P<date>\d{4}-\d\d-\d\d))?[ \t]*$", re.MULTILINE
)
_VIRUS = re.compile(r"^[ \t]*Virus Update[ \t]+(?P<level>\S+)", re.MULTILINE)
_UPTIME = re.compile(r"^[ \t]*Sensor up-time is (?P<value>[^\n]*?)\.?[ \t]*$", re.MULTILINE)
_RECOVERY = re.compile(r"^[ \t]*Recovery Partition Version[ \t]+(?P<value>\S[^\n]*?)[ \t]*$", re.MULTILINE)
# "Running" and "NotRunning" are captured, "Not Running" is in the CLI guide 7.1, page 755; the row of the CLI has no state.
_APPLICATION = re.compile(
    r"^(?P<name>[A-Z]\w*)[ \t]+(?P<build>[A-Z]-\d{4}\w*)[ \t]+\((?P<kind>\w+)\)[ \t]+(?P<built>\S+)(?:[ \t]+(?P<state>\S[^\n]*?))?[ \t]*$",
    re.MULTILINE,
)
_HISTORY = re.compile(
    r"^[ \t]*(?P<star>\*)?[ \t]*(?P<package>[A-Za-z][\w.+-]*\d[\w.+-]*)[ \t]+"
    r"(?P<at>\d{1,2}:\d\d:\d\d \S+ [A-Z][a-z]{2} [A-Z][a-z]{2} \d{1,2} \d{4})[ \t]*$",
    re.MULTILINE,
)

_DATE = r"(?P<date>\d{1,2}-[A-Za-z]{3}-\d{4})(?:[ \t]+UTC)?"
# In this order: the first that a line matches says its status. Captured: the first two; unverified: the others.
_LICENSE_ROWS: tuple[tuple[str, LicenseStatus], ...] = (
    (rf"Licen[cs]ed, expires:?[ \t]+{_DATE}", "valid"),
    (rf"Licen[cs]e expired:?[ \t]+{_DATE}", "expired"),
    (rf"Trial licen[cs]e(?:,|:)?[ \t]+(?:license )?expires:?[ \t]+{_DATE}", "trial"),
    (r"(?:This is )?(?:a )?trial licen[cs]e\.?", "trial"),
    (r"No licen[cs]e(?: key)? (?:is )?(?:present|installed)\.?", "none"),
    (
        r"(?:Invalid licen[cs]e(?: key)?(?: present| installed)?|Licen[cs]e(?: key)? (?:is )?(?:invalid|not valid))\.?",
        "invalid",
    ),
)
_LICENSE = tuple((re.compile(pattern, re.IGNORECASE), status) for pattern, status in _LICENSE_ROWS)
_EXPIRES = re.compile(rf"Licen[cs]e expires:?[ \t]+{_DATE}", re.IGNORECASE)  # of a trial, in a line of its own
_ABOUT_LICENSE = re.compile(r"licen[cs]e", re.IGNORECASE)


@dataclass(frozen=True)
class License:
    """What a sensor says of its licence. lines: the device's own, all of them. expires: None where no line tells it; a day in UTC.

    said: the status that the lines say; unknown where one of them is not understood, or none is there.
    """

    said: LicenseStatus = "unknown"
    expires: date | None = None
    lines: tuple[str, ...] = ()

    def days_left(self, today: date) -> int | None:
        """Days from today, in UTC, to the day on which it expires; negative behind that day."""
        return None if self.expires is None else (self.expires - today).days

    def status(self, today: date) -> LicenseStatus:
        """As said, but a licence that is said to be valid, or a trial, behind its day is expired: the sensor's clock may be wrong.

        The last day still counts: an expiry has the resolution of a day.
        """
        left = self.days_left(today)
        return "expired" if left is not None and left < 0 and self.said in ("valid", "trial") else self.said


@dataclass(frozen=True)
class Application:
    """running: None for one whose row has no state, and for a state that is not understood."""

    name: str
    build: str
    built: str
    state: str
    running: bool | None


@dataclass(frozen=True)
class Installed:
    """An entry of the upgrade history. at: as the sensor prints it, in its own time zone. running: the pack that it runs now;
    the others came before."""

    package: str
    at: str
    running: bool


@dataclass(frozen=True)
class VersionText:
    """version: as printed. Empty and None: the text does not tell."""

    version: str = ""
    parsed: Version | None = None
    signature: str = ""
    signature_date: date | None = None
    virus: str = ""
    os_version: str = ""
    platform: str = ""
    serial: str = ""
    uptime: str = ""
    recovery: str = ""
    license: License = License()
    applications: tuple[Application, ...] = ()
    history: tuple[Installed, ...] = ()

    @property
    def is_told(self) -> bool:
        """Whether the text is that of a sensor at all."""
        return bool(self.version)

    @property
    def not_running(self) -> tuple[str, ...]:
        """Applications with a state that is not "Running"; one whose state is not understood counts."""
        return tuple(item.name for item in self.applications if item.state and item.running is not True)

    @property
    def all_running(self) -> bool:
        """Whether each application with a state runs, and there is one."""
        return any(item.state for item in self.applications) and not self.not_running


def parse(text: str) -> VersionText:
    """The whole output."""
    text = text[:LONGEST].replace("\r", "")
    version = _value(_VERSION, text, "version")
    signature = _SIGNATURE.search(text)
    return VersionText(
        version=version,
        parsed=parse_version(version),
        signature=signature["level"] if signature and parse_signature_level(signature["level"]) else "",
        signature_date=_iso(signature["date"]) if signature and signature["date"] else None,
        virus=_value(_VIRUS, text, "level"),
        os_version=_field(text, "OS Version"),
        platform=_field(text, "Platform"),
        serial=_field(text, "Serial Number"),
        uptime=_value(_UPTIME, text, "value"),
        recovery=_value(_RECOVERY, text, "value"),
        license=parse_license(text.split("\n")),
        applications=tuple(map(_application, _first(_APPLICATION, text))),
        history=_history(text),
    )


def parse_license(lines: Iterable[str]) -> License:
    """From all lines of a text; those that do not speak of a licence do not matter."""
    about = [line.strip() for line in lines if _ABOUT_LICENSE.search(line) and not _APPLICATION.match(line)][:10]
    said: set[LicenseStatus] = set()
    days: set[date | None] = set()
    understood = bool(about)
    for line in about:
        found, status = _matched(line)
        if found is None:
            understood = False
            continue
        if status:
            said.add(status)
        if "date" in found.re.groupindex:
            days.add(_day(found["date"]))
    # A day that no calendar has, and days that contradict each other, are not understood.
    understood = understood and None not in days and len(days) < 2
    expires = next(iter(days)) if len(days) == 1 else None
    return License(said.pop() if understood and len(said) == 1 else "unknown", expires, tuple(about))


def _matched(line: str) -> tuple[re.Match[str] | None, LicenseStatus | None]:
    for pattern, status in _LICENSE:
        found = pattern.fullmatch(line)
        if found:
            return found, status
    return _EXPIRES.fullmatch(line), None


def _day(text: str) -> date | None:
    day, month, year = text.split("-")
    try:
        return date(int(year), MONTHS.get(month.title(), 0), int(day))
    except ValueError:
        return None


def _iso(text: str) -> date | None:
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError:
        return None


def _application(found: re.Match[str]) -> Application:
    state = found["state"] or ""
    running = {"running": True, "notrunning": False}.get(re.sub(r"\s", "", state).lower())
    return Application(found["name"], found["build"], found["built"], state, running)


def _history(text: str) -> tuple[Installed, ...]:
    """The star is before the previous pack, whose name has no ending; the last line is the running one (two captures)."""
    start = text.find("Upgrade History")
    if start < 0:
        return ()
    found = _first(_HISTORY, text[start:])
    return tuple(
        Installed(item["package"].removesuffix(".pkg"), item["at"], place == len(found) - 1)
        for place, item in enumerate(found)
    )


def _first(pattern: re.Pattern[str], text: str) -> list[re.Match[str]]:
    return [found for found, _count in zip(pattern.finditer(text), range(MOST), strict=False)]


def _field(text: str, name: str) -> str:
    return _value(re.compile(_FIELD.format(name=re.escape(name)), re.MULTILINE), text, "value")


def _value(pattern: re.Pattern[str], text: str, group: str) -> str:
    found = pattern.search(text)
    return found[group].strip() if found else ""
