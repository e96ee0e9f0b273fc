# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The clock of a sensor, and its distance from another one. Pure, never raises.

`show clock` prints local time with the name of a zone: ``*11:52:48 UTC Wed Aug 31 2011`` (captured). What the flag means is taken
from IOS (unverified): ``*`` not authoritative, ``.`` synchronised once but not now.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

from ..moments import MONTHS

_CLOCK = re.compile(
    r"^[ \t]*(?P<flag>[*.])?(?P<time>\d{1,2}:\d\d:\d\d)(?:\.\d+)?[ \t]+(?P<zone>\S{1,40})[ \t]+"
    r"[A-Z][a-z]{2}[ \t]+(?P<month>[A-Z][a-z]{2})[ \t]+(?P<day>\d{1,2})[ \t]+(?P<year>\d{4})[ \t]*$",
    re.MULTILINE,
)
_SOURCE = re.compile(r"^[ \t]*(?:Time source is |(?P<none>No time source))(?P<source>[^\n]*)", re.MULTILINE)
_OFFSET = re.compile(r"^[ \t]*offset[ \t]+(?P<minutes>-?\d{1,4})[ \t]*$")
_ZONE_NAME = re.compile(r"^[ \t]*(?P<kind>standard-time|summertime)-zone-name[ \t]+(?P<name>\S{1,40})[ \t]*$")

UTC_NAMES = frozenset({"UTC", "GMT", "Z"})
FLAGS: Mapping[str, str] = {"*": "not authoritative", ".": "not synchronised any more", "": ""}


@dataclass(frozen=True)
class SensorClock:
    """local: without a zone, as printed. zone: its name. flag: ``*``, ``.`` or "" """

    local: datetime
    zone: str
    flag: str

    def in_utc(self, zones: Mapping[str, int]) -> datetime | None:
        """zones: minutes east of UTC by the names that the sensor's configuration gives them. None for a zone that is unknown."""
        minutes = 0 if self.zone.upper() in UTC_NAMES else zones.get(self.zone)
        if minutes is None or abs(minutes) >= 24 * 60:
            return None
        try:
            return self.local.replace(tzinfo=timezone(timedelta(minutes=minutes))).astimezone(UTC)
        except OverflowError:
            return None


def parse(text: str) -> SensorClock | None:
    """None where the text shows no time.

    >>> parse("*11:52:48 UTC Wed Aug 31 2011")
    SensorClock(local=datetime.datetime(2011, 8, 31, 11, 52, 48), zone='UTC', flag='*')
    """
    found = _CLOCK.search(text[:10_000].replace("\r", ""))
    if not found or found["month"] not in MONTHS:
        return None
    hour, minute, second = map(int, found["time"].split(":"))
    try:
        local = datetime(int(found["year"]), MONTHS[found["month"]], int(found["day"]), hour, minute, second)
    except ValueError:
        return None
    return SensorClock(local, found["zone"], found["flag"] or "")


def time_source(text: str) -> str:
    """What `show clock detail` says of the source; "" where it says nothing.

    >>> time_source("11:52:48 UTC Wed Aug 31 2011\\nTime source is NTP")
    'NTP'
    """
    found = _SOURCE.search(text[:10_000])
    return ("none" if found["none"] else found["source"].strip()) if found else ""


def zones(configuration: str) -> dict[str, int]:
    """Minutes east of UTC by the name of a zone, from the lines of a configuration that hold ``offset`` and ``zone-name``.

    Summer time counts from the standard time. Where two lines of a kind contradict each other, the last one counts.

    >>> zones("offset -480\\nstandard-time-zone-name PST\\noffset 60\\nsummertime-zone-name PDT")
    {'PST': -480, 'PDT': -420}
    """
    offset, standard = 0, 0
    found: dict[str, int] = {}
    for line in configuration.replace("\r", "").split("\n")[:10_000]:
        if minutes := _OFFSET.match(line):
            offset = int(minutes["minutes"])
        elif named := _ZONE_NAME.match(line):
            if named["kind"] == "standard-time":
                standard = offset
            found[named["name"]] = standard if named["kind"] == "standard-time" else standard + (offset or 60)
            offset = 0
    return found
