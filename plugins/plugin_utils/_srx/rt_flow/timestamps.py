# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Stamps of log lines: of RFC 5424, and of BSD syslog, which has no year. Pure: the clock of this machine is never asked."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import NamedTuple

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_STAMP = re.compile(
    r"(?P<iso>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?)"
    rf"|\b(?P<month>{'|'.join(_MONTHS)}) {{1,2}}(?P<day>\d{{1,2}}) (?P<clock>\d\d:\d\d:\d\d)(?P<part>\.\d{{1,6}})?(?: (?P<year>\d{{4}})(?=\s))?"
)


class Moment(NamedTuple):
    """time: ISO 8601, with an offset when the line has one; without it, it is `naive`."""

    time: str
    naive: bool

    def earlier(self, seconds: int) -> str | None:
        """ISO 8601, in the form of `time`. None: no such time."""
        try:
            start = datetime.fromisoformat(self.time[:19]) - timedelta(seconds=seconds)
        except OverflowError:
            return None
        return f"{start.isoformat()}{self.time[19:]}"


def moment(stamp: str) -> Moment | None:
    """A stamp of RFC 5424.

    >>> moment("2010-09-30T14:55:07.188Z")
    Moment(time='2010-09-30T14:55:07.188+00:00', naive=False)
    """
    if stamp[4:17:3] != "--T::":  # other forms of ISO 8601 are no stamps of syslog
        return None
    try:
        naive = datetime.fromisoformat(stamp).tzinfo is None
    except ValueError:
        return None
    if stamp[-1:] == "Z":
        stamp = f"{stamp[:-1]}+00:00"
    elif stamp[-5:-4] in ("+", "-"):
        stamp = f"{stamp[:-2]}:{stamp[-2:]}"
    return Moment(stamp, naive)


class Calendar:
    """Years for stamps without one: `year` is that of the first line; from December to January it is the next, and back the one before."""

    def __init__(self, year: int | None) -> None:
        self._year = year
        self._month = 0

    def find(self, head: str) -> tuple[str, Moment | None, str]:
        """The last stamp of a header (relays put theirs in front) -> stamp as printed, what it says, the header after it."""
        found = None
        for found in _STAMP.finditer(head):  # noqa: B007  # the last one counts
            pass
        if found is None:
            return "", None, head
        connect_to = head[found.end() :]
        if found["iso"]:
            return found["iso"], moment(found["iso"]), connect_to
        return found[0], self._dated(found), connect_to

    def _dated(self, found: re.Match[str]) -> Moment | None:
        month = _MONTHS.index(found["month"]) + 1
        year = int(found["year"]) if found["year"] else self._turned(month)
        if year is None:
            return None
        return moment(f"{year:04d}-{month:02d}-{int(found['day']):02d}T{found['clock']}{found['part'] or ''}")

    def _turned(self, month: int) -> int | None:
        if self._year is None:
            return None
        self._year += {(12, 1): 1, (1, 12): -1}.get((self._month, month), 0)
        self._month = month
        return self._year
